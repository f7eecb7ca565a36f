from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charity_portal.funds.rules.bank_files import Movement, day_of, read
from charity_portal.funds.rules.bank_heads import account_tail, find_head, squeezed, told_days
from charity_portal.kernel.errors import Invalid

PLAIN = [
    "交易日期",
    "借方发生额",
    "贷方发生额",
    "余额",
    "对方户名",
    "对方账号",
    "摘要",
    "交易流水号",
]


def _grid(*rows: list[str]) -> list[tuple[int, list[str]]]:
    return list(enumerate(rows, 1))


def _words(problems: dict) -> dict:
    return {row: [reason.in_source() for _, reason in found] for row, found in problems.items()}


def test_a_counter_export_with_lines_above_and_totals_below_is_read() -> None:
    reading = read(
        _grid(
            ["某某银行企业网上银行账户明细"],
            ["账号：3706 0000 0000 1234", "户名：鲁东市慈善总会"],
            ["查询期间：20260301-20260331", "期初余额：1,000.00"],
            PLAIN,
            ["20260305", "", "１，２００．５０", "2,200.50", "李某某", "62220000", "捐款", "A1"],
            ["2026-03-06", "200.50", "0.00", "2,000.00", "某公司", "99", "货款", "A2"],
            ["合计", "200.50", "1,200.50", "", "", "", "", ""],
            ["期末余额：2,000.00"],
        )
    )
    assert reading.problems == {}
    assert (reading.tail, reading.since, reading.until) == (
        "1234",
        date(2026, 3, 1),
        date(2026, 3, 31),
    )
    assert (reading.opening_fen, reading.closing_fen) == (100_000, 200_000)
    assert [(m.row, m.day.day, m.amount_fen, m.balance_fen) for m in reading.movements] == [
        (5, 5, 120_050, 220_050),
        (6, 6, -20_050, 200_000),
    ]
    assert reading.movements[0].counterparty == "李某某"


@pytest.mark.parametrize(
    ("head", "row", "amount"),
    [
        (["记账日期", "收入", "支出"], ["2026/3/5", "88.00", ""], 8_800),
        (["交易时间", "交易金额", "借贷标志"], ["2026-03-05 09:30:11", "88.00", "借"], -8_800),
        (["交易时间", "交易金额", "借贷标志"], ["20260305093011", "88.00", "贷"], 8_800),
        (["日期", "交易金额(元)", "收/支"], ["46086", "88", "支出"], -8_800),
        (["日期", "金额"], ["2026年3月5日", "-88.00"], -8_800),
        (["交易日", "借方发生额（支取）", "贷方发生额（收入）"], ["20260305", "-88.00", ""], 8_800),
        (
            ["交易日期[ Transaction Date ]", "交易金额[ Trade Amount ]"],
            ["20260305", "+88.00"],
            8_800,
        ),
        (["日期", "转入金额", "转出金额"], ["2026-03-05", "—", "¥88.00"], -8_800),
    ],
)
def test_the_heads_and_directions_of_many_banks(
    head: list[str], row: list[str], amount: int
) -> None:
    reading = read(_grid(head, row))
    assert reading.problems == {}
    assert [(m.day, m.amount_fen) for m in reading.movements] == [(date(2026, 3, 5), amount)]


def test_payer_and_payee_columns_name_whoever_is_not_the_charity() -> None:
    head = ["交易日期", "交易金额", "付款人名称", "收款人名称", "用途", "附言"]
    reading = read(
        _grid(
            head,
            ["20260305", "5.00", "捐赠甲", "鲁东市慈善总会", "捐款", "助老"],
            ["20260305", "-5.00", "鲁东市慈善总会", "商户乙", "货款", "货款"],
        )
    )
    assert [(m.counterparty, m.remark) for m in reading.movements] == [
        ("捐赠甲", "助老 / 捐款"),
        ("商户乙", "货款"),
    ]


def test_rows_that_cannot_be_read_are_at_fault_and_all_are_named() -> None:
    reading = read(
        _grid(
            ["交易日期", "收入", "支出", "账号"],
            ["2026-02-30", "1.00", "", "1234"],
            ["2026-03-01", "1.00", "2.00", "1234"],
            ["2026-03-01", "一元", "", "1234"],
            ["2026-03-01", "", "", "1234"],
            ["2026-03-01", "1.00", "", "9999"],
        )
    )
    assert set(reading.problems) == {2, 3, 4, 5, 6}
    assert _words(reading.problems)[3] == ["收入和支出两列都有金额。"]
    assert "同一个账号" in _words(reading.problems)[6][0]


