"""`serve`: one command that leaves a running portal, web server and worker together."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from charity_portal import schema
from charity_portal.demo import doorplate
from charity_portal.kernel.database import db

ROOT = Path(__file__).resolve().parent.parent
FLASK = (sys.executable, "-m", "flask", "--app", "charity_portal.app")
PAUSE, PATIENCE = 0.2, 20
"""Seconds between two looks at the children, and how long they may take to end."""


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
    _refuse_taken_port(host, port)
    if "PUBLIC_URL" not in os.environ:  # then it follows the port
        current_app.config["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    demo = demo or current_app.config["DEMO"]
    env = {**os.environ, "PORT": str(port)} | ({"DEMO": "1"} if demo else {})
    schema.upgrade()
    if wrong := schema.problem():
        raise click.ClickException(wrong)
    if demo and schema.is_empty():
        db.session.remove()
        _load_demo(env)
    plate = list(doorplate.lines(shutil.get_terminal_size().columns)) if demo else []
    address = current_app.config["PUBLIC_URL"]
    db.session.remove()
    db.engine.dispose()
    web = [
        sys.executable, "-m", "gunicorn", "charity_portal.app:create_app()",
        "--bind", f"{host}:{port}", "--worker-class", "gthread", "--workers", str(processes),
        "--threads", str(threads), "--timeout", "60", "--log-level", "warning",
    ]  # fmt: skip
    if not demo:  # there the accounts should stay on the screen
        web += ["--access-logfile", "-", "--access-logformat", "%(m)s %(U)s %(s)s %(B)s %(M)sms"]

    def announce() -> None:
        for line in plate or [address]:
            click.echo(line)

    _run_together([web, [*FLASK, "jobs", "work"]], env, lambda: _answers(host, port), announce)


def _refuse_taken_port(host: str, port: int) -> None:
    """One clear line instead of a server that tries in vain."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            raise click.ClickException(
                f"{host}:{port} cannot be used ({taken.strerror}); choose another port, for "
                f"instance PORT={port + 1}"
            ) from taken


def _load_demo(env: dict[str, str]) -> None:
    loaded = subprocess.run([*FLASK, "demo", "load"], cwd=ROOT, env=env)
    if loaded.returncode:
        raise click.ClickException(
            "the demo city could not be loaded, nothing of it was kept; start again, or without --demo"
        )


def _answers(host: str, port: int) -> bool:
    """Whether the web server takes connections."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        socket.create_connection((near, port), timeout=1).close()
    except OSError:
        return False
    return True


def _run_together(
    commands: list[list[str]],
    env: dict[str, str],
    ready: Callable[[], bool],
    announce: Callable[[], None],
) -> None:
    """Start all, `announce` once `ready`; when one ends, or we are told to stop, stop all and go."""
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: stopping.append(received))
    children = [subprocess.Popen(command, cwd=ROOT, env=env) for command in commands]
    announced = False
    while not stopping and all(child.poll() is None for child in children):
        if not announced and ready():
            announced = True
            announce()
        time.sleep(PAUSE)
    failed = not stopping
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        _await_end(child)
    if failed:
        codes = ", ".join(str(child.returncode) for child in children)
        raise click.ClickException(f"web server or worker ended by itself (exit codes {codes})")


def _await_end(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
