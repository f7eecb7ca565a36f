"""The best set within all limits, exactly: an integer programme, solved to the proven optimum.

Maximises Σ (points − line) over the funded. The sum of points itself would be a fault: every cheap
application adds its whole score, so the solver fills the purse with many mediocre ones. Counted from
the line, one that would not be funded by rank adds nothing.

All coefficients are whole numbers. Of several best sets the one is taken that funds the highest
places (compared place by place from the top), so there is exactly one answer and every exact solver
gives it. Limits of time are not used: they would make the answer depend on the machine's load.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from charity_portal.competitions.rules.choosing.limits import Limits, Placed
from charity_portal.competitions.rules.choosing.solver import Row, Unsolved, settled, solve

BLOCK = 20  # places compared at once; 2^20 is exact in the solver's arithmetic
SMALL = 10**6  # amounts up to here, in their common unit, are exact in the solver's arithmetic


def best_set(
    order: Sequence[Placed], gains: Sequence[int], limits: Limits, fixed: Collection[str]
) -> frozenset[str] | None:
    """The codes of the best set; None when no set keeps to all limits.

    `order`: those who may be funded, best first; `gains`: points above the line in 1e-4, in the same
    order; `fixed`: codes that are funded in any case. Raises Unsolved.
    """
    programme = _Programme(order, limits)
    low = [int(placed.id in fixed) for placed in order]
    high = [1] * len(order)
    chosen = programme.best(gains, low, high)
    if chosen is None:
        return None
    value = sum(gain for gain, x in zip(gains, chosen, strict=True) if x)
    low, high = settled(gains, programme.rows, low, high, value)
    programme.rows.append(Row({k: gain for k, gain in enumerate(gains) if gain}, value, None))
    chosen = programme.highest_places(low, high)
    return frozenset(placed.id for placed, x in zip(order, chosen, strict=True) if x)


def possible(order: Sequence[Placed], limits: Limits, fixed: Collection[str]) -> bool:
    """Whether any set keeps to all limits."""
    low = [int(placed.id in fixed) for placed in order]
    return _Programme(order, limits).best([0] * len(order), low, [1] * len(order)) is not None


@dataclass(frozen=True)
class _Purse:
    """Σ amount · x <= limit, in fen, exactly."""

    amounts: Mapping[int, int]
    limit: int

    def row(self) -> Row:
        """The same for the solver. Amounts with a large common unit are divided by it. Others are
        rounded so that no allowed set is lost; what is allowed too much, `cover` finds afterwards.
        """
        unit = math.gcd(*self.amounts.values()) or 1
        if self.limit // unit > SMALL:
            unit = -(-self.limit // SMALL)
        most = self.limit // unit
        return Row({k: min(fen // unit, most + 1) for k, fen in self.amounts.items()}, None, most)

    def cover(self, chosen: Sequence[int]) -> list[int]:
        """Some of the chosen that together cost too much already; none when all of them fit."""
        found, total = [], 0
        for k in sorted((k for k in self.amounts if chosen[k]), key=lambda k: -self.amounts[k]):
            found.append(k)
            total += self.amounts[k]
            if total > self.limit:
                return found
        return []


class _Programme:
    """The limits as rows. Purses are checked in fen after each solution, and what they forbid is
    added as a row: of the applications in a cover, not all can be funded.
    """

    def __init__(self, order: Sequence[Placed], limits: Limits) -> None:
        rule, every = limits.rule, range(len(order))
        needs = [limits.need(placed.candidate) for placed in order]
        self.purses = [_Purse(dict(enumerate(needs)), rule.purse_fen)]
        self.rows = [Row(dict.fromkeys(every, 1), rule.least, rule.most)]
        for track, limit in limits.tracks.items():
            own = [k for k in every if order[k].candidate.track == track]
            self.rows.append(Row(dict.fromkeys(own, 1), limit.least, limit.most))
            if limit.purse_fen is not None:
                self.purses.append(_Purse({k: needs[k] for k in own}, limit.purse_fen))
        groups = {placed.candidate.group for placed in order} - {""}
        for group in sorted(groups) if rule.per_group is not None else ():
            own = [k for k in every if order[k].candidate.group == group]
            self.rows.append(Row(dict.fromkeys(own, 1), None, rule.per_group))
        self.rows += [purse.row() for purse in self.purses]

    def best(
        self, gains: Sequence[int], low: Sequence[int], high: Sequence[int]
    ) -> list[int] | None:
        """The set with the greatest sum of gains; None when there is none."""
        while (found := solve(gains, self.rows, low, high)) is not None:
            covers = [cover for purse in self.purses if (cover := purse.cover(found))]
            if not covers:
                return found
            self.rows += [Row(dict.fromkeys(cover, 1), None, len(cover) - 1) for cover in covers]
        return None

    def highest_places(self, low: Sequence[int], high: Sequence[int]) -> list[int]:
        """Of all allowed sets the one that is first when compared place by place."""
        low, high = list(low), list(high)
        open_places = [k for k in range(len(low)) if low[k] != high[k]]
        for start in range(0, len(open_places), BLOCK):
            block = open_places[start : start + BLOCK]
            weights = [0] * len(low)
            for at, k in enumerate(reversed(block)):
                weights[k] = 1 << at
            found = self.best(weights, low, high)
            if found is None:
                raise Unsolved("an optimum was found and then was none")
            for k in block:
                low[k] = high[k] = found[k]
        return low
