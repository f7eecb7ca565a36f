"""The best worst demand: the largest T such that every demand's summed score can reach T.

"Maximise t" as a whole-numbered programme is a trap (its bound is weak). Here t is bounded first:
no demand can have more than its own best pairs, and no assignment more than the linear programme.
Mostly a whole assignment at the first bound exists, which proves it best. Otherwise the interval
between the best found and the bound is halved, each half either reached or shown impossible.
Sources: Stelmakh, Shah, Singh 2019 (PeerReview4All), Kobren, Saha, McCallum 2019 (FairFlow).
"""

from dataclasses import dataclass, replace
from math import floor

import numpy as np

from charity_portal.kernel.matching.problem import (
    Problem,
    Real,
    Rows,
    Whole,
    rows_from_lists,
)
from charity_portal.kernel.matching.relaxation import PENALTY, Relaxation
from charity_portal.kernel.matching.rounding import Effort, Rounded, whole_pairs

SHARPNESS = 1000.0
"""Threshold rows are written this much larger, so that the solver's tolerance is that much finer."""
DUST = 0.01
"""In score units: what a bound may owe to rounding."""
EFFORT = 40_000
"""Simplex iterations for whole-numbered programmes in one search (some 5 to 10 CPU seconds)."""
FINEST = 1e-7
"""The interval is halved until it is this share of the largest score."""


@dataclass(frozen=True)
class Fairest:
    """Pairs whose worst demand has `worst` (in score units); no assignment exceeds `bound`."""

    pairs: Whole
    worst: int
    bound: int


class Threshold:
    """A variable t with one row a demand: the demand's summed score is at least t."""

    def __init__(self, relaxation: Relaxation) -> None:
        problem = relaxation.problem
        self.relaxation = relaxation
        self.lowest = float(-problem.needs_upper.max(initial=1) - 1)
        self.number = int(relaxation.extend(np.array([self.lowest]), np.array([self.lowest]))[0])
        relaxation.require(_threshold_rows(problem, self.number))
        self.covers: Rows | None = None
        self.implied: int | None = None

    def off(self) -> None:
        """Let every demand have what it gets."""
        self._replace_covers(None)
        self.relaxation.close(np.zeros(self.relaxation.problem.pairs, bool))
        self.implied = None
        self.relaxation.limit(self.number, self.lowest, self.lowest)

    def at_most(self, worst: int) -> None:
        """Let t rise up to `worst`, with everything that `worst` would imply."""
        problem = self.relaxation.problem
        if worst != self.implied:
            self._replace_covers(cover_rows(problem, worst))
            self.relaxation.close(problem.best_with < worst)
            self.implied = worst
        self.relaxation.limit(self.number, self.lowest, self._height(worst))

    def exactly(self, worst: int) -> None:
        """Every demand gets `worst` or more."""
        height = self._height(worst)
        self.relaxation.limit(self.number, height, height)

    def _replace_covers(self, covers: Rows | None) -> None:
        if self.covers is not None:
            self.relaxation.release(self.covers)
        if covers is not None:
            self.relaxation.require(covers)
        self.covers = covers

    def impossible(self, worst: int) -> bool:
        """Whether the linear programme shows that no assignment gives every demand `worst`."""
        relaxation, problem = self.relaxation, self.relaxation.problem
        self.at_most(worst)
        relaxation.aim(problem.worth, self._price(PENALTY), slack=-50 * PENALTY)
        if relaxation.solve().extras[self.number] >= self._height(worst):
            return False
        relaxation.aim(np.zeros(problem.pairs), self._price(1.0))
        return relaxation.solve().bound < self._height(worst - DUST)

    def reached(self, worst: int, effort: Effort) -> Rounded:
        """Whole pairs with every demand at `worst` or more, and of these a large total."""
        self.at_most(worst)
        self.exactly(worst)
        self.relaxation.aim(self.relaxation.problem.worth)
        return whole_pairs(self.relaxation, self.relaxation.solve(), effort, first_will_do=True)

    def linear_bound(self) -> int:
        """No assignment, not even a fractional one, leaves every demand above this."""
        relaxation, problem = self.relaxation, self.relaxation.problem
        self.off()
        relaxation.limit(self.number, self.lowest, self._height(problem.ceiling))
        relaxation.aim(np.zeros(problem.pairs), self._price(1.0))
        return floor(relaxation.solve().bound * problem.largest + DUST)

    def _price(self, price: float) -> Real:
        prices = np.zeros(len(self.relaxation.extra_columns))
        prices[self.number] = price
        return prices

    def _height(self, worst: float) -> float:
        return worst / self.relaxation.problem.largest


