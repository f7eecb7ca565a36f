import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest

from charity_portal.competitions.rules.aggregation.averages import (
    Averaged,
    plain,
    standardised,
    trimmed,
    trimmed_means,
)
from charity_portal.competitions.rules.aggregation.totals import Total, totals
from charity_portal.competitions.rules.exact_numbers import rounded
from charity_portal.competitions.rules.scores import Criterion, Rubric, Score, Stage
from tests.factories.contests import make_totals
from tests.support.paths import shared

# --- Real judges -----------------------------------------------------------------------------------

QUARTERS = 40  # marks run from 0 to 10 in quarters
COMPONENT = Stage("ice", 10_000, (Criterion("mark", 10_000, QUARTERS),))


@cache
def panels() -> dict[str, tuple[str, Decimal, dict[str, Decimal]]]:
    """aspect -> (performance, published panel score, judge -> mark)."""
    marks: dict[str, dict[str, Decimal]] = defaultdict(dict)
    with shared("skating-scores.csv").open() as file:
        for row in csv.DictReader(file):
            marks[row["aspect_id"]][row["judge"]] = Decimal(row["score"])
    with shared("skating-panels.csv").open() as file:
        return {
            row["aspect_id"]: (
                row["performance_id"],
                Decimal(row["published_panel_score"]),
                marks[row["aspect_id"]],
            )
            for row in csv.DictReader(file)
        }


@cache
def trimmed_panel_scores(zero_is_missing: bool) -> dict[str, Decimal]:
    """Panels counted by our own rules, on their scale of 10, with two decimals as they publish them:
    all as written, or those with a mark of 0 with that mark as not applicable."""
    scores = [
        Score(aspect, judge, "mark", int(mark * 4) or (None if zero_is_missing else 0))
        for aspect, (_, _, marks) in panels().items()
        if not zero_is_missing or not all(marks.values())
        for judge, mark in marks.items()
    ]
    reviews = totals(scores, Rubric((COMPONENT,)), COMPONENT)
    return {aspect: rounded(points / 10, 2) for aspect, points in trimmed_means(reviews).items()}


def test_the_trimmed_mean_is_what_real_panels_published() -> None:
    """6,415 panels of 9 judges. 6,375 are equal to the last published digit. In the other 40 one
    judge's mark is missing and was written down as 0: counted as missing, all 40 are equal too."""
    as_written, as_missing = trimmed_panel_scores(False), trimmed_panel_scores(True)
    causes: Counter[str] = Counter()
    for aspect, (_, published, marks) in panels().items():
        if as_written[aspect] == published:
            causes["drop one high, one low"] += 1
        elif list(marks.values()).count(Decimal(0)) == 1 and as_missing[aspect] == published:
            causes["a missing mark written as 0"] += 1
        else:
            causes["unknown"] += 1
    assert causes == {"drop one high, one low": 6_375, "a missing mark written as 0": 40}


def test_the_missing_marks_are_all_one_judges_at_one_event() -> None:
    gone = [
        (performance, judge)
        for performance, _, marks in panels().values()
        for judge, mark in marks.items()
        if not mark
    ]
    with shared("skating-performances.csv").open() as file:
        events = {
            r["performance_id"]: (r["competition"], r["program"]) for r in csv.DictReader(file)
        }
    assert len(gone) == 40
    assert {judge for _, judge in gone} == {"J6"}
    assert {events[performance] for performance, _ in gone} == {
        ("ISU GP 2016 Progressive Skate America", "PAIRS SHORT PROGRAM")
    }
    assert Counter(performance for performance, _ in gone) == dict.fromkeys(
        {performance for performance, _ in gone}, 5
    )


def test_a_missing_mark_taken_for_zero_costs_up_to_0_15_points() -> None:
    """What N/A counted as zero does to a real result."""
    as_written = trimmed_panel_scores(False)
    loss = [published - as_written[aspect] for aspect, (_, published, _) in panels().items()]
    assert max(loss) == Decimal("0.15")
    assert min(loss) == 0


