"""Promises of donors in the office: written down, amended, kept, cancelled."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.funds.forms.donations import (
    AmendForm,
    FundChoice,
    PledgeFilter,
    PledgeForm,
    ReasonForm,
)
from charity_portal.funds.models.donations import Donation, Pledge
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.queries import donations as queries
from charity_portal.funds.queries import funds
from charity_portal.funds.rules.accounts import INCOME_SOURCES
from charity_portal.funds.rules.giving import NAMINGS
from charity_portal.funds.services import pledges as services
from charity_portal.funds.views.donor_pages import DONATION_TONES, PLEDGE_TONES, refused, shown
from charity_portal.kernel import clock, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid, PortalError
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("funds_pledges", __name__, url_prefix="/office/pledges")
navigation.add("office", "funds_pledges.index", say("认捐登记"), "funds:donation:list", order=428)


@blueprint.get("")
@requires("funds:donation:list")
def index() -> str:
    """All promises, those due first first."""
    form = PledgeFilter(request.args)
    state = form.state.data if form.state.data in Pledge.MACHINE.states else ""
    overdue = bool(form.overdue.data)
    kept = {"fund": form.fund.data, "state": state, "overdue": "y" if overdue else ""}
    page = queries.pledges_page(
        fund_id=form.fund_id,
        state=state,
        due_before=clock.today() if overdue else None,
        after=request.args.get("after"),
    )
    return render_template(
        "funds/pledges/index.html",
        page=page,
        form=form,
        kept={name: value for name, value in kept.items() if value},
        received=queries.received_for([pledge.id for pledge in page.items]),
        names={pledge.id: shown(pledge.donor) for pledge in page.items},
        machine=Pledge.MACHINE,
        tones=PLEDGE_TONES,
        today=clock.today(),
    )


@blueprint.get("/new")
@requires("funds:pledge:edit")
def new() -> str:
    """The form for a promise; first to which fund."""
    fund = funds.fund(request.args.get("fund", 0, type=int))
    if fund is None:
        return render_template("funds/pledges/choose.html", form=FundChoice(request.args))
    form = PledgeForm(formdata=None)
    form.offer(fund.id)
    donor = queries.donor(request.args.get("donor", 0, type=int))
    form.donor_text.data = donor.number if donor is not None else None
    return _form(fund, form)


def _form(fund: Fund, form: PledgeForm) -> str:
    return render_template("funds/pledges/new.html", fund=fund, form=form)


@blueprint.post("/new")
@requires("funds:pledge:edit")
def create() -> Any:
    """Write a promise down."""
    fund = funds.fund(request.args.get("fund", 0, type=int))
    if fund is None:
        return redirect(url_for(".new"), 303)
    form = PledgeForm()
    form.offer(fund.id)
    if not form.submitted():
        return _form(fund, form), 422
    try:
        promise = form.promise(fund.id)
        with transaction():
            pledge = services.pledge(current_actor(), promise)
    except Invalid as problem:
        status = refused(form, problem)
        return _form(fund, form), status
    flash(_("已登记认捐 %(number)s。", number=pledge.number))
    return redirect(url_for(".show", pledge_id=pledge.id), 303)


@blueprint.get("/<int:pledge_id>")
@requires("funds:donation:list", load=queries.pledge)
def show(pledge: Pledge) -> str:
    """One promise, and what has arrived for it."""
    return _page(pledge)


def _page(
    pledge: Pledge, amend_form: AmendForm | None = None, cancel_form: ReasonForm | None = None
) -> str:
    if amend_form is None:
        amend_form = AmendForm(formdata=None, prefix="amend")
        amend_form.amount_fen.data, amend_form.due_on.data = pledge.amount_fen, pledge.due_on
    return render_template(
        "funds/pledges/show.html",
        pledge=pledge,
        name=shown(pledge.donor),
        gifts=queries.gifts_for(pledge.id),
        received=queries.received(pledge.id),
        late=pledge.state == "open" and pledge.due_on < clock.today(),
        steps={t.action for t in Pledge.MACHINE.actions(current_actor(), pledge)},
        machine=Pledge.MACHINE,
        tones=PLEDGE_TONES,
        gift_machine=Donation.MACHINE,
        gift_tones=DONATION_TONES,
        namings=NAMINGS,
        sources=INCOME_SOURCES,
        amend_form=amend_form,
        cancel_form=cancel_form or ReasonForm(formdata=None, prefix="cancel"),
    )


@blueprint.post("/<int:pledge_id>/amend")
@requires("funds:pledge:edit", load=queries.pledge)
def amend(pledge: Pledge) -> Any:
    """Change what an open promise is over and when it is due."""
    form = AmendForm(prefix="amend")
    if not form.submitted():
        return _page(pledge, amend_form=form), 422
    try:
        with transaction():
            services.amend(current_actor(), pledge.id, form.amount_fen.data or 0, form.due_on.data)
    except PortalError as problem:
        form.refuse(problem)
        return _page(pledge, amend_form=form), problem.status
    flash(_("已保存。"))
    return redirect(url_for(".show", pledge_id=pledge.id), 303)


@blueprint.post("/<int:pledge_id>/cancel")
@requires("funds:pledge:edit", load=queries.pledge)
def cancel(pledge: Pledge) -> Any:
    """Note that a promise will not be kept."""
    form = ReasonForm(prefix="cancel")
    if not form.submitted():
        return _page(pledge, cancel_form=form), 422
    try:
        with transaction():
            services.cancel(current_actor(), pledge.id, form.reason.data or "")
    except PortalError as problem:
        form.refuse(problem)
        return _page(pledge, cancel_form=form), problem.status
    flash(_("认捐已取消。"))
    return redirect(url_for(".show", pledge_id=pledge.id), 303)
