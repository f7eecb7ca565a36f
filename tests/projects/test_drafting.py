"""Saves with budget lines: fields merge one by one, the order of lines as a list."""

from hypothesis import given
from hypothesis import strategies as st

from charity_portal.kernel.merging import Held, Step, clean
from charity_portal.projects.rules import budget
from charity_portal.projects.rules.drafting import combine

A, B, C = "aaaaaaaa", "bbbbbbbb", "cccccccc"


def test_an_order_alone_never_clashes():
    held = {budget.ORDER: Held(f"{A},{B}", 5)}
    steps = {budget.ORDER: [Step(5, 5, A)]}
    result = combine(3, {budget.ORDER: f"{A},{C}"}, held, steps)
    assert not result.conflicts
    assert result.saved[budget.ORDER] == result.merged[budget.ORDER] == f"{A},{B},{C}"


def test_a_cell_of_a_new_line_puts_the_line_into_the_order():
    result = combine(0, {budget.key(A, "item"): "午餐"}, {}, {})
    assert result.saved == {budget.key(A, "item"): "午餐", budget.ORDER: A}
    assert result.merged == {budget.ORDER: A}


def test_an_empty_cell_brings_no_line_back():
    held = {budget.key(A, "item"): Held("午餐", 1), budget.ORDER: Held("", 2)}
    result = combine(2, {budget.key(A, "item"): ""}, held, {})
    assert budget.ORDER not in result.saved


def test_an_unchanged_order_is_not_written():
    held = {budget.ORDER: Held(A, 2)}
    result = combine(2, {budget.ORDER: A, "title": "一"}, held, {})
    assert result.saved == {"title": "一"} and result.merged == {}


def test_line_ends_and_control_characters_are_cleaned():
    assert clean("一\r\n二\r三\x00\x1b\t四") == "一\n二\n三\t四"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)
    assert not any(c < " " and c not in "\n\t" for c in clean(text))
