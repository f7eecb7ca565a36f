"""The editable content of a call as units (see `kernel.edits`): what they are called, which are lists."""

from collections.abc import Mapping, Sequence
from typing import Any

from charity_portal.kernel.edits import fresh_key
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