# --- The three averages ------------------------------------------------------------------------------

FIVE = {"A1": {"J1": 10, "J2": 60, "J3": 70, "J4": 80, "J5": 100}}


def codes(caveats: object) -> list[str]:
    return [caveat.code for caveat in caveats]  # type: ignore[attr-defined]


def test_trimming_leaves_out_one_highest_and_one_lowest() -> None:
    found = trimmed(make_totals(FIVE), "s")
    assert found.points() == {"A1": Decimal("70.0000")}
    assert codes(found.caveats) == ["trimming_costs"]


def test_trimming_leaves_out_one_of_several_equal_extremes() -> None:
    table = {"A1": {"J1": 50, "J2": 50, "J3": 50, "J4": 90, "J5": 90}}
    assert trimmed(make_totals(table), "s").points() == {"A1": rounded(Fraction(190, 3))}


def test_four_scores_are_not_trimmed_and_that_is_said() -> None:
    table = {"A1": {f"J{n}": 10 * n for n in range(4)}}
    found = trimmed(make_totals(table), "s")
    assert found.points() == {"A1": Decimal("15.0000")}
    assert codes(found.caveats) == ["trimming_costs", "too_few_to_trim"]
    assert found.caveats[1].application == "A1"


def test_standardising_takes_severity_and_width_out() -> None:
    """Two judges order five applications alike, one low and narrow, one high and wide."""
    table = {f"A{n}": {"J1": 40 + n, "J2": 50 + 10 * n} for n in range(5)}
    found = standardised(make_totals(table), "s")
    assert codes(found.caveats) == ["few_to_standardise", "few_to_standardise"]
    points = found.points()
    gaps = {points[f"A{n + 1}"] - points[f"A{n}"] for n in range(4)}
    assert max(gaps) - min(gaps) <= Decimal("0.0001")
    assert points["A2"] == Decimal("56.0000")  # the mean of everything


def test_a_judge_without_spread_or_with_few_reviews_counts_as_given() -> None:
    table = {f"A{n}": {"J1": 70, "J2": 50 + 5 * n} for n in range(6)}
    table["A0"]["J3"] = 20
    found = standardised(make_totals(table), "s")
    said = {(c.code, c.reviewer) for c in found.caveats}
    assert said == {
        ("no_spread", "J1"),
        ("few_to_standardise", "J2"),
        ("too_few_to_standardise", "J3"),
    }
    assert len(found.points()) == 6


def test_the_deviation_is_the_pooled_spread_over_the_root_of_the_number() -> None:
    found = plain(make_totals({"A1": {"J1": 50, "J2": 54}, "A2": {"J1": 60, "J2": 62, "J3": 64}}))
    assert found.deviations is not None
    pooled = (8 + 8) / 3  # squares within: 8 and 8; 5 reviews of 2 applications
    assert float(found.deviations["A1"]) == pytest.approx((pooled / 2) ** 0.5)
    assert float(found.deviations["A2"]) == pytest.approx((pooled / 3) ** 0.5)


def test_with_one_review_each_nothing_can_be_drawn() -> None:
    found = plain(make_totals({"A1": {"J1": 50}, "A2": {"J2": 60}}))
    assert found.deviations is None


@pytest.mark.parametrize(
    "method", [plain, lambda rs: trimmed(rs, "s"), lambda rs: standardised(rs, "s")]
)
def test_without_a_judge_the_others_count_by_the_same_method(
    method: Callable[[Sequence[Total]], Averaged],
) -> None:
    reviews = make_totals(
        {f"A{n}": {f"J{j}": 30 + 7 * n + 3 * j * (n % 3) for j in range(6)} for n in range(8)}
    )
    left = [r for r in reviews if r.reviewer != "J2"]
    assert method(reviews).without("J2") == method(left).points()


def test_without_its_only_judge_an_application_has_no_points() -> None:
    found = plain([Total("A1", "J1", Fraction(5), {}), Total("A2", "J2", Fraction(6), {})])
    assert found.without("J1") == {"A2": Decimal("6.0000")}
