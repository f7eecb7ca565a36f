"""A whole computation over one snapshot: the announced outcome, and what stands beside it to compare.

Nothing here decides: the outcome is `rules.outcome`'s alone. The other methods and the other way of
choosing are counted so that people see what the announced ones bring about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from charity_portal.competitions.rules.aggregation.ranking import Order, published
from charity_portal.competitions.rules.aggregation.stages import count_stage
from charity_portal.competitions.rules.aggregation.totals import totals
from charity_portal.competitions.rules.archives import plain
from charity_portal.competitions.rules.exact_numbers import EXACT, rounded
from charity_portal.competitions.rules.findings import Outcome, RankedRow
from charity_portal.competitions.rules.outcome import outcome
from charity_portal.competitions.rules.scores import AGGREGATIONS, SELECTIONS, Material
from charity_portal.competitions.rules.selection import Placed, Request, choose

STEP = 10  # points: the width of a bar in the distribution


@dataclass(frozen=True)
class Counted:
    """The outcome, and JSON for everything that concerns the whole (`Ranking.figures`)."""

    outcome: Outcome
    figures: dict[str, Any]


def count(material: Material) -> Counted:
    """Count everything that a ranking page shows. Seconds for hundreds of applications."""
    m = material
    found = outcome(m.scores, m.rubric, m.applications, m.method)
    reviews = [
        rounded(review.points)
        for stage in m.rubric.stages
        for review in totals(m.scores, m.rubric, stage)
    ]
    whole = [row.points for row in found.ranking if row.points is not None]
    figures = {
        "stages": plain(found.stages),
        "judges": plain(found.judges),
        "caveats": plain(found.caveats),
        "selection": {**plain(found.selection), "rows": []},
        "choices": {rule: _choice(material, found, rule) for rule in SELECTIONS},
        "alternatives": {
            name: _ranked_by(material, name)
            for name in AGGREGATIONS
            if name != m.method.aggregation
        },
        "bars": {"points": plain(distribution(whole)), "reviews": plain(distribution(reviews))},
        "means": {"points": plain(mean_points(whole)), "reviews": plain(mean_points(reviews))},
        "counts": {
            "applications": len(m.applications),
            "ranked": len(whole),
            "reviews": len(reviews),
            "scores": len(m.scores),
        },
        "method": plain(m.method),
        "rubric": plain(m.rubric),
    }
    return Counted(found, figures)


def placed_rows(material: Material, ranking: Sequence[RankedRow]) -> list[Placed]:
    """The ranking as choosing reads it."""
    candidates = {a.id: a for a in material.applications}
    return [Placed(row.rank, candidates[row.application], row.points) for row in ranking]


def _choice(material: Material, found: Outcome, rule: str) -> dict[str, Any]:
    """What one way of choosing would bring about, in figures."""
    selection = choose(
        Request(
            placed_rows(material, found.ranking),
            replace(material.method.selection, rule=rule),
            chances={r.application: r.chance_bp or 0 for r in found.ranking},
        )
    )
    points = {row.application: row.points or Decimal(0) for row in found.ranking}
    line = selection.line or Decimal(0)
    funded = sorted(selection.funded)
    return {
        "awards": len(funded),
        "spent_fen": selection.spent_fen,
        "left_fen": selection.left_fen,
        "points": plain(sum((points[code] for code in funded), Decimal(0))),
        "above_line": plain(sum((points[code] - line for code in funded), Decimal(0))),
        "inversions": len(selection.inversions),
        "blocked": plain(selection.blocked),
        "caveats": plain(selection.caveats),
        "funded": funded,
    }


def _ranked_by(material: Material, aggregation: str) -> dict[str, Any]:
    """Rank and points of every application by another method; a correction counts as announced."""
    m = replace(material.method, aggregation=aggregation, overrides=())
    with localcontext(EXACT):
        stages = [
            count_stage(
                stage.key,
                stage.weight_bp,
                totals(material.scores, material.rubric, stage),
                aggregation,
                announced=True,
            )
            for stage in material.rubric.stages
        ]
        order = Order(stages, material.applications, m)
        points = {s.key: {code: p.points for code, p in s.points.items()} for s in stages}
        sums = published(order.totals(points))
        ranked = order.ranked(sums)
        placed = [
            Placed(rank, next(a for a in order.applications if a.id == code), sums[code])
            for rank, code in enumerate(ranked, start=1)
        ]
        funded = choose(Request(placed, replace(m.selection, fixed_in_bp=None))).funded
    return {
        "used": sorted({stage.finding.used for stage in stages}),
        "reasons": plain([r for s in stages if s.finding.gate for r in s.finding.gate.reasons]),
        "rows": {
            code: [rank, str(sums[code]), code in funded]
            for rank, code in enumerate(ranked, start=1)
        },
    }


def distribution(points: Sequence[Decimal]) -> list[tuple[int, int, int]]:
    """(from, to, how many) in steps of ten points; 100 belongs to the last."""
    bars = [(low, low + STEP, 0) for low in range(0, 100, STEP)]
    for value in points:
        at = min(max(int(value) // STEP, 0), len(bars) - 1)
        low, high, known = bars[at]
        bars[at] = (low, high, known + 1)
    return bars


def mean_points(points: Sequence[Decimal]) -> Decimal | None:
    """The mean, four decimals; None of nothing."""
    known = [Fraction(value) for value in points]
    return rounded(sum(known, Fraction(0)) / len(known)) if known else None
