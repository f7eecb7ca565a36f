from fractions import Fraction

from charity_portal.competitions.rules.aggregation.totals import (
    applying,
    by_application,
    by_reviewer,
    totals,
)
from charity_portal.competitions.rules.scores import Candidate, Criterion, Rubric, Score, Stage

PAPERS = Stage(
    "papers",
    10_000,
    (
        Criterion("need", 6_000, 5),
        Criterion("design", 4_000, 10),
        Criterion("care", 5_000, 5, "T2"),
    ),
)
RUBRIC = Rubric((PAPERS,))


def given(**values: int | None) -> list[Score]:
    return [Score("A1", "J1", criterion, value) for criterion, value in values.items()]


def test_a_total_is_the_weighted_share_of_the_top_values_out_of_100() -> None:
    (review,) = totals(given(need=4, design=5), RUBRIC, PAPERS)
    assert review.points == 100 * (
        Fraction(6, 10) * Fraction(4, 5) + Fraction(4, 10) * Fraction(5, 10)
    )


def test_not_applicable_is_left_out_and_is_no_zero() -> None:
    (without,) = totals(given(need=4, design=None), RUBRIC, PAPERS)
    (zero,) = totals(given(need=4, design=0), RUBRIC, PAPERS)
    assert (without.points, zero.points) == (80, 48)


def test_a_review_in_which_nothing_applies_has_no_total() -> None:
    assert totals(given(need=None, design=None), RUBRIC, PAPERS) == []


def test_a_zero_is_a_score() -> None:
    (review,) = totals(given(need=0, design=0), RUBRIC, PAPERS)
    assert review.points == 0


def test_criteria_of_another_track_do_not_apply() -> None:
    assert [c.key for c in applying(PAPERS, Candidate("A1", "T1", 1))] == ["need", "design"]
    assert [c.key for c in applying(PAPERS, Candidate("A1", "T2", 1))] == ["need", "design", "care"]


def test_only_the_scores_of_the_stage_count() -> None:
    pitch = Stage("pitch", 5_000, (Criterion("need", 1, 5),))
    rubric = Rubric((PAPERS, pitch))
    scores = [Score("A1", "J1", "need", 5, "papers"), Score("A1", "J1", "need", 1, "pitch")]
    assert [r.points for r in totals(scores, rubric, PAPERS)] == [100]
    assert [r.points for r in totals(scores, rubric, pitch)] == [20]


def test_reviews_stand_by_application_and_by_reviewer() -> None:
    scores = [Score(a, j, "need", 3) for a, j in (("A2", "J1"), ("A1", "J2"), ("A1", "J1"))]
    found = totals(scores, RUBRIC, PAPERS)
    assert {a: [r.reviewer for r in own] for a, own in by_application(found).items()} == {
        "A1": ["J1", "J2"],
        "A2": ["J1"],
    }
    assert {j: len(own) for j, own in by_reviewer(found).items()} == {"J1": 2, "J2": 1}
