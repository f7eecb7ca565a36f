"""Rows of a list of gifts: understood, or refused without repeating what stands in them."""

from datetime import date

from charity_portal.funds.rules.giving_rows import (
    TITLES,
    Entry,
    columns,
    columns_of,
    numbered,
    read_entry,
)
from charity_portal.kernel.tables import Row

TODAY = date(2026, 3, 2)
PURPOSES = {"助老": 7, "急难": 8}
PLAIN = {"received_on": "2026-03-01", "amount_fen": "1,200.50", "purpose": "助老"}


def read(number: int = 2, **cells: str) -> Entry:
    told = {TITLES[name].msgid: text for name, text in (PLAIN | cells).items()}
    fields, missing, unknown = columns_of(list(told))
    assert (missing, unknown) == ([], [])
    return read_entry(Row(number, told), fields, 1, PURPOSES, TODAY)


def test_a_row_becomes_a_gift() -> None:
    entry = read(name="某某公司", kind="单位", naming="同意", form="现金")
    assert entry.problems == []
    gift = entry.gift
    assert gift is not None and gift.donor is not None
    assert (gift.amount_fen, gift.purpose_id, gift.form) == (120_050, 7, "cash")
    assert (gift.donor.kind, gift.naming) == ("organization", "named")


def test_what_is_left_empty_has_the_careful_meaning() -> None:
    gift = read(name="测试").gift
    assert gift is not None
    assert (gift.naming, gift.form, gift.income_source) == ("unnamed", "bank", "donation")


def test_faults_are_told_by_column_and_never_with_the_content() -> None:
    entry = read(
        received_on="某日",
        amount_fen="许多",
        purpose="某用途",
        naming="某意",
        form="某法",
        name="某",
    )
    assert {field for field, _ in entry.problems} == {
        "received_on", "amount_fen", "purpose", "naming", "form", "name"
    }  # fmt: skip
    assert not any("某" in str(text.in_source()) for _, text in entry.problems)


def test_a_serial_is_the_row_and_stands_once() -> None:
    rows = [read(2, serial="A1"), read(3, serial="a 1", amount_fen="9")]
    numbered(rows)
    assert [field for field, _ in rows[1].problems] == ["serial"]
    assert rows[0].problems == []


def test_equal_rows_without_a_serial_are_two_gifts() -> None:
    rows = [read(2, name="测试"), read(3, name="测 试")]
    numbered(rows)
    assert rows[0].identity != rows[1].identity
    again = [read(5, name="测试"), read(9, name="测试")]
    numbered(again)
    assert [row.identity for row in rows] == [row.identity for row in again]


def test_titles_are_known_in_both_languages_and_others_are_not() -> None:
    assert [column.title for column in columns()] == list(TITLES.values())
    assert columns_of(["到账日期", "开户行"])[1:] == (["金额（元）"], ["开户行"])
