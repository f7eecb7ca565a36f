"""Confined children that begin warm: forked from a process that has imported their module already.

The portal starts a fresh interpreter for each file and each document, and most of what that costs
is imports. Tests start a thousand of them. Here each kind of work has a nest, one process that waits
with the module imported; a child is a fork of it that then goes the same way (`confined.__main__`):
its own session, its environment alone, its limits. `tests/kernel/test_confined.py` starts its
children cold, as in life, and compares.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from charity_portal.kernel.confined import __main__ as confined
from charity_portal.kernel.confined import running

_MESSAGE = 1 << 16
_cold_start = running.start


class Nest:
    """The waiting process of one module, and the turn to use it: one child at a time."""

    def __init__(self, module: str, folder: str) -> None:
        self.turn = threading.Lock()
        self.talk, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.support.warm", module, str(theirs.fileno())]
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
        )
        theirs.close()
        atexit.register(self.close)

    def close(self) -> None:
        """It ends when nobody can ask it for more."""
        self.talk.close()
        self._process.wait()


class WarmChild:
    """As much of `Popen` as `confined.running` uses."""

    def __init__(self, nest: Nest, call: dict[str, Any]) -> None:
        self._nest, self._call = nest, call
        self._files = [os.memfd_create(name) for name in ("in", "out", "err")]
        self._said: tuple[bytes, bytes] | None = None
        self.pid = 0
        self.returncode: int | None = None

    def communicate(
        self, given: bytes | None = None, timeout: float | None = None
    ) -> tuple[bytes, bytes]:
        """Start it when it has not been started, and wait; TimeoutExpired leaves it running."""
        if self._said is not None:
            return self._said
        if not self.pid:
            self._begin(given or b"")
        talk = self._nest.talk
        talk.settimeout(timeout)
        try:
            answer = talk.recv(_MESSAGE)
        except TimeoutError:
            raise subprocess.TimeoutExpired(self._call["module"], timeout or 0) from None
        finally:
            talk.settimeout(None)
        self._nest.turn.release()
        self.returncode = int(answer)
        _given, out, err = (_all_of(file) for file in self._files)
        self._said = out, err
        return self._said

    def _begin(self, given: bytes) -> None:
        """Have it forked. A nest that is gone is an error, and a child that never was has ended:
        nobody may take its number, which is 0, for a process."""
        talk = self._nest.talk
        self._nest.turn.acquire()
        try:
            os.write(self._files[0], given)
            os.lseek(self._files[0], 0, os.SEEK_SET)
            socket.send_fds(talk, [json.dumps(self._call).encode()], self._files)
            self.pid = int(talk.recv(_MESSAGE))
        except BaseException:
            self.returncode, self._said = -1, (b"", b"")
            self._nest.turn.release()
            raise

    def poll(self) -> int | None:
        """Its exit status, None while it runs."""
        return self.returncode


def _all_of(file: int) -> bytes:
    with os.fdopen(file, "rb") as reading:
        reading.seek(0)
        return reading.read()


_nests: dict[str, Nest] = {}
_building = threading.Lock()


def start(
    module: str, seconds: int, memory_mb: int, environment: Mapping[str, str], folder: str
) -> WarmChild:
    """In place of `confined.running.start`."""
    with _building:
        if module not in _nests:
            _nests[module] = Nest(module, folder)
    call = {"module": module, "seconds": seconds, "memory_mb": memory_mb, "env": dict(environment)}
    return WarmChild(_nests[module], call)


def install() -> None:
    """From here on children of this process begin warm."""
    running.start = start  # type: ignore[assignment]


@contextlib.contextmanager
def cold() -> Iterator[None]:
    """Inside, children begin as in life."""
    running.start = _cold_start
    try:
        yield
    finally:
        install()


def sit(module: str, talk: socket.socket) -> None:
    """The nest: fork a child for each call, tell its id, wait for it, tell its exit status."""
    importlib.import_module(module)
    gc.freeze()
    while True:
        text, files, _flags, _address = socket.recv_fds(talk, _MESSAGE, 3)
        if not text:
            return
        child = os.fork()
        if child == 0:
            talk.close()
            _work(json.loads(text), files)
        for file in files:
            os.close(file)
        talk.send(str(child).encode())
        _, status = os.waitpid(child, 0)
        talk.send(str(os.waitstatus_to_exitcode(status)).encode())


def _work(call: dict[str, Any], files: list[int]) -> None:
    status = 1
    try:
        os.setsid()
        for number, file in enumerate(files):
            os.dup2(file, number)
        os.environ.clear()
        os.environ.update(call["env"])
        status = confined.main(call["module"], call["seconds"], call["memory_mb"])
    except BaseException:  # noqa: BLE001  (whatever it is: the child says it and ends)
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[2])) as asked:
        sit(sys.argv[1], asked)
