"""Assignments solved exactly, compared with trying every one of them on small problems."""

import itertools
import random
from dataclasses import replace

import numpy as np
import pytest

from charity_portal.kernel.matching import highs, worst
from charity_portal.kernel.matching.evenness import settle
from charity_portal.kernel.matching.levels import Solution, Undecided, Wanted, solve
from charity_portal.kernel.matching.problem import (
    Problem,
    Rows,
    Whole,
    rows_from_lists,
)
from charity_portal.kernel.matching.relaxation import Optimum, Relaxation
from charity_portal.kernel.matching.rounding import Effort, whole_pairs
from charity_portal.kernel.matching.shortage import Impossible
from charity_portal.kernel.matching.worst import Threshold, cover_rows

FAIR = Wanted()


def make(
    seed: int,
    demands: int = 4,
    supplies: int = 4,
    need: int = 2,
    least: int = 1,
    most: int = 3,
    forbidden: float = 0.15,
    grades: int = 1_000_000_000,
) -> Problem:
    """A random problem; few `grades` make ties."""
    chance = random.Random(seed)
    allowed = [
        (d, s) for d in range(demands) for s in range(supplies) if chance.random() >= forbidden
    ]
    return Problem(
        np.full(demands, need),
        np.full(demands, need),
        np.full(supplies, least),
        np.full(supplies, most),
        np.array([d for d, _ in allowed], np.int64),
        np.array([s for _, s in allowed], np.int64),
        np.array([chance.randint(0, grades) for _ in allowed], np.int64),
    )


def all_assignments(problem: Problem) -> list[Whole]:
    """Every assignment that keeps the rules."""
    choices = [
        itertools.combinations(np.flatnonzero(problem.demand == d).tolist(), int(need))
        for d, need in enumerate(problem.needs_lower)
    ]
    plans = (np.array(sorted(itertools.chain(*plan))) for plan in itertools.product(*choices))
    return [plan for plan in plans if keeps_the_rules(problem, plan)]


def keeps_the_rules(problem: Problem, pairs: Whole) -> bool:
    met = np.bincount(problem.demand[pairs], minlength=problem.demands)
    loads = problem.loads(pairs)
    chosen = np.zeros(problem.pairs)
    chosen[pairs] = 1
    return bool(
        len(set(pairs.tolist())) == len(pairs)
        and (met >= problem.needs_lower).all()
        and (met <= problem.needs_upper).all()
        and (loads >= problem.supply_lower).all()
        and (loads <= problem.supply_upper).all()
        and np.isin(problem.frozen, pairs).all()
        and not any(len(family.broken(chosen, np.zeros(0), 1e-9)) for family in problem.rows)
    )


def worst_and_total(problem: Problem, pairs: Whole) -> tuple[int, int]:
    sums = problem.sums(pairs)
    return int(sums.min()), int(sums.sum())


def check(problem: Problem, wanted: Wanted = FAIR) -> Solution | None:
    """Solve, and compare with all assignments; None when both say that there is none."""
    everything = all_assignments(problem)
    try:
        found = solve(problem, wanted)
    except Impossible:
        assert everything == []
        return None
    assert keeps_the_rules(problem, found.pairs)
    figures = [worst_and_total(problem, plan) for plan in everything]
    if wanted.fair:
        assert (found.worst, found.total) == max(figures)
        assert found.worst_bound - max(figures)[0] <= 1e-6 * problem.largest
    else:
        assert found.total == max(total for _, total in figures)
    assert found.worst_bound >= max(worst for worst, _ in figures)
    assert found.free_total_bound >= max(total for _, total in figures)
    assert found.total_bound >= found.total
    return found


def test_the_worst_demand_and_then_the_total_are_the_best_there_are() -> None:
    solved = [check(make(seed, forbidden=0.25)) for seed in range(60)]
    assert 5 < sum(found is None for found in solved) < 55, "both kinds occur"


def test_ties_do_not_matter_to_the_figures() -> None:
    for seed in range(30):
        check(make(seed, grades=3))


def test_the_total_alone_is_the_largest() -> None:
    for seed in range(30):
        check(make(seed), Wanted(fair=False))


def test_negative_scores_and_all_equal_scores_are_solved_too() -> None:
    for seed in range(10):
        problem = make(seed, forbidden=0.05)
        check(replace(problem, score=problem.score - 500_000_000))
        check(replace(problem, score=np.zeros(problem.pairs, np.int64)))


