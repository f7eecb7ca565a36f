"""Money that has to come back, and organizations that may not apply for a while."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.funds.queries import purses
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Invalid, PortalError
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.organizations import queries as organizations
from charity_portal.projects.forms.tranches import (
    DemandForm,
    ReasonForm,
    RefundForm,
    purse_choices,
)
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.tranches import GrantBar, Reclaim
from charity_portal.projects.queries import award_money, bars, steps
from charity_portal.projects.queries import tranches as queries
from charity_portal.projects.services import bars as bar_services
from charity_portal.projects.services import reclaims as services
from charity_portal.projects.services.reclaims import Demand, Refund
from charity_portal.projects.views import award_pages as pages

blueprint = Blueprint("projects_reclaims", __name__, url_prefix="/office/tranches")

READ = "projects:tranche:list"
USUAL_DAYS = 30


@blueprint.get("/reclaims")
@requires(READ)
def index() -> str:
    """What has to come back, the first due first."""
    state = request.args.get("state", "demanded")
    state = state if state in ("", *Reclaim.MACHINE.states) else "demanded"
    return render_template(
        "projects/tranches/reclaims.html",
        page=queries.reclaims_page(state, request.args.get("after")),
        state=state,
        states=Reclaim.MACHINE.states,
        tones=pages.TONES,
        overdue=pages.overdue,
    )


@blueprint.route("/awards/<int:application_id>/reclaim", methods=["GET", "POST"])
@requires("projects:reclaim:demand", load=queries.awarded)
def demand(application: Application) -> Any:
    """Ask for money back."""
    sums = award_money.sums(application.id)
    if request.method == "GET":
        due_on = clock.today() + timedelta(days=USUAL_DAYS)
        form = DemandForm(formdata=None, seen=str(sums.claimable_fen), due_on=due_on)
        return _demand_page(application, form)
    form = DemandForm()
    if not form.submitted():
        return _demand_page(application, form), 422
    try:
        with transaction():
            reclaim = services.demand(current_actor(), application.id, _demand_of(form))
    except (Invalid, Conflict) as problem:
        form.refuse(problem)
        return _demand_page(application, form), problem.status
    flash(_("已发出退回通知 %(number)s。", number=reclaim.number))
    return redirect(url_for(".show", reclaim_id=reclaim.id), 303)


def _demand_of(form: DemandForm) -> Demand:
    seen = str(form.seen.data or "")
    years = form.bar_years.data if form.bar.data == "yes" else None
    return Demand(
        amount_fen=form.amount.data or 0,
        reason=form.reason.data or "",
        due_on=form.due_on.data,
        seen_fen=int(seen) if seen.isdigit() else -1,
        bar_years=(years or 0) if form.bar.data == "yes" else None,
    )


def _demand_page(application: Application, form: DemandForm) -> str:
    name = organizations.names([application.organization_id])
    return render_template(
        "projects/tranches/demand.html",
        application=application,
        organization=name.get(application.organization_id, ""),
        form=form,
        sums=award_money.sums(application.id),
        barred=bars.barred_until([application.organization_id]).get(application.organization_id),
    )


@blueprint.get("/reclaims/<int:reclaim_id>")
@requires(READ, load=queries.reclaim)
def show(reclaim: Reclaim) -> str:
    """One demand: what came back, and what may be done."""
    return _page(reclaim)


def _page(
    reclaim: Reclaim,
    refund_form: RefundForm | None = None,
    waive_form: ReasonForm | None = None,
    refusal: PortalError | None = None,
) -> str:
    application = reclaim.application
    returned = award_money.refunds([reclaim.id])
    left = services.purses_of(application.id)
    offered = purses.purses_of(left)
    form = refund_form or RefundForm(
        formdata=None,
        part=str(len(returned) + 1),
        purse=str(next(iter(left), "")),
        amount=reclaim.amount_fen - reclaim.returned_fen,
    )
    form.purse.choices = purse_choices(offered.values())
    name = organizations.names([application.organization_id])
    return render_template(
        "projects/tranches/reclaim.html",
        reclaim=reclaim,
        application=application,
        organization=name.get(application.organization_id, ""),
        refunds=returned,
        purses=purses.purses_of(entry.purpose_id for entry in returned),
        form=form,
        waive_form=waive_form,
        refusal=refusal,
        actions={t.action for t in reclaim.MACHINE.actions(current_actor(), reclaim)},
        several=len(left) > 1,
        history=pages.told(steps.history(reclaim)),
        tones=pages.TONES,
        overdue=pages.overdue,
    )


@blueprint.post("/reclaims/<int:reclaim_id>/receive")
@requires("projects:reclaim:receive", load=queries.reclaim)
def receive(reclaim: Reclaim) -> Any:
    """Some of it, or all, came back."""
    form = RefundForm()
    offered = purses.purses_of(services.purses_of(reclaim.application_id))
    form.purse.choices = purse_choices(offered.values())
    if not form.submitted():
        return _page(reclaim, refund_form=form), 422
    part, purse = str(form.part.data or ""), str(form.purse.data or "")
    refund = Refund(
        part=int(part) if part.isdigit() else 0,
        amount_fen=form.amount.data or 0,
        purpose_id=int(purse),
        voucher=form.voucher.data or "",
        booked_on=form.booked_on.data,
    )
    try:
        with transaction():
            services.receive(current_actor(), reclaim.id, refund)
    except (Invalid, Conflict) as problem:
        form.refuse(problem)
        return _page(reclaim, refund_form=form), problem.status
    flash(_("退款已入账。"))
    return redirect(url_for(".show", reclaim_id=reclaim.id), 303)


@blueprint.post("/reclaims/<int:reclaim_id>/waive")
@requires("projects:reclaim:waive", load=queries.reclaim)
def waive(reclaim: Reclaim) -> Any:
    """Ask for no more of it."""
    form = ReasonForm()
    if not form.submitted():
        return _page(reclaim, waive_form=form), 422
    try:
        with transaction():
            services.waive(current_actor(), reclaim.id, form.reason.data or "")
    except (Invalid, Conflict) as problem:
        return _page(reclaim, waive_form=form, refusal=problem), problem.status
    flash(_("已免除尚未退回的部分，通知已发出。"))
    return redirect(url_for(".show", reclaim_id=reclaim.id), 303)


@blueprint.get("/bars")
@requires(READ)
def bar_index() -> str:
    """Who may not apply for the time being."""
    return _bars_page()


def _bars_page(failed: tuple[int, ReasonForm] | None = None, refusal: Any = None) -> str:
    running = request.args.get("show", "running") != "all"
    actor = current_actor()
    page = bars.bars_page(running, request.args.get("after"))
    return render_template(
        "projects/tranches/bars.html",
        page=page,
        running=running,
        may_lift={
            row.bar.id
            for row in page.items
            if row.running and can(actor, "projects:bar:lift", row.bar)
        },
        failed=failed or (0, None),
        refusal=refusal,
    )


@blueprint.post("/bars/<int:bar_id>/lift")
@requires("projects:bar:lift", load=queries.bar)
def lift(bar: GrantBar) -> Any:
    """Let the organization apply again."""
    form = ReasonForm()
    if not form.submitted():
        return _bars_page((bar.id, form)), 422
    try:
        with transaction():
            bar_services.lift(current_actor(), bar.id, form.reason.data or "")
    except (Invalid, Conflict) as problem:
        return _bars_page((bar.id, form), problem), problem.status
    flash(_("已恢复该机构的申请资格，通知已发出。"))
    return redirect(url_for(".bar_index"), 303)
