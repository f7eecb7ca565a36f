"""Whole pairs from a fractional solution: fix what is whole already, solve the small rest exactly.

Without rows beside loads the relaxation is whole by itself (its matrix is totally unimodular; Charlin
& Zemel 2013, the Toronto paper matching system). Thresholds and group rows leave a few demands
fractional: these are solved as a whole-numbered programme with all other demands fixed, and when that
finds nothing or loses too much, with more and more demands free.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from charity_portal.kernel.matching import highs as solver
from charity_portal.kernel.matching.problem import Mask, Real, Whole
from charity_portal.kernel.matching.relaxation import Optimum, Relaxation

WHOLE = 1e-6
GOOD_ENOUGH = 1e-4
"""Share of the bound that may be lost before more demands are set free."""
MOST_COLUMNS = 6000
"""Free pairs in one whole-numbered programme: of more, those of the highest reduced cost. With at
most so many pairs in all, every pair joins the last attempt, which then proves what it finds."""
BRANCHES, FEWEST_NODES = 100_000, 20
"""Free pairs times nodes of one search: small programmes are searched to their end."""


@dataclass(frozen=True)
class Rounded:
    """Chosen pairs (ascending; None when none were found), their value in the relaxation's
    objective, whether it is `proven` that nothing better (or nothing at all) exists, the variables
    beside the pairs and what is missing in each slack column."""

    pairs: Whole | None
    value: float
    proven: bool
    extras: Real = field(default_factory=lambda: np.zeros(0))
    missing: Real = field(default_factory=lambda: np.zeros(0))


NOTHING = Rounded(None, -np.inf, False)


class Effort:
    """Work that may still be spent on whole-numbered programmes, in simplex iterations: a measure
    that does not depend on how busy the machine is."""

    def __init__(self, iterations: int) -> None:
        self.left = iterations

    def spend(self, iterations: int) -> None:
        """Work done."""
        self.left -= iterations


def whole_pairs(
    relaxation: Relaxation, optimum: Optimum, effort: Effort, first_will_do: bool = False
) -> Rounded:
    """The best whole solution near a solved relaxation (`first_will_do`: any)."""
    best = NOTHING
    allowed_loss = GOOD_ENOUGH * max(1.0, abs(optimum.bound))
    for free in _freer_and_freer(relaxation, optimum):
        if effort.left <= 0:
            break
        if free.all():
            _take_in_every_pair(relaxation)
        found = _solve_free(relaxation, optimum, free, effort)
        gain = found.value - best.value
        if gain > 0:
            best = found
        near = best.value >= optimum.bound - allowed_loss or gain < allowed_loss
        if found.proven or (best.pairs is not None and (first_will_do or near)):
            return replace(best, proven=found.proven)
    return best


def _freer_and_freer(relaxation: Relaxation, optimum: Optimum) -> Iterator[Mask]:
    """Which demands may move: the fractional ones; in steps those that use the same supplies; all."""
    problem = relaxation.problem
    used = optimum.chosen > WHOLE
    part = used & (optimum.chosen < 1 - WHOLE)
    free = np.zeros(problem.demands, bool)
    free[problem.demand[part]] = True
    yield free
    while not free.all():
        shared = np.zeros(problem.supplies, bool)
        shared[problem.supply[part]] = True
        wider = free.copy()
        wider[problem.demand[used & shared[problem.supply]]] = True
        free = wider if wider.sum() > free.sum() else np.ones(problem.demands, bool)
        part = used & free[problem.demand]
        yield free


def _take_in_every_pair(relaxation: Relaxation) -> None:
    if np.count_nonzero(~relaxation.closed) <= MOST_COLUMNS:
        relaxation.take_in_all_pairs()


def _solve_free(relaxation: Relaxation, optimum: Optimum, free: Mask, effort: Effort) -> Rounded:
    """Solve with the demands outside `free` fixed; rows that the answer breaks are taken in."""
    problem = relaxation.problem
    while True:
        columns = relaxation.pair_columns
        pairs = relaxation.pair_of_column[columns]
        moving = _moving(relaxation, optimum, pairs, free)
        everything = relaxation.has_all_pairs and bool(moving[~relaxation.closed[pairs]].all())
        programme = solver.copy_with_whole(relaxation.highs, columns)
        standing = np.round(optimum.chosen[pairs[~moving]])
        solver.set_bounds(programme, columns[~moving], standing, standing)
        if not relaxation.may_miss:
            nothing = np.zeros(len(relaxation.slack_columns))
            solver.set_bounds(programme, relaxation.slack_columns, nothing, nothing)
        nodes = max(FEWEST_NODES, BRANCHES // max(1, int(moving.sum())))
        answer = solver.run_whole(programme, nodes, GOOD_ENOUGH / 10)
        effort.spend(answer.iterations)
        if answer.values is None:
            return Rounded(None, -np.inf, everything and answer.proven)
        chosen = np.zeros(problem.pairs)
        chosen[pairs] = np.round(answer.values[columns])
        extras = answer.values[relaxation.extra_columns]
        missing = answer.values[relaxation.slack_columns]
        if not relaxation.take_in_broken(chosen, extras):
            worth = float(relaxation.weights @ chosen + relaxation.extra_costs @ extras)
            worth += relaxation.slack_cost * float(missing.sum())
            proven = everything and answer.proven
            return Rounded(np.flatnonzero(chosen), worth, proven, extras, missing)


def _moving(relaxation: Relaxation, optimum: Optimum, pairs: Whole, free: Mask) -> Mask:
    """Which of these pairs may change: open pairs of free demands, of too many the likeliest."""
    moving = free[relaxation.problem.demand[pairs]] & ~relaxation.closed[pairs]
    candidates = np.flatnonzero(moving)
    if len(candidates) > MOST_COLUMNS:
        order = np.argsort(-optimum.reduced[pairs[candidates]], kind="stable")
        moving[candidates[order[MOST_COLUMNS:]]] = False
    return moving
