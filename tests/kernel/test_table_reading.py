import io
import zipfile
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from charity_portal.kernel.errors import TooLarge
from charity_portal.kernel.table_reading import (
    BadTable,
    Sheet,
    parse_day,
    read_grid,
    read_table,
)


def _read(content: bytes, name: str = "表.xlsx", **limits: int) -> Sheet:
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


def _refusal(content: bytes, max_rows: int = 60_000) -> str:
    with pytest.raises(BadTable) as caught:
        _read(content, max_rows=max_rows)
    return caught.value.message.in_source()


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


def test_a_grid_keeps_every_row_above_the_titles() -> None:
    content = "某某银行\n账号\t1234\n日期\t金额\n2026-03-05\t1,00\n".encode("gb18030")
    assert read_grid(io.BytesIO(content), "a.csv") == [
        (1, ["某某银行"]),
        (2, ["账号", "1234"]),
        (3, ["日期", "金额"]),
        (4, ["2026-03-05", "1,00"]),
    ]


def test_a_grid_leaves_out_digits_that_a_spreadsheet_has_rounded() -> None:
    content = _book(["流水号", "金额"], [370602199001011234, 5])
    assert read_grid(io.BytesIO(content), "a.xlsx")[1] == (2, ["", "5"])
