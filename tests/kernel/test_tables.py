import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
import xlsxwriter

from charity_portal.kernel.errors import TooLarge
from charity_portal.kernel.tables import (
    BadTable,
    Column,
    error_workbook,
    parse_day,
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


def _refusal(content: bytes, **limits: int) -> str:
    with pytest.raises(BadTable) as caught:
        _read(content, **limits)
    return caught.value.message.in_source()


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


def test_a_code_typed_as_a_number_is_kept_or_reported() -> None:
    sheet = _read(_book(["姓名", "号码"], ["甲", 13800000000], ["乙", 370602199001011234]))
    assert sheet.rows[0].cells["号码"] == "13800000000"
    assert sheet.rows[0].distortions() == []
    assert [title for title, _ in sheet.rows[1].distortions()] == ["号码"]


def test_row_numbers_are_those_of_the_spreadsheet() -> None:
    sheet = _read(_book([], ["名称", "金额*"], [], ["甲", 1.5], ["", ""], ["乙", 2]))
    assert sheet.header == ["名称", "金额"]
    assert [(row.number, row.cells["金额"]) for row in sheet.rows] == [(4, "1.5"), (6, "2")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_the_encodings_that_offices_use(encoding: str) -> None:
    content = "名称,金额\r\n鲁东市慈善总会,１２\r\n".encode(encoding)
    assert _read(content, "a.csv").rows[0].cells == {"名称": "鲁东市慈善总会", "金额": "１２"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_may_use_another_delimiter(delimiter: str) -> None:
    content = f"名称{delimiter}金额\n甲{delimiter}1\n".encode()
    assert _read(content, "a.csv").rows[0].cells == {"名称": "甲", "金额": "1"}


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


def test_missing_columns_are_named() -> None:
    sheet = _read(_book(["名称"], ["甲"]))
    with pytest.raises(BadTable) as caught:
        sheet.require(["名称", "金额", "日期"])
    assert "金额、日期" in caught.value.message.in_source()


def test_a_title_must_be_unique() -> None:
    assert "“名称”出现了不止一次" in _refusal(_book(["名称", "名称"], ["甲", "乙"]))


def test_a_filled_column_without_a_title_is_not_dropped_in_silence() -> None:
    assert "第 2 行第 2 列" in _refusal(_book(["名称"], ["甲", "乙"]))


def test_too_many_rows_are_refused_with_the_limit() -> None:
    rows = [["名称"], *[[str(n)] for n in range(11)]]
    assert "10 行" in _refusal(_book(*rows), max_rows=10)
    assert len(_read(_book(*rows), max_rows=11).rows) == 11


def test_a_file_that_is_too_large_is_refused_with_the_limit() -> None:
    with pytest.raises(TooLarge) as caught:
        _read(b"a," * (1 << 20), "a.csv", max_mb=1)
    assert "1 MB" in caught.value.message.in_source()


def test_a_bomb_is_refused_by_what_comes_out_of_it() -> None:
    buffer = io.BytesIO(_book(["名称"], ["甲"]))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(450 << 20))
    assert len(buffer.getvalue()) < 1 << 20
    assert "解开后过大" in _refusal(buffer.getvalue())


def test_a_cell_far_away_does_not_take_the_memory() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet()
    page.write(0, 0, "名称")
    page.write(1_048_575, 16_383, "x")
    book.close()
    assert len(buffer.getvalue()) < 10_000
    assert "解开后过大" in _refusal(buffer.getvalue())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "没有内容"),
        (b"\n\n", "没有内容"),
        (_book(), "没有内容"),
        (b"%PDF-1.7\n\x00\x01\x02", "不是表格"),
        (bytes(range(256)) * 10, "不是表格"),
        (_book(["名称"], ["甲"])[:-200], "损坏"),
        (b"PK\x03\x04" + b"x" * 100, "损坏"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000), "损坏"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ('名称,备注\n甲,"没有结束\n'.encode(), "引号"),
        (_book(["名称"]) + b"<?php", "内部结构"),
        (b"MZ" + _book(["名称"]), "不是表格"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(content: bytes, words: str) -> None:
    assert words in _refusal(content)


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert "不是表格" in _refusal(buffer.getvalue())


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


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-03-05", date(2026, 3, 5)),
        ("2026/3/5", date(2026, 3, 5)),
        ("2026.3.5", date(2026, 3, 5)),
        ("2026年3月5日", date(2026, 3, 5)),
        ("20260305", date(2026, 3, 5)),
        ("2026-03-05 00:00:00", date(2026, 3, 5)),
        ("2026-02-30", None),
        ("3月5日", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_people_write_it(typed: str, day: date | None) -> None:
    assert parse_day(typed) == day
