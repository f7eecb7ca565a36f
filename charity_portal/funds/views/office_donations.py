"""Donations in the office: recorded, corrected, given back, listed and taken away as a table."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from charity_portal.funds.forms.donations import (
    CorrectionForm,
    DonationFilterForm,
    DonationForm,
    FundChoice,
    ReasonForm,
)
from charity_portal.funds.models.donations import Donation
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.queries import bank, funds, naming
from charity_portal.funds.queries import donations as queries
from charity_portal.funds.rules.accounts import INCOME_SOURCES
from charity_portal.funds.rules.giving import FORMS, NAMINGS, VALUATIONS
from charity_portal.funds.services import donations as services
from charity_portal.funds.services import papers
from charity_portal.funds.services.papers import Order
from charity_portal.funds.views.donation_tables import COLUMNS, rows
from charity_portal.funds.views.donor_pages import (
    DONATION_TONES,
    fresh_cause,
    on_donor_fields,
    refused,
    shown,
    table_file,
)
from charity_portal.kernel import clock, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Invalid, PortalError, WrongState
from charity_portal.kernel.i18n import _, language, say
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.kernel.tables import write_csv, write_xlsx

blueprint = Blueprint("funds_donations", __name__, url_prefix="/office/donations")
navigation.add("office", "funds_donations.index", say("捐赠登记"), "funds:donation:list", order=420)


@blueprint.get("")
@requires("funds:donation:list")
def index() -> str:
    """All donations, the latest first, donors masked."""
    form = DonationFilterForm(request.args)
    donor_id = request.args.get("donor", type=int)
    wanted = form.wanted(donor_id)
    kept = form.kept() | ({"donor": str(donor_id)} if donor_id else {})
    page = queries.donations_page(wanted, request.args.get("after"))
    return render_template(
        "funds/donations/index.html",
        page=page,
        form=form,
        kept=kept,
        totals=queries.totals(wanted),
        names={row.id: shown(row.donor) for row in page.items},
        forms=FORMS,
        machine=Donation.MACHINE,
        tones=DONATION_TONES,
    )


@blueprint.get("/donations.<any(xlsx, csv):kind>")
@requires("funds:donation:list")
def table(kind: str) -> Response:
    """The list as a table, donors masked."""
    form = DonationFilterForm(request.args)
    found = rows(form.wanted(request.args.get("donor", type=int)))
    title = _("捐赠清单")
    if kind == "csv":
        return table_file(b"".join(write_csv(COLUMNS, found)), title, kind)
    return table_file(write_xlsx(title, COLUMNS, found), title, kind)


@blueprint.get("/new")
@requires("funds:donation:record")
def new() -> Any:
    """The form for a gift; first to which fund."""
    pledge = queries.pledge(request.args.get("pledge", 0, type=int))
    line = bank.line(request.args.get("line", 0, type=int))
    fund_id = pledge.fund_id if pledge else request.args.get("fund", 0, type=int)
    fund = funds.fund(fund_id)
    if fund is None:
        form = FundChoice(request.args)
        return render_template("funds/donations/choose.html", form=form, line=line)
    blank = DonationForm(formdata=None)
    blank.offer(fund.id)
    blank.cause.data = fresh_cause()
    blank.received_on.data = clock.today()
    if pledge is not None:
        _prefill(blank, pledge.amount_fen - queries.received(pledge.id))
        blank.pledge_id.data, blank.purpose_id.data = str(pledge.id), str(pledge.purpose_id)
        blank.campaign_id.data = str(pledge.campaign_id or "")
        blank.income_source.data, blank.naming.data = pledge.income_source, pledge.naming
        blank.donor_text.data, blank.public_name.data = pledge.donor.number, pledge.public_name
    if line is not None and line.amount_fen > 0:
        _prefill(blank, line.amount_fen)
        blank.received_on.data = line.booked_on
        if can(current_actor(), "funds:bank:read"):
            blank.donor_choice.data = "new"
            blank.donor_name.data = line.counterparty
    return _form(fund, blank)


def _prefill(form: DonationForm, amount_fen: int) -> None:
    form.amount_fen.data = max(amount_fen, 0) or None
    form.form.data = "bank"


def _form(fund: Fund, form: DonationForm) -> str:
    return render_template("funds/donations/new.html", fund=fund, form=form)


@blueprint.post("/new")
@requires("funds:donation:record")
def create() -> Any:
    """Record a gift; the same filled form sent twice leads to the same gift."""
    fund = funds.fund(request.args.get("fund", 0, type=int))
    if fund is None:
        return redirect(url_for(".new"), 303)
    form = DonationForm()
    form.offer(fund.id)
    form.cause.data = form.cause.data or fresh_cause()
    known = queries.by_cause(f"form:{form.cause.data}")
    if known is not None:
        return redirect(url_for(".show", donation_id=known.id), 303)
    if not form.submitted():
        return _form(fund, form), 422
    try:
        gift = form.gift(fund.id)
        with transaction():
            donation = services.record(current_actor(), gift)
    except Invalid as problem:
        status = refused(form, on_donor_fields(problem))
        return _form(fund, form), status
    except PortalError as problem:
        form.refuse(problem)
        return _form(fund, form), problem.status
    flash(_("已登记捐赠 %(number)s 并记账。", number=donation.number))
    return redirect(url_for(".show", donation_id=donation.id), 303)


@blueprint.get("/<int:donation_id>")
@requires("funds:donation:list", load=queries.donation)
def show(donation: Donation) -> str:
    """One gift: what the office knows of it, and how everybody sees it."""
    return _page(donation)


def _page(
    donation: Donation,
    correct_form: CorrectionForm | None = None,
    back_form: ReasonForm | None = None,
) -> str:
    if correct_form is None:
        correct_form = CorrectionForm(formdata=None)
        correct_form.tell(donation)
    return render_template(
        "funds/donations/show.html",
        donation=donation,
        name=shown(donation.donor),
        public_name=naming.public_names([donation])[donation.id],
        steps={t.action for t in Donation.MACHINE.actions(current_actor(), donation)},
        machine=Donation.MACHINE,
        tones=DONATION_TONES,
        forms=FORMS,
        namings=NAMINGS,
        valuations=VALUATIONS,
        sources=INCOME_SOURCES,
        correct_form=correct_form,
        back_form=back_form or ReasonForm(formdata=None, prefix="back"),
    )


@blueprint.post("/<int:donation_id>/correct")
@requires("funds:donation:edit", load=queries.donation)
def correct(donation: Donation) -> Any:
    """Put naming and receipt right."""
    form = CorrectionForm()
    if not form.submitted():
        return _page(donation, correct_form=form), 422
    rev = int(form.rev.data) if (form.rev.data or "").isdigit() else -1
    try:
        with transaction():
            services.correct(current_actor(), donation.id, form.correction(), rev)
    except (Invalid, Conflict) as problem:
        form.refuse(problem)
        return _page(donation, correct_form=form), problem.status
    flash(_("已保存，公开页面即时生效。"))
    return redirect(url_for(".show", donation_id=donation.id), 303)


@blueprint.post("/<int:donation_id>/give-back")
@requires("funds:donation:give-back", load=queries.donation)
def give_back(donation: Donation) -> Any:
    """Note that the gift was returned, and take its entry back."""
    form = ReasonForm(prefix="back")
    if not form.submitted():
        return _page(donation, back_form=form), 422
    try:
        with transaction():
            services.give_back(current_actor(), donation.id, form.reason.data or "")
    except PortalError as problem:
        form.refuse(problem)
        return _page(donation, back_form=form), problem.status
    flash(_("已退回，原账目已经冲销。"))
    return redirect(url_for(".show", donation_id=donation.id), 303)


@blueprint.post("/<int:donation_id>/certificate")
@requires("funds:paper:make", load=queries.donation)
def certificate(donation: Donation) -> Any:
    """Have a certificate made for the donor of a gift that was kept."""
    if donation.donor_id is None or donation.state != "received":
        raise WrongState(say("没有登记捐赠人或者已经退回的捐赠，不出具证书。"))
    order = Order("certificate", language(), donation_id=donation.id)
    with transaction():
        _paper, job = papers.ask(current_actor(), order)
    return redirect(url_for("jobs.show", job_id=job.id), 303)
