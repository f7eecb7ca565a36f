"""`serve`: one command that leaves a running portal, web server and worker together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from charity_portal import schema
from charity_portal.kernel.database import db

ROOT = Path(__file__).resolve().parent.parent
FLASK = (sys.executable, "-m", "flask", "--app", "charity_portal.app")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, envvar="PORT")
@click.option("--processes", default=1, show_default=True, help="More than 1 needs PostgreSQL.")
@click.option("--threads", default=8, show_default=True)
@click.option("--demo/--no-demo", default=False, help="Fill an empty database with the demo city.")
@with_appcontext
def command(host: str, port: int, processes: int, threads: int, demo: bool) -> None:
    """Bring the database up to date, then run the web server and the worker until stopped."""
    if processes > 1 and db.engine.dialect.name == "sqlite":
        raise click.ClickException("SQLite serves one process; use PostgreSQL for more")
    schema.upgrade()
    if wrong := schema.problem():
        raise click.ClickException(wrong)
    if demo and schema.is_empty():
        subprocess.run([*FLASK, "demo", "load"], check=True, cwd=ROOT)
    db.session.remove()
    db.engine.dispose()
    env = {**os.environ, "DEMO": "1"} if demo else dict(os.environ)
    web = [
        sys.executable, "-m", "gunicorn", "charity_portal.app:create_app()",
        "--bind", f"{host}:{port}", "--worker-class", "gthread", "--workers", str(processes),
        "--threads", str(threads), "--timeout", "60", "--access-logfile", "-",
        "--access-logformat", '%(m)s %(U)s %(s)s %(B)s %(M)sms', "--log-level", "warning",
    ]  # fmt: skip
    _run_together([web, [*FLASK, "jobs", "work"]], env)


def _run_together(commands: list[list[str]], env: dict[str, str]) -> None:
    """Start all; when one ends, or we are told to stop, stop the others and go."""
    children = [subprocess.Popen(command, cwd=ROOT, env=env) for command in commands]

    def stop(*_: object) -> None:
        for child in children:
            if child.poll() is None:
                child.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while all(child.poll() is None for child in children):
        time.sleep(0.3)
    stop()
    failed = [code for child in children if (code := child.wait()) > 0]
    if failed:
        raise SystemExit(failed[0])


def announce_address(port: int) -> None:
    """Say where the portal answers."""
    click.echo(f"{current_app.config['SITE_NAME_EN']}: http://127.0.0.1:{port}")
