"""Commands of the demo city."""

import shutil

import click
from flask.cli import AppGroup

from charity_portal.demo import doorplate, loading
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import english

group = AppGroup("demo", help="The demo city: a made-up city with something in every state.")


@group.command("load")
def load() -> None:
    """Fill an empty database with the demo city; takes about half a minute."""
    try:
        city = loading.load(lambda what: click.echo(f"Demo city: {what}…"))
    except PortalError as refusal:
        said = refusal.message
        in_english = english().gettext(said.msgid)
        raise click.ClickException(f"{said.in_source()} {in_english}") from refusal
    click.echo(
        f"Demo city: {len(city.organizations)} organizations, {len(city.calls)} calls,"
        f" {len(city.applications)} applications."
    )


@group.command("accounts")
def accounts() -> None:
    """Print the address and the demo accounts."""
    doorplate.show(shutil.get_terminal_size().columns)