def fairest(threshold: Threshold, known: Whole) -> Fairest:
    """The best worst demand; `known` is any assignment to begin with."""
    problem = threshold.relaxation.problem
    search = _Search(threshold, known, top=_on_step(problem, problem.ceiling))
    search.probe(search.top)
    if search.worst < search.top:
        search.lower_top(_on_step(problem, threshold.linear_bound()))
        search.probe(search.top)
        search.halve()
    return Fairest(search.pairs, search.worst, search.bound)


class _Search:
    """What is reached (`worst`), what is shown impossible (above `bound`), what is left to try (up
    to `top`, which is below `bound` when a probe ended at its limit without an answer)."""

    def __init__(self, threshold: Threshold, known: Whole, top: int) -> None:
        self.threshold, self.pairs = threshold, known
        self.problem = threshold.relaxation.problem
        self.worst = worst_of(self.problem, known)
        self.top = self.bound = top
        self.effort = Effort(EFFORT)

    def lower_top(self, bound: int) -> None:
        """Nothing above this exists."""
        self.bound = min(self.bound, bound)
        self.top = min(self.top, bound)

    def halve(self) -> None:
        """Probe the middle of what is left to try until that is narrow or the effort is spent."""
        step = self.problem.step
        narrow = max(step - 1, int(FINEST * self.problem.largest))
        while self.top - self.worst > narrow and self.effort.left > 0:
            half = _on_step(self.problem, (self.top - self.worst + step) // 2)
            self.probe(self.worst + half)

    def probe(self, target: int) -> None:
        """Try to give every demand `target`."""
        if target <= self.worst:
            return
        if self.threshold.impossible(target):
            self.lower_top(target - self.problem.step)
            return
        found = self.threshold.reached(target, self.effort)
        if found.pairs is not None and worst_of(self.problem, found.pairs) > self.worst:
            self.pairs, self.worst = found.pairs, worst_of(self.problem, found.pairs)
        elif found.pairs is None and found.proven:
            self.lower_top(target - self.problem.step)
        if self.worst < target:
            self.top = min(self.top, target - self.problem.step)


def worst_of(problem: Problem, pairs: Whole) -> int:
    """The smallest summed score of a demand."""
    return int(problem.sums(pairs).min(initial=np.iinfo(np.int64).max))


def _on_step(problem: Problem, value: int) -> int:
    """The largest possible sum that is not above `value`."""
    return value // problem.step * problem.step


def _threshold_rows(problem: Problem, number: int) -> Rows:
    """sum(score * x) - t >= 0, one row a demand."""
    return Rows(
        problem.starts,
        np.arange(problem.pairs),
        SHARPNESS * problem.worth,
        np.zeros(problem.demands),
        np.full(problem.demands, np.inf),
        dict.fromkeys(range(problem.demands), ((number, -SHARPNESS),)),
    )


def cover_rows(problem: Problem, worst: int) -> Rows:
    """Rows that a demand's sum of at least `worst` implies: of its i best pairs j are chosen.

    If j - 1 of the very best and otherwise only pairs behind the i best cannot make `worst`, then j of
    the i best are needed; the smallest such i says most. In whole numbers this follows from the
    threshold; in fractions it does not, and brings the linear programme near the whole one.
    """
    rows: list[Whole] = []
    counts: list[int] = []
    for demand, need in enumerate(problem.needs_upper.tolist()):
        first = problem.starts[demand]
        scores = problem.score[first : problem.starts[demand + 1]]
        order = np.argsort(-scores, kind="stable")
        sums = np.concatenate([[0], np.cumsum(scores[order])])
        for wanted in range(1, min(need, len(scores))):
            rest = need - wanted + 1
            behind = sums[rest:] - sums[:-rest]
            size = int(np.count_nonzero(sums[wanted - 1] + behind >= worst))
            if wanted <= size < len(scores):
                rows.append(first + np.sort(order[:size]))
                counts.append(wanted)
    family = rows_from_lists(rows, 0.0, np.inf)
    return replace(family, lower=np.array(counts, float))
