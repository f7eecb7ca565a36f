"""The best set within all limits, exactly: an integer programme, solved to the proven optimum.

Maximises Σ (points − line) over the funded. The sum of points itself would be a fault: every cheap
application adds its whole score, so the solver fills the purse with many mediocre ones. Counted from
the line, one that would not be funded by rank adds nothing.

All coefficients are whole numbers. Of several best sets the one is taken that funds the highest
places (compared place by place from the top), so there is exactly one answer and every exact solver
gives it. Limits of time are not used: they would make the answer depend on the machine's load.
"""

import math
from collections.abc import Collection, Sequence

from charity_portal.competitions.rules.choosing.limits import Limits, Placed
from charity_portal.competitions.rules.choosing.solver import Row, Unsolved, settled, solve

BLOCK = 20  # places compared at once; 2^20 is exact in the solver's arithmetic


def best_set(
    order: Sequence[Placed], gains: Sequence[int], limits: Limits, fixed: Collection[str]
) -> frozenset[str] | None:
    """The codes of the best set; None when no set keeps to all limits.

    `order`: those who may be funded, best first; `gains`: points above the line in 1e-4, in the same
    order; `fixed`: codes that are funded in any case. Raises Unsolved.
    """
    rows = _rows(order, limits)
    low = [int(placed.id in fixed) for placed in order]
    high = [1] * len(order)
    chosen = solve(gains, rows, low, high)
    if chosen is None:
        return None
    value = sum(gain for gain, x in zip(gains, chosen, strict=True) if x)
    low, high = settled(gains, rows, low, high, value)
    rows.append(Row({k: gain for k, gain in enumerate(gains) if gain}, value, None))
    chosen = _highest_places(rows, low, high)
    return frozenset(placed.id for placed, x in zip(order, chosen, strict=True) if x)


def _highest_places(rows: Sequence[Row], low: Sequence[int], high: Sequence[int]) -> list[int]:
    """Of all sets that the rows allow the one that is first when compared place by place."""
    low, high = list(low), list(high)
    open_places = [k for k in range(len(low)) if low[k] != high[k]]
    for start in range(0, len(open_places), BLOCK):
        block = open_places[start : start + BLOCK]
        weights = [0] * len(low)
        for at, k in enumerate(reversed(block)):
            weights[k] = 1 << at
        found = solve(weights, rows, low, high)
        if found is None:
            raise Unsolved("an optimum was found and then was none")
        for k in block:
            low[k] = high[k] = found[k]
    return low


def possible(order: Sequence[Placed], limits: Limits, fixed: Collection[str]) -> bool:
    """Whether any set keeps to all limits."""
    low = [int(placed.id in fixed) for placed in order]
    return solve([0] * len(order), _rows(order, limits), low, [1] * len(order)) is not None


def _rows(order: Sequence[Placed], limits: Limits) -> list[Row]:
    rule = limits.rule
    every = range(len(order))
    needs = [limits.need(placed.candidate) for placed in order]
    rows = [
        _money(needs, every, rule.purse_fen),
        Row(dict.fromkeys(every, 1), rule.least, rule.most),
    ]
    for track, limit in limits.tracks.items():
        own = [k for k in every if order[k].candidate.track == track]
        rows.append(Row(dict.fromkeys(own, 1), limit.least, limit.most))
        if limit.purse_fen is not None:
            rows.append(_money(needs, own, limit.purse_fen))
    groups = {placed.candidate.group for placed in order} - {""}
    for group in sorted(groups) if rule.per_group is not None else ():
        own = [k for k in every if order[k].candidate.group == group]
        rows.append(Row(dict.fromkeys(own, 1), None, rule.per_group))
    return rows


def _money(needs: Sequence[int], own: Collection[int], purse: int) -> Row:
    """Amounts in their greatest common unit: smaller numbers, the same sets."""
    unit = math.gcd(*(needs[k] for k in own)) or 1
    return Row({k: needs[k] // unit for k in own}, None, purse // unit)
