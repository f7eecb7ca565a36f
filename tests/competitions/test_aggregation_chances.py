from collections.abc import Iterator
from decimal import Decimal, localcontext

import pytest

from charity_portal.competitions.rules.aggregation.chances import (
    band,
    chances,
    total_deviations,
    undrawn,
)
from charity_portal.competitions.rules.aggregation.ranking import Order
from charity_portal.competitions.rules.aggregation.stages import count_stage
from charity_portal.competitions.rules.exact_numbers import EXACT
from charity_portal.competitions.rules.scores import Candidate, Override
from tests.factories.contests import YUAN, make_method, make_rule, make_totals


@pytest.fixture(autouse=True)
def exactly() -> Iterator[None]:
    with localcontext(EXACT):
        yield


# Far ahead, two that cannot be told apart, far behind.
TABLE = {
    "A": {"J1": 90, "J2": 94},
    "B": {"J1": 68, "J2": 72},
    "C": {"J1": 72, "J2": 68},
    "D": {"J1": 40, "J2": 44},
}
METHOD = make_method(draws=400, selection=make_rule(200, most=2))


def counted(table: dict[str, dict[str, int]], method: object = METHOD) -> tuple[object, ...]:
    stage = count_stage("papers", 10_000, make_totals(table), "mean", False)
    candidates = [Candidate(code, "T1", 100 * YUAN) for code in table]
    return [stage], Order([stage], candidates, method), method  # type: ignore[arg-type]


def test_the_sure_are_sure_and_equals_share_the_rest() -> None:
    found = chances(*counted(TABLE))  # type: ignore[arg-type]
    assert found is not None
    assert found.funded_bp["A"] == 10_000
    assert found.funded_bp["D"] == 0
    assert 4_000 < found.funded_bp["B"] < 6_000
    assert found.funded_bp["B"] + found.funded_bp["C"] == 10_000
    assert found.expected_rank["A"] == Decimal("1.0")
    assert abs(found.expected_rank["B"] - Decimal("2.5")) < Decimal("0.2")
    assert [band(found.funded_bp[c], METHOD) for c in "ABD"] == ["in", "discuss", "out"]


def test_the_thresholds_of_the_bands_belong_to_them() -> None:
    assert [band(bp, METHOD) for bp in (9_000, 8_999, 1_001, 1_000)] == [
        "in",
        "discuss",
        "discuss",
        "out",
    ]


def test_the_floor_holds_in_the_draws_too() -> None:
    method = make_method(selection=make_rule(400, floor=Decimal(60)))
    found = chances(*counted(TABLE, method))  # type: ignore[arg-type]
    assert found is not None
    assert found.funded_bp["C"] > 9_000
    assert found.funded_bp["D"] == 0


def test_with_one_review_each_there_are_no_chances() -> None:
    assert chances(*counted({"A": {"J1": 3}, "B": {"J1": 5}})) is None  # type: ignore[arg-type]


def test_the_deviation_of_a_total_adds_up_over_stages() -> None:
    first = count_stage("papers", 6_000, make_totals(TABLE), "mean", False)
    second = count_stage("pitch", 8_000, make_totals(TABLE), "mean", False)
    order = Order([first, second], [Candidate(c, "T1", 1) for c in TABLE], METHOD)
    # Within each: squares 8 over 4 applications with freedom 4: 8/2 = sqrt(8 / 2) = 2 a stage.
    single = Decimal(2)
    expected = single * Decimal("0.36").__add__(Decimal("0.64")).sqrt() * 10 / 14
    assert abs(total_deviations(order)["A"] - expected) <= Decimal("0.0001")


def test_the_runs_for_stability_leave_decisions_of_people_out() -> None:
    rule = make_rule(100, "exact", fixed_in_bp=9_000)
    method = make_method(selection=rule, overrides=(Override("A", "in", "why"),))
    assert undrawn(method).overrides == ()
    assert undrawn(method).selection.fixed_in_bp is None
