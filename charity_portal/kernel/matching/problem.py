"""What is asked: demands, supplies, the pairs that may exist, and rows that hold over pairs.

Pairs that a hard rule forbids are not listed, so no solver can choose them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """Further rows over the chosen pairs: `lower <= sum(coefficient * x) + extras <= upper`.

    Row i owns the entries starts[i] to starts[i + 1]; `pairs` ascend inside a row. `extras` names,
    for a row, variables beside the pairs with their coefficients.
    """

    starts: Whole
    pairs: Whole
    coefficients: Real
    lower: Real
    upper: Real
    extras: Mapping[int, tuple[tuple[int, float], ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lower)

    def entries(self, row: int) -> tuple[Whole, Real]:
        """The pairs of one row and their coefficients."""
        part = slice(self.starts[row], self.starts[row + 1])
        return self.pairs[part], self.coefficients[part]

    def activity(self, chosen: Real, extras: Real) -> Real:
        """The value of each row: `chosen` (one number a pair), `extras` (one a variable)."""
        counting = np.flatnonzero(chosen[self.pairs])
        row = np.searchsorted(self.starts, counting, side="right") - 1
        over_pairs = self.coefficients[counting] * chosen[self.pairs[counting]]
        value: Real = np.bincount(row, over_pairs, len(self)).astype(np.float64)
        for row_number, terms in self.extras.items():
            value[row_number] += sum(factor * extras[variable] for variable, factor in terms)
        return value

    def broken(self, chosen: Real, extras: Real, tolerance: float) -> Whole:
        """The rows that do not hold."""
        value = self.activity(chosen, extras)
        wrong = (value < self.lower - tolerance) | (value > self.upper + tolerance)
        return np.flatnonzero(wrong)


def rows_from_lists(rows: list[Whole], lower: float, upper: float) -> Rows:
    """Rows that count pairs: row i is the number of chosen pairs in rows[i] (ascending)."""
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    pairs = np.concatenate(rows).astype(np.int64) if rows else np.zeros(0, np.int64)
    return Rows(
        starts,
        pairs,
        np.ones(len(pairs)),
        np.full(len(rows), float(lower)),
        np.full(len(rows), float(upper)),
    )


@dataclass(frozen=True)
class Problem:
    """n demands, m supplies, E pairs that may exist.

    `demand`, `supply`, `score`: one entry a pair, ordered by demand, then supply; scores are whole
    numbers (the caller chooses the unit). Each demand is met between `needs_lower` and
    `needs_upper` times, each supply used between `supply_lower` and `supply_upper` times.
    `frozen`: positions of pairs that must be chosen. `rows`: what else must hold.
    """

    needs_lower: Whole
    needs_upper: Whole
    supply_lower: Whole
    supply_upper: Whole
    demand: Whole
    supply: Whole
    score: Whole
    frozen: Whole = field(default_factory=lambda: np.zeros(0, np.int64))
    rows: tuple[Rows, ...] = ()

    @property
    def demands(self) -> int:
        """How many demands there are."""
        return len(self.needs_lower)

    @property
    def supplies(self) -> int:
        """How many supplies there are."""
        return len(self.supply_lower)

    @property
    def pairs(self) -> int:
        """How many pairs may exist."""
        return len(self.demand)

    @cached_property
    def starts(self) -> Whole:
        """Demand d owns the pairs starts[d] to starts[d + 1]."""
        return np.searchsorted(self.demand, np.arange(self.demands + 1))

    @cached_property
    def pairs_of_supplies(self) -> list[Whole]:
        """For each supply its pairs, ascending."""
        order = np.argsort(self.supply, kind="stable")
        return np.split(order, np.searchsorted(self.supply[order], np.arange(1, self.supplies)))

    @cached_property
    def largest(self) -> int:
        """The largest score without its sign (1 when all are 0): scores / largest lie in -1..1."""
        return max(1, int(np.abs(self.score).max(initial=0)))

    @cached_property
    def worth(self) -> Real:
        """Scores as the solver sees them, between -1 and 1."""
        return self.score / self.largest

    @cached_property
    def step(self) -> int:
        """Every sum of scores is a multiple of this."""
        return max(1, int(np.gcd.reduce(self.score, initial=0)))

    @cached_property
    def best_with(self) -> Whole:
        """For each pair the largest sum its demand can reach if that pair is chosen.

        A demand with fewer pairs than it needs keeps what it has; the value is an upper bound that
        knows nothing of the other demands.
        """
        best = np.zeros(self.pairs, np.int64)
        frozen = np.zeros(self.pairs, bool)
        frozen[self.frozen] = True
        for demand, need in enumerate(self.needs_upper):
            part = slice(self.starts[demand], self.starts[demand + 1])
            scores, fixed = self.score[part], frozen[part]
            free = scores[~fixed]
            places = min(len(free), max(0, int(need) - int(fixed.sum())))
            rest = len(free) - places
            ranked = np.sort(np.partition(free, rest)[rest:]) if places else free[:0]
            most = scores[fixed].sum() + ranked.sum()
            with_pair = most - (ranked[0] - scores).clip(min=0) if places else most
            best[part] = np.where(fixed, most, with_pair)
        return best

    @cached_property
    def ceiling(self) -> int:
        """No assignment leaves every demand above this: the smallest of the demands' best sums."""
        if self.demands == 0 or self.pairs == 0:
            return 0
        tops = np.maximum.reduceat(self.best_with, self.starts[:-1].clip(max=self.pairs - 1))
        return int(np.where(np.diff(self.starts) > 0, tops, 0).min())

    def sums(self, chosen: Whole) -> Whole:
        """The summed score of each demand over the chosen pairs."""
        total = np.zeros(self.demands, np.int64)
        np.add.at(total, self.demand[chosen], self.score[chosen])
        return total

    def loads(self, chosen: Whole) -> Whole:
        """How often each supply is used by the chosen pairs."""
        return np.bincount(self.supply[chosen], minlength=self.supplies)
