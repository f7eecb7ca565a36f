import errno
import io
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter

from charity_portal.kernel.confined import archives
from charity_portal.kernel.confined.refusals import Refusal
from charity_portal.kernel.confined.running import Crashed, OutOfMemory, TookTooLong, run
from charity_portal.kernel.pdf.rendering import render
from tests.factories import uploads
from tests.support import warm

SPREADSHEETS = "charity_portal.kernel.confined.spreadsheets"


@pytest.fixture(autouse=True)
def _as_in_life() -> Iterator[None]:
    with warm.cold():
        yield


def _read(path: Path, seconds: int = 20, memory_mb: int = 500) -> object:
    arguments = {"path": str(path), "most_rows": 100}
    return run(SPREADSHEETS, arguments, seconds=seconds, memory_mb=memory_mb)


def test_a_child_answers_with_data(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称\n甲\n")
    assert _read(path) == {"rows": [[1, ["名称"]], [2, ["甲"]]], "distorted": [], "version": ""}


def test_a_child_refuses_with_a_code_and_figures(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n" * 102)
    with pytest.raises(Refusal) as caught:
        _read(path)
    assert (caught.value.code, caught.value.params) == ("too_many_rows", {"most": 100})


def test_a_child_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "never"
    os.mkfifo(path)
    started = time.monotonic()
    with pytest.raises(TookTooLong):
        _read(path, seconds=1)
    assert time.monotonic() - started < 10
    with pytest.raises(OSError) as caught:  # nobody is left to read from the pipe
        os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    assert caught.value.errno == errno.ENXIO


def test_a_child_that_wants_too_much_memory_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write(0, 0, "a")
        page.write(1_048_575, 16_383, "b")
    with pytest.raises(OutOfMemory):
        _read(path)


def test_a_child_that_fails_is_a_crash_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(Crashed, match="FileNotFoundError"):
        _read(tmp_path / "absent")


def test_only_modules_of_the_kernel_are_run() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "charity_portal.kernel.confined", "os", "5", "500"],
        input=b"{}",
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
    assert b"not a module of the kernel" in done.stderr


def test_a_child_sees_no_secret_of_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "must not travel")
    path = tmp_path / "waits"
    os.mkfifo(path)
    ended: list[BaseException] = []

    def wait_for_it() -> None:
        try:
            _read(path)
        except Crashed as crash:
            ended.append(crash)

    waiting = threading.Thread(target=wait_for_it)
    waiting.start()
    with path.open("w"):  # opens as soon as the child reads from it
        cold = f"charity_portal.kernel.confined\0{SPREADSHEETS}"
        children = [child for child in _children() if cold in _of(child, "cmdline")]
        environments = [_of(child, "environ") for child in children]
        for child in children:
            os.kill(child, signal.SIGKILL)
    waiting.join()
    assert len(ended) == len(environments) == 1
    assert "LC_ALL=C.UTF-8" in environments[0]
    assert "must not travel" not in environments[0]


def _outcomes(folder: Path) -> list[object]:
    """What comes of a table, a file that is refused, a document, and a child that fails."""
    table, bad = folder / "a.csv", folder / "a.pdf"
    table.write_text("名称\n甲\n")
    bad.write_bytes(uploads.pdf_with_hidden_script())
    about = {"path": str(bad), "name": "a.pdf", "kinds": ["pdf"], "attachments": False}
    paper = '<html lang="zh-CN"><head><title>一</title></head><body><h1>慈善</h1></body></html>'
    found: list[object] = [_read(table)]
    with pytest.raises(Refusal) as refused:
        run("charity_portal.kernel.confined.uploads", about, seconds=20, memory_mb=1500)
    found += [refused.value.code, refused.value.params]
    found.append(render(paper, created=datetime(2026, 3, 2, tzinfo=UTC), identifier="1"))
    with pytest.raises(Crashed) as crashed:
        _read(folder / "absent")
    return [*found, str(crashed.value).splitlines()[-1]]


def test_children_that_begin_warm_do_what_those_of_life_do(tmp_path: Path) -> None:
    as_in_life = _outcomes(tmp_path)
    warm.install()
    assert _outcomes(tmp_path) == as_in_life


def test_a_warm_child_ends_when_its_time_is_up_and_the_next_one_works(tmp_path: Path) -> None:
    warm.install()
    test_a_child_that_takes_too_long_is_killed(tmp_path)
    assert _read_csv(tmp_path) == {"rows": [[1, ["a"]]], "distorted": [], "version": ""}


def _read_csv(folder: Path) -> object:
    (folder / "b.csv").write_text("a\n")
    return _read(folder / "b.csv")


def _children() -> list[int]:
    listed = (Path(task, "children").read_text() for task in Path("/proc/self/task").iterdir())
    return [int(pid) for text in listed for pid in text.split()]


def _of(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text()


def test_a_size_that_an_archive_states_about_itself_is_not_believed() -> None:
    content = bytearray(uploads.archive({"a.txt": bytes(5 << 20)}))
    # Understate the unpacked size in the central directory: 24 bytes into the entry.
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    with archives.open_zip(io.BytesIO(content)) as archive, pytest.raises(Refusal):
        for _ in archives.contents(archive, 1 << 20):
            pass


def test_everything_that_comes_out_of_an_archive_is_seen() -> None:
    parts: dict[str, bytes | str] = {"a": b"x" * (3 << 20), "b": b"y"}
    seen: dict[str, int] = {}
    with archives.open_zip(io.BytesIO(uploads.archive(parts))) as archive:
        for name, chunk in archives.contents(archive, 4 << 20):
            seen[name] = seen.get(name, 0) + len(chunk)
    assert seen == {"a": 3 << 20, "b": 1}


def test_two_entries_of_one_name_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, pytest.warns(UserWarning):
        archive.writestr("a", "shown")
        archive.writestr("a", "hidden")
    with pytest.raises(Refusal):
        archives.open_zip(buffer)
