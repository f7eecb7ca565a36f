"""How sure the ranking is: the same competition drawn again and again from a published seed.

Each draw gives every application new points that the scores make plausible, ranks them, and funds down
the ranking within the same limits (also where the real selection is exact: thousands of integer
programmes would be needed otherwise). Expected rank and chance after Heyard et al. (2022).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from charity_portal.competitions.rules.aggregation.ranking import Order
from charity_portal.competitions.rules.aggregation.stages import StageResult
from charity_portal.competitions.rules.choosing.by_rank import by_rank
from charity_portal.competitions.rules.choosing.limits import Limits, Placed, above_floor
from charity_portal.competitions.rules.exact_numbers import rounded
from charity_portal.competitions.rules.scores import Method
from charity_portal.competitions.rules.seeded import Stream

PURPOSE = "draws"


@dataclass(frozen=True)
class Chances:
    """Application -> mean rank over the draws, and the share of draws (bp) in which it is funded."""

    expected_rank: Mapping[str, Decimal]
    funded_bp: Mapping[str, int]


def chances(stages: Sequence[StageResult], order: Order, method: Method) -> Chances | None:
    """None when some stage has no two reviews of one application: nothing tells how sure it is."""
    streams = {stage.key: Stream(method.seed, f"{PURPOSE}:{stage.key}") for stage in order.counting}
    limits = Limits(method.selection)
    candidates = {a.id: a for a in order.applications}
    ranks: Counter[str] = Counter()
    funded: Counter[str] = Counter()
    for _ in range(method.draws):
        points = {}
        for stage in order.counting:
            drawn = stage.aggregate.draw(streams[stage.key])
            if drawn is None:
                return None
            points[stage.key] = drawn
        totals = order.totals(points)
        placed = []
        for rank, application in enumerate(order.ranked(totals), start=1):
            ranks[application] += rank
            placed.append(Placed(rank, candidates[application], totals[application]))
        funded.update(by_rank(above_floor(placed, method.selection), limits).keys())
    return Chances(
        {a: rounded(Fraction(total, method.draws), 1) for a, total in ranks.items()},
        {a: 10_000 * funded[a] // method.draws for a in ranks},
    )


def band(chance_bp: int, method: Method) -> str:
    """`in`, `out` or `discuss`, by the thresholds of the method."""
    if chance_bp >= method.in_bp:
        return "in"
    return "out" if chance_bp <= method.out_bp else "discuss"


def total_deviations(order: Order) -> dict[str, Decimal]:
    """Application -> standard deviation of its total; stages are independent of one another."""
    whole = sum(stage.weight_bp for stage in order.counting)
    known = [(stage.weight_bp, stage.aggregate.deviations) for stage in order.counting]
    found = {}
    for a in order.applications:
        squares = Decimal(0)
        for weight, deviations in known:
            if deviations is None or a.id not in deviations:
                break
            squares += (weight * deviations[a.id] / whole) ** 2
        else:
            found[a.id] = rounded(squares.sqrt())
    return found


def undrawn(method: Method) -> Method:
    """The method as the runs for stability use it: no overrides, nothing fixed by draws."""
    return replace(method, overrides=(), selection=replace(method.selection, fixed_in_bp=None))
