"""What a call allows of a budget: floor and cap, shares by heading, own money, management costs.

Shares are basis points and compared in whole numbers, so that the last fen counts. Headings and
management costs are bounded within the grant, own money within the whole cost of the project.
"""

from charity_portal.kernel.i18n import Text, money, say
from charity_portal.projects.rules.budget import Budget
from charity_portal.projects.rules.call_form import CallForm, CategoryForm
from charity_portal.projects.rules.defects import Defect
from charity_portal.projects.rules.wording import Named

WHOLE = 10_000
"""Basis points in a whole."""


def share_cap(whole_fen: int, points: int) -> int:
    """The most that fits within a share: rounded down, so that the share is never exceeded."""
    return whole_fen * points // WHOLE


def share_floor(whole_fen: int, points: int) -> int:
    """The least that reaches a share: rounded up."""
    return -(-whole_fen * points // WHOLE)


def points_text(points: int) -> str:
    """Basis points in per cent: `10%`, `7.5%`."""
    whole, rest = divmod(points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def check(budget: Budget, form: CallForm) -> list[Defect]:
    """Every limit of the call that the budget breaks, each saying by how much."""
    if not budget.lines:
        return [Defect("budget", say("请至少填写一行预算。"))]
    return [
        Defect("budget", text)
        for text in (
            *_amount(budget, form),
            *(_heading(budget, form, category) for category in form.categories),
            _management(budget, form),
            _own(budget, form),
        )
        if text is not None
    ]


def _amount(budget: Budget, form: CallForm) -> list[Text]:
    grant, currency = budget.grant_fen, form.currency
    if not grant:
        return [say("申请资助金额合计为 0，请在预算中填写申请资助的部分。")]
    found = []
    if form.floor_fen is not None and grant < form.floor_fen:
        found.append(
            say(
                "申请资助 %(grant)s，低于本次征集的下限 %(floor)s，差 %(by)s。",
                grant=money(grant, currency),
                floor=money(form.floor_fen, currency),
                by=money(form.floor_fen - grant, currency),
            )
        )
    if form.cap_fen is not None and grant > form.cap_fen:
        found.append(
            say(
                "申请资助 %(grant)s，高于本次征集的上限 %(cap)s，超出 %(by)s。",
                grant=money(grant, currency),
                cap=money(form.cap_fen, currency),
                by=money(grant - form.cap_fen, currency),
            )
        )
    return found


def _heading(budget: Budget, form: CallForm, category: CategoryForm) -> Text | None:
    if category.cap_bp is None:
        return None
    spent = budget.grant_in({category.key})
    allowed = share_cap(budget.grant_fen, category.cap_bp)
    if spent <= allowed:
        return None
    return say(
        "“%(name)s”申请资助 %(spent)s，不得超过申请资助总额的 %(share)s（%(allowed)s），超出 %(by)s。",
        name=Named(category),
        spent=money(spent, form.currency),
        share=points_text(category.cap_bp),
        allowed=money(allowed, form.currency),
        by=money(spent - allowed, form.currency),
    )


def _management(budget: Budget, form: CallForm) -> Text | None:
    if form.management_cost_max_bp is None:
        return None
    spent = budget.grant_in({c.key for c in form.categories if c.is_management})
    allowed = share_cap(budget.grant_fen, form.management_cost_max_bp)
    if spent <= allowed:
        return None
    return say(
        "管理费用申请资助 %(spent)s，不得超过申请资助总额的 %(share)s（%(allowed)s），超出 %(by)s。",
        spent=money(spent, form.currency),
        share=points_text(form.management_cost_max_bp),
        allowed=money(allowed, form.currency),
        by=money(spent - allowed, form.currency),
    )


def _own(budget: Budget, form: CallForm) -> Text | None:
    if not form.own_contribution_min_bp:
        return None
    needed = share_floor(budget.amount_fen, form.own_contribution_min_bp)
    if budget.own_fen >= needed:
        return None
    return say(
        "自筹 %(own)s，应不少于项目总预算的 %(share)s（%(needed)s），差 %(by)s。",
        own=money(budget.own_fen, form.currency),
        share=points_text(form.own_contribution_min_bp),
        needed=money(needed, form.currency),
        by=money(needed - budget.own_fen, form.currency),
    )
