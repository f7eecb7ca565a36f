"""The whole count: what must never change, and what must always have an answer."""

import decimal
import json
import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charity_portal.competitions.rules import bundle
from charity_portal.competitions.rules.aggregation.stages import count_stage
from charity_portal.competitions.rules.aggregation.totals import Total
from charity_portal.competitions.rules.bundles.published import published
from charity_portal.competitions.rules.findings import Outcome
from charity_portal.competitions.rules.outcome import outcome
from charity_portal.competitions.rules.scores import (
    AGGREGATIONS,
    SELECTIONS,
    Candidate,
    Criterion,
    Material,
    Rubric,
    Score,
    Stage,
)
from tests.factories.contests import (
    POINTS,
    make_candidates,
    make_method,
    make_rule,
    make_scores,
    make_totals,
    random_contest,
    shuffled,
)

Table = dict[str, dict[str, int | None]]


def count(material: Material) -> Outcome:
    return outcome(material.scores, material.rubric, material.applications, material.method)


def counted(table: Table, aggregation: str, **given: Any) -> Outcome:
    scores = make_scores(table)
    method = make_method(aggregation, **given)
    return outcome(scores, POINTS, make_candidates(scores), method)


def finite(value: Any) -> bool:
    """Every figure of plain JSON is a number that is one."""
    if isinstance(value, dict):
        return all(finite(part) for part in value.values())
    if isinstance(value, list):
        return all(finite(part) for part in value)
    return not (isinstance(value, str) and value.lower().lstrip("+-") in ("nan", "inf", "infinity"))


# --- What must never change --------------------------------------------------------------------------


@settings(max_examples=8)
@given(
    st.integers(0, 10_000),
    st.sampled_from(AGGREGATIONS),
    st.sampled_from(SELECTIONS),
    st.integers(3, 12),
    st.integers(2, 6),
)
def test_the_order_of_the_inputs_changes_nothing_and_a_bundle_gives_the_same_again(
    seed: int, aggregation: str, rule: str, applications: int, judges: int
) -> None:
    material = random_contest(
        seed, applications, judges, min(judges, 3), aggregation=aggregation, rule=rule
    )
    found = count(material)
    assert published(count(shuffled(material, seed))) == published(found)
    packed = bundle.write(material, found)
    assert packed == bundle.write(shuffled(material, seed), found)
    verdict = bundle.recompute(bundle.read(packed))
    assert (verdict.compared, verdict.difference) == (True, None)
    assert finite(published(found))


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_any_single_changed_score_is_noticed(aggregation: str) -> None:
    material = random_contest(7, 10, 4, 3, aggregation=aggregation, rule="rank")
    told = json.loads(json.dumps(published(count(material))))
    dice = random.Random(1)
    for at in dice.sample(range(len(material.scores)), 8):
        score = material.scores[at]
        value = 3 if score.value is None else score.value + (-1 if score.value else 1)
        scores = list(material.scores)
        scores[at] = replace(score, value=value)
        assert (
            json.loads(json.dumps(published(count(replace(material, scores=tuple(scores))))))
            != told
        )


def test_the_published_figures_of_a_known_contest_are_known() -> None:
    """A fixed point: whoever changes the arithmetic, knowingly or not, finds it here."""
    found = count(random_contest(2026, 15, 6, 3))
    top = [(r.application, str(r.points), str(r.deviation), r.chance_bp) for r in found.ranking[:3]]
    assert top == [
        ("A-013", "70.6872", "5.0744", 10000),
        ("A-014", "68.0417", "5.0854", 7400),
        ("A-009", "64.2306", "5.0815", 5000),
    ]
    assert found.selection.spent_fen == 34700000


def test_the_callers_decimal_context_changes_nothing() -> None:
    from_decimal = random_contest(11, 12, 5)
    expected = published(count(from_decimal))
    with decimal.localcontext(decimal.Context(prec=6, rounding=decimal.ROUND_UP)):
        assert published(count(from_decimal)) == expected


def test_names_of_reviewers_and_applications_matter_only_for_lots_and_draws() -> None:
    material = random_contest(3, 12, 5, aggregation="mixed")
    renamed = replace(
        material, scores=tuple(replace(s, reviewer=f"X{s.reviewer[::-1]}") for s in material.scores)
    )
    ours = [(r.application, r.points, r.raw) for r in count(material).ranking]
    theirs = [(r.application, r.points, r.raw) for r in count(renamed).ranking]
    assert ours == theirs


