"""Start a confined child process, wait for it, kill it when its time is up."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from charity_portal.kernel.confined.__main__ import OUT_OF_MEMORY
from charity_portal.kernel.confined.refusals import Refusal

_ROOT = Path(__file__).resolve().parents[3]
_KEPT_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME")


class TookTooLong(Exception):
    """The child was killed because its time was up."""


class OutOfMemory(Exception):
    """The child needed more memory than it was given."""


class Crashed(Exception):
    """The child ended by itself without an answer; the text is the end of what it printed."""


def run(
    module: str,
    arguments: dict[str, Any],
    *,
    seconds: int,
    memory_mb: int,
    environment: Mapping[str, str] | None = None,
) -> Any:
    """Call `work(arguments)` of a kernel module in a child process and return its result.

    Arguments and result are JSON; large bytes travel in files named by them. Raises Refusal as the
    child did, TookTooLong after `seconds` of wall time, OutOfMemory, or Crashed.
    """
    given = _environment() | dict(environment or {})
    child = start(module, seconds, memory_mb, given, str(_ROOT))
    try:
        out, err = child.communicate(json.dumps(arguments).encode(), timeout=seconds)
    except subprocess.TimeoutExpired:
        raise TookTooLong(f"{module}: more than {seconds} s") from None
    finally:
        _end(child)
    return _answer(child.returncode, out, err)


def start(
    module: str, seconds: int, memory_mb: int, environment: Mapping[str, str], folder: str
) -> subprocess.Popen[bytes]:
    """The child, waiting for its arguments."""
    command = [sys.executable, "-m", "charity_portal.kernel.confined", module]
    return subprocess.Popen(
        [*command, str(seconds), str(memory_mb)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    """What a child may know: no secret, no address of a database."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8"}


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and whatever it started; a child that has ended is not touched."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()


def _answer(status: int, out: bytes, err: bytes) -> Any:
    said = err.decode("utf-8", "replace")[-2000:]
    if status == OUT_OF_MEMORY or "memory allocation of" in said or "MemoryError" in said:
        raise OutOfMemory(said)
    if status == -signal.SIGXCPU:
        raise TookTooLong(said)
    if status != 0:
        raise Crashed(f"exit status {status}: {said}")
    answer = json.loads(out)
    if "refused" in answer:
        raise Refusal(answer["refused"], **answer["params"])
    return answer["done"]
