"""A running portal for browser tests: the real command, server and worker, with the demo city."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.support.databases import Database, PostgresDatabase, SqliteDatabase, fast_folder
from tests.support.paths import ROOT

PATIENCE = 180  # seconds until the demo city must answer, on a busy machine


class LivePortal:
    """`serve --demo` on a free port; `restore()` puts the city back as it was when it opened."""

    arguments: tuple[str, ...] = ("serve", "--demo")

    def __init__(self, name: str) -> None:
        folder = fast_folder()
        self.database: Database = SqliteDatabase(folder) if name == "sqlite" else PostgresDatabase()
        self.data_dir = folder / "data"
        self.data_dir.mkdir()
        self.url = f"http://127.0.0.1:{_free_port()}"
        self.log = folder / "serve.log"
        self._process = self._start()
        self._await_answer()
        self.database.keep_as_template()

    def restore(self) -> None:
        """Forget what the tests before did."""
        self.database.restore()

    def flask(self, *arguments: str) -> str:
        """Run one of the portal's commands against the same database; what it prints."""
        command = [sys.executable, "-m", "flask", "--app", "charity_portal.app", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self._environment(), check=True, capture_output=True, text=True
        ).stdout

    def stop(self) -> None:
        """End the server and the worker, and say so when they do not end well."""
        os.killpg(self._process.pid, signal.SIGTERM)
        code = self._process.wait(timeout=30)
        self.database.close()
        assert code in (0, -signal.SIGTERM), f"serve ended with {code}:\n{self._tail()}"

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.database.url,
            "SECRET_KEY": "a key that is only good for tests, and long enough for them",
            "DATA_DIR": str(self.data_dir),
            "PUBLIC_URL": self.url,
            "PYTHONUNBUFFERED": "1",
        }

    def _start(self) -> subprocess.Popen[bytes]:
        port = self.url.rpartition(":")[2]
        command = [
            *(sys.executable, "-m", "flask", "--app", "charity_portal.app"),
            *(*self.arguments, "--port", port),
        ]
        with self.log.open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def _await_answer(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self._process.poll() is None, f"serve ended at once:\n{self._tail()}"
            try:
                urllib.request.urlopen(self.url, timeout=5).close()
                return
            except urllib.error.HTTPError as answer:
                raise AssertionError(
                    f"{self.url} answers {answer.code}:\n{self._tail()}"
                ) from answer
            except (urllib.error.URLError, TimeoutError):
                time.sleep(0.1)
        raise AssertionError(f"no answer from {self.url} in {PATIENCE} s:\n{self._tail()}")

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


class BarePortal(LivePortal):
    """`serve` without the demo city."""

    arguments = ("serve",)


def chromium() -> str:
    """The browser: CHROMIUM, else where Debian puts it."""
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    assert Path(path).is_file(), f"{path} is not there; CHROMIUM names the browser to use"
    return path


def _end_with_parent() -> None:
    """Let the system stop the server when the tests are killed before they can."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
