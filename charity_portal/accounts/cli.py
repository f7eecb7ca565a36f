"""Accounts on the command line: the first administrator, and help in need."""

import click
from flask.cli import AppGroup

from charity_portal.accounts import queries
from charity_portal.accounts.rules import second_factor as rules
from charity_portal.accounts.services import link_letters, passwords, people, second_factor
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.permissions import SYSTEM

group = AppGroup("accounts", help="People: the first administrator, and help in need.")


def _refusal(problem: PortalError) -> click.ClickException:
    reasons = [str(text) for texts in getattr(problem, "fields", {}).values() for text in texts]
    return click.ClickException(" ".join(reasons) or str(problem.message))


@group.command("create-administrator")
@click.argument("email")
@click.argument("name")
@click.option(
    "--link", is_flag=True, help="Print a one-time link instead of asking for a password."
)
def create_administrator(email: str, name: str, link: bool) -> None:
    """Open an administrator's account; the second factor is set up at the first sign-in."""
    try:
        made = None if link else _ask_password(email, name)
        with transaction():
            user_id = people.create_person(SYSTEM, email, name, ["administrator"], made)
            address = link_letters.printed_invitation(user_id) if link else None
    except PortalError as problem:
        raise _refusal(problem) from problem
    click.echo(f"Account {user_id} is open.")
    if address:
        click.echo(f"Set the password here (once, within seven days): {address}")


def _ask_password(email: str, name: str) -> str:
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    passwords.check_strength(typed, (email, name))
    return passwords.hash_password(typed)


@group.command("code")
@click.argument("email")
def code(email: str) -> None:
    """Print the present second-factor code of a demonstration account (of no other)."""
    person = queries.find_by_email(email)
    owner = queries.account(person.id) if person is not None else None
    if owner is None or not owner.is_demo or owner.totp_secret is None:
        raise click.ClickException("there is no demonstration account with a second factor there")
    present = rules.next_code(owner.totp_secret, clock.now(), owner.totp_last_step)
    if present is None:
        raise click.ClickException("this half minute's codes are used up; ask again in 30 seconds")
    click.echo(present)


@group.command("reset-second-factor")
@click.argument("email")
@click.option("--reason", default="command line", show_default=True)
def reset_second_factor(email: str, reason: str) -> None:
    """Take a person's second factor away; the next sign-in sets up a new one."""
    person = queries.find_by_email(email)
    if person is None:
        raise click.ClickException("nobody has that address")
    try:
        with transaction():
            second_factor.reset(SYSTEM, person.id, reason)
    except PortalError as problem:
        raise _refusal(problem) from problem
    click.echo("Done. All sessions have ended; the next sign-in sets up a new second factor.")
