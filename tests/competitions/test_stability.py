from charity_portal.competitions.rules.outcome import outcome
from charity_portal.competitions.rules.scores import Override
from tests.factories.contests import POINTS, make_candidates, make_method, make_rule, make_scores

# B is ahead of C only because of J3.
TABLE = {
    "A": {"J1": 90, "J2": 90, "J3": 90},
    "B": {"J1": 50, "J2": 50, "J3": 98},
    "C": {"J1": 60, "J2": 60, "J3": 60},
}


def stays(**given: object) -> dict[str, tuple[int, int]]:
    scores = make_scores(TABLE)
    method = make_method(selection=make_rule(200_000, "exact", most=2), **given)
    rows = outcome(scores, POINTS, make_candidates(scores), method).ranking
    return {row.application: (row.stays_funded, row.runs) for row in rows}


def test_an_award_that_hangs_on_one_judge_is_seen() -> None:
    assert stays() == {"A": (3, 3), "B": (2, 3), "C": (1, 3)}


def test_decisions_of_people_do_not_hide_it() -> None:
    assert stays(overrides=(Override("C", "in", "by the committee"),)) == stays()
