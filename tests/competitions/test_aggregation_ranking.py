from collections.abc import Iterator
from decimal import Decimal, localcontext

import pytest

from charity_portal.competitions.rules.aggregation.ranking import LOT, Order, bonus_of
from charity_portal.competitions.rules.aggregation.stages import StageResult, count_stage
from charity_portal.competitions.rules.aggregation.totals import totals
from charity_portal.competitions.rules.exact_numbers import EXACT
from charity_portal.competitions.rules.scores import (
    Candidate,
    Criterion,
    Rubric,
    Score,
    Stage,
)
from tests.factories.contests import make_method


@pytest.fixture(autouse=True)
def exactly() -> Iterator[None]:
    with localcontext(EXACT):
        yield


NEED, PLAN = Criterion("need", 5_000, 10), Criterion("plan", 5_000, 10)


def stage_of(
    table: dict[str, dict[str, tuple[int, int]]], key: str = "papers", weight: int = 10_000
) -> StageResult:
    """application -> reviewer -> (need, plan)."""
    stage = Stage(key, weight, (NEED, PLAN))
    scores = [
        Score(application, reviewer, criterion, value, key)
        for application, row in table.items()
        for reviewer, values in row.items()
        for criterion, value in zip(("need", "plan"), values, strict=True)
    ]
    return count_stage(key, weight, totals(scores, Rubric((stage,)), stage), "mean", False)


def order_of(*stages: StageResult, ties: tuple[str, ...] = (), **requested: int) -> Order:
    return Order(
        stages,
        [Candidate(code, "T1", fen) for code, fen in requested.items()],
        make_method(ties=ties),
    )


def points_of(*stages: StageResult) -> dict[str, dict[str, Decimal]]:
    return {s.key: {code: p.points for code, p in s.points.items()} for s in stages}


EQUAL = stage_of(
    {
        "A": {"J1": (4, 6), "J2": (4, 6), "J3": (4, 6)},  # need 4, median 50
        "B": {"J1": (6, 4), "J2": (6, 6), "J3": (6, 2)},  # need 6, median 50
        "C": {"J1": (9, 9), "J2": (5, 7), "J3": (0, 0)},  # need 4.67, median 60
    }
)


def test_all_three_have_equal_points() -> None:
    assert {p.points for p in EQUAL.points.values()} == {Decimal("50.0000")}


@pytest.mark.parametrize(
    ("ties", "expected", "rules"),
    [
        (("criterion:need",), "BCA", ["criterion:need", "criterion:need"]),
        (("median", "requested"), "CBA", ["median", "requested"]),
        (("requested",), "CBA", ["requested", "requested"]),
        (("median", "criterion:need"), "CBA", ["median", "criterion:need"]),
    ],
)
def test_ties_are_decided_by_the_rules_in_their_order(
    ties: tuple[str, ...], expected: str, rules: list[str]
) -> None:
    order = order_of(EQUAL, ties=ties, A=300, B=200, C=100)
    ranked = order.ranked(order.totals(points_of(EQUAL)))
    assert "".join(ranked) == expected
    assert [order.decided_by(ranked[0], ranked[1]), order.decided_by(ranked[1], ranked[2])] == rules


def test_what_no_rule_decides_is_drawn_by_lot_from_the_seed() -> None:
    requests = dict.fromkeys("ABC", 100)
    orders = set()
    for seed in range(40):
        method = make_method(seed=f"s{seed}")
        candidates = [Candidate(code, "T1", fen) for code, fen in requests.items()]
        order = Order([EQUAL], candidates, method)
        ranked = order.ranked(order.totals(points_of(EQUAL)))
        assert order.decided_by(ranked[0], ranked[1]) == LOT
        orders.add("".join(ranked))
    assert len(orders) == 6  # every order comes up


def test_stages_are_weighted_and_the_bonus_is_added_on_top() -> None:
    papers = stage_of({"A": {"J1": (10, 10)}}, "papers", 6_000)
    pitch = stage_of({"A": {"J1": (5, 5)}}, "pitch", 2_000)
    order = Order([papers, pitch], [Candidate("A", "T1", 1, Decimal("2.5"))], make_method())
    assert order.totals(points_of(papers, pitch)) == {"A": Decimal("90")}  # 87.5 + 2.5


def test_a_stage_of_weight_zero_counts_for_nothing() -> None:
    papers = stage_of({"A": {"J1": (10, 10)}, "B": {"J1": (1, 1)}}, "papers", 0)
    pitch = stage_of({"A": {"J1": (5, 5)}}, "pitch", 10_000)
    order = order_of(papers, pitch, A=1, B=1)
    assert order.totals(points_of(papers, pitch)) == {"A": Decimal(50)}


def test_who_lacks_a_stage_has_no_total_and_stands_behind_by_what_there_is() -> None:
    papers = stage_of(
        {c: {"J1": (n, n)} for c, n in zip("ABCD", (9, 2, 8, 5), strict=True)}, "papers", 5_000
    )
    pitch = stage_of({"B": {"J1": (1, 1)}}, "pitch", 5_000)
    order = order_of(papers, pitch, A=1, B=1, C=1, D=1, E=1)
    points = points_of(papers, pitch)
    found = order.totals(points)
    assert list(found) == ["B"]
    assert order.unranked(points, found) == ["A", "C", "D", "E"]


def test_a_bonus_is_cut_to_what_was_announced() -> None:
    generous = Candidate("A", "T1", 1, Decimal(30))
    assert bonus_of(generous, make_method()) == 30
    assert bonus_of(generous, make_method(bonus_most=Decimal(20))) == 20
