"""The announced rules of an edition, as plain values, turned into what counting reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from charity_portal.competitions.rules.scores import Method, Override, SelectionRule, TrackLimit

RESERVES = 3
NO_PURSE = 10**15
"""More than any stage could spend: how many go on is a question of places, not of money."""


@dataclass(frozen=True)
class Announced:
    """What an edition announced. `limits` holds fields of `SelectionRule` by their names, and
    `reserves`: how many places on the reserve list. Amounts in fen."""

    method: str
    calibrated: bool
    choice: str
    seed: str
    purse_fen: int
    limits: Mapping[str, Any]
    tie_rules: Sequence[str]
    tracks: Sequence[TrackLimit]
    bonus_most: Decimal | None = None
    award_cap_fen: int | None = None
    most: int | None = None


def method_of(announced: Announced, overrides: Sequence[Override] = ()) -> Method:
    """The method by which the whole edition is counted."""
    return Method(
        aggregation=announced.method,
        seed=announced.seed or "-",
        selection=selection_rule(announced, announced.choice),
        announced=announced.calibrated,
        ties=tuple(announced.tie_rules),
        bonus_most=announced.bonus_most,
        overrides=tuple(overrides),
    )


def selection_rule(announced: Announced, rule: str) -> SelectionRule:
    """The limits with one of the two ways of choosing."""
    limits = announced.limits
    floor = limits.get("floor")
    return SelectionRule(
        rule=rule,
        purse_fen=announced.purse_fen,
        cut=limits.get("cut") or "skip",
        least=limits.get("least") or 0,
        most=limits.get("most") or announced.most,
        floor=None if floor is None else Decimal(str(floor)),
        award_cap_fen=limits.get("award_cap_fen") or announced.award_cap_fen,
        per_group=limits.get("per_group"),
        partial_bp=limits.get("partial_bp"),
        fixed_in_bp=limits.get("fixed_in_bp") if rule == "exact" else None,
        tracks=tuple(announced.tracks),
    )


def stage_method(announced: Announced, places: int | None) -> Method:
    """One stage counted by itself: “funded” then means that an application goes on."""
    return Method(
        aggregation=announced.method,
        seed=announced.seed or "-",
        selection=SelectionRule("rank", NO_PURSE, most=places),
        announced=announced.calibrated,
        ties=tuple(announced.tie_rules),
    )


def reserves_of(announced: Announced) -> int:
    """How many places the reserve list has."""
    return int(announced.limits.get("reserves", RESERVES))
