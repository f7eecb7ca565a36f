"""Tables that the portal hands out: workbooks and CSV in which nothing turns into a formula.

Text stays text (identity numbers and account numbers keep every digit), money becomes a number with
two decimals, moments are shown on the city's clocks.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from charity_portal.kernel import clock
from charity_portal.kernel.confined.spreadsheets import NOTES_SHEET
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.table_reading import (
    ERROR_TITLE,
    EXAMPLE_MARK,
    BadTable,
    Row,
    Sheet,
    parse_day,
    read_grid,
    read_table,
)

__all__ = [
    "BadTable",
    "Column",
    "Kind",
    "Row",
    "Sheet",
    "error_workbook",
    "parse_day",
    "read_grid",
    "read_table",
    "write_csv",
    "write_xlsx",
]

Kind = Literal["text", "money", "int", "points", "date", "datetime", "percent"]
_NUMBER_FORMATS: Mapping[Kind, str] = {
    "text": "@",
    "money": "#,##0.00",
    "int": "0",
    "points": "0.0000",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm:ss",
    "percent": "0.00%",
}
_LONGEST_CELL = 32_767
_TEMPLATE_ROWS = 5000
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r]")
_PLAIN_NUMBER = re.compile(r"-[0-9]+(?:\.[0-9]+)?%?")


@dataclass(frozen=True)
class Column:
    """One column. Values come from each row's mapping under `key`; None leaves the cell empty.

    Kinds and their values: text any object by str(); money whole fen; int; date; datetime aware;
    percent a Fraction, Decimal or number where 1 is 100 %. The rest is for templates: `prompt` is
    shown beside the cell, `choices` make a list, `example` is text for the example row.
    """

    key: str
    title: str | Text
    kind: Kind = "text"
    width: int = 16
    prompt: str | Text = ""
    choices: Sequence[str] = ()
    example: str | Text = ""


def write_xlsx(
    sheet_name: str,
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]],
    notes: Sequence[str | Text] | None = None,
    template: str | None = None,
) -> bytes:
    """A workbook with a frozen header row; `rows` may be a generator, memory stays flat.

    `notes` go to a second sheet. `template` (its version, which read_table returns as
    `Sheet.version`) adds prompts, choices and an example row that read_table skips.
    """
    buffer = io.BytesIO()
    book = _new_book(buffer)
    page = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", "_", sheet_name)[:31])
    formats = _lay_out(book, page, columns)
    first = 1
    if template is not None:
        _write_example(book, page, columns)
        first = 2
    for number, row in enumerate(rows, first):
        for index, column in enumerate(columns):
            _write_cell(page, number, index, column.kind, row[column.key], formats[column.kind])
    choices = _add_prompts(page, columns) if template is not None else []
    if notes is not None or template is not None:
        _write_notes(book, notes or [], template or "", choices)
    book.close()
    return buffer.getvalue()


def write_csv(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The same table as CSV in pieces (UTF-8 with a mark, so that spreadsheets show Chinese).

    Text that a spreadsheet would run as a formula gets an apostrophe before it; read_table takes
    it off again.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([_guarded(str(column.title)) for column in columns])
    yield "\ufeff".encode()
    for row in rows:
        writer.writerow([_csv_cell(column.kind, row[column.key]) for column in columns])
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue().encode("utf-8", "replace")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8", "replace")


def error_workbook(
    sheet: Sheet,
    errors: Mapping[int, Sequence[tuple[str, str | Text]]],
    only_errors: bool = False,
) -> bytes:
    """What was sent, with a red column 错误说明 at the end and the cells at fault marked.

    `errors` maps a row number to (column title, reason) pairs; an empty title concerns the whole
    row. The file can be corrected and sent again as it is. `only_errors` leaves good rows out.
    """
    buffer = io.BytesIO()
    book = _new_book(buffer)
    page = book.add_worksheet(str(say("数据")))
    columns = [Column(title, title) for title in sheet.header]
    plain = _lay_out(book, page, [*columns, Column("", ERROR_TITLE, width=60)])["text"]
    wrong = book.add_format({"num_format": "@", "bg_color": "#FDE2E1", "font_color": "#B3261E"})
    red = book.add_format({"font_color": "#B3261E", "bold": True, "text_wrap": True})
    page.write_string(0, len(columns), ERROR_TITLE, red)
    kept = [row for row in sheet.rows if row.number in errors or not only_errors]
    for number, row in enumerate(kept, 1):
        found = errors.get(row.number, ())
        faulty = {title for title, _ in found}
        for index, title in enumerate(sheet.header):
            style = wrong if title in faulty else plain
            _write_text(page, number, index, row.cells[title], style)
        reasons = "；".join(
            f"{title}：{reason}" if title else str(reason) for title, reason in found
        )
        _write_text(page, number, len(columns), reasons, red)
    book.close()
    return buffer.getvalue()


def _new_book(buffer: io.BytesIO) -> xlsxwriter.Workbook:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"created": clock.local(clock.now()).replace(tzinfo=None)})
    return book


def _lay_out(
    book: xlsxwriter.Workbook, page: Worksheet, columns: Sequence[Column]
) -> dict[Kind, Format]:
    """Header, widths and column formats: an empty cell of a text column is text as well."""
    formats = {kind: book.add_format({"num_format": f}) for kind, f in _NUMBER_FORMATS.items()}
    bold = book.add_format({"bold": True, "bg_color": "#EEF1F4", "bottom": 1, "text_wrap": True})
    for index, column in enumerate(columns):
        page.set_column(index, index, column.width, formats[column.kind])
        _write_text(page, 0, index, str(column.title), bold)
    page.freeze_panes(1, 0)
    return formats


def _write_cell(
    page: Worksheet, row: int, column: int, kind: Kind, value: Any, style: Format
) -> None:
    if value is None:
        return
    if kind == "text":
        _write_text(page, row, column, str(value), style)
    elif kind == "money":
        # Up to 10^14 fen a double shows both decimals exactly.
        page.write_number(row, column, value / 100, style)
    elif kind == "datetime":
        page.write_datetime(row, column, clock.local(value).replace(tzinfo=None), style)
    elif kind == "date":
        page.write_datetime(row, column, value, style)
    else:
        page.write_number(row, column, float(value), style)


def _write_text(page: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    if len(text) > _LONGEST_CELL:
        text = text[: _LONGEST_CELL - 60] + str(say("……（超长，已截断）"))
    if text:
        page.write_string(row, column, text.encode("utf-8", "replace").decode(), style)


def _write_example(book: xlsxwriter.Workbook, page: Worksheet, columns: Sequence[Column]) -> None:
    grey = book.add_format({"italic": True, "font_color": "#6B7280", "num_format": "@"})
    for index, column in enumerate(columns):
        mark = EXAMPLE_MARK if index == 0 else ""
        _write_text(page, 1, index, f"{mark}{column.example}", grey)


def _add_prompts(page: Worksheet, columns: Sequence[Column]) -> list[Column]:
    """Prompts and lists for the rows to fill; returns the columns that have choices."""
    with_choices = [column for column in columns if column.choices]
    for index, column in enumerate(columns):
        rule: dict[str, Any] = {"validate": "any"}
        if column.choices:
            letter = xlsxwriter.utility.xl_col_to_name(3 + with_choices.index(column))
            last = len(column.choices) + 1
            rule = {
                "validate": "list",
                "source": f"={NOTES_SHEET}!${letter}$2:${letter}${last}",
                "error_title": str(say("请从列表中选择")),
            }
        if column.prompt:
            rule |= {
                "input_title": str(column.title)[:32],
                "input_message": str(column.prompt)[:255],
            }
        if len(rule) > 1:
            page.data_validation(2, index, _TEMPLATE_ROWS, index, rule)
    return with_choices


def _write_notes(
    book: xlsxwriter.Workbook, notes: Sequence[str | Text], version: str, choices: list[Column]
) -> None:
    """Version in row 1, notes below it, the choices of lists to the right."""
    page = book.add_worksheet(NOTES_SHEET)
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 90)
    lists = [[str(column.title), *column.choices] for column in choices]
    for row in range(max([len(notes) + 1, *(len(items) for items in lists)])):
        if row == 0:
            _write_text(page, 0, 0, str(say("模板版本")) if version else "", text)
            _write_text(page, 0, 1, version, text)
        elif row <= len(notes):
            _write_text(page, row, 1, str(notes[row - 1]), text)
        for index, items in enumerate(lists):
            if row < len(items):
                _write_text(page, row, 3 + index, items[row], text)


def _csv_cell(kind: Kind, value: Any) -> str:
    if value is None:
        return ""
    if kind == "money":
        sign = "-" if value < 0 else ""
        return f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}"
    if kind == "datetime" and isinstance(value, datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M:%S}"
    if kind == "date" and isinstance(value, date):
        return value.isoformat()
    if kind == "percent":
        return f"{float(Fraction(value) * 100):.2f}%"
    return str(value) if kind in ("int", "points") else _guarded(str(value))


def _guarded(text: str) -> str:
    harmless = not _FORMULA.match(text) or _PLAIN_NUMBER.fullmatch(text)
    return text if harmless else "'" + text
