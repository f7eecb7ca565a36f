"""Donors in the office: masked until somebody says why they need to see one."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.funds.forms.donations import (
    DonorFilter,
    DonorForm,
    PeriodForm,
    ReasonForm,
    SearchForm,
)
from charity_portal.funds.models.donations import Donation, Donor, Pledge
from charity_portal.funds.queries import donations as queries
from charity_portal.funds.queries.donations import DonationFilter
from charity_portal.funds.rules.giving import DONOR_KINDS, FORMS
from charity_portal.funds.services import donors as services
from charity_portal.funds.services import papers
from charity_portal.funds.services.papers import Order
from charity_portal.funds.views.donor_pages import (
    DONATION_TONES,
    PLEDGE_TONES,
    masked,
    refused,
    shown,
    whole,
)
from charity_portal.kernel import navigation
from charity_portal.kernel.database import Page, transaction
from charity_portal.kernel.errors import Conflict, Invalid
from charity_portal.kernel.i18n import _, language, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.organizations import queries as organizations

blueprint = Blueprint("funds_donors", __name__, url_prefix="/office/donors")
navigation.add("office", "funds_donors.index", say("捐赠人名册"), "funds:donor:list", order=425)


@blueprint.get("")
@requires("funds:donor:list")
def index() -> str:
    """All donors, masked."""
    form = DonorFilter(request.args)
    kind = form.kind.data if form.kind.data in DONOR_KINDS else ""
    return _list(queries.donors_page(kind, after=request.args.get("after")), SearchForm(), form)


@blueprint.post("/search")
@requires("funds:donor:list")
def search() -> Any:
    """Who has exactly this name, number, telephone or code; sent in the body, not in the address."""
    form = SearchForm()
    if not form.submitted():
        return _list(Page([], None, first=True), form), 422
    found = queries.find_donors(form.text.data or "", limit=50)
    return _list(Page(found, None, first=True), form, searched=True)


def _list(
    page: Page[Donor],
    search_form: SearchForm,
    form: DonorFilter | None = None,
    searched: bool = False,
) -> str:
    return render_template(
        "funds/donors/index.html",
        page=page,
        form=form or DonorFilter(request.args),
        search=search_form,
        searched=searched,
        kinds=DONOR_KINDS,
        masked={donor.id: masked(donor) for donor in page.items},
    )


@blueprint.get("/new")
@requires("funds:donor:edit")
def new() -> str:
    """The form for a new donor."""
    return render_template("funds/donors/edit.html", form=DonorForm(), donor=None)


@blueprint.post("/new")
@requires("funds:donor:edit")
def create() -> Any:
    """Record a donor."""
    form = DonorForm()
    if not form.submitted():
        return render_template("funds/donors/edit.html", form=form, donor=None), 422
    try:
        with transaction():
            donor = services.add(current_actor(), form.facts())
    except Invalid as problem:
        status = refused(form, problem)
        return render_template("funds/donors/edit.html", form=form, donor=None), status
    flash(_("已登记捐赠人 %(number)s。", number=donor.number))
    return redirect(url_for(".show", donor_id=donor.id), 303)


@blueprint.get("/<int:donor_id>")
@requires("funds:donor:list", load=queries.donor)
def show(donor: Donor) -> str:
    """One donor: what was given and promised; details masked."""
    return _page(donor)


def _page(
    donor: Donor,
    details: dict[str, str | None] | None = None,
    reveal_form: ReasonForm | None = None,
    refusal_form: ReasonForm | None = None,
    period_form: PeriodForm | None = None,
) -> str:
    filters = DonationFilter(donor_id=donor.id)
    pledges = queries.pledges_page(donor_id=donor.id)
    linked = organizations.names([donor.organization_id]) if donor.organization_id else {}
    return render_template(
        "funds/donors/show.html",
        donor=donor,
        kinds=DONOR_KINDS,
        forms=FORMS,
        name=shown(donor),
        details=details or masked(donor),
        revealed=details is not None,
        organization=linked.get(donor.organization_id or 0),
        page=queries.donations_page(filters, request.args.get("after"), size=20),
        totals=queries.totals(filters),
        pledges=pledges.items,
        kept=queries.received_for([pledge.id for pledge in pledges.items]),
        machine=Donation.MACHINE,
        pledge_machine=Pledge.MACHINE,
        tones=DONATION_TONES,
        pledge_tones=PLEDGE_TONES,
        reveal_form=reveal_form or ReasonForm(formdata=None, prefix="reveal"),
        period_form=period_form or PeriodForm(formdata=None, prefix="period"),
        refusal_form=refusal_form or ReasonForm(formdata=None, prefix="refusal"),
    )


@blueprint.get("/<int:donor_id>/edit")
@requires("funds:donor:edit", load=queries.donor)
def edit(donor: Donor) -> str:
    """Ask why, before the details are shown in a form."""
    form = ReasonForm(formdata=None)
    return render_template("funds/donors/ask.html", form=form, donor=donor, name=shown(donor))


@blueprint.post("/<int:donor_id>/edit")
@requires("funds:donor:edit", load=queries.donor)
def open_form(donor: Donor) -> Any:
    """The form with the details, once the reason is kept."""
    asked = ReasonForm()
    try:
        if not asked.submitted():
            raise Invalid
        with transaction():
            donor = services.reveal(current_actor(), donor.id, asked.reason.data or "")
    except Invalid as problem:
        status = refused(asked, problem) if asked.submitted() else 422
        page = render_template("funds/donors/ask.html", form=asked, donor=donor, name=shown(donor))
        return page, status
    form = DonorForm(formdata=None)
    form.tell(donor)
    return render_template("funds/donors/edit.html", form=form, donor=donor)


@blueprint.post("/<int:donor_id>/save")
@requires("funds:donor:edit", load=queries.donor)
def save(donor: Donor) -> Any:
    """Correct what is recorded."""
    form = DonorForm()
    if not form.submitted():
        return render_template("funds/donors/edit.html", form=form, donor=donor), 422
    rev = int(form.rev.data) if (form.rev.data or "").isdigit() else -1
    try:
        with transaction():
            services.edit(current_actor(), donor.id, form.facts(), rev)
    except (Invalid, Conflict) as problem:
        form.refuse(problem)
        return render_template("funds/donors/edit.html", form=form, donor=donor), problem.status
    flash(_("已保存。"))
    return redirect(url_for(".show", donor_id=donor.id), 303)


@blueprint.post("/<int:donor_id>/reveal")
@requires("funds:donor:reveal", load=queries.donor)
def reveal(donor: Donor) -> Any:
    """Show the details once; the trail keeps who looked, and why."""
    form = ReasonForm(prefix="reveal")
    if not form.submitted():
        return _page(donor, reveal_form=form), 422
    try:
        with transaction():
            donor = services.reveal(current_actor(), donor.id, form.reason.data or "")
    except Invalid as problem:
        status = refused(form, problem)
        return _page(donor, reveal_form=form), status
    return _page(donor, details=whole(donor))


@blueprint.post("/<int:donor_id>/refusal")
@requires("funds:donor:edit", load=queries.donor)
def refusal(donor: Donor) -> Any:
    """Record that the donor refuses to be named, or no longer does."""
    form = ReasonForm(prefix="refusal")
    if not form.submitted():
        return _page(donor, refusal_form=form), 422
    step = services.withdraw_refusal if donor.refuses_naming else services.refuse_naming
    try:
        with transaction():
            step(current_actor(), donor.id, form.reason.data or "")
    except Invalid as problem:
        status = refused(form, problem)
        return _page(donor, refusal_form=form), status
    flash(_("已记录，公开页面即时生效。"))
    return redirect(url_for(".show", donor_id=donor.id), 303)


@blueprint.post("/<int:donor_id>/statement")
@requires("funds:paper:make", load=queries.donor)
def statement(donor: Donor) -> Any:
    """Have a statement made of what the donor gave in a period."""
    form = PeriodForm(prefix="period")
    if not form.submitted():
        return _page(donor, period_form=form), 422
    order = Order(
        "donor_statement",
        language(),
        donor_id=donor.id,
        since=form.since.data,
        until=form.until.data,
    )
    try:
        with transaction():
            _paper, job = papers.ask(current_actor(), order)
    except Invalid as problem:
        status = refused(form, problem)
        return _page(donor, period_form=form), status
    return redirect(url_for("jobs.show", job_id=job.id), 303)
