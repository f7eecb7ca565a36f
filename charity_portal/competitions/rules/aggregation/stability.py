"""Whether an award hangs on one judge: the whole count repeated without each of them in turn."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from charity_portal.competitions.rules.aggregation.chances import undrawn
from charity_portal.competitions.rules.aggregation.ranking import Order, published
from charity_portal.competitions.rules.aggregation.stages import StageResult
from charity_portal.competitions.rules.choosing.limits import Placed
from charity_portal.competitions.rules.scores import Method
from charity_portal.competitions.rules.selection import Request, choose


@dataclass(frozen=True)
class Stability:
    """In how many of `runs` (one a judge) each application is funded; those never funded are left out."""

    runs: int
    funded: Counter[str]


def stability(stages: Sequence[StageResult], order: Order, method: Method) -> Stability:
    """Leave each judge out of all stages; rank and choose by the announced rule.

    The decision whether to correct, and the model's variances, stay those of the whole panel. Overrides
    are not applied: the question is about the scores.
    """
    rule = undrawn(method).selection
    candidates = {a.id: a for a in order.applications}
    judges = sorted({review.reviewer for stage in order.counting for review in stage.reviews})
    funded: Counter[str] = Counter()
    for judge in judges:
        points = {stage.key: stage.aggregate.without(judge) for stage in order.counting}
        totals = published(order.totals(points))
        placed = [
            Placed(rank, candidates[application], totals[application])
            for rank, application in enumerate(order.ranked(totals), start=1)
        ]
        funded.update(choose(Request(placed, rule)).funded)
    return Stability(len(judges), funded)
