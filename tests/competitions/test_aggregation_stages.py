from collections.abc import Iterator
from decimal import Decimal, localcontext
from random import Random

import pytest

from charity_portal.competitions.rules.aggregation.stages import count_stage
from charity_portal.competitions.rules.exact_numbers import EXACT, ZERO
from tests.factories.contests import make_totals


@pytest.fixture(autouse=True)
def exactly() -> Iterator[None]:
    with localcontext(EXACT):
        yield


def severe_panel() -> dict[str, dict[str, int]]:
    """J0 scores 15 below, J1 15 above the others."""
    dice = Random(5)
    bias = [-15, 15, 0, 0, 0, 0]
    table = {}
    for n in range(40):
        quality = dice.gauss(60, 8)
        table[f"A{n:02}"] = {
            f"J{j}": round(quality + bias[j] + dice.gauss(0, 4)) for j in dice.sample(range(6), 3)
        }
    return table


def test_a_correction_has_its_reason_in_plain_words() -> None:
    table = severe_panel()
    found = count_stage("papers", 1, make_totals(table), "mixed", announced=True)
    assert found.finding.used == "mixed"
    strict = next(a for a, row in table.items() if "J0" in row and "J1" not in row)
    lenient = next(a for a, row in table.items() if "J1" in row and "J0" not in row)
    assert found.points[strict].for_judges > 3
    assert found.points[lenient].for_judges < -3
    low, high = found.points[strict].why[0], found.points[lenient].why
    assert "低" in low.msgid
    assert "J0" in low.params["who"]
    assert any("高" in text.msgid and "J1" in text.params["who"] for text in high)


def test_points_are_the_mean_and_the_two_parts_of_the_correction() -> None:
    found = count_stage("papers", 1, make_totals(severe_panel()), "mixed", announced=True)
    for row in found.points.values():
        assert row.raw + row.for_judges + row.for_few_reviews == row.points


@pytest.mark.parametrize("method", ["mean", "trimmed", "standardised"])
def test_without_a_model_nobody_is_corrected_for_judges(method: str) -> None:
    found = count_stage("papers", 1, make_totals(severe_panel()), method, announced=True)
    assert found.finding.gate is None
    assert found.finding.used == method
    for row in found.points.values():
        assert (row.for_judges, row.for_few_reviews, row.why) == (ZERO, ZERO, ())


def test_a_closed_gate_names_the_mean_as_what_was_used() -> None:
    found = count_stage("papers", 1, make_totals(severe_panel()), "mixed", announced=False)
    assert (found.finding.asked, found.finding.used) == ("mixed", "mean")
    assert all(row.points == row.raw for row in found.points.values())


def test_the_range_and_the_spread_stand_beside_the_points() -> None:
    found = count_stage(
        "s", 1, make_totals({"A": {"J1": 40, "J2": 60}, "B": {"J1": 50}}), "mean", False
    )
    row = found.points["A"]
    assert (row.low, row.high, row.reviews) == (Decimal("40.0000"), Decimal("60.0000"), 2)
    assert row.spread == Decimal("14.1421")
    assert found.points["B"].spread is None