def groups(problem: Problem, seed: int) -> Problem:
    """Each demand has one of the first two supplies, and no two of the others beyond two."""
    chance = random.Random(seed)
    able = chance.sample(range(problem.supplies), 2)
    wanted = [
        np.flatnonzero((problem.demand == d) & np.isin(problem.supply, able))
        for d in range(problem.demands)
    ]
    rivals = [
        np.flatnonzero((problem.demand == d) & (problem.supply >= problem.supplies - 2))
        for d in range(problem.demands)
    ]
    rows = (rows_from_lists(wanted, 1, np.inf), rows_from_lists(rivals, -np.inf, 1))
    return replace(problem, rows=rows)


def test_rows_over_pairs_hold() -> None:
    for seed in range(40):
        check(groups(make(seed, forbidden=0.05), seed))


def test_frozen_pairs_stay() -> None:
    for seed in range(20):
        problem = make(seed, forbidden=0.05)
        lowest = int(np.argmin(problem.score))
        check(replace(problem, frozen=np.array([lowest])))


def test_as_many_old_pairs_stay_as_can_and_then_the_levels_follow() -> None:
    for seed in range(30):
        chance = random.Random(seed)
        problem = make(seed)
        old = np.array(sorted(chance.sample(range(problem.pairs), 6)))
        everything = all_assignments(problem)
        if not everything:
            continue
        found = solve(problem, Wanted(keep=old))
        kept = max(len(np.intersect1d(plan, old)) for plan in everything)
        rest = [plan for plan in everything if len(np.intersect1d(plan, old)) == kept]
        assert found.kept == found.kept_bound == kept
        assert (found.worst, found.total) == max(worst_and_total(problem, p) for p in rest)


def test_loads_are_as_even_as_ties_allow() -> None:
    for seed in range(20):
        problem = make(seed, least=0, most=4, grades=1, forbidden=0.05)
        everything = all_assignments(problem)
        found = check(problem)
        assert found is not None
        best = (found.worst, found.total)
        equal = [plan for plan in everything if worst_and_total(problem, plan) == best]
        squares = [int((problem.loads(plan) ** 2).sum()) for plan in equal]
        assert int((problem.loads(found.pairs) ** 2).sum()) == min(squares)


def test_soft_rows_are_met_as_far_as_ties_allow_and_further_when_the_total_may_pay() -> None:
    gained = 0
    for seed in range(8):
        problem = make(seed, supplies=5, least=0, most=4, forbidden=0.1)
        soft = rows_from_lists(
            [np.flatnonzero((problem.supply == s) & (problem.demand < 2)) for s in range(5)],
            1,
            np.inf,
        )
        strict = solve(problem, Wanted(soft=soft))
        assert (strict.worst, strict.total) == max(
            worst_and_total(problem, plan) for plan in all_assignments(problem)
        )
        paid = solve(problem, Wanted(soft=soft, spend=0.2))
        assert paid.total >= 0.8 * strict.total and paid.worst >= strict.worst
        assert missing(problem, soft, paid) <= missing(problem, soft, strict)
        gained += missing(problem, soft, paid) < missing(problem, soft, strict)
    assert gained > 1


def missing(problem: Problem, soft: Rows, found: Solution) -> float:
    chosen = np.zeros(problem.pairs)
    chosen[found.pairs] = 1
    return float(np.maximum(soft.lower - soft.activity(chosen, np.zeros(0)), 0).sum())


def test_what_is_missing_is_the_least_that_must_be() -> None:
    problem = make(1, demands=6, supplies=3, need=2, least=0, most=3, forbidden=0)
    with pytest.raises(Impossible) as refusal:
        solve(problem, Wanted())
    short = refusal.value.shortage
    assert int(short.demands.sum()) == 6 * 2 - 3 * 3
    assert int(short.relief.sum()) == 3, "three more uses would do"
    assert not short.supplies.any()


def test_a_lower_bound_that_cannot_be_met_is_told() -> None:
    problem = make(1, demands=3, supplies=4, need=2, least=2, most=3, forbidden=0)
    with pytest.raises(Impossible) as refusal:
        solve(problem, Wanted())
    assert int(refusal.value.shortage.supplies.sum()) == 4 * 2 - 3 * 2
    assert not refusal.value.shortage.relief.any(), "higher upper bounds would not help"


def test_a_row_that_cannot_be_met_is_told_with_its_place() -> None:
    problem = make(1, least=0, most=4, forbidden=0)
    nobody = rows_from_lists([np.zeros(0, np.int64), np.array([0, 1])], 1, np.inf)
    with pytest.raises(Impossible) as refusal:
        solve(replace(problem, rows=(nobody,)), Wanted())
    assert [row.tolist() for row in refusal.value.shortage.rows] == [[1, 0]]


