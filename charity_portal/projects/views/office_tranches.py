"""Tranches in the office: what is to be planned, confirmed, approved and paid; one award's plan."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.accounts import queries as accounts
from charity_portal.funds.queries import causes, purses
from charity_portal.funds.queries.purses import Purse
from charity_portal.kernel import clock, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import Conflict, Invalid
from charity_portal.kernel.form_rows import rearranged
from charity_portal.kernel.i18n import _, localized, say
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.kernel.tables import Column
from charity_portal.organizations import queries as organizations
from charity_portal.projects.forms.tranches import (
    BY_AMOUNT,
    BY_SHARE,
    SHOWS,
    ListFilter,
    PlanForm,
    copied_rows,
    default_rows,
    part_rows,
)
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.screening import Award
from charity_portal.projects.models.tranches import Tranche
from charity_portal.projects.queries import bars, steps
from charity_portal.projects.queries import tranches as queries
from charity_portal.projects.queries.tranches import Filter, Row
from charity_portal.projects.rules import paying
from charity_portal.projects.rules.paying import CONDITIONS
from charity_portal.projects.services import tranche_plans
from charity_portal.projects.views import award_pages as pages

blueprint = Blueprint("projects_tranches", __name__, url_prefix="/office/tranches")

navigation.add("office", "projects_tranches.index", say("拨付"), "projects:tranche:list", 300)

COLUMNS = (
    Column("number", say("申请编号"), width=18),
    Column("title", say("项目名称"), width=40),
    Column("organization", say("受资助机构"), width=30),
    Column("call", say("征集"), width=30),
    Column("award", say("资助金额（元）"), "money"),
    Column("position", say("期次"), "int", width=8),
    Column("condition", say("拨付条件")),
    Column("amount", say("本期金额（元）"), "money"),
    Column("due_on", say("应满足日期"), "date"),
    Column("fund", say("资金来源"), width=30),
    Column("state", say("状态")),
    Column("voucher", say("付款凭证号")),
    Column("paid_on", say("付款日期"), "date"),
)


def _filter() -> Filter:
    show, call = request.args.get("show", "due"), request.args.get("call", "")
    return Filter(
        show=show if show in SHOWS else "due",
        call_id=int(call) if call.isdigit() else None,
        text=request.args.get("q", "")[:60],
    )


@blueprint.get("")
@requires("projects:tranche:list")
def index() -> str:
    """What waits for somebody, or whatever else is asked for."""
    wanted = _filter()
    form = ListFilter(request.args).offer(
        queries.calls_with_awards(), lambda call: localized(call, "title")
    )
    page = queries.listed(wanted, request.args.get("after"))
    keep = {name: value for name in ("show", "call", "q") if (value := request.args.get(name))}
    return render_template(
        "projects/tranches/index.html",
        page=page,
        form=form,
        show=wanted.show,
        shows=SHOWS,
        totals=queries.totals(),
        count=queries.count(wanted),
        keep=keep,
        conditions=CONDITIONS,
        tones=pages.TONES,
        overdue=pages.overdue,
        may_plan=current_actor().has_role("officer"),
    )


@blueprint.get("/export.<any(csv, xlsx):file_format>")
@requires("projects:tranche:list")
def export(file_format: str) -> Any:
    """Exactly the lines that the filter finds."""
    rows = list(queries.everything(_filter()))
    return table_file(_("拨付"), COLUMNS, _cells(rows), file_format)


def _cells(rows: list[Row]) -> Iterator[dict[str, Any]]:
    paid = causes.booked(
        row.tranche.payment_id for row in rows if row.tranche and row.tranche.payment_id
    )
    known = purses.purses_of(row.tranche.purpose_id for row in rows if row.tranche)
    for row in rows:
        a, t = row.application, row.tranche
        line: dict[str, Any] = {
            "number": a.number,
            "title": a.title,
            "organization": row.organization,
            "call": localized(a.call, "title"),
            "award": row.award.amount_fen,
        }
        if t is not None:
            entry = paid.get(t.payment_id or 0)
            line |= {
                "position": t.position,
                "condition": str(CONDITIONS[t.condition]),
                "amount": t.amount_fen,
                "due_on": t.due_on,
                "fund": _purse_name(known.get(t.purpose_id)),
                "state": str(t.MACHINE.word(t.state)),
                "voucher": entry.voucher if entry else None,
                "paid_on": entry.booked_on if entry else None,
            }
        yield line


def _purse_name(purse: Purse | None) -> str:
    return f"{purse.fund_name} · {purse.title}" if purse is not None else ""


@blueprint.get("/awards/<int:application_id>")
@requires("projects:tranche:list", load=queries.awarded)
def award(application: Application) -> str:
    """One award: its plan, what was paid, what has to come back."""
    money = pages.money_of(application)
    actor = current_actor()
    return render_template(
        "projects/tranches/award.html",
        application=application,
        money=money,
        organization=organizations.names([application.organization_id]).get(
            application.organization_id, ""
        ),
        conditions=CONDITIONS,
        tones=pages.TONES,
        overdue=pages.overdue,
        short=_short(application, money.tranches, money.purses),
        bars=bars.bars_of([application.organization_id]),
        people=accounts.people({r.demanded_by for r in money.reclaims if r.demanded_by}),
        may_plan=can(actor, "projects:tranche:plan", application)
        and (bool(money.unplanned_fen) or any(t.state == "planned" for t in money.tranches)),
        may_demand=can(actor, "projects:reclaim:demand", application)
        and bool(money.sums.claimable_fen),
        history=pages.told(steps.history(application)),
    )


def _short(
    application: Application, rows: list[Tranche], known: dict[int, Purse]
) -> list[tuple[Purse, int]]:
    """The purses that hold less than the plans together count on, and how much is missing."""
    waiting = [t for t in rows if t.state in ("planned", "released")]
    parts = [paying.Part(t.condition, t.amount_fen, t.due_on, t.purpose_id) for t in waiting]
    ids = {t.purpose_id for t in waiting}
    pockets = {key: paying.Pocket(purse.available_fen) for key, purse in known.items()}
    lacking = paying.short_purses(parts, queries.counted_on(ids, application.id), pockets)
    return [(known[key], fen) for key, fen in lacking.items()]


@blueprint.route("/awards/<int:application_id>/plan", methods=["GET", "POST"])
@requires("projects:tranche:plan", load=queries.awarded)
def plan(application: Application) -> Any:
    """In what parts the award is paid; changed while nothing is confirmed."""
    rows = queries.tranches(application.id)
    granted = queries.awards_by_application([application.id])[application.id]
    offered = _offered(rows)
    if request.method == "GET":
        return _plan_page(application, granted, rows, _drawn(application, granted, rows, offered))
    step = request.form.get("do", "")
    form = PlanForm(formdata=rearranged(request.form, step, ("parts",))).offer(offered)
    if step.startswith("parts:"):
        return _plan_page(application, granted, rows, form)
    if not form.validate():
        return _plan_page(application, granted, rows, form), 422
    left = granted.amount_fen - sum(t.amount_fen for t in rows if t.state != "planned")
    try:
        wanted = form.wanted(left)
        with transaction():
            tranche_plans.plan(current_actor(), application.id, wanted, form.seen.data or "")
    except Invalid as problem:
        form.refuse_parts(problem)
        return _plan_page(application, granted, rows, form), 422
    except Conflict as moved:
        form.refuse(moved)
        return _plan_page(application, granted, queries.tranches(application.id), form), 409
    flash(_("拨付计划已保存。"))
    return redirect(url_for(".award", application_id=application.id), 303)


def _offered(rows: list[Tranche]) -> list[Purse]:
    """The purses to choose from, with those that the plan names already."""
    open_ones = purses.purses_for(paying.USE)
    have = {p.purpose_id for p in open_ones}
    named = purses.purses_of(t.purpose_id for t in rows if t.purpose_id not in have)
    return [*open_ones, *named.values()]


def _drawn(
    application: Application, granted: Award, rows: list[Tranche], offered: list[Purse]
) -> PlanForm:
    """The form as it is drawn first: the plan as it stands, the call's last one, or the usual."""
    waiting = [t for t in rows if t.state == "planned"]
    left = granted.amount_fen - sum(t.amount_fen for t in rows if t.state != "planned")
    before = queries.last_plan(application.call_id, application.id)
    days = paying.default_days(
        granted.awarded_on, clock.today(), granted.planned_start, granted.planned_end
    )
    by = BY_AMOUNT
    if rows:
        parts = part_rows(waiting)
    elif before and request.args.get("from") != "default":
        parts = copied_rows(before, left, days["agreement"])
    else:
        parts, by = default_rows(left, days, offered), BY_SHARE
    data = {"parts": parts, "by": by, "seen": paying.mark(rows)}
    return PlanForm(formdata=None, data=data).offer(offered)


def _plan_page(
    application: Application, granted: Award, rows: list[Tranche], form: PlanForm
) -> str:
    fixed = [t for t in rows if t.state != "planned"]
    return render_template(
        "projects/tranches/plan.html",
        application=application,
        award=granted,
        form=form,
        fixed=fixed,
        left_fen=granted.amount_fen - sum(t.amount_fen for t in fixed),
        conditions=CONDITIONS,
        tones=pages.TONES,
        copied=not rows and bool(queries.last_plan(application.call_id, application.id)),
        planned=bool(rows),
        offered=bool(form.purse_choices[1:]),
    )
