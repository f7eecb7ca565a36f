"""Which pairs deserve a column, and what duals prove."""

import numpy as np

from charity_portal.kernel.matching.problem import Mask, Problem, Real, Whole

TOLERANCE = 1e-7
"""Differences below this are the solver's rounding; scores lie in -1..1."""
FIRST_PER_DEMAND, FIRST_PER_SUPPLY = 10, 2
"""Columns at the start: best pairs of a demand; best pairs of a supply per place it offers."""
MOST_AT_ONCE = 4
"""Pairs taken in at once, per demand and supply."""


def first_pairs(problem: Problem) -> Whole:
    """The pairs to begin with: frozen ones, the best of each demand and the best of each supply."""
    wanted = np.zeros(problem.pairs, bool)
    wanted[problem.frozen] = True
    order = np.lexsort((-problem.score, problem.demand))
    rank = np.arange(problem.pairs) - problem.starts[problem.demand[order]]
    wanted[order[rank < FIRST_PER_DEMAND]] = True
    order = np.lexsort((-problem.score, problem.supply))
    supply = problem.supply[order]
    starts = np.searchsorted(supply, np.arange(problem.supplies))
    rank = np.arange(problem.pairs) - starts[supply]
    wanted[order[rank < FIRST_PER_SUPPLY * problem.supply_upper[supply]]] = True
    return np.flatnonzero(wanted)


def useful_pairs(problem: Problem, reduced: Real, absent: Mask) -> Whole:
    """Of the pairs that have no column those that could raise the objective, the best of many."""
    useful = np.flatnonzero((reduced > TOLERANCE) & absent)
    most_at_once = MOST_AT_ONCE * (problem.demands + problem.supplies)
    if len(useful) > most_at_once:
        best = np.argsort(-reduced[useful], kind="stable")[:most_at_once]
        useful = np.sort(useful[best])
    return useful


def most(price: Real, lower: Real, upper: Real) -> float:
    """The largest value of price * quantity with each quantity between its bounds."""
    quantity = np.where(price > 0, upper, lower)
    priced = price != 0
    return float((price[priced] * quantity[priced]).sum())
