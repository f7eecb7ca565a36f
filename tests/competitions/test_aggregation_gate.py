import math
from collections.abc import Iterator
from decimal import Decimal, localcontext
from random import Random

import pytest

from charity_portal.competitions.rules.aggregation.averages import Averaged, plain_means
from charity_portal.competitions.rules.aggregation.gate import corrected
from charity_portal.competitions.rules.aggregation.mixed import Mixed
from charity_portal.competitions.rules.aggregation.totals import Total
from charity_portal.competitions.rules.exact_numbers import EXACT, rounded
from tests.factories.contests import make_totals


@pytest.fixture(autouse=True)
def exactly() -> Iterator[None]:
    with localcontext(EXACT):
        yield


def panel(severity: float, applications: int = 40, judges: int = 8, seed: int = 1) -> list[Total]:
    dice = Random(seed)
    bias = [dice.gauss(0, severity) for _ in range(judges)]
    table = {}
    for n in range(applications):
        quality = dice.gauss(60, 9)
        table[f"A{n:02}"] = {
            f"J{j}": round(quality + bias[j] + dice.gauss(0, 6))
            for j in dice.sample(range(judges), 3)
        }
    return make_totals(table)


def closed_for(reviews: list[Total], announced: bool = True) -> set[str]:
    """The reasons; the plain means must be the answer then."""
    aggregate, gate = corrected(reviews, "s", announced)
    assert isinstance(aggregate, Averaged)
    assert not gate.open
    assert aggregate.points() == {a: rounded(v) for a, v in plain_means(reviews).items()}
    codes = {reason.code for reason in gate.reasons}
    assert codes == {caveat.code for caveat in aggregate.caveats}
    assert all(str(reason.text.in_source()) for reason in gate.reasons)
    return codes


def test_clear_severity_that_was_announced_is_corrected() -> None:
    aggregate, gate = corrected(panel(severity=8), "s", announced=True)
    assert isinstance(aggregate, Mixed)
    assert gate.open
    assert (gate.groups, gate.reviews_per_judge) == (1, Decimal("15.00"))
    assert gate.p is not None and gate.p < Decimal("0.05")
    assert gate.share_bp is not None and gate.share_bp > 500
    assert set(gate.variances) == {"application", "judge", "rest"}


def test_p_is_half_the_tail_of_chi_square_with_one_degree() -> None:
    gate = corrected(panel(severity=2), "s", announced=True)[1]
    assert gate.statistic is not None
    assert gate.p is not None
    half = math.erfc(math.sqrt(float(gate.statistic) / 2)) / 2
    assert 0.0001 < half < 0.2  # where a factor of two would show
    assert float(gate.p) == pytest.approx(half, abs=6e-5)


def test_a_share_above_five_percent_is_enough_and_a_smaller_one_is_not() -> None:
    moderate = corrected(panel(severity=4.5, applications=80), "s", announced=True)[1]
    assert moderate.open
    assert moderate.share_bp is not None
    assert 500 < moderate.share_bp < 2_000
    assert closed_for(panel(severity=1.8, applications=200)) == {"small_share"}


def test_what_was_not_announced_is_not_corrected() -> None:
    assert closed_for(panel(severity=8), announced=False) == {"not_announced"}


def test_without_evidence_the_means_stand() -> None:
    assert "not_significant" in closed_for(panel(severity=0))


def test_five_reviews_a_judge_are_enough_and_fewer_are_not() -> None:
    fewer = panel(severity=15, applications=26, judges=16)
    assert closed_for(fewer) == {"few_reviews"}
    assert corrected(fewer, "s", announced=True)[1].p is None  # no model is fitted then
    enough = panel(severity=15, applications=27, judges=16)
    assert corrected(enough, "s", announced=True)[1].open


def test_groups_without_a_common_review_are_not_compared() -> None:
    left, right = panel(severity=8), panel(severity=8, seed=2)
    moved = [Total(f"B{r.application}", f"K{r.reviewer}", r.points, {}) for r in right]
    assert "disconnected" in closed_for(left + moved)
    assert corrected(left + moved, "s", announced=True)[1].groups == 2


def test_one_bridging_review_connects() -> None:
    left, right = panel(severity=8), panel(severity=8, seed=2)
    moved = [Total(f"B{r.application}", f"K{r.reviewer}", r.points, {}) for r in right]
    bridge = Total(left[0].application, "KJ0", left[0].points, {})
    assert corrected([*left, *moved, bridge], "s", announced=True)[1].groups == 1


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({f"A{n}": {"J1": 50 + n} for n in range(6)}, "one_judge"),
        ({"A1": {f"J{n}": 50 + n for n in range(6)}}, "one_application"),
        ({f"A{n}": {"J1": 70, "J2": 70} for n in range(6)}, "all_equal"),
    ],
)
def test_where_nothing_can_be_fitted_the_reason_is_said(
    table: dict[str, dict[str, int]], reason: str
) -> None:
    assert reason in closed_for(make_totals(table))
    assert corrected(make_totals(table), "s", announced=True)[1].statistic is None


def test_no_reviews_at_all_are_no_error() -> None:
    aggregate, gate = corrected([], "s", announced=True)
    assert (aggregate.points(), gate.open, gate.groups) == ({}, False, 0)


def test_the_test_rejects_rightly_one_time_in_twenty_at_most() -> None:
    """The boundary test holds its level: without severity, p < 0.05 in about 5 % of panels."""
    gates = [
        corrected(panel(0, applications=16, judges=4, seed=s), "s", announced=True)[1]
        for s in range(30)
    ]
    assert sum(gate.p is not None and gate.p < Decimal("0.05") for gate in gates) <= 4
