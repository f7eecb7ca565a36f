"""A plan is counted again from the round: what must never be, what is still open, what a change costs."""

from dataclasses import replace

from charity_portal.competitions.rules.plan_checks import Change, cost, findings, obstacle
from charity_portal.competitions.rules.review_rounds import (
    Entry,
    Judge,
    Pair,
    Round,
    Wishes,
    difference,
    load,
    standing,
)

A, B, C = 101, 102, 103


def make_round(**changes: object) -> Round:
    """Three members (two of one employer), three applications in two tracks, two reviews each."""
    judges = (
        Judge(1, "J01", 1, 2, 7, "organization:5", frozenset({"finance"})),
        Judge(2, "J02", 1, 2, 8, "organization:5"),
        Judge(3, "J03", 1, 3, None, None, frozenset({"senior"})),
    )
    entries = (Entry(A, "P-01", 7), Entry(B, "P-02", 8), Entry(C, "P-03", 7))
    scores = {
        (1, 7): 900_000,
        (1, 8): 200_000,
        (2, 7): 300_000,
        (2, 8): 800_000,
        (3, 7): 500_000,
        (3, 8): 400_000,
    }
    wishes = Wishes(each=2, one_per_employer=False)
    return replace(Round(judges, entries, scores, wishes=wishes, key="k"), **changes)  # type: ignore[arg-type]


GOOD: frozenset[Pair] = frozenset({(1, A), (3, A), (2, B), (3, B), (1, C), (3, C)})


def codes(of: Round, pairs: frozenset[Pair]) -> list[str]:
    return sorted(finding.code for finding in findings(of, pairs))


def test_a_whole_plan_has_nothing_wrong_with_it() -> None:
    assert findings(make_round(), GOOD) == []


def test_a_round_comes_back_from_json_as_it_was() -> None:
    of = make_round(conflicts=frozenset({(2, A)}), begun=frozenset({(1, A)}), given=GOOD)
    again = load(of.dump())
    assert again == of and again.fingerprint == of.fingerprint
    assert make_round().fingerprint != of.fingerprint


def test_each_hard_rule_is_found_broken() -> None:
    assert codes(make_round(conflicts=frozenset({(1, A)})), GOOD) == ["conflict"]
    assert codes(make_round(barred=frozenset({(1, A)})), GOOD) == ["barred"]
    assert codes(make_round(begun=frozenset({(2, A)})), GOOD) == ["begun"]
    assert codes(make_round(), GOOD - {(1, C)}) == ["short"]
    assert codes(make_round(), GOOD - {(2, B)}) == ["short", "under"]
    crowded = GOOD - {(2, B)} | {(1, B)}
    assert codes(make_round(), crowded) == ["over", "under"]
    assert codes(make_round(), GOOD | {(9, A)}) == ["unknown"]
    wishes = Wishes(each=2, one_per_employer=True, needs=("finance",))
    found = codes(make_round(wishes=wishes), GOOD - {(3, C)} | {(2, C)})
    assert found == ["employer", "need"]


def test_two_of_one_employer_who_have_both_begun_stay() -> None:
    of = make_round(wishes=Wishes(each=2, one_per_employer=True), begun=frozenset({(1, C), (2, C)}))
    assert codes(of, GOOD - {(3, C)} | {(2, C)}) == []


def test_figures_are_sums_over_each_application() -> None:
    found = standing(make_round(), GOOD)
    assert (found.total, found.worst, found.worst_entries) == (4_000_000, 1_200_000, (B,))
    assert found.loads == {1: 2, 2: 1, 3: 3} and found.outside == {1: 0, 2: 0, 3: 0}
    assert standing(make_round(), GOOD - {(1, C)}).short == 1


def test_a_change_is_weighed_before_it_is_made() -> None:
    of = make_round()
    weighed = cost(of, GOOD, Change(A, drop=3, add=2))
    assert weighed.before.worst == 1_200_000 and weighed.after.total == 3_800_000
    assert weighed.after.loads == {1: 2, 2: 2, 3: 2}
    assert weighed.forbidden == () and weighed.left_open == ()
    alone = cost(of, GOOD, Change(A, drop=3))
    assert [f.code for f in alone.left_open] == ["short"]
    back = cost(of, GOOD - {(3, A)}, Change(A, add=2))
    assert [f.code for f in back.mended] == ["short"]


def test_the_cheap_question_agrees_with_the_whole_count() -> None:
    rounds = [
        make_round(),
        make_round(conflicts=frozenset({(2, A), (1, B)})),
        make_round(barred=frozenset({(2, C)}), begun=frozenset({(3, A)})),
        make_round(wishes=Wishes(each=2, one_per_employer=True)),
    ]
    asked = 0
    for of in rounds:
        for entry in (A, B, C):
            readers = [j for j, e in GOOD if e == entry]
            others = [j for j in (1, 2, 3) if j not in readers]
            for drop in (None, *readers):
                for add in (None, *others):
                    change = Change(entry, drop, add)
                    hindered = obstacle(of, GOOD, change)
                    assert (hindered is not None) == bool(cost(of, GOOD, change).forbidden), change
                    asked += 1
    assert asked == 72


def test_a_difference_names_what_comes_what_goes_and_what_stays() -> None:
    found = difference({(1, A), (2, A)}, {(2, A), (3, A)})
    assert (found.added, found.removed) == (frozenset({(3, A)}), frozenset({(1, A)}))
    assert found.kept == frozenset({(2, A)})
