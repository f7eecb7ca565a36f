"""The choice rule of an edition as it is stored, and as the selection reads it.

`Edition.limits` holds, each only when it is set:

    cut            "skip" or "stop": what happens at the first application that does not fit the purse
    least, most    awards in all
    floor          hundredths of a point; fewer points are never funded
    award_cap_fen  no award is higher
    per_group      awards for one applicant
    partial_bp     the last award may be a part of the request, if it is at least this share
    fixed_in_bp    (exact) who is funded in at least this share of the draws is funded
    bonus_most     hundredths of a point; more bonus than this does not count

`Edition.tie_rules` lists, in order, `criterion:KEY`, `median`, `requested`; a lot from the seed decides
what is still equal.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from charity_portal.competitions.rules.scores import SelectionRule, TrackLimit

KEYS = (
    "cut",
    "least",
    "most",
    "floor",
    "award_cap_fen",
    "per_group",
    "partial_bp",
    "fixed_in_bp",
    "bonus_most",
)


def points(hundredths: int | None) -> Decimal | None:
    """Hundredths of a point as points."""
    return None if hundredths is None else Decimal(hundredths).scaleb(-2)


def selection_rule(
    choice: str, limits: Mapping[str, Any], purse_fen: int, tracks: Iterable[TrackLimit] = ()
) -> SelectionRule:
    """How the purse is spent, for `rules.selection`."""
    return SelectionRule(
        rule=choice,
        purse_fen=purse_fen,
        cut=limits.get("cut") or "skip",
        least=limits.get("least") or 0,
        most=limits.get("most"),
        floor=points(limits.get("floor")),
        award_cap_fen=limits.get("award_cap_fen"),
        per_group=limits.get("per_group"),
        partial_bp=limits.get("partial_bp"),
        fixed_in_bp=limits.get("fixed_in_bp") if choice == "exact" else None,
        tracks=tuple(tracks),
    )


def bonus_most(limits: Mapping[str, Any]) -> Decimal | None:
    """The most bonus points that count; None: as the bonus rules add up."""
    return points(limits.get("bonus_most"))
