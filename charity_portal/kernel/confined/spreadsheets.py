"""Read a workbook or CSV file into rows of text.

calamine allocates the whole rectangle between the first and the last used cell: a file of 6 KB
with one cell far away costs gigabytes. Hence the child process and its memory limit.
"""

import csv
import io
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import python_calamine

from charity_portal.kernel.confined import archives
from charity_portal.kernel.confined.refusals import Refusal

NOTES_SHEET = "填写说明"
_MOST_UNPACKED = 400 << 20
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_EXACT = 10**15
_GUARDED = re.compile(r"'\s*[=+\-@＝＋－＠\t\r]")


def work(arguments: dict[str, Any]) -> dict[str, Any]:
    """`path`, `most_rows` -> `rows` [[number, [text, …]], …] with the header first, `version`,
    `distorted` [[row number, column index], …]: cells whose digits a spreadsheet has rounded.
    """
    path = Path(arguments["path"])
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK"):
        _check_workbook(path)
        return _read_workbook(path, arguments["most_rows"])
    if start == _OLE:
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise Refusal("encrypted")
        return _read_workbook(path, arguments["most_rows"])
    return _read_csv(path.read_bytes(), arguments["most_rows"])


def _check_workbook(path: Path) -> None:
    with path.open("rb") as file, archives.open_zip(file) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            raise Refusal("not_a_table")
        for _ in archives.contents(archive, _MOST_UNPACKED):
            pass


def _read_workbook(path: Path, most_rows: int) -> dict[str, Any]:
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        names = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            and sheet.visible == python_calamine.SheetVisibleEnum.Visible
        ]
        data_names = [name for name in names if name != NOTES_SHEET]
        if not data_names:
            raise Refusal("empty")
        grid = book.get_sheet_by_name(data_names[0]).to_python(skip_empty_area=False)
        notes = book.get_sheet_by_name(NOTES_SHEET).to_python() if NOTES_SHEET in names else []
    except python_calamine.PasswordError as locked:
        raise Refusal("encrypted") from locked
    except (python_calamine.CalamineError, OSError) as broken:
        raise Refusal("table_damaged") from broken
    version = _text(notes[0][1]) if notes and len(notes[0]) > 1 else ""
    return _collect(grid, most_rows) | {"version": version}


def _read_csv(content: bytes, most_rows: int) -> dict[str, Any]:
    text = _decode(content)
    delimiter = max(",\t;", key=_first_divided(text).count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        grid = [[_unguarded(cell) for cell in row] for row in reader]
    except csv.Error as broken:
        raise Refusal("csv_damaged", line=reader.line_num) from broken
    return _collect(grid, most_rows) | {"version": ""}


def _first_divided(text: str) -> str:
    """The first line that is divided at all: above it banks write whose account it is."""
    lines = text.lstrip().splitlines()
    return next((line for line in lines if any(sign in line for sign in ",\t;")), "")


def _decode(content: bytes) -> str:
    marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if re.search(r"[\x00-\x08\x0e-\x1f]", text) is None:
            return text
    raise Refusal("not_a_table")


def _collect(grid: list[list[Any]], most_rows: int) -> dict[str, Any]:
    rows: list[tuple[int, list[str]]] = []
    distorted: list[tuple[int, int]] = []
    for number, cells in enumerate(grid, 1):
        texts = [_text(cell) for cell in cells]
        if not any(texts):
            continue
        rows.append((number, texts))
        distorted += [(number, i) for i, cell in enumerate(cells) if _lost_digits(cell)]
        if len(rows) > most_rows + 1:
            raise Refusal("too_many_rows", most=most_rows)
    if not rows:
        raise Refusal("empty")
    return {"rows": rows, "distorted": distorted}


def _lost_digits(cell: object) -> bool:
    """Spreadsheets keep 15 digits: a longer code typed as a number is not what it was."""
    return isinstance(cell, float) and abs(cell) >= _EXACT


def _text(cell: object) -> str:
    """What a person would read in the cell, dates as 2026-03-05, numbers without an exponent."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else f"{Decimal(repr(cell)):f}"
    if isinstance(cell, datetime):
        at_midnight = cell.time() == time(0)
        return cell.strftime("%Y-%m-%d" if at_midnight else "%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell).strip()


def _unguarded(cell: str) -> str:
    """Our own CSV files put an apostrophe before what a spreadsheet would take for a formula."""
    return cell[1:] if _GUARDED.match(cell) else cell
