"""The last level: meet soft rows, then spread the loads, among assignments that are otherwise equal.

Every pair that an equally good assignment could use has a reduced cost of 0 in the solved
relaxation (complementary slackness); only these pairs stay open. With continuous scores no tie exists
and nothing moves; with bids of a few grades, or none at all, this level decides much.
"""

from dataclasses import replace

import numpy as np

from charity_portal.kernel.matching.problem import Mask, Problem, Real, Rows, Whole, rows_from_lists
from charity_portal.kernel.matching.relaxation import Relaxation
from charity_portal.kernel.matching.rounding import Effort, whole_pairs

EFFORT = 40_000
TIE = 1e-9
"""Relative difference of totals and reduced costs that counts as none."""
MISS = 1_000.0
"""Price of one unit missing in a soft row, in units of evenness."""


def settle(relaxation: Relaxation, pairs: Whole, soft: Rows | None, spend: float) -> Whole:
    """`pairs`, or pairs that are no worse in any earlier level and better in this one.

    `relaxation` was solved for the total last; `spend` is the share of the total that may be lost.
    """
    problem = relaxation.problem
    total = float(problem.worth[pairs].sum())
    granted = abs(total) * spend
    reduced = relaxation.solve().reduced
    if granted == 0 and not _has_ties(relaxation, reduced):
        return pairs
    closed = (reduced < -granted - TIE) | relaxation.closed
    closed[pairs] = False
    relaxation.close(closed)
    loads = problem.loads(pairs)
    prices = [_spread(relaxation, ~closed, loads)]
    if soft is not None:
        prices.append(_as_far_as_possible(relaxation, soft))
    relaxation.require(_total_at_least(problem, ~closed, total - max(granted, TIE * abs(total))))
    relaxation.aim(np.zeros(problem.pairs), _prices(relaxation, prices), slack=-MISS * MISS)
    found = whole_pairs(relaxation, relaxation.solve(), Effort(EFFORT))
    if found.pairs is None:
        return pairs
    kept = problem.score[found.pairs].sum() >= problem.score[pairs].sum() * (1 - spend)
    better = _unevenness(problem, soft, found.pairs) < _unevenness(problem, soft, pairs)
    return found.pairs if kept and better else pairs


def _has_ties(relaxation: Relaxation, reduced: Real) -> bool:
    """Whether a pair outside the basis costs nothing: otherwise there is no other optimum."""
    tied = (np.abs(reduced) <= TIE) & ~relaxation.closed & ~relaxation.frozen
    tied[relaxation.basic_pairs()] = False
    return bool(tied.any())


def _spread(relaxation: Relaxation, open_pairs: Mask, loads: Whole) -> tuple[Whole, Real]:
    """Variables that together are a supply's load; each further use costs 2 more than the one
    before, so that the sum of squared loads is what is paid. No load grows above the largest."""
    problem = relaxation.problem
    places = np.minimum(problem.supply_upper, loads.max(initial=0))
    count = int(places.sum())
    variables = relaxation.extend(np.zeros(count), np.ones(count))
    firsts = np.cumsum(places) - places
    members = np.flatnonzero(open_pairs)
    members = members[np.argsort(problem.supply[members], kind="stable")]
    borders = np.searchsorted(problem.supply[members], np.arange(1, problem.supplies))
    family = rows_from_lists(np.split(members, borders), 0.0, 0.0)
    extras = {
        supply: tuple((int(v), -1.0) for v in variables[first : first + size])
        for supply, (first, size) in enumerate(zip(firsts, places, strict=True))
    }
    relaxation.require(replace(family, extras=extras))
    steps = np.arange(count) - np.repeat(firsts, places)
    return variables, -(2.0 * steps + 1.0)


def _as_far_as_possible(relaxation: Relaxation, soft: Rows) -> tuple[Whole, Real]:
    """Variables for what is missing in the soft rows, at a high price."""
    size = len(soft)
    variables = relaxation.extend(np.zeros(size), soft.lower)
    extras = {row: ((int(variables[row]), 1.0),) for row in range(size)}
    relaxation.require(replace(soft, extras=extras))
    return variables, np.full(size, -MISS)


def _total_at_least(problem: Problem, open_pairs: Mask, total: float) -> Rows:
    """One row: what the open pairs cost (their scores, negative) is at most -total. Written with an
    upper bound because nothing may be missing here at any price."""
    members = np.flatnonzero(open_pairs)
    return Rows(
        np.array([0, len(members)]),
        members,
        -problem.worth[members],
        np.array([-np.inf]),
        np.array([-total]),
    )


def _prices(relaxation: Relaxation, parts: list[tuple[Whole, Real]]) -> Real:
    prices = np.zeros(len(relaxation.extra_columns))
    for variables, price in parts:
        prices[variables] = price
    return prices


def _unevenness(problem: Problem, soft: Rows | None, pairs: Whole) -> tuple[float, int]:
    """What is missing in soft rows, then the sum of squared loads."""
    missing = 0.0
    if soft is not None:
        chosen = np.zeros(problem.pairs)
        chosen[pairs] = 1.0
        missing = float(np.maximum(soft.lower - soft.activity(chosen, np.zeros(0)), 0).sum())
    return missing, int((problem.loads(pairs) ** 2).sum())
