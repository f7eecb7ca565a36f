"""The announced rules as counting reads them."""

from decimal import Decimal
from typing import Any

from charity_portal.competitions.rules.method import (
    RESERVES,
    Announced,
    method_of,
    reserves_of,
    selection_rule,
    stage_method,
)


def announced(**changes: Any) -> Announced:
    values: dict[str, Any] = {
        "method": "mixed",
        "calibrated": True,
        "choice": "exact",
        "seed": "福彩3D 第2026051期 417",
        "purse_fen": 1_000_000_00,
        "limits": {},
        "tie_rules": ["median"],
        "tracks": [],
    }
    return Announced(**(values | changes))


def test_every_limit_reaches_the_rule() -> None:
    limits = {
        "cut": "stop", "least": 5, "most": 9, "floor": "62.5", "award_cap_fen": 50_000_00,
        "per_group": 1, "partial_bp": 6000, "fixed_in_bp": 9000,
    }  # fmt: skip

    rule = method_of(announced(limits=limits)).selection

    assert (rule.cut, rule.least, rule.most, rule.floor) == ("stop", 5, 9, Decimal("62.5"))
    assert (rule.award_cap_fen, rule.per_group) == (50_000_00, 1)
    assert (rule.partial_bp, rule.fixed_in_bp) == (6000, 9000)


def test_where_the_edition_is_silent_the_call_speaks() -> None:
    rule = selection_rule(announced(award_cap_fen=10_000_00, most=15), "rank")

    assert (rule.award_cap_fen, rule.most, rule.least, rule.cut) == (10_000_00, 15, 0, "skip")
    assert reserves_of(announced()) == RESERVES
    assert reserves_of(announced(limits={"reserves": 0})) == 0


def test_only_the_exact_rule_fixes_the_sure_ones() -> None:
    limits = {"fixed_in_bp": 9000}

    assert selection_rule(announced(limits=limits), "rank").fixed_in_bp is None
    assert selection_rule(announced(limits=limits), "exact").fixed_in_bp == 9000


def test_within_a_stage_places_count_and_money_does_not() -> None:
    rule = stage_method(announced(limits={"per_group": 1}), 12).selection

    assert (rule.rule, rule.most, rule.per_group) == ("rank", 12, None)