# --- What must always have an answer -----------------------------------------------------------------

DEGENERATE: dict[str, Table] = {
    "a judge with zero spread": {
        f"A{n}": {"J1": 70, "J2": 50 + 3 * n, "J3": 40 + 5 * n} for n in range(7)
    },
    "a judge with one score": {
        **{f"A{n}": {"J1": 60 + n, "J2": 50 + 3 * n} for n in range(7)},
        "A7": {"J1": 55, "J3": 90},
    },
    "an application with one score": {
        **{f"A{n}": {"J1": 60 + n, "J2": 50 + 3 * n} for n in range(7)},
        "A7": {"J1": 55},
    },
    "all equal": {f"A{n}": {"J1": 70, "J2": 70, "J3": 70} for n in range(7)},
    "disjoint groups": {
        **{f"A{n}": {"J1": 60 + n, "J2": 50 + 3 * n} for n in range(6)},
        **{f"B{n}": {"K1": 40 + n, "K2": 30 + 3 * n} for n in range(6)},
    },
    "one judge": {f"A{n}": {"J1": 60 + n} for n in range(7)},
    "one application": {"A1": {f"J{n}": 60 + n for n in range(7)}},
    "one score": {"A1": {"J1": 60}},
    "all zero": {f"A{n}": {"J1": 0, "J2": 0} for n in range(4)},
    "an exact fit": {f"A{n}": {f"J{j}": 20 + 5 * n + 3 * j for j in range(5)} for n in range(6)},
}
SAID = {  # by every method
    "a judge with zero spread": "judge_without_spread",
    "a judge with one score": "judge_with_one_review",
    "an application with one score": "single_review",
    "all equal": "all_equal",
    "disjoint groups": "disconnected",
    "one judge": "one_judge",
    "one application": "one_application",
    "one score": "single_review",
    "all zero": "all_equal",
}


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
@pytest.mark.parametrize("case", DEGENERATE)
def test_every_method_answers_every_odd_panel_with_numbers_and_says_what_is_odd(
    case: str, aggregation: str
) -> None:
    table = DEGENERATE[case]
    found = counted(table, aggregation)
    assert len(found.ranking) == len(table)
    assert all(row.points is not None and row.points.is_finite() for row in found.ranking)
    assert finite(published(found))
    if case in SAID:
        assert SAID[case] in {caveat.code for caveat in found.caveats}
    lowest = min(v for row in table.values() for v in row.values() if v is not None)
    if aggregation != "standardised":
        assert all(row.points is not None and row.points >= lowest - 1 for row in found.ranking)


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_an_application_without_scores_is_named_and_is_no_zero(aggregation: str) -> None:
    scores = make_scores({"A1": {"J1": 60, "J2": 50}, "A2": {"J1": 40, "J2": 50}})
    candidates = [*make_candidates(scores), Candidate("A3", "T1", 100)]
    found = outcome(scores, POINTS, candidates, make_method(aggregation))
    last = found.ranking[-1]
    assert (last.application, last.rank, last.points, last.raw) == ("A3", 3, None, None)
    assert (last.chance_bp, last.band, last.stays_funded) == (None, None, 0)
    assert ("not_ranked", "A3") in {(c.code, c.application) for c in found.caveats}
    assert "A3" not in found.selection.funded


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
@pytest.mark.parametrize("rule", SELECTIONS)
def test_no_scores_at_all_are_said_and_nothing_is_funded(aggregation: str, rule: str) -> None:
    candidates = [Candidate("A1", "T1", 100)]
    method = make_method(aggregation, selection=make_rule(1_000, rule))
    found = outcome([], POINTS, candidates, method)
    assert "no_scores" in {c.code for c in found.caveats}
    assert not found.selection.funded
    assert outcome([], POINTS, [], method).ranking == ()


def test_a_review_in_which_nothing_applied_counts_nowhere() -> None:
    table: Table = {"A1": {"J1": 60, "J2": None}, "A2": {"J1": 40, "J2": 50}}
    row = next(r for r in counted(table, "mean").ranking if r.application == "A1")
    assert (row.points, row.stages[0].reviews) == (Decimal("60.0000"), 1)


