"""Commands of the funds domain."""

import click
from flask.cli import AppGroup

from charity_portal.funds.queries import checking
from charity_portal.kernel.i18n import say, speak_as_terminal

group = AppGroup("funds", help="Funds and their ledger.")


@group.command("check")
def check() -> None:
    """Recompute every balance from the entries; name the first difference (exit status 1)."""
    speak_as_terminal()
    verdict = checking.recount()
    if verdict.difference is not None:
        raise click.ClickException(str(verdict.difference))
    click.echo(
        str(
            say(
                "账目相符：%(accounts)s 个科目，%(entries)s 笔账。",
                accounts=verdict.accounts,
                entries=verdict.entries,
            )
        )
    )
