"""Commands of the register."""

from pathlib import Path

import click
from flask.cli import AppGroup

from charity_portal.kernel import files
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.organizations import tasks

group = AppGroup("organizations", help="The register of organizations.")


@group.command("import-roster")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the workbook of errors (default: beside FILE).",
)
def import_roster(file: Path, errors: Path | None) -> None:
    """Bring FILE (xlsx or csv) into the register, whole or not at all; exit status 1 when refused."""
    try:
        with file.open("rb") as stream:
            prepared = files.prepare(stream, file.name, files.TABLES)
        roster = tasks.read(prepared)
        if roster.refusals:
            raise click.ClickException("\n".join(str(text) for text in roster.refusals))
        with transaction():
            plan = tasks.import_now(SYSTEM, prepared, roster)
    except PortalError as refusal:
        raise click.ClickException(str(refusal.message)) from refusal
    counts = ", ".join(f"{count} {name}" for name, count in plan.counts.items())
    if not plan.problems:
        click.echo(f"Imported: {counts}.")
        return
    target = errors or file.with_name(f"{file.stem}-errors.xlsx")
    target.write_bytes(tasks.errors_file(roster, plan.problems))
    for line in tasks.problem_rows(plan)[:20]:
        click.echo(tasks.sentence(line), err=True)
    raise click.ClickException(f"Nothing was changed: {counts}. All errors: {target}")
