"""Everything wanted of an assignment, in its order; no level costs an earlier one anything.

1. Keep as many pairs of an earlier assignment as possible (when there is one).
2. Raise the worst demand as far as possible (when fairness is asked for).
3. Of these, the largest total.
4. Of these, meet soft rows (bridges), and then spread the loads evenly. Only what ties allow, unless
   the caller grants a share of the total (`spend`).
"""

from dataclasses import dataclass
from math import floor

import numpy as np

from charity_portal.kernel.matching import evenness, shortage
from charity_portal.kernel.matching.problem import Problem, Rows, Whole, rows_from_lists
from charity_portal.kernel.matching.relaxation import Relaxation
from charity_portal.kernel.matching.rounding import Effort, Rounded, whole_pairs
from charity_portal.kernel.matching.worst import DUST, Threshold, fairest, worst_of

EFFORT = 60_000
"""Simplex iterations for whole-numbered programmes in one level."""
MISSED = 1e-6


@dataclass(frozen=True)
class Wanted:
    """What is wanted beside the problem's hard rows. `keep`: pairs of an earlier assignment; `soft`:
    rows with a lower bound to be met as far as possible; `spend`: share of the total that the
    last level may cost."""

    fair: bool = True
    keep: Whole | None = None
    soft: Rows | None = None
    spend: float = 0.0


@dataclass(frozen=True)
class Solution:
    """Chosen pairs (positions, ascending) with their figures in score units. No assignment has a
    worst demand above `worst_bound`; none with that worst demand a total above `total_bound`;
    none at all a total above `free_total_bound`."""

    pairs: Whole
    worst: int
    worst_bound: int
    total: int
    total_bound: int
    free_total_bound: int
    kept: int
    kept_bound: int


class Undecided(Exception):
    """Neither an assignment nor a proof that there is none was found within the limits."""


def solve(problem: Problem, wanted: Wanted) -> Solution:
    """The assignment that is wanted. Raises shortage.Impossible with what is short, or Undecided."""
    relaxation = Relaxation(problem)
    threshold = Threshold(relaxation)
    kept_bound = _keep(relaxation, wanted)
    pairs, free_bound = _largest_total(relaxation)
    worst_bound, total_bound = problem.ceiling, free_bound
    if wanted.fair:
        best = fairest(threshold, pairs)
        threshold.at_most(best.worst)
        threshold.exactly(best.worst)
        of_best, total_bound = _largest_total(relaxation, best.pairs)
        pairs, worst_bound = of_best, best.bound
    pairs = evenness.settle(relaxation, pairs, wanted.soft, wanted.spend)
    return Solution(
        pairs,
        worst_of(problem, pairs),
        worst_bound,
        int(problem.score[pairs].sum()),
        total_bound,
        free_bound,
        0 if wanted.keep is None else len(np.intersect1d(pairs, wanted.keep)),
        kept_bound,
    )


def _keep(relaxation: Relaxation, wanted: Wanted) -> int:
    """Hold on to as many of the earlier pairs as any assignment can; how many at most."""
    if wanted.keep is None:
        return 0
    weights = np.zeros(relaxation.problem.pairs)
    weights[wanted.keep] = 1.0
    relaxation.aim(weights)
    optimum = relaxation.solve()
    found = _found(relaxation, whole_pairs(relaxation, optimum, Effort(EFFORT)), optimum.missing)
    kept = len(np.intersect1d(found, wanted.keep))
    family = rows_from_lists([np.sort(wanted.keep)], kept, np.inf)
    relaxation.require(family)
    return floor(optimum.bound + MISSED)


def _largest_total(relaxation: Relaxation, known: Whole | None = None) -> tuple[Whole, int]:
    """Pairs of the largest total under the rows that hold now, and the bound of that total."""
    problem = relaxation.problem
    relaxation.aim(problem.worth)
    optimum = relaxation.solve()
    rounded = whole_pairs(relaxation, optimum, Effort(EFFORT))
    bound = floor(optimum.bound * problem.largest + DUST)
    if known is None:
        return _found(relaxation, rounded, optimum.missing), bound
    better = rounded.pairs is not None and _total(problem, rounded.pairs) > _total(problem, known)
    return (rounded.pairs if better and rounded.pairs is not None else known), bound


def _found(relaxation: Relaxation, rounded: Rounded, missing: float) -> Whole:
    """The pairs; where there are none, the reason is raised."""
    if rounded.pairs is not None and missing < MISSED:
        return rounded.pairs
    shortage.explain(relaxation.problem)
    raise Undecided


def _total(problem: Problem, pairs: Whole) -> int:
    return int(problem.score[pairs].sum())