def test_bounds_hold_whatever_the_solver_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is counted from the duals: wrong duals make it weak, never wrong."""
    honest = highs.run_linear

    def wrong(model: object, method: object) -> object:
        values, duals = honest(model, method)  # type: ignore[arg-type]
        return values, duals * 0.9 + 0.01

    for seed in range(8):
        problem = make(seed, supplies=5, forbidden=0)
        best = max(int(problem.score[p].sum()) for p in all_assignments(problem))
        monkeypatch.setattr(highs, "run_linear", wrong)
        bound = Relaxation(problem).solve().bound
        monkeypatch.setattr(highs, "run_linear", honest)
        assert bound * problem.largest >= best
        assert Relaxation(problem).solve().bound * problem.largest == pytest.approx(best)


def test_columns_are_priced_in_until_nothing_helps() -> None:
    """The programme begins with the best pairs of each side; minimum loads need others too."""
    problem = make(3, demands=60, supplies=30, need=2, least=4, most=4, forbidden=0.1)
    all_like_the_same = problem.score + 2_000_000_000 * problem.supply
    problem = replace(problem, score=all_like_the_same)
    relaxation = Relaxation(problem)
    first = len(relaxation.pair_columns)
    optimum = relaxation.solve()
    assert first < len(relaxation.pair_columns) <= problem.pairs and optimum.missing == 0
    whole = Relaxation(problem)
    whole.take_in_all_pairs()
    assert optimum.bound == pytest.approx(whole.solve().bound)


def test_a_demand_knows_the_best_sum_with_each_of_its_pairs() -> None:
    for seed in range(10):
        problem = replace(make(seed, forbidden=0), frozen=np.array([0, 5]))
        found = problem.best_with
        for d in range(problem.demands):
            own = np.flatnonzero(problem.demand == d).tolist()
            sums = [
                (two, int(problem.score[list(two)].sum()))
                for two in itertools.combinations(own, 2)
                if set(own) & {0, 5} <= set(two)
            ]
            for pair in own:
                with_pair = [total for two, total in sums if pair in two]
                assert not with_pair or found[pair] == max(with_pair)
        assert problem.ceiling <= problem.sums(np.arange(problem.pairs)).max()


def test_cover_rows_cut_off_no_whole_assignment_that_reaches_the_threshold() -> None:
    for seed in range(20):
        problem = make(seed, forbidden=0.05, need=3, most=4)
        for plan in all_assignments(problem)[::7]:
            chosen = np.zeros(problem.pairs)
            chosen[plan] = 1
            rows = cover_rows(problem, int(problem.sums(plan).min()))
            assert len(rows.broken(chosen, np.zeros(0), 1e-9)) == 0


def test_nothing_is_concluded_when_the_effort_is_spent() -> None:
    problem = groups(make(2, forbidden=0.05), 2)
    relaxation = Relaxation(problem)
    rounded = whole_pairs(relaxation, relaxation.solve(), Effort(0))
    assert rounded.pairs is None and not rounded.proven


def test_without_answer_and_proof_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highs, "run_whole", lambda *_: highs.WholeResult(None, False, 0))
    with pytest.raises(Undecided):
        solve(make(0, forbidden=0), Wanted())


def test_the_threshold_lifts_the_worst_without_losing_more_than_it_must() -> None:
    problem = make(11, demands=40, supplies=12, need=3, least=8, most=12, forbidden=0.2)
    total = solve(problem, Wanted(fair=False))
    fair = solve(problem, Wanted())
    assert fair.worst > total.worst and fair.total <= total.total
    assert fair.total >= 0.999 * fair.total_bound
    relaxation = Relaxation(problem)
    threshold = Threshold(relaxation)
    relaxation.solve()
    assert threshold.impossible(fair.worst_bound + problem.largest // 100)
    assert worst.worst_of(problem, fair.pairs) == fair.worst


def test_only_the_bound_makes_a_threshold_impossible(monkeypatch: pytest.MonkeyPatch) -> None:
    """A programme that did not lift the threshold proves nothing; a second one decides."""
    problem = make(11, demands=40, supplies=12, need=3, least=8, most=12, forbidden=0.2)
    reached = solve(problem, Wanted()).worst
    relaxation = Relaxation(problem)
    threshold = Threshold(relaxation)
    honest = relaxation.solve

    def reluctant() -> Optimum:
        found = honest()
        return replace(found, extras=found.extras - 1)

    monkeypatch.setattr(relaxation, "solve", reluctant)
    assert not threshold.impossible(reached)
    assert threshold.impossible(reached + problem.largest)


def test_even_loads_change_nothing_where_nothing_is_tied() -> None:
    problem = make(5, demands=30, supplies=10, need=3, least=5, most=12, forbidden=0.1)
    relaxation = Relaxation(problem)
    optimum = relaxation.solve()
    pairs = whole_pairs(relaxation, optimum, Effort(10_000)).pairs
    assert pairs is not None
    assert settle(relaxation, pairs, None, 0.0).tolist() == pairs.tolist()
