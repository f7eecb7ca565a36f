"""What each judge did: how much, how high, how wide, and how alike the others ordered."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from charity_portal.competitions.rules.aggregation.totals import (
    Total,
    by_application,
    by_reviewer,
)
from charity_portal.competitions.rules.exact_numbers import mean, root, rounded, variance
from charity_portal.competitions.rules.findings import JudgeRow


def judge_rows(
    stage: str, reviews: Sequence[Total], model_effects: Mapping[str, Decimal]
) -> list[JudgeRow]:
    """One row a judge, by code; `model_effects` is empty where no model was used."""
    grouped = by_application(reviews)
    rows = []
    for reviewer, own in by_reviewer(reviews).items():
        others = {
            review.application: mean(rest)
            for review in own
            if (
                rest := [
                    other.points
                    for other in grouped[review.application]
                    if other.reviewer != reviewer
                ]
            )
        }
        shared = [(r.points, others[r.application]) for r in own if r.application in others]
        spread = variance(r.points for r in own)
        effect = model_effects.get(reviewer)
        rows.append(
            JudgeRow(
                stage=stage,
                reviewer=reviewer,
                reviews=len(own),
                mean=rounded(mean(r.points for r in own)),
                effect=rounded(mean(mine - theirs for mine, theirs in shared)) if shared else None,
                model_effect=None if effect is None else rounded(effect),
                spread=None if spread is None else rounded(root(spread)),
                agreement=agreement(shared),
            )
        )
    return rows


def agreement(pairs: Sequence[tuple[Fraction, Fraction]]) -> Decimal | None:
    """Goodman & Kruskal's gamma of two series; None when no two pairs differ in both."""
    # Compared as whole numbers of one common unit: the same order, many times faster.
    units = _as_integers([mine for mine, _ in pairs]), _as_integers([theirs for _, theirs in pairs])
    series = list(zip(*units, strict=True))
    alike = against = 0
    for at, (mine, theirs) in enumerate(series):
        for other_mine, other_theirs in series[:at]:
            direction = (mine - other_mine) * (theirs - other_theirs)
            alike += direction > 0
            against += direction < 0
    if not alike + against:
        return None
    return rounded(Fraction(alike - against, alike + against))


def _as_integers(values: Sequence[Fraction]) -> list[int]:
    places = {value: at for at, value in enumerate(sorted(set(values)))}
    return [places[value] for value in values]
