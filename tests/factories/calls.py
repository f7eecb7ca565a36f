"""Calls with everything an application needs."""

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

from charity_portal.kernel import clock
from charity_portal.kernel.database import db, in_transaction, transaction
from charity_portal.kernel.numbers import next_number
from charity_portal.projects.models.calls import (
    BudgetCategory,
    Call,
    Question,
    Slot,
    Track,
)
from tests.factories.examples import Example

OPENS = datetime(2026, 2, 24, 1, 0, tzinfo=UTC)
CLOSES = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
"""Open when the tests' clock stands still: from 24 February 09:00 to 20 March 2026 17:00 local."""


def make_call(**changes: Any) -> Call:
    """A published call; every column can be changed, `state="draft"` included.

    Tracks: elderly, children, villages. Questions: need (long), area (short), people (number),
    target (multi), first_time (yes_no, optional). Categories: activity, material (cap 30 %),
    labour (cap 20 %), management (cap 10 %). Slots: certificate and budget_note (required), audit
    (secondary), pictures (optional). `tracks`, `questions`, `categories`, `slots` replace whole
    lists.
    """
    values: dict[str, Any] = {
        "kind": "standard",
        "state": "published",
        "title_zh": "2026 年市级社会组织公益创投项目征集",
        "title_en": "2026 municipal venture philanthropy call",
        "summary_zh": "支持社会组织开展助老扶幼、乡村振兴和基层治理服务。",
        "summary_en": "Support for services to the elderly, children and villages.",
        "body_zh": "面向在本市登记的社会组织征集公益项目。",
        "body_en": "Open to social organizations registered in the city.",
        "fund_source": "charity",
        "source_note": "市慈善总会定向资金",
        "purse_fen": 100_000_000,
        "floor_fen": 3_000_000,
        "cap_fen": 10_000_000,
        "min_awards": 10,
        "max_awards": 15,
        "own_contribution_min_bp": 1000,
        "management_cost_max_bp": 1000,
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "per_organization_limit": 1,
        "eligibility": {},
        "notice_workdays": 5,
        "contact": "市民政局慈善事业促进科 0535-0000000",
        "published_at": OPENS,
        "tracks": _tracks(),
        "questions": _questions(),
        "categories": _categories(),
        "slots": _slots(),
    }
    with nullcontext() if in_transaction() else transaction():
        values |= changes
        values.setdefault("number", next_number("ZJ", clock.today().year))
        if values["state"] == "draft":
            values["published_at"] = changes.get("published_at")
        call = Call(**values)
        db.session.add(call)
        db.session.flush()
    return call


def _tracks() -> list[Track]:
    rows = (
        ("elderly", "为老服务", "Services for the elderly"),
        ("children", "儿童关爱", "Care for children"),
        ("villages", "乡村振兴", "Rural revitalization"),
    )
    return [
        Track(key=key, title_zh=zh, title_en=en, position=n) for n, (key, zh, en) in enumerate(rows)
    ]


def _questions() -> list[Question]:
    targets = [
        {"key": "elderly", "zh": "老年人", "en": "Elderly people"},
        {"key": "children", "zh": "未成年人", "en": "Children"},
        {"key": "disabled", "zh": "残疾人", "en": "People with disabilities"},
    ]
    return [
        Question(
            key="need",
            kind="long",
            label_zh="服务需求",
            label_en="Need",
            help_zh="说明服务对象、人数和目前的困难。",
            help_en="Whom the project serves, how many, and what they lack today.",
            longest=800,
            position=0,
        ),
        Question(
            key="area",
            kind="short",
            label_zh="实施地点",
            label_en="Place",
            longest=100,
            position=1,
        ),
        Question(
            key="people",
            kind="number",
            label_zh="预计受益人数",
            label_en="Expected beneficiaries",
            position=2,
        ),
        Question(
            key="target",
            kind="multi",
            label_zh="服务对象",
            label_en="Groups served",
            choices=targets,
            position=3,
        ),
        Question(
            key="first_time",
            kind="yes_no",
            label_zh="是否首次承接公益创投项目",
            label_en="First venture philanthropy project?",
            required=False,
            position=4,
        ),
    ]


def _categories() -> list[BudgetCategory]:
    rows = (
        ("activity", "活动费", "Activities", None, False),
        ("material", "物资费", "Materials", 3000, False),
        ("labour", "人员劳务费", "Labour", 2000, False),
        ("management", "管理费", "Management costs", 1000, True),
    )
    return [
        BudgetCategory(
            key=key, title_zh=zh, title_en=en, cap_bp=cap, is_management=management, position=n
        )
        for n, (key, zh, en, cap, management) in enumerate(rows)
    ]


def _slots() -> list[Slot]:
    rows = (
        ("certificate", "法人登记证书", "Registration certificate", "required"),
        ("budget_note", "预算说明", "Budget note", "required"),
        ("audit", "上年度审计报告", "Last year's audit report", "secondary"),
        ("pictures", "项目图片", "Pictures", "optional"),
    )
    return [
        Slot(
            key=key,
            title_zh=zh,
            title_en=en,
            need=need,
            kinds=["pdf", "jpeg", "png", "webp"],
            max_files=3,
            max_mb=20,
            position=n,
        )
        for n, (key, zh, en, need) in enumerate(rows)
    ]


EXAMPLES: dict[str, Example] = {
    "call_id": lambda world: make_call().id,
    "projects_office_calls.edit.call_id": lambda world: make_call(state="draft").id,
}
