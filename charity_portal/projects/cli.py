"""Commands of the projects domain."""

from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import AppGroup

from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import money, say, speak_as_terminal
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.projects import history_files
from charity_portal.projects.errors import BrokenHistory, HistoryDiffers, Problem
from charity_portal.projects.queries import results
from charity_portal.projects.services import history

MOST_SHOWN = 50

projects_group = AppGroup("projects", help="Calls, applications and awards.")


@projects_group.command("import-360giving")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--accept-changes", is_flag=True, help="Correct records that say something else now.")
def import_360giving(file: Path, accept_changes: bool) -> None:
    """Take over a funder's grants from FILE (360Giving JSON, xlsx or csv); all or nothing."""
    speak_as_terminal()
    try:
        grants = history_files.read(file)
        with transaction():
            done = history.take_over(SYSTEM, grants, accept_changes)
    except (BrokenHistory, HistoryDiffers) as refusal:
        _tell(refusal.problems)
        raise click.ClickException(str(refusal.message)) from refusal
    except PortalError as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    click.echo(
        str(
            say(
                "新增 %(added)s 条，未变 %(unchanged)s 条，更正 %(corrected)s 条。",
                added=done.added,
                unchanged=done.unchanged,
                corrected=done.corrected,
            )
        )
    )
    for call_id in done.call_ids:
        totals = results.totals(call_id)
        click.echo(
            str(
                say(
                    "%(number)s：%(count)s 项，申请 %(requested)s，资助 %(awarded)s；高于申请 %(above)s 项。",
                    number=totals.call_number,
                    count=totals.count,
                    requested=money(totals.requested, totals.currency),
                    awarded=money(totals.awarded, totals.currency),
                    above=totals.above_request,
                )
            )
        )


def _tell(problems: Sequence[Problem]) -> None:
    for problem in problems[:MOST_SHOWN]:
        row = say("文件") if problem.row is None else say("第 %(row)s 条", row=problem.row)
        click.echo(f"{row} · {problem.field}: {problem.why}", err=True)
    if len(problems) > MOST_SHOWN:
        click.echo(str(say("另有 %(n)s 处，未逐一列出。", n=len(problems) - MOST_SHOWN)), err=True)
