from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from charity_portal.competitions.rules.score_checks import (
    MOST_REVIEWERS,
    Malformed,
    require_sound,
)
from charity_portal.competitions.rules.scores import (
    Candidate,
    Criterion,
    Material,
    Override,
    Rubric,
    Score,
    Stage,
    TrackLimit,
)
from tests.factories.contests import TWO_CRITERIA, make_method, make_rule

SOUND = Material(
    (Score("A1", "J1", "need", 3), Score("A1", "J1", "design", None)),
    TWO_CRITERIA,
    (Candidate("A1", "T1", 100), Candidate("A2", "T1", 100)),
    make_method(),
)


def faults(material: Material) -> list[tuple[str, int | None, str]]:
    with pytest.raises(Malformed) as caught:
        require_sound(material)
    assert all(problem.why.in_source() for problem in caught.value.problems)
    return [(problem.file, problem.row, problem.field) for problem in caught.value.problems]


def with_scores(*scores: Score) -> Material:
    return replace(SOUND, scores=scores)


def test_what_is_sound_passes() -> None:
    require_sound(SOUND)


@pytest.mark.parametrize(
    ("score", "field"),
    [
        (Score("A9", "J1", "need", 3), "application"),
        (Score("A1", "=J1", "need", 3), "reviewer"),
        (Score("A1", "J1", "other", 3), "criterion"),
        (Score("A1", "J1", "need", 6), "score"),
        (Score("A1", "J1", "need", -1), "score"),
        (Score("A1", "J1", "need", 3, "pitch"), "stage"),
    ],
)
def test_a_score_is_of_something_that_exists_and_in_its_range(score: Score, field: str) -> None:
    assert ("scores.csv", 3, field) in faults(with_scores(*SOUND.scores, score))


def test_a_criterion_is_scored_once() -> None:
    assert faults(with_scores(*SOUND.scores, SOUND.scores[0])) == [("scores.csv", 3, "criterion")]


def test_a_review_is_complete_and_what_does_not_apply_is_said() -> None:
    assert faults(with_scores(SOUND.scores[0])) == [("scores.csv", None, "criterion")]


def test_a_criterion_of_another_track_is_not_asked_for_and_not_allowed() -> None:
    only_t2 = Criterion("care", 1, 5, "T2")
    rubric = Rubric((Stage("papers", 1, (*TWO_CRITERIA.stages[0].criteria, only_t2)),))
    require_sound(replace(SOUND, rubric=rubric))
    more = (*SOUND.scores, Score("A1", "J1", "care", 3))
    assert faults(replace(SOUND, rubric=rubric, scores=more)) == [("scores.csv", 3, "criterion")]


def test_with_several_stages_a_score_names_its_stage() -> None:
    stage = TWO_CRITERIA.stages[0]
    rubric = Rubric((stage, replace(stage, key="pitch")))
    assert set(faults(replace(SOUND, rubric=rubric))) == {
        ("scores.csv", 1, "stage"),
        ("scores.csv", 2, "stage"),
    }


@pytest.mark.parametrize(
    ("candidate", "field"),
    [
        (Candidate("A1", "T1", 100), "application"),
        (Candidate("../x", "T1", 100), "application"),
        (Candidate("A3", "T 1", 100), "track"),
        (Candidate("A3", "T1", 0), "requested"),
        (Candidate("A3", "T1", -5), "requested"),
        (Candidate("A3", "T1", 100, Decimal(-1)), "bonus"),
        (Candidate("A3", "T1", 100, Decimal("0.00001")), "bonus"),
        (Candidate("A3", "T1", 100, Decimal("NaN")), "bonus"),
        (Candidate("A3", "T1", 100, Decimal("1e400")), "bonus"),
        (Candidate("A3", "T1", 100, group="a b"), "applicant"),
    ],
)
def test_an_application_has_a_code_an_amount_and_a_possible_bonus(
    candidate: Candidate, field: str
) -> None:
    found = faults(replace(SOUND, applications=(*SOUND.applications, candidate)))
    assert ("applications.csv", 3, field) in found


