"""The editable content of an edition in parts, each with its own form (units: see `kernel.edits`)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from charity_portal.kernel.i18n import Text, say

PARTS: Mapping[str, Text] = {
    "basics": say("基本信息"),
    "tracks": say("赛道"),
    "stages": say("评审阶段"),
    "rubric": say("评分标准"),
    "bonuses": say("加分项"),
    "method": say("计分与选取"),
}
WORDS: Mapping[str, Mapping[str, Text]] = {
    "basics": {
        "title_zh": say("名称"),
        "title_en": say("英文名称"),
        "about_zh": say("说明"),
        "about_en": say("英文说明"),
        "blind": say("匿名评审"),
        "feedback": say("向申请机构反馈"),
        "seed": say("随机种子"),
        "panel_size": say("评委人数"),
        "standby_size": say("候补人数"),
    },
    "tracks": {"tracks": say("赛道")},
    "stages": {"stages": say("评审阶段")},
    "rubric": {"criteria": say("评分标准")},
    "bonuses": {"bonuses": say("加分项")},
    "method": {
        "method": say("计分方法"),
        "calibrated": say("已公告可能校正评委宽严"),
        "tie_rules": say("同分时的次序"),
        "choice": say("选取规则"),
        "purse_fen": say("资助总额"),
        "cut": say("余额不足时"),
        "least": say("最少资助项数"),
        "most": say("最多资助项数"),
        "floor": say("最低资助分数"),
        "award_cap_fen": say("单项资助上限"),
        "per_group": say("同一机构最多项数"),
        "partial_bp": say("部分资助的最低比例"),
        "fixed_in_bp": say("直接入选的模拟比例"),
        "reserves": say("候补项数"),
    },
}
ROW_UNITS: Mapping[str, str] = {
    "tracks": "tracks",
    "stages": "stages",
    "rubric": "criteria",
    "bonuses": "bonuses",
}
"""The list of rows that a part consists of."""

LIMITS = (
    "cut",
    "least",
    "most",
    "floor",
    "award_cap_fen",
    "per_group",
    "partial_bp",
    "fixed_in_bp",
    "reserves",
)
"""The units of the method that are kept in `Edition.limits`, by the names of `rules.method`; each only
when it is set, the floor as points in decimal ("62.5"), here as hundredths."""
TRACK = ("id", "min_winners", "max_winners", "expertise")
STAGE = ("id", "kind", "title_zh", "title_en", "weight_bp", "reviews_each", "advance", "due_at")
CRITERION = (
    "id",
    "track_id",
    "title_zh",
    "title_en",
    "help_zh",
    "help_en",
    "weight_bp",
    "top",
    "anchors",
    "reason_when",
    "may_skip",
    "looks_at",
)
BONUS = ("id", "title_zh", "title_en", "basis_zh", "basis_en", "most")


def row_text(row: Mapping[str, Any]) -> str:
    """A row on one line, for two people to compare: its name first, then whatever else it says."""
    rest = [
        " / ".join(
            str(part.get("zh", part)) if isinstance(part, dict) else str(part) for part in value
        )
        if isinstance(value, list)
        else str(value)
        for name, value in row.items()
        if name not in ("id", "title_zh") and value not in (None, "", [])
    ]
    return " · ".join([str(row.get("title_zh") or ""), *rest])


def hundredths(points: str | int | None) -> int | None:
    """Points in decimal as a whole number of hundredths."""
    return None if points is None else int(Decimal(points).scaleb(2))


def points(value: int | None) -> str | None:
    """What `hundredths` reads back."""
    return None if value is None else f"{Decimal(value).scaleb(-2).normalize():f}"
