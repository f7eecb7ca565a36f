"""A round is solved: every rule kept, begun work untouched, the same answer whatever the order."""

import itertools
import random
from dataclasses import replace

from charity_portal.competitions.rules.plan_checks import findings
from charity_portal.competitions.rules.planning import Solved, solve
from charity_portal.competitions.rules.review_rounds import (
    Entry,
    Judge,
    Pair,
    Round,
    Wishes,
    difference,
    standing,
)

CAPACITIES = ("senior", "finance", "user_representative")


def make(seed: int, judges: int = 7, entries: int = 10, **wishes: object) -> Round:
    """A random round in three tracks with a few conflicts and rather tight loads."""
    chance = random.Random(seed)
    wanted = Wishes(**({"each": 2, "bridges": False, "one_per_employer": False} | wishes))  # type: ignore[arg-type]
    most = -(-entries * wanted.each // judges) + 1
    return Round(
        judges=tuple(
            Judge(
                n,
                f"J{n:02d}",
                1,
                most,
                chance.randrange(3),
                chance.choice(["a", "b", "c", None, None]),
                frozenset(key for key in CAPACITIES if chance.random() < 0.5),
            )
            for n in range(1, judges + 1)
        ),
        entries=tuple(Entry(100 + n, f"P-{n:02d}", chance.randrange(3)) for n in range(entries)),
        scores={
            (j, t): chance.randrange(0, 1_000_001, 50_000)
            for j in range(1, judges + 1)
            for t in range(3)
        },
        conflicts=frozenset(
            (j, 100 + n)
            for j in range(1, judges + 1)
            for n in range(entries)
            if chance.random() < 0.12
        ),
        wishes=wanted,
        key=f"key {seed}",
    )


def best_by_trying(of: Round) -> tuple[int, int]:
    """The largest worst sum and the largest total at it, by trying every plan."""
    choices = [
        [
            [(j, e.id) for j in readers]
            for readers in itertools.combinations(of.judge_by_id, of.wishes.each)
            if not any((j, e.id) in of.conflicts for j in readers)
        ]
        for e in of.entries
    ]
    plans = (frozenset(itertools.chain(*plan)) for plan in itertools.product(*choices))
    found = [standing(of, pairs) for pairs in plans if not findings(of, pairs)]
    return max((f.worst, f.total) for f in found)


def test_small_rounds_are_solved_as_well_as_by_trying_everything() -> None:
    for seed in range(6):
        of = make(seed, judges=4, entries=4)
        solved = solve(of)
        got = standing(of, solved.pairs)
        assert (got.worst, got.total) == best_by_trying(of)
        assert solved.proven["worst_bound"] >= got.worst == solved.proven["worst"]
        assert solved.proven["total_bound"] >= got.total == solved.proven["total"]


def test_every_wish_that_is_a_rule_is_kept() -> None:
    for seed in range(8):
        of = make(seed, 9, 9, one_per_employer=True, needs=("finance",), each=3, bridges=True)
        solved = solve(of)
        assert solved.shortages is not None or findings(of, solved.pairs) == []


def test_the_order_of_entering_decides_nothing() -> None:
    for seed in range(5):
        of = make(seed)
        shuffled = replace(
            of, judges=tuple(reversed(of.judges)), entries=tuple(reversed(of.entries))
        )
        assert solve(of).pairs == solve(shuffled).pairs


def test_total_first_is_never_below_fair_in_total() -> None:
    for seed in range(5):
        fair, total = make(seed), make(seed, objective="total")
        a, b = standing(fair, solve(fair).pairs), standing(total, solve(total).pairs)
        assert b.total >= a.total and a.worst >= b.worst


def fill(of: Round, gone: int) -> tuple[Round, frozenset[Pair], Solved]:
    """A member drops out of a plan: what is begun stays, and the round is solved again."""
    old = solve(of).pairs
    begun = frozenset(pair for pair in sorted(old)[::3] if pair[0] != gone)
    left = frozenset(pair for pair in old if pair[0] != gone)
    later = replace(
        of,
        judges=tuple(replace(j, most=j.most + 2) for j in of.judges if j.id != gone),
        scores={key: score for key, score in of.scores.items() if key[0] != gone},
        conflicts=frozenset(pair for pair in of.conflicts if pair[0] != gone),
        begun=begun,
        given=left,
    )
    return later, left, solve(later)


def test_a_late_decline_is_filled_with_the_fewest_changes() -> None:
    for seed in range(5):
        later, left, solved = fill(make(seed, 8, 9), gone=3)
        moved = difference(left, solved.pairs)
        assert findings(later, solved.pairs) == [] and later.begun <= solved.pairs
        assert len(moved.removed) == solved.proven["fewest"] == 0
        assert len(moved.added) == later.wanted - len(left)


def test_an_application_with_more_work_begun_than_asked_for_keeps_it() -> None:
    of = make(1)
    entry = of.entries[0].id
    allowed = [j for j in of.judge_by_id if (j, entry) not in of.conflicts][:3]
    begun = frozenset((j, entry) for j in allowed)
    solved = solve(replace(of, begun=begun, given=begun))
    assert solved.shortages is None and begun <= solved.pairs


def test_an_impossible_round_is_told_exactly() -> None:
    of = make(2, judges=4, entries=4)
    entry = of.entries[0]
    walled = frozenset((j, entry.id) for j in list(of.judge_by_id)[:3])
    solved = solve(replace(of, conflicts=walled))
    assert solved.pairs == frozenset() and solved.shortages is not None
    assert solved.shortages["entries"] == [[entry.id, 1]]
    assert solved.shortages["relief"] == []


def test_loads_that_are_too_small_name_the_least_that_would_help() -> None:
    of = make(3, judges=4, entries=4)
    tight = replace(
        of, judges=tuple(replace(j, least=0, most=1) for j in of.judges), conflicts=frozenset()
    )
    solved = solve(tight)
    assert solved.shortages is not None
    assert sum(n for _, n in solved.shortages["entries"]) == 4
    assert sum(n for _, n in solved.shortages["relief"]) == 4
