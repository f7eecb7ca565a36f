"""The editable content of a call as units that can be compared, merged and named.

A unit is one field, or one list of rows as a whole. A form carries the print of every unit as it was
when the form was drawn; so a late save can tell what its own person changed, what somebody else
changed meanwhile, and where both touched the same unit.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from charity_portal.kernel.i18n import Text, say

WORDS: dict[str, Text] = {
    "title_zh": say("名称"),
    "title_en": say("英文名称"),
    "summary_zh": say("简介"),
    "summary_en": say("英文简介"),
    "body_zh": say("正文"),
    "body_en": say("英文正文"),
    "contact": say("咨询方式"),
    "fund_source": say("资金来源"),
    "source_note": say("资金来源说明"),
    "purse_fen": say("资助总额"),
    "floor_fen": say("单项资助下限"),
    "cap_fen": say("单项资助上限"),
    "min_awards": say("最少立项数"),
    "max_awards": say("最多立项数"),
    "own_contribution_min_bp": say("自筹资金最低比例"),
    "management_cost_max_bp": say("管理费用最高比例"),
    "opens_at": say("开始时间"),
    "closes_at": say("截止时间"),
    "notice_workdays": say("公示工作日数"),
    "kinds": say("机构类型"),
    "regions": say("登记地"),
    "standings": say("信用状态"),
    "min_grade": say("最低评估等级"),
    "min_years": say("最少登记年数"),
    "charity_only": say("仅限慈善组织"),
    "per_organization_limit": say("每家机构申请数上限"),
    "priorities": say("优先条件"),
    "tracks": say("赛道"),
    "questions": say("申报书问题"),
    "categories": say("预算科目"),
    "slots": say("申报材料"),
}
ROW_UNITS = ("tracks", "questions", "categories", "slots")
ELIGIBILITY = (
    "kinds",
    "regions",
    "standings",
    "min_grade",
    "min_years",
    "charity_only",
    "priorities",
)
COLUMNS = tuple(unit for unit in WORDS if unit not in (*ROW_UNITS, *ELIGIBILITY))

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Draft:
    """What an officer may change: `units` maps each name in WORDS to its value.

    A list of rows is a list of mappings; a row that is saved already has its `id`, a new one None.
    """

    units: Mapping[str, Any]

    def rows(self, unit: str) -> Sequence[Row]:
        """The rows of one list."""
        rows: Sequence[Row] = self.units[unit]
        return rows

    def with_units(self, **changes: Any) -> "Draft":
        """The same with some units replaced."""
        return replace(self, units={**self.units, **changes})

    def prints(self) -> dict[str, str]:
        """A short print of every unit."""
        return {unit: _print(value) for unit, value in self.units.items()}

    def changed_from(self, other: "Draft") -> list[str]:
        """The units that differ."""
        mine, theirs = self.prints(), other.prints()
        return [unit for unit in self.units if mine[unit] != theirs[unit]]


@dataclass(frozen=True)
class Merged:
    """What came of two edits: the draft to save, what only others changed, and the clashes."""

    draft: Draft
    taken_over: list[str]
    clashes: list[str]


def merge(mine: Draft, theirs: Draft, base: Mapping[str, str]) -> Merged:
    """Put `mine` on top of `theirs`, knowing the prints that `mine` started from.

    A unit that only one side changed is taken from that side. One that both changed differently is a
    clash, as is one whose start is unknown; the draft then holds my version.
    """
    ours, others = mine.prints(), theirs.prints()
    units = dict(mine.units)
    taken_over, clashes = [], []
    for unit in units:
        if ours[unit] == others[unit] or base.get(unit) == others[unit]:
            continue
        if base.get(unit) == ours[unit]:
            units[unit] = theirs.units[unit]
            taken_over.append(unit)
        else:
            clashes.append(unit)
    return Merged(Draft(units), taken_over, clashes)


def _print(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def labelled_lines(text: str, known: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lines of `中文 | English` as {"key", "zh", "en"}; a line that was there before keeps its key."""
    keys = {row["zh"]: row["key"] for row in known}
    used = set(keys.values())
    rows: list[dict[str, Any]] = []
    for line in text.splitlines():
        zh, _, en = (part.strip() for part in line.replace("｜", "|").partition("|"))
        if not zh:
            continue
        key = keys.pop(zh, None) or fresh_key("c", used)
        used.add(key)
        rows.append({"key": key, "zh": zh, "en": en or None})
    return rows


def as_lines(rows: Sequence[Mapping[str, Any]]) -> str:
    """What labelled_lines reads back."""
    return "\n".join(f"{row['zh']} | {row['en']}" if row.get("en") else row["zh"] for row in rows)


def fresh_key(letter: str, taken: set[str]) -> str:
    """A key that is not taken yet: q1, q2, …"""
    n = 1
    while f"{letter}{n}" in taken:
        n += 1
    return f"{letter}{n}"
