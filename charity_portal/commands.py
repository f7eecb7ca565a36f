"""The command line of the portal as a whole: database, jobs, audit, serving."""

import signal
import sqlite3
import threading
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from charity_portal import schema, serving
from charity_portal.kernel import audit, jobs
from charity_portal.kernel.database import db

database_group = AppGroup("database", help="Bring the database up to date, check it, copy it.")
jobs_group = AppGroup("jobs", help="Work that was put off.")
audit_group = AppGroup("audit", help="The audit trail.")


@database_group.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Run the migrations."""
    schema.upgrade(revision)
    click.echo("The database is up to date.")


@database_group.command("downgrade")
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Take migrations back to REVISION."""
    schema.downgrade(revision)


@database_group.command("check")
def check() -> None:
    """Say whether this code can serve this database."""
    if wrong := schema.problem():
        raise click.ClickException(wrong)
    click.echo("The database fits this code.")


@database_group.command("backup")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def backup(target: Path) -> None:
    """Copy the embedded database to TARGET while it is in use (PostgreSQL: use pg_dump)."""
    if db.engine.dialect.name != "sqlite":
        raise click.ClickException("this command copies SQLite; back PostgreSQL up with pg_dump")
    if target.exists():
        raise click.ClickException(f"{target} exists already")
    source = sqlite3.connect(str(db.engine.url.database))
    copy = sqlite3.connect(target)
    with source, copy:
        source.backup(copy)
    copy.close()
    source.close()
    click.echo(f"Copied to {target}; keep the files in {current_app.config['DATA_DIR']} with it.")


@jobs_group.command("work")
def work() -> None:
    """Do jobs until stopped."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    jobs.work(stop)


@jobs_group.command("run-due")
def run_due() -> None:
    """Do everything that is due now, then end."""
    jobs.schedule_due()
    click.echo(f"{jobs.run_due()} jobs done.")


@audit_group.command("verify")
@click.option(
    "--anchor", "anchors", multiple=True, help="SEQ:HASH as printed in a published report."
)
def verify(anchors: tuple[str, ...]) -> None:
    """Prove the trail whole, or name the first broken link (exit status 1)."""
    known = []
    for text in anchors:
        seq, _, digest = text.partition(":")
        if not seq.isdigit() or len(digest) != 64:
            raise click.BadParameter(f"{text!r} is not SEQ:HASH", param_hint="--anchor")
        known.append(audit.Anchor(int(seq), digest))
    verdict = audit.verify(known)
    if not verdict.whole:
        click.echo(
            f"Broken at entry {verdict.broken_at}: {verdict.why}. {verdict.checked} entries before it hold."
        )
        raise SystemExit(1)
    click.echo(f"Whole: {verdict.checked} entries. Anchor now: {audit.head()}")


GROUPS = (database_group, jobs_group, audit_group, serving.command)
