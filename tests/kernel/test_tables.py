import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
import xlsxwriter

from charity_portal.kernel.tables import (
    Column,
    error_workbook,
    read_table,
    write_csv,
    write_xlsx,
)

COLUMNS = [
    Column("name", "机构名称", width=30),
    Column("code", "统一社会信用代码", prompt="18 位，文本格式", example="51370600MJ0123456H"),
    Column("account", "银行账号"),
    Column("amount", "金额（元）", "money"),
    Column("count", "人数", "int"),
    Column("day", "日期", "date"),
    Column("moment", "提交时间", "datetime"),
    Column("share", "占比", "percent"),
    Column("kind", "类别", choices=["助老", "助学", "济困"]),
]
ROWS: list[dict[str, Any]] = [
    {
        "name": "海棠社区互助会",
        "code": "51370600MJ0123456H",
        "account": "370602199001011234",
        "amount": 123456789,
        "count": 42,
        "day": date(2026, 3, 5),
        "moment": datetime(2026, 3, 5, 0, 30, tzinfo=UTC),
        "share": Fraction(1, 8),
        "kind": "助老",
    },
    {
        "name": "=1+1",
        "code": "000123",
        "account": "+8613800000000",
        "amount": -50,
        "count": 0,
        "day": None,
        "moment": None,
        "share": None,
        "kind": "@SUM(A1)",
    },
]
HEADER = [str(column.title) for column in COLUMNS]


def _read(content: bytes, name: str = "表.xlsx", **limits: int) -> Any:
    return read_table(io.BytesIO(content), name, **limits)


def _book(*rows: list[Any]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        for index, value in enumerate(row):
            page.write(number, index, value)
    book.close()
    return buffer.getvalue()


def test_a_workbook_reads_back_as_it_was_written() -> None:
    sheet = _read(write_xlsx("项目清单", COLUMNS, ROWS))
    assert sheet.header == HEADER
    assert [row.number for row in sheet.rows] == [2, 3]
    assert list(sheet.rows[0].cells.values()) == [
        "海棠社区互助会",
        "51370600MJ0123456H",
        "370602199001011234",
        "1234567.89",
        "42",
        "2026-03-05",
        "2026-03-05 08:30:00",
        "0.125",
        "助老",
    ]
    assert list(sheet.rows[1].cells.values())[:5] == [
        "=1+1",
        "000123",
        "+8613800000000",
        "-0.5",
        "0",
    ]


def test_a_csv_reads_back_as_it_was_written() -> None:
    content = b"".join(write_csv(COLUMNS, ROWS))
    assert content.startswith(b"\xef\xbb\xbf")
    sheet = _read(content, "表.csv")
    assert sheet.header == HEADER
    assert sheet.rows[0].cells["金额（元）"] == "1234567.89"
    assert sheet.rows[0].cells["占比"] == "12.50%"
    assert sheet.rows[1].cells["机构名称"] == "=1+1"
    assert sheet.rows[1].cells["银行账号"] == "+8613800000000"
    assert sheet.rows[1].cells["金额（元）"] == "-0.50"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1+1", "@A1", "＝1", "＋1", "－1", "＠A", "\t=1", "\r=1", "  =1", "-", "\n@x"],
)
def test_no_csv_cell_starts_like_a_formula(text: str) -> None:
    content = b"".join(write_csv([Column("a", "甲")], [{"a": text}])).decode("utf-8-sig")
    cell = content.split("\r\n", 1)[1].lstrip('"')
    assert cell.startswith("'")


@pytest.mark.parametrize("text", ["-5", "-12.50", "-3%", "5-3", "a=b"])
def test_plain_text_and_negative_numbers_stay_as_they_are(text: str) -> None:
    content = b"".join(write_csv([Column("a", "甲")], [{"a": text}])).decode("utf-8-sig")
    assert content == f"甲\r\n{text}\r\n"


def test_no_formula_is_in_a_workbook() -> None:
    content = write_xlsx("表", COLUMNS, ROWS, notes=["=HYPERLINK(1)"], template="v1")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name]
    assert len(parts) == 2
    assert not any(b"<f>" in part for part in parts)


def test_columns_of_codes_are_text_even_where_empty() -> None:
    content = write_xlsx("表", COLUMNS, [])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        styles = archive.read("xl/styles.xml").decode()
        page = archive.read("xl/worksheets/sheet1.xml").decode()
    assert 'formatCode="@"' in styles
    assert '<col min="1" max="1" width="30.7109375" style=' in page
    assert 'state="frozen"' in page


def test_a_template_has_prompts_choices_an_example_and_a_version() -> None:
    content = write_xlsx("名册", COLUMNS, [], notes=["金额以元为单位"], template="roster-2")
    sheet = _read(content)
    assert sheet.version == "roster-2"
    assert sheet.header == HEADER
    assert sheet.rows == []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()
        notes = archive.read("xl/worksheets/sheet2.xml").decode()
    assert "18 位，文本格式" in page
    assert 'type="list"' in page
    assert "示例：" in page
    assert "51370600MJ0123456H" in page
    assert "济困" in notes


def test_the_error_workbook_can_be_corrected_and_sent_again() -> None:
    sheet = _read(_book(["名称", "金额"], ["甲", "x"], ["乙", 2], ["丙", ""]))
    content = error_workbook(
        sheet, {2: [("金额", "不是金额")], 4: [("金额", "请填写"), ("", "重复")]}
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "错误说明" in page
    assert "金额：不是金额" in page
    assert "金额：请填写；重复" in page
    again = _read(content)
    assert again.header == sheet.header
    assert [row.cells for row in again.rows] == [row.cells for row in sheet.rows]


def test_the_error_workbook_may_hold_the_bad_rows_only() -> None:
    sheet = _read(_book(["名称"], ["甲"], ["乙"]))
    assert [
        r.cells["名称"] for r in _read(error_workbook(sheet, {3: [("", "坏")]}, True)).rows
    ] == ["乙"]


def test_text_beyond_what_a_cell_holds_is_cut_with_a_note() -> None:
    sheet = _read(write_xlsx("表", [Column("a", "甲")], [{"a": "长" * 40_000}]))
    assert sheet.rows[0].cells["甲"].endswith("已截断）")


def test_rows_may_come_from_a_generator() -> None:
    def many() -> Iterator[dict[str, str]]:
        for n in range(3000):
            yield {"a": f"第{n}行"}

    columns = [Column("a", "甲")]
    assert len(_read(write_xlsx("表", columns, many())).rows) == 3000
    assert len(_read(b"".join(write_csv(columns, many())), "a.csv").rows) == 3000
