"""Public notices in the office: start, watch, conclude; a supplementary one for reserves."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.kernel import clock, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import _, date_text, say
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.projects.errors import Unfinished
from charity_portal.projects.forms.decisions import PromotionTable, promotion_table
from charity_portal.projects.forms.notices import StartForm
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.notices import PublicNotice
from charity_portal.projects.queries import calls, decisions, notices, objections
from charity_portal.projects.rules import decisions as decision_rules
from charity_portal.projects.rules import notices as rules
from charity_portal.projects.services import letters
from charity_portal.projects.services import notices as services
from charity_portal.projects.services.notices import Promotion

blueprint = Blueprint("projects_office_notices", __name__, url_prefix="/office/notices")

navigation.add(
    "office", "projects_office_notices.index", say("公示与异议"), "projects:objection:read", 40
)


@blueprint.get("")
@requires("projects:objection:read")
def index() -> str:
    """All notices, and what objections wait for an answer."""
    page = notices.notices_page(after=request.args.get("after"))
    waiting = objections.open_objections()
    today = clock.today()
    return render_template(
        "projects/notices/office_index.html",
        page=page,
        counts=objections.objection_counts([n.id for n in page.items]),
        waiting=[(o, rules.days_late(o.due_on, today)) for o in waiting],
        time_left=_time_left,
    )


def _time_left(notice: PublicNotice) -> Any:
    return rules.time_left(notice.state, notice.ends_on, clock.now())


@blueprint.route("/start/<int:call_id>", methods=["GET", "POST"])
@requires("projects:notice:start", load=calls.call)
def start(call: Call) -> Any:
    """Look at everything that a notice will publish, then publish it."""
    form = StartForm(workdays=call.notice_workdays)
    if request.method == "GET":
        return _start_page(call, form)
    if not form.submitted():
        return _start_page(call, form), 422
    try:
        with transaction():
            notice = services.start(current_actor(), call.id, form.workdays.data)
    except (Invalid, Unfinished) as problem:
        form.refuse(problem)
        return _start_page(call, form), problem.status
    return _started(notice)


def _started(notice: PublicNotice) -> Any:
    flash(
        _(
            "已公示：%(number)s，公示期至 %(day)s，结果通知书已发出。",
            number=notice.number,
            day=date_text(notice.ends_on),
        )
    )
    return redirect(url_for(".show", notice_id=notice.id), 303)


def _start_page(call: Call, form: StartForm) -> str:
    entries = decisions.entries(call.id, ("decided",))
    limits, lines = decisions.limits_of(call), decisions.lines(call.id)
    workdays = form.workdays.data or call.notice_workdays
    good = rules.period_problem(workdays) is None
    return render_template(
        "projects/notices/start.html",
        call=call,
        form=form,
        entries=entries,
        period=rules.period(clock.today(), workdays) if good else None,
        totals=decision_rules.add_up(limits, lines),
        warnings=decision_rules.warnings(limits, lines),
        in_screening=decisions.in_screening(call.id),
        held=decisions.held_letters([e.application.id for e in entries], [letters.OUTCOME]),
        words=decision_rules.WORDS,
    )


@blueprint.route("/supplement/<int:call_id>", methods=["GET", "POST"])
@requires("projects:notice:start", load=calls.call)
def supplement(call: Call) -> Any:
    """Let reserves move up, and publish that in a supplementary notice."""
    reserves = decisions.entries(call.id, ("reserve",))
    form = promotion_table(reserves, workdays=call.notice_workdays)
    if request.method == "GET":
        return _supplement_page(call, form)
    if not form.submitted():
        return _supplement_page(call, form), 422
    chosen = [
        Promotion(e.application.id, amount, form.reason.data or "")
        for e in reserves
        if (amount := form[f"{e.application.id}-amount"].data)
    ]
    try:
        with transaction():
            notice = services.start(current_actor(), call.id, form.workdays.data, chosen)
    except (Invalid, Unfinished) as problem:
        form.refuse(problem)
        return _supplement_page(call, form), problem.status
    return _started(notice)


def _supplement_page(call: Call, form: PromotionTable) -> str:
    limits = decisions.limits_of(call)
    reserves = decisions.entries(call.id, ("reserve",))
    return render_template(
        "projects/notices/supplement.html",
        call=call,
        form=form,
        reserves=sorted(reserves, key=lambda e: (e.decision and e.decision.reserve_rank) or 0),
        totals=decision_rules.add_up(limits, decisions.lines(call.id)),
        currency=call.currency,
    )


@blueprint.get("/<int:notice_id>")
@requires("projects:objection:read", load=notices.notice)
def show(notice: PublicNotice) -> str:
    """One notice with its objections and what can be done."""
    actor = current_actor()
    counts = objections.objection_counts([notice.id])[notice.id]
    open_ones = sum(counts.get(state, 0) for state in rules.OPEN)
    today = clock.today()
    return render_template(
        "projects/notices/office_show.html",
        notice=notice,
        call=notice.call,
        projects=notices.projects(notice.id),
        objections=[
            (o, rules.days_late(o.due_on, today) if o.state in rules.OPEN else 0)
            for o in objections.objections_of(notice.id)
        ],
        left=_time_left(notice),
        open_ones=open_ones,
        may_conclude=notice.state == "ended"
        and not open_ones
        and can(actor, "projects:notice:conclude", notice),
        unfinished=notices.unfinished(notice.call_id),
        may_finish=notice.call.state == "noticed"
        and can(actor, "projects:notice:conclude", notice.call),
        reserves=len(decisions.entries(notice.call_id, ("reserve",))),
        machine=Application.MACHINE,
    )


@blueprint.post("/<int:notice_id>/conclude")
@requires("projects:notice:conclude", load=notices.notice)
def conclude(notice: PublicNotice) -> Any:
    """Confirm what stands, cancel what fell."""
    with transaction():
        services.conclude(current_actor(), notice.id)
    flash(_("公示已办结，立项通知书已发出。"))
    return redirect(url_for(".show", notice_id=notice.id), 303)


@blueprint.post("/calls/<int:call_id>/conclude")
@requires("projects:notice:conclude", load=calls.call)
def conclude_call(call: Call) -> Any:
    """Close the call for good."""
    with transaction():
        services.conclude_call(current_actor(), call.id)
    flash(_("征集已办结。"))
    return redirect(url_for("projects_decisions.show", call_id=call.id), 303)