# --- Put together ------------------------------------------------------------------------------------


def test_finalists_stand_before_those_who_went_out_earlier() -> None:
    rubric = Rubric(
        (
            Stage("papers", 6_000, (Criterion("all", 10_000, 100),)),
            Stage("pitch", 4_000, (Criterion("all", 10_000, 100),)),
        )
    )
    papers = {"A": 90, "B": 80, "C": 95, "D": 70}
    pitch = {"A": 50, "B": 90}
    scores = [
        Score(code, judge, "all", value, stage)
        for stage, table in (("papers", papers), ("pitch", pitch))
        for code, value in table.items()
        for judge in ("J1", "J2")
    ]
    candidates = [Candidate(code, "T1", 100) for code in papers]
    found = outcome(scores, rubric, candidates, make_method())
    assert [(r.application, str(r.points)) for r in found.ranking] == [
        ("B", "84.0000"),
        ("A", "74.0000"),
        ("C", "None"),
        ("D", "None"),
    ]
    assert [s.stage for s in found.ranking[2].stages] == ["papers"]
    assert {j.stage for j in found.judges} == {"papers", "pitch"}


def test_a_tie_is_marked_with_the_rule_that_decided_it() -> None:
    table: Table = {"A": {"J1": 60, "J2": 40}, "B": {"J1": 50, "J2": 50}, "C": {"J1": 90, "J2": 90}}
    scores = make_scores(table)
    candidates = [Candidate(c, "T1", fen) for c, fen in (("A", 300), ("B", 200), ("C", 100))]
    method = make_method(ties=("median", "requested"))
    rows = outcome(scores, POINTS, candidates, method).ranking
    assert [(r.application, r.tie) for r in rows] == [
        ("C", None),
        ("B", "requested"),
        ("A", "requested"),
    ]


def test_the_bonus_is_part_of_the_points_and_no_correction() -> None:
    scores = make_scores({"A": {"J1": 60, "J2": 40}, "B": {"J1": 52, "J2": 52}})
    candidates = [Candidate("A", "T1", 1, Decimal("4.25")), Candidate("B", "T1", 1)]
    first = outcome(scores, POINTS, candidates, make_method()).ranking[0]
    assert (first.application, first.points, first.bonus) == (
        "A",
        Decimal("54.25"),
        Decimal("4.25"),
    )
    assert first.correction == 0


# --- What correcting brings --------------------------------------------------------------------------


def found_by(method: str, reviews: list[Total]) -> set[str]:
    """The 12 with the most points."""
    points = {a: p.points for a, p in count_stage("s", 1, reviews, method, True).points.items()}
    return set(sorted(points, key=lambda a: (-points[a], a))[:12])


def gain(severity: float, repetitions: int) -> float:
    """How many more of the truly best 12 of 60 the model finds than the mean (share of the 12);
    15 judges, 3 reviews each, spread of quality 1, of chance 0.7."""
    hits = 0
    for repetition in range(repetitions):
        dice = random.Random(f"{severity} {repetition}")
        quality = [dice.gauss(0, 1) for _ in range(60)]
        bias = [dice.gauss(0, severity) for _ in range(15)]
        seats = [judge for _ in range(12) for judge in dice.sample(range(15), 15)]
        table = {
            f"A{n:02}": {
                f"J{j:02}": round(55 + 12 * (quality[n] + bias[j] + dice.gauss(0, 0.7)))
                for j in seats[3 * n : 3 * n + 3]
            }
            for n in range(60)
        }
        best = {f"A{n:02}" for n in sorted(range(60), key=lambda n: -quality[n])[:12]}
        reviews = make_totals(table)
        hits += len(best & found_by("mixed", reviews)) - len(best & found_by("mean", reviews))
    return hits / repetitions / 12


def test_with_severe_judges_the_model_finds_more_of_the_best() -> None:
    assert gain(severity=0.8, repetitions=8) > 0.03  # over 300 repetitions: 0.07


def test_without_severity_the_model_costs_nothing() -> None:
    assert gain(severity=0, repetitions=6) > -0.005  # over 300 repetitions: -0.0003
