"""What a new call starts from: the usual form of a project call, and the light one for micro-projects.

Texts are written once as messages and copied into the call in both languages.
"""

from collections.abc import Mapping
from typing import Any

from charity_portal.kernel.edits import Draft
from charity_portal.kernel.i18n import Text, english, say

PAPERS = ("pdf", "jpeg", "png", "webp")
TEXTS = (*PAPERS, "docx")
TABLES = ("pdf", "xlsx")
MICRO_CAP = 2_000_000
STANDARD_OWN, MANAGEMENT = 1000, 1000

_EMPTY: dict[str, Any] = {
    "title_en": None,
    "summary_zh": "",
    "summary_en": None,
    "body_zh": "",
    "body_en": None,
    "contact": "",
    "fund_source": "charity",
    "source_note": None,
    "purse_fen": None,
    "floor_fen": None,
    "cap_fen": None,
    "min_awards": None,
    "max_awards": None,
    "own_contribution_min_bp": None,
    "management_cost_max_bp": MANAGEMENT,
    "opens_at": None,
    "closes_at": None,
    "notice_workdays": 5,
    "kinds": ["association", "service", "foundation"],
    "regions": [],
    "standings": ["normal"],
    "min_grade": None,
    "min_years": None,
    "charity_only": False,
    "per_organization_limit": 1,
    "priorities": [],
    "tracks": [],
}


def starting_point(kind: str, title_zh: str) -> Draft:
    """The draft that a new call of this kind (standard or micro) starts from."""
    chosen = _standard() if kind == "standard" else _micro()
    return Draft({"title_zh": title_zh, **_EMPTY, **chosen})


def _standard() -> dict[str, Any]:
    return {
        "own_contribution_min_bp": STANDARD_OWN,
        "min_years": 1,
        "questions": [
            _question(
                say("服务需求"), "long", 1000, say("服务谁、有多少人、目前缺什么，依据从何而来。")
            ),
            _question(say("项目目标"), "long", 600, say("项目结束时能看到、能核对的变化。")),
            _question(say("实施方案"), "long", 2000, say("做什么、分几步、何时完成。")),
            _question(say("团队与经验"), "long", 800, say("主要人员的分工和做过的同类项目。")),
            _question(say("风险与应对"), "long", 600),
            _question(say("项目结束后如何延续"), "long", 600, required=False),
            _question(say("预计直接受益人数"), "number"),
        ],
        "categories": [
            _category(say("活动费")),
            _category(say("物资费")),
            _category(say("人员劳务费"), 3000),
            _category(say("宣传费"), 1000),
            _category(say("管理费"), MANAGEMENT, management=True),
        ],
        "slots": [
            _slot(say("法人登记证书"), "required", PAPERS),
            _slot(say("项目负责人简历"), "required", TEXTS),
            _slot(say("上年度审计报告"), "secondary", PAPERS),
            _slot(say("合作单位意向书"), "optional", PAPERS),
        ],
    }


def _micro() -> dict[str, Any]:
    return {
        "cap_fen": MICRO_CAP,
        "kinds": ["association", "service", "foundation", "community_group"],
        "per_organization_limit": 2,
        "questions": [
            _question(say("要解决的小事"), "short", 100),
            _question(say("准备怎么做"), "long", 500, say("什么人、什么时间、在哪里、做几次。")),
            _question(say("预计直接受益人数"), "number"),
        ],
        "categories": [
            _category(say("活动费")),
            _category(say("物资费")),
            _category(say("管理费"), MANAGEMENT, management=True),
        ],
        "slots": [
            _slot(say("登记或备案证明"), "secondary", PAPERS),
            _slot(say("现场图片"), "optional", ("jpeg", "png", "webp")),
        ],
    }


def both(name: str, text: Text | None) -> Mapping[str, str | None]:
    """A message in both languages, under `name_zh` and `name_en`."""
    if text is None:
        return {f"{name}_zh": None, f"{name}_en": None}
    return {f"{name}_zh": text.in_source(), f"{name}_en": str(english().gettext(text.msgid))}


def _question(
    label: Text, kind: str, longest: int | None = None, hint: Text | None = None,
    required: bool = True,
) -> dict[str, Any]:  # fmt: skip
    return {
        "id": None,
        "kind": kind,
        **both("label", label),
        **both("help", hint),
        "required": required,
        "longest": longest,
        "choices": [],
    }


def _category(title: Text, cap_bp: int | None = None, management: bool = False) -> dict[str, Any]:
    return {"id": None, **both("title", title), "cap_bp": cap_bp, "is_management": management}


def _slot(title: Text, need: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": None,
        **both("title", title),
        **both("help", None),
        "need": need,
        "kinds": list(kinds),
        "max_files": 3,
        "max_mb": 20,
    }