def test_titles_repeated_on_every_page_and_carried_balances_are_no_movements() -> None:
    reading = read(
        _grid(
            ["交易日期", "收入", "支出", "余额"],
            ["2026-03-01", "0.00", "0.00", "承前页 100.00"],
            ["2026-03-01", "1.00", "", "101.00"],
            ["交易日期", "收入", "支出", "余额"],
            ["2026-03-02", "1.00", "", "102.00"],
            ["本页合计", "2.00", "", ""],
            ["以上为全部明细"],
        )
    )
    assert reading.problems == {}
    assert len(reading.movements) == 2


def test_without_titles_or_movements_there_is_nothing_to_import() -> None:
    for rows in (_grid(["姓名", "电话"], ["甲", "1"]), _grid(PLAIN), _grid(["余额"])):
        with pytest.raises(Invalid):
            read(rows)


def test_a_missing_row_shows_in_the_balances() -> None:
    rows = [
        ["2026-03-01", "", "10.00", "110.00", "甲", "", "", ""],
        ["2026-03-02", "", "20.00", "130.00", "乙", "", "", ""],
        ["2026-03-03", "", "30.00", "160.00", "丙", "", "", ""],
    ]
    whole = read(_grid(PLAIN, *rows))
    assert (whole.opening_fen, whole.closing_fen, whole.problems) == (10_000, 16_000, {})
    holed = read(_grid(PLAIN, rows[0], rows[2]))
    assert set(holed.problems) == {3}
    assert "中间可能缺少流水" in _words(holed.problems)[3][0]


def test_balances_written_above_must_be_those_of_the_rows() -> None:
    row = ["2026-03-01", "", "10.00", "110.00", "甲", "", "", ""]
    reading = read(_grid(["期初余额：99.00"], PLAIN, row))
    assert "文件可能不完整" in _words(reading.problems)[3][0]


AMOUNTS = st.lists(st.integers(-500, 500).filter(bool), min_size=1, max_size=12)


@settings(max_examples=40)
@given(AMOUNTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(amounts: list[int], chance: object) -> None:
    rows, balance = [], 100_000
    for number, amount in enumerate(amounts):
        balance += amount
        came, went = (f"{amount / 100:.2f}", "") if amount > 0 else ("", f"{-amount / 100:.2f}")
        rows.append(["2026-03-05", went, came, f"{balance / 100:,.2f}", "", "", "", f"S{number}"])
    straight = read(_grid(PLAIN, *rows))
    chance.shuffle(rows)  # type: ignore[attr-defined]
    mixed = read(_grid(PLAIN, *rows))
    assert mixed.problems == straight.problems == {}

    def told(movements: list[Movement]) -> list[tuple[str, int]]:
        return sorted((m.serial, m.amount_fen) for m in movements)

    assert told(mixed.movements) == told(straight.movements)
    if sum(amounts):  # an account that ends where it began may have begun at any of its stands
        assert (mixed.opening_fen, mixed.closing_fen) == (100_000, balance)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20260305", date(2026, 3, 5)),
        ("２０２６－０３－０５", date(2026, 3, 5)),
        ("2026/3/5 9:01", date(2026, 3, 5)),
        ("2026.3.5", date(2026, 3, 5)),
        ('="20260305"', date(2026, 3, 5)),
        ("46086.4", date(2026, 3, 5)),
        ("20261301", None),
        ("12", None),
        ("", None),
    ],
)
def test_days_as_banks_write_them(text: str, day: date | None) -> None:
    assert day_of(text) == day


def test_titles_are_the_same_with_brackets_units_and_wide_letters() -> None:
    assert squeezed("借方发生额 （支取）") == "借方发生额"
    assert squeezed("交易金额（元）") == "交易金额"
    assert find_head([(1, ["对账单"]), (4, ["交易日期", "金额/元"])]).index == 1  # type: ignore[union-attr]


def test_the_account_is_known_by_its_last_digits() -> None:
    assert account_tail([["账号", "3706****5678"], ["2026-03-01"]]) == "5678"
    assert account_tail([["户名：某某"]]) is None


def test_the_period_needs_both_days() -> None:
    assert told_days([["起止日期：2026-03-01 至 2026-03-31"]]) == ["2026-03-01", "2026-03-31"]
    assert told_days([["打印日期：2026-04-01"]]) == []