@pytest.mark.parametrize(
    "stages",
    [
        (),
        (Stage("a", 0, (Criterion("c", 1, 1),)),),
        (Stage("a", 1, ()),),
        (Stage("a", 1, (Criterion("c", 1, 1),)),) * 2,
        (Stage("a", 1, (Criterion("c", 1, 1),) * 2),),
        (Stage("a", 1, (Criterion("c", 0, 1),)),),
        (Stage("a", 1, (Criterion("c", 1, 0),)),),
        (Stage("a", -1, (Criterion("c", 1, 1),)), Stage("b", 2, (Criterion("c", 1, 1),))),
        (Stage("a b", 1, (Criterion("c d", 1, 1),)),),
    ],
)
def test_a_rubric_can_be_counted_by(stages: tuple[Stage, ...]) -> None:
    assert {file for file, _, _ in faults(replace(SOUND, rubric=Rubric(stages)))} == {"rubric.json"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"aggregation": "median"}, "aggregation"),
        ({"seed": ""}, "seed"),
        ({"draws": 1}, "draws"),
        ({"draws": 10**9}, "draws"),
        ({"in_bp": 1_000, "out_bp": 2_000}, "in_bp"),
        ({"ties": ("luck",)}, "ties.luck"),
        ({"ties": ("need",)}, "ties.need"),
        ({"ties": ("median", "median")}, "ties"),
        ({"ties": ("criterion:other",)}, "ties.criterion:other"),
        ({"bonus_most": Decimal(-1)}, "bonus_most"),
        ({"selection": make_rule(1, "lottery")}, "selection.rule"),
        ({"selection": make_rule(1, cut="jump")}, "selection.cut"),
        ({"selection": make_rule(-1)}, "selection.purse_fen"),
        ({"selection": make_rule(1, least=3, most=2)}, "selection.most"),
        ({"selection": make_rule(1, partial_bp=0)}, "selection.partial_bp"),
        ({"selection": make_rule(1, award_cap_fen=0)}, "selection.award_cap_fen"),
        ({"selection": make_rule(1, per_group=0)}, "selection.per_group"),
        ({"selection": make_rule(1, floor=Decimal("-3"))}, "selection.floor"),
        ({"selection": make_rule(1, tracks=(TrackLimit("T1", 2, 1),))}, "selection.tracks.T1"),
        ({"selection": make_rule(1, tracks=(TrackLimit("T1"),) * 2)}, "selection.tracks"),
        ({"overrides": (Override("A9", "in", "why"),)}, "overrides.A9"),
        ({"overrides": (Override("A1", "in", " "),)}, "overrides.A1"),
        ({"overrides": (Override("A1", "maybe", "why"),)}, "overrides.A1"),
        ({"overrides": (Override("A1", "in", "why", 101),)}, "overrides.A1"),
        ({"overrides": (Override("A1", "out", "why", 50),)}, "overrides.A1"),
        ({"overrides": (Override("A1", "in", "why"),) * 2}, "overrides"),
    ],
)
def test_a_method_says_nothing_impossible(change: dict[str, Any], field: str) -> None:
    found = faults(replace(SOUND, method=replace(SOUND.method, **change)))
    assert ("method.json", None, field) in found


def test_every_fault_is_named_at_once() -> None:
    scores = [Score("A1", f"J{n}", "need", 9) for n in range(5)]
    assert len([f for f in faults(with_scores(*scores)) if f[2] == "score"]) == 5


def test_more_reviewers_than_can_be_counted_are_refused() -> None:
    crowd = [Score("A1", f"J{n}", "need", 1) for n in range(MOST_REVIEWERS + 1)]
    assert faults(with_scores(*crowd)) == [("scores.csv", None, "reviewer")]
