from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charity_portal.funds.rules.reconciling import (
    Candidate,
    Line,
    Sheet,
    Suggestion,
    adds_up,
    certain,
    mentions,
    suggest,
)

DAY = date(2026, 3, 5)


def _line(amount: int = 1_000, **given_: object) -> Line:
    return Line(1, DAY, amount, **given_)  # type: ignore[arg-type]


def _entry(number: int, amount: int = 1_000, days: int = 0, **given_: object) -> Candidate:
    kind = str(given_.pop("kind", "income"))
    return Candidate(number, DAY + timedelta(days=days), amount, kind, **given_)  # type: ignore[arg-type]


def _reasons(suggestion: Suggestion) -> list[str]:
    return [reason.in_source() for reason in suggestion.reasons]


def test_what_the_line_names_comes_before_what_only_has_its_amount() -> None:
    found = suggest(
        _line(name="n", text="捐款 JZ-2026-000007"),
        [
            _entry(1),
            _entry(2, names=frozenset({"n"})),
            _entry(3, references=(("donation", "JZ-2026-000007"),)),
            _entry(4, days=40),
        ],
    )
    assert [s.entries for s in found] == [(3,), (2,), (1,), (4,)]
    assert _reasons(found[0]) == ["金额相同", "同一天", "摘要中写有捐赠编号 JZ-2026-000007"]
    assert "付款人与捐赠人姓名（名称）相同" in _reasons(found[1])


def test_a_payment_says_that_it_was_approved() -> None:
    found = suggest(_line(-1_000), [_entry(1, -1_000, kind="payment"), _entry(2)])
    assert [s.entries for s in found] == [(1,)]
    assert "是已批准拨付的付款" in _reasons(found[0])


def test_several_entries_may_make_up_one_line() -> None:
    found = suggest(_line(1_000), [_entry(1, 300), _entry(2, 700), _entry(3, 600, days=30)])
    assert [s.entries for s in found] == [(1, 2)]
    assert _reasons(found[0])[0] == "2 笔账合计金额相同"


@given(st.lists(st.integers(1, 60), min_size=2, max_size=9), st.integers(2, 4))
def test_whenever_two_to_four_entries_make_up_a_line_some_are_suggested(
    amounts: list[int], size: int
) -> None:
    entries = [_entry(n, amount) for n, amount in enumerate(amounts, 1)]
    total = sum(amounts[:size])
    possible = any(sum(group) == total for k in (1, 2, 3, 4) for group in combinations(amounts, k))
    found = suggest(_line(total), entries)
    assert bool(found) == possible
    for suggestion in found:
        assert sum(amounts[n - 1] for n in suggestion.entries) == total


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 9)), max_size=12), st.randoms())
def test_the_order_of_entries_changes_no_suggestion(
    told: list[tuple[int, int]], chance: object
) -> None:
    entries = [_entry(n, amount * 100, days) for n, (amount, days) in enumerate(told, 1)]
    straight = suggest(_line(500), entries)
    chance.shuffle(entries)  # type: ignore[attr-defined]
    assert suggest(_line(500), entries) == straight


def test_a_hundred_equal_gifts_are_searched_in_bounds() -> None:
    entries = [_entry(n, 100) for n in range(1, 400)]
    assert len(suggest(_line(400), entries)) == 3


@pytest.mark.parametrize(
    ("text", "number", "there"),
    [
        ("捐款jz2026000007转账", "JZ-2026-000007", True),
        ("JZ-2026-0000071", "JZ-2026-000007", False),
        ("票据ＮＯ：００１２３４５６", "00123456", True),
        ("9900123456", "00123456", False),
        ("一二", "一二", False),
        ("", "JZ-2026-000007", False),
    ],
)
def test_a_number_is_found_however_it_is_written(text: str, number: str, there: bool) -> None:
    assert mentions(text, number) is there


def test_only_one_entry_for_one_line_is_certain() -> None:
    named = frozenset({"n"})
    line, twin = _line(name="n"), Line(2, DAY, 1_000, "n")
    assert certain([line], [_entry(1, names=named), _entry(2)]) == {1: 1}
    assert certain([line], [_entry(1, names=named), _entry(2, names=named)]) == {}
    assert certain([line, twin], [_entry(1, names=named)]) == {}
    assert certain([line], [_entry(1, days=4, names=named)]) == {}
    assert certain([_line()], [_entry(1)]) == {}


def test_a_line_is_its_entries_exactly_or_not_at_all() -> None:
    assert adds_up(100, {1: 150, 2: -50})
    assert not adds_up(100, {1: 99})
    assert not adds_up(0, {})


def test_the_sheet_balances_when_every_movement_is_known() -> None:
    # Opened with 500 of other money; 300 and 200 booked, 300 arrived, 70 arrived that nobody booked.
    sheet = Sheet(bank=870, opening=500, explained=0, book=500, bank_only=70, book_only=200)
    assert (sheet.by_book, sheet.difference) == (1_000, 0)
    assert Sheet(869, 500, 0, 500, 70, 200).difference == -1
