"""`serve`: server and worker live and end together, and a taken port is said in one line."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PATIENCE = 60
Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Start]:
    """Start the portal on an empty database of its own, without a demo city."""
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DEMO", "PUBLIC_URL")}
    env |= {"DATA_DIR": str(tmp_path), "PORT": str(port)}
    command = [sys.executable, "-m", "flask", "--app", "charity_portal.app", "serve"]
    begun: list[subprocess.Popen[str]] = []

    def run() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        begun.append(process)
        return process

    yield run
    for process in begun:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _await(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def _children(parent: int) -> dict[str, int]:
    """Processes begun by `parent`: `gunicorn` and `work`, with their numbers."""
    found = {}
    for number in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        command = Path(f"/proc/{number}/cmdline").read_text().split("\0")
        found["gunicorn" if "gunicorn" in command else command[-2]] = int(number)
    return found


def test_a_taken_port_is_said_in_one_line_before_anything_is_touched(
    start: Start, port: int, tmp_path: Path
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        said, _ = start().communicate(timeout=PATIENCE)
    assert said.count("\n") == 1
    assert f"127.0.0.1:{port} cannot be used" in said
    assert not (tmp_path / "portal.sqlite3").exists()


def test_interrupting_ends_server_and_worker_and_counts_as_no_failure(
    start: Start, port: int
) -> None:
    process = start()
    _await(lambda: _answers(port))
    assert set(_children(process.pid)) == {"gunicorn", "work"}
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert f"http://127.0.0.1:{port}" in said
    assert not _answers(port)


def test_when_the_worker_dies_the_server_ends_too_and_somebody_learns_of_it(
    start: Start, port: int
) -> None:
    process = start()
    _await(lambda: _answers(port))
    os.kill(_children(process.pid)["work"], signal.SIGKILL)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "ended by itself" in said
    assert not _answers(port)
