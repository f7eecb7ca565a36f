"""Budgets: exact fen from typed texts, sources that add up, and limits that say by how much."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charity_portal.kernel.money import format_yuan
from charity_portal.projects.rules import budget, limits
from charity_portal.projects.rules.budget import Budget, Line
from charity_portal.projects.rules.call_form import CallForm, CategoryForm
from charity_portal.projects.rules.eligibility import Rules

UID = "abcdefgh"
GOOD = {
    "category": "work",
    "item": "社工服务",
    "unit": "小时",
    "quantity": "10",
    "unit_price": "80",
    "grant": "600",
    "own": "200",
    "matched": "",
}


def fields(*lines: dict[str, str]) -> dict[str, str]:
    names = [f"abcdefg{chr(ord('a') + n)}" for n in range(len(lines))]
    found = {budget.ORDER: ",".join(names)}
    for name, line in zip(names, lines, strict=True):
        found |= {budget.key(name, column): text for column, text in (GOOD | line).items()}
    return found


def call(**changes) -> CallForm:
    values = {
        "call_id": 1,
        "number": "ZJ-2026-000001",
        "kind": "standard",
        "state": "published",
        "title_zh": "征集",
        "title_en": None,
        "currency": "CNY",
        "purse_fen": None,
        "floor_fen": None,
        "cap_fen": None,
        "own_contribution_min_bp": None,
        "management_cost_max_bp": None,
        "opens_at": None,
        "closes_at": None,
        "eligibility": Rules(),
        "tracks": (),
        "questions": (),
        "categories": (
            CategoryForm(1, "work", "服务", None, None, False),
            CategoryForm(2, "admin", "管理", None, 2000, True),
        ),
        "slots": (),
    }
    return CallForm(**(values | changes))


def line(**changes) -> Line:
    values = {
        "uid": UID,
        "category": "work",
        "item": "x",
        "unit": "",
        "quantity": 1000,
        "unit_price_fen": 100,
        "grant_fen": 100,
        "own_fen": 0,
        "matched_fen": 0,
    }
    return Line(**(values | changes))


def texts(defects) -> list[str]:
    return [defect.text.in_source() for defect in defects]


def test_a_good_line_is_read_as_fen():
    found, defects = budget.read(fields({}), ["work"])
    assert not defects
    assert found.lines[0].amount_fen == 80000
    assert (found.amount_fen, found.grant_fen, found.own_fen) == (80000, 60000, 20000)


@pytest.mark.parametrize(
    ("quantity", "price", "fen"),
    [("0.333", "10.55", 351), ("0.5", "0.01", 1), ("1.5", "0.03", 5), ("2,000", "1", 200000)],
)
def test_fractions_of_a_fen_are_rounded_half_up(quantity, price, fen):
    grant = format_yuan(fen)
    given = fields({"quantity": quantity, "unit_price": price, "grant": grant, "own": ""})
    found, defects = budget.read(given, ["work"])
    assert texts(defects) == []
    assert found.lines[0].amount_fen == fen


@pytest.mark.parametrize("quantity", ["", "0", "-1", "1.2345", "一", "1e3", "0.0000", "nan"])
def test_what_is_no_quantity_is_refused_in_its_own_cell(quantity):
    _, defects = budget.read(fields({"quantity": quantity}), ["work"])
    assert [d.key for d in defects] == ["budget:abcdefga:quantity"]


def test_sources_that_do_not_add_up_say_by_how_much():
    _, defects = budget.read(fields({"grant": "500"}), ["work"])
    assert texts(defects) == ["预算第 1 行：小计 800.00，三项来源合计 700.00，少 100.00。"]
    _, defects = budget.read(fields({"grant": "600.01"}), ["work"])
    assert texts(defects) == ["预算第 1 行：小计 800.00，三项来源合计 800.01，多 0.01。"]


def test_every_bad_cell_is_named_at_once():
    bad = {"category": "?", "item": "", "quantity": "x", "unit_price": "?", "own": "-3"}
    _, defects = budget.read(fields({}, bad), ["work"])
    assert [d.key.split(":")[2] for d in defects] == [
        "category",
        "item",
        "quantity",
        "unit_price",
        "own",
    ]
    assert all(text.startswith("预算第 2 行") for text in texts(defects))


def test_blank_lines_are_passed_over():
    blank = dict.fromkeys(GOOD, "") | {"category": "work"}
    found, defects = budget.read(fields(blank, {}), ["work"])
    assert len(found.lines) == 1 and not defects


def test_lines_taken_out_of_the_order_are_gone():
    given = fields({}, {}) | {budget.ORDER: "abcdefgb"}
    assert [line.uid for line in budget.read(given, ["work"])[0].lines] == ["abcdefgb"]


def test_an_empty_budget_is_one_defect():
    assert texts(limits.check(Budget(), call(floor_fen=100))) == ["请至少填写一行预算。"]


def test_limits_hold_to_the_last_fen():
    exact = Budget((line(grant_fen=8000), line(category="admin", grant_fen=2000)))
    assert not limits.check(exact, call(cap_fen=10000, floor_fen=10000))
    over = Budget((line(grant_fen=8000), line(category="admin", grant_fen=2001)))
    found = texts(limits.check(over, call(cap_fen=10000, management_cost_max_bp=2000)))
    assert found == [
        "申请资助 ¥100.01，高于本次征集的上限 ¥100.00，超出 ¥0.01。",
        "“管理”申请资助 ¥20.01，不得超过申请资助总额的 20%（¥20.00），超出 ¥0.01。",
        "管理费用申请资助 ¥20.01，不得超过申请资助总额的 20%（¥20.00），超出 ¥0.01。",
    ]


def test_own_money_below_its_share_says_what_is_missing():
    plan = Budget((line(quantity=1000, unit_price_fen=1001, grant_fen=701, own_fen=300),))
    found = texts(limits.check(plan, call(own_contribution_min_bp=3000)))
    assert found == ["自筹 ¥3.00，应不少于项目总预算的 30%（¥3.01），差 ¥0.01。"]


def test_nothing_asked_of_the_call_is_a_defect():
    plan = Budget((line(grant_fen=0, own_fen=100),))
    assert len(limits.check(plan, call(floor_fen=1))) == 1


FEN = st.integers(0, 10**11)


@given(st.lists(st.tuples(FEN, FEN, FEN, st.sampled_from(["work", "admin"])), max_size=12))
def test_totals_are_the_sums_of_their_lines_and_never_floats(rows):
    plan = Budget(
        tuple(
            line(
                category=c,
                quantity=1000,
                unit_price_fen=g + o + m,
                grant_fen=g,
                own_fen=o,
                matched_fen=m,
            )
            for g, o, m, c in rows
        )
    )
    assert plan.grant_fen + plan.own_fen + plan.matched_fen == plan.amount_fen
    assert plan.grant_in({"work"}) + plan.grant_in({"admin"}) == plan.grant_fen
    figures = (plan.amount_fen, plan.grant_fen, plan.own_fen, plan.matched_fen)
    assert all(type(figure) is int for figure in figures)


@given(st.integers(1, 10**12), st.integers(0, 10**9))
def test_a_line_is_within_half_a_fen_of_the_exact_product(quantity, price):
    found = line(quantity=quantity, unit_price_fen=price).amount_fen
    exact = Fraction(quantity * price, 1000)
    assert type(found) is int
    assert -Fraction(1, 2) < found - exact <= Fraction(1, 2)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_what_was_typed_is_what_is_read(quantity, price):
    shown = line(quantity=quantity, unit_price_fen=price)
    typed = fields(
        {
            "quantity": shown.quantity_text,
            "unit_price": format_yuan(price),
            "grant": format_yuan(shown.amount_fen),
            "own": "0",
        }
    )
    found, defects = budget.read(typed, ["work"])
    over = [d for d in defects if "过大" in d.text.in_source()]
    assert over or (not defects and found.lines[0].amount_fen == shown.amount_fen)


@given(st.integers(0, 10**12), st.integers(0, 10000))
def test_shares_never_let_a_fen_through(whole, points):
    cap, floor = limits.share_cap(whole, points), limits.share_floor(whole, points)
    assert cap * 10000 <= whole * points < (cap + 1) * 10000
    assert (floor - 1) * 10000 < whole * points <= floor * 10000


NAMES = [f"abcdefg{c}" for c in "abcdef"]
ORDERS = st.lists(st.sampled_from(NAMES), unique=True, max_size=6)


@given(ORDERS, ORDERS, ORDERS, st.sets(st.sampled_from(NAMES)))
def test_merged_orders_keep_what_either_side_added(base, theirs, mine, edited):
    merged = budget.order_of(
        budget.merged_order(",".join(base), ",".join(theirs), ",".join(mine), edited)
    )
    assert set(theirs) - set(base) <= set(merged)
    assert set(mine) - set(base) <= set(merged)
    assert len(set(merged)) == len(merged)
    for name in merged:
        assert name in theirs or name in mine
    assert set(theirs) & edited <= set(merged)
    removed_by_me = set(base) - set(mine) - edited
    assert not removed_by_me & set(merged)
