"""Processes that post and are killed while they do."""

import os
import signal
import subprocess
import sys
import time

from flask import Flask

from tests.factories.funds import Settled
from tests.support.paths import ROOT


class Posters:
    """The process that others are forked from (`support/posting_process.py`)."""

    def __init__(self, app: Flask) -> None:
        environment = os.environ | {
            "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
            "SECRET_KEY": app.config["SECRET_KEY"],
            "DATA_DIR": str(app.config["DATA_DIR"]),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.posting_process"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def killed(self, fund: Settled, run: int, lines: int, wait: float = 0) -> list[str]:
        """The causes that one told to be posted before it was killed, so many seconds after so many."""
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        print(fund.fund_id, fund.purpose, fund.staff.user_id, run, file=process.stdin)
        word, _, number = process.stdout.readline().strip().partition(" ")
        assert word == "pid"
        told = [process.stdout.readline().strip() for _ in range(lines)]
        time.sleep(wait)
        os.kill(int(number), signal.SIGKILL)
        while not (line := process.stdout.readline()).startswith("ended"):
            assert line, "the process that forks others is gone"
            told.append(line.strip())
        assert line == f"ended {-signal.SIGKILL}\n"
        return told

    def close(self) -> None:
        self._process.communicate()
