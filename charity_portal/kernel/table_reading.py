"""Tables that people send (xlsx, xls, csv): read in a confined child, handed on as rows of text."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from charity_portal.kernel.confined.refusals import Refusal
from charity_portal.kernel.confined.running import Crashed, OutOfMemory, TookTooLong, run
from charity_portal.kernel.errors import Invalid, TooLarge
from charity_portal.kernel.i18n import Text, say

# Parts of the file format, the same in every language, so that a file can come back.
ERROR_TITLE = "错误说明"
EXAMPLE_MARK = "示例："
_SECONDS = 60
_MEMORY_MB = 1500
_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+0?0:00(?::00)?)?"
)


class BadTable(Invalid):
    """The file cannot be read as a table (422)."""


@dataclass(frozen=True)
class Row:
    """One row: its number in the file as the spreadsheet shows it, and text by column title.

    `distorted` names the columns whose cell held more digits than a spreadsheet number keeps: the
    code in it is not the one that was typed.
    """

    number: int
    cells: dict[str, str]
    distorted: frozenset[str] = frozenset()

    def distortions(self) -> list[tuple[str, Text]]:
        """What to tell about distorted cells, as error_workbook takes it."""
        return [(title, _DISTORTED) for title in self.cells if title in self.distorted]


@dataclass(frozen=True)
class Sheet:
    """A table that was read: titles, rows, and the version that its template names, if any."""

    header: list[str]
    rows: list[Row] = field(default_factory=list)
    version: str = ""

    def require(self, titles: Sequence[str]) -> None:
        """Raise BadTable naming the columns that are not there."""
        missing = [title for title in titles if title not in self.header]
        if missing:
            raise BadTable(say("表格缺少这些列：%(titles)s。", titles="、".join(missing)))


_DISTORTED = say("单元格是数字格式，长号码已失真；请把该列设为文本格式后重新填写。")
_WORDS = {
    "archive_damaged": say("文件已损坏或没有传完整，请重新保存后再上传。"),
    "archive_hides": say("文件的内部结构不正常，请用表格软件另存为 xlsx 后再上传。"),
    "archive_paths": say("文件的内部结构不正常，请用表格软件另存为 xlsx 后再上传。"),
    "archive_entries": say("文件的内部结构不正常，请用表格软件另存为 xlsx 后再上传。"),
    "archive_bomb": say("文件解开后过大，请删除多余的空行、空列后重新保存。"),
    "encrypted": say("文件设有密码，请取消密码后再上传。"),
    "not_a_table": say("这不是表格文件，请上传 xlsx、xls 或 csv 文件。"),
    "table_damaged": say("文件已损坏或没有传完整，请重新保存后再上传。"),
    "empty": say("表格里没有内容。"),
}


def read_table(stream: BinaryIO, filename: str, max_rows: int = 60_000, max_mb: int = 30) -> Sheet:
    """Read the first visible sheet (or the CSV) whose first filled row holds the titles.

    Empty rows, the example row of our templates and the column 错误说明 of our error workbooks are
    left out. Every cell is text; codes in numeric cells are kept digit by digit or reported as
    distorted. Takes up to a minute: call it outside transaction(). Raises TooLarge or BadTable;
    the content decides what the file is, `filename` is only named in messages.
    """
    raw = _raw(stream, filename, max_rows, max_mb)
    return _sheet(raw["rows"], raw["distorted"], raw["version"])


def read_grid(
    stream: BinaryIO, filename: str, max_rows: int = 60_000, max_mb: int = 30
) -> list[tuple[int, list[str]]]:
    """The same for a table that others made, whose titles may stand further down: every filled row
    with its number in the file. Cells whose digits a spreadsheet has rounded come empty.
    """
    raw = _raw(stream, filename, max_rows, max_mb)
    lost = {(number, column) for number, column in raw["distorted"]}
    return [
        (number, ["" if (number, i) in lost else cell for i, cell in enumerate(cells)])
        for number, cells in raw["rows"]
    ]


def _raw(stream: BinaryIO, filename: str, max_rows: int, max_mb: int) -> Any:
    with tempfile.TemporaryDirectory(prefix="table-") as folder:
        path = Path(folder) / "table"
        _save(stream, path, max_mb)
        try:
            return run(
                "charity_portal.kernel.confined.spreadsheets",
                {"path": str(path), "most_rows": max_rows},
                seconds=_SECONDS,
                memory_mb=_MEMORY_MB,
            )
        except Refusal as refusal:
            raise BadTable(_words(refusal)) from refusal
        except (OutOfMemory, TookTooLong) as grown:
            raise BadTable(_WORDS["archive_bomb"]) from grown
        except Crashed as crash:
            raise BadTable(
                say("“%(name)s”无法读取，请用表格软件另存为 xlsx 后再上传。", name=filename[-60:])
            ) from crash


def parse_day(text: str) -> date | None:
    """The day in a cell: `2026-03-05`, `2026/3/5`, `2026年3月5日`, `20260305`; else None."""
    match = _DAY.fullmatch(text.strip()) or re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text.strip())
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def _save(stream: BinaryIO, path: Path, max_mb: int) -> None:
    most = max_mb << 20
    with path.open("wb") as file:
        while chunk := stream.read(1 << 20):
            if file.tell() + len(chunk) > most:
                raise TooLarge(say("文件超过 %(most)s MB 的上限。", most=max_mb))
            file.write(chunk)


def _words(refusal: Refusal) -> Text:
    if refusal.code == "too_many_rows":
        return say("表格超过 %(most)s 行，请分成几个文件上传。", most=refusal.params["most"])
    if refusal.code == "csv_damaged":
        return say("第 %(line)s 行附近的引号不成对，无法读取。", line=refusal.params["line"])
    return _WORDS[refusal.code]


def _sheet(
    raw: list[tuple[int, list[str]]], distorted: list[tuple[int, int]], version: str
) -> Sheet:
    titles = [re.sub(r"\s+", "", title).rstrip("*＊") for title in raw[0][1]]
    _check_titles(titles, raw)
    bad: dict[int, set[str]] = {}
    for number, column in distorted:
        bad.setdefault(number, set()).add(titles[column])
    rows = []
    for number, cells in raw[1:]:
        if cells[0].startswith(EXAMPLE_MARK):
            continue
        padded = cells + [""] * (len(titles) - len(cells))
        named = {t: c for t, c in zip(titles, padded, strict=False) if t and t != ERROR_TITLE}
        if any(named.values()):
            rows.append(Row(number, named, frozenset(bad.get(number, ()))))
    return Sheet([title for title in titles if title and title != ERROR_TITLE], rows, version)


def _check_titles(titles: list[str], raw: list[tuple[int, list[str]]]) -> None:
    named = [title for title in titles if title]
    for title in named:
        if named.count(title) > 1:
            raise BadTable(say("标题“%(title)s”出现了不止一次。", title=title[:40]))
    for number, cells in raw[1:]:
        for index, cell in enumerate(cells):
            if cell and (index >= len(titles) or not titles[index]):
                raise BadTable(
                    say(
                        "第 %(row)s 行第 %(column)s 列有内容，但这一列没有标题。",
                        row=number,
                        column=index + 1,
                    )
                )
