"""Funds in the office: the register, a new fund, its page, its agreement, people and purposes."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from charity_portal.funds.errors import FundUnfit
from charity_portal.funds.forms.fund_rows import InstalmentRow, MemberRow, PurposeRow, without_blank
from charity_portal.funds.forms.funds import (
    AmendForm,
    NewFundForm,
    PeopleForm,
    PurposeForm,
    ReasonForm,
    RegisterFilter,
    people_shown,
    seats,
    terms_shown,
)
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.queries import fund_desk, ledger
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.queries.idle import idle_funds
from charity_portal.funds.rules import amending
from charity_portal.funds.rules.accounts import USES
from charity_portal.funds.rules.establishing import KINDS, NATURES, SEATS, Agreement
from charity_portal.funds.services import amending as amendments
from charity_portal.funds.services import funds as services
from charity_portal.funds.services.amending import Amendment
from charity_portal.funds.views.fund_pages import COLUMNS, TONES, link, register_rows
from charity_portal.kernel import navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.form_rows import options, rearranged
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.organizations import queries as organizations

blueprint = Blueprint("funds_office", __name__, url_prefix="/office/funds")
navigation.add("office", "funds_office.index", say("基金登记"), "funds:register:list", order=400)

BLANKS = {"purposes": PurposeRow, "instalments": InstalmentRow, "members": MemberRow}
FIRST_SEATS = ("chair", "member", "member", "member", "member", "supervisor")


@blueprint.get("")
@requires("funds:register:list")
def index() -> str:
    """The register: every fund with what it has."""
    form, wanted = _search()
    found = queries.register_page(after=request.args.get("after"), **wanted)
    return render_template(
        "funds/office/index.html",
        page=found,
        form=form,
        kept={name: request.args[name] for name in form.data if request.args.get(name)},
        balances=ledger.balances(fund.id for fund in found.items),
        hosts=queries.hosts(),
        idle={found.fund.id for found in idle_funds()},
        kinds=KINDS,
        tones=TONES,
    )


@blueprint.get("/export")
@requires("funds:register:list")
def export() -> Response:
    """The register as the list shows it, all of it, as a file."""
    _form, wanted = _search()
    rows = register_rows(queries.everything(**wanted), queries.hosts())
    return table_file(_("基金登记"), COLUMNS, rows, request.args.get("format", "xlsx"))


def _search() -> tuple[RegisterFilter, dict[str, Any]]:
    """The filter form, and what it asks for."""
    form = RegisterFilter(request.args)
    hosts = {str(key): name for key, name in queries.hosts().items()}
    form.host.choices = options(hosts, say("全部"))
    host = form.host.data or ""
    return form, {
        "host_id": int(host) if host.isdigit() else None,
        "kind": form.kind.data or "",
        "state": form.state.data or "",
        "text": form.text.data or "",
    }


@blueprint.get("/new")
@requires("funds:fund:open")
def new() -> str:
    """The agreement as an empty form, with the seats that the smallest committee has."""
    form = NewFundForm(
        formdata=None,
        data={"purposes": [{}], "members": [{"seat": seat} for seat in FIRST_SEATS]},
    )
    return _new_page(form)


@blueprint.post("/new")
@requires("funds:fund:open")
def create() -> Any:
    """Open the fund; a button of a row moves that row first."""
    step = request.form.get("do", "")
    form = NewFundForm(formdata=_rearranged(NewFundForm.UNITS, step))
    _offer_hosts(form)
    if step.partition(":")[0] in NewFundForm.UNITS:
        return _new_page(form)
    if not form.validate():
        return _new_page(form), 422
    try:
        with transaction():
            fund = services.open_fund(current_actor(), form.agreement())
    except PortalError as problem:
        _refuse(form, problem)
        return _new_page(form), problem.status
    flash(_("已登记基金 %(number)s。具备条件后即可启动。", number=fund.number))
    return redirect(url_for(".show", fund_id=fund.id), 303)


def _rearranged(units: tuple[str, ...], step: str) -> MultiDict[str, str]:
    """What was posted: one step taken, or, when it is to be kept, without rows left empty."""
    moved = rearranged(request.form, step, units)
    return moved if step.partition(":")[0] in units else without_blank(moved)


def _refuse(form: Any, problem: PortalError) -> None:
    """Show a refusal; of a fund that is unfit everything that stands in the way."""
    if isinstance(problem, FundUnfit):
        form.form_errors.extend(map(str, problem.problems))
    else:
        form.refuse(problem)


def _offer_hosts(form: NewFundForm) -> None:
    hosts = sorted(queries.eligible_hosts().items(), key=lambda pair: pair[1])
    form.host_id.choices = options({str(k): v for k, v in hosts}, say("请选择"))


def _new_page(form: NewFundForm) -> str:
    _offer_hosts(form)
    return render_template("funds/office/new.html", form=form, blanks=_blanks(form.UNITS))


def _blanks(units: tuple[str, ...]) -> dict[str, Any]:
    """An empty row of each unit, for the script that adds rows."""
    return {unit: BLANKS[unit](formdata=None, prefix=f"{unit}-__n__-") for unit in units}


@blueprint.get("/<int:fund_id>")
@requires("funds:register:list", load=queries.fund)
def show(fund: Fund) -> str:
    """One fund at a glance."""
    return show_page(fund)


def show_page(fund: Fund, **forms: Any) -> str:
    """The page of a fund; `forms` are those of steps that were refused."""
    desk = fund_desk.desk(fund)
    steps = {t.action: t for t in Fund.MACHINE.actions(current_actor(), fund)}
    reasons = {
        action: forms.get(action) or ReasonForm(prefix=action, formdata=None)
        for action in ("suspend", "resume", "end")
    }
    return render_template(
        "funds/office/show.html",
        fund=fund,
        desk=desk,
        actions=steps,
        reasons=reasons,
        problems=forms.get("problems", []),
        events=fund_desk.history(fund),
        papers=queries.amendments(fund.id),
        terms=amending,
        kinds=KINDS,
        natures=NATURES,
        seats=SEATS,
        uses=USES,
        tones=TONES,
        places=_places(fund),
    )


def _places(fund: Fund) -> list[tuple[str, str]]:
    """Where the work of other parts on this fund is done, as far as they are there."""
    found = [
        (_("公开页面"), link("funds_public.show", number=fund.number)),
        (_("资金使用申请"), link("funds_spending.index", fund=fund.id)),
        (_("各笔捐赠"), link("funds_donations.index", fund=fund.id)),
        (_("各笔认捐"), link("funds_pledges.index", fund=fund.id)),
        (_("筹款活动"), link("funds_campaigns.index", fund=fund.id)),
        (_("收支表"), link("funds_public.statement", number=fund.number)),
    ]
    return [(word, url) for word, url in found if url is not None]


@blueprint.get("/<int:fund_id>/edit")
@requires("funds:fund:edit", load=queries.fund)
def edit(fund: Fund) -> Any:
    """The terms of the agreement."""
    if fund.state == "ended":
        return redirect(url_for(".show", fund_id=fund.id), 303)
    agreement = queries.agreement(fund)
    form = AmendForm(formdata=None, data=terms_shown(agreement, _codes(agreement)))
    form.base.data = amending.print_of(agreement)
    return _edit_page(fund, form)


def _codes(agreement: Agreement) -> dict[int, str]:
    """The code of the organization that initiated a fund."""
    if agreement.initiator_id is None:
        return {}
    profile = organizations.profile(agreement.initiator_id)
    return {agreement.initiator_id: (profile.uscc or "") if profile else ""}


@blueprint.post("/<int:fund_id>/edit")
@requires("funds:fund:edit", load=queries.fund)
def save(fund: Fund) -> Any:
    """Keep the new terms."""
    step = request.form.get("do", "")
    form = AmendForm(formdata=_rearranged(AmendForm.UNITS, step))
    if step.partition(":")[0] in AmendForm.UNITS:
        return _edit_page(fund, form)
    if not form.validate():
        return _edit_page(fund, form), 422
    paper = Amendment(form.amendment_number.data or "", form.amended_on.data)
    try:
        with transaction():
            changed = amendments.amend(
                current_actor(), fund.id, _terms(fund.id, form), str(form.base.data or ""), paper
            )
    except PortalError as problem:
        form.refuse(problem)
        return _edit_page(fund, form), problem.status
    flash(_("已保存。") if changed else _("内容没有变化。"))
    return redirect(url_for(".show", fund_id=fund.id), 303)


def _terms(fund_id: int, form: AmendForm) -> Agreement:
    """The agreement with what was typed; what cannot change any more stays as it is."""
    row = queries.fund(fund_id)
    assert row is not None
    known = queries.agreement(row)
    given = form.terms()
    if row.state == "draft":
        given["kind"] = form.kind.data or known.kind
        given["agreement_number"] = form.agreement_number.data or ""
        given["signed_on"] = form.signed_on.data or known.signed_on
    return amending.with_terms(known, given)


def _edit_page(fund: Fund, form: AmendForm) -> str:
    row = queries.fund(fund.id)
    assert row is not None
    return render_template(
        "funds/office/edit.html",
        fund=row,
        form=form,
        living=row.state != "draft",
        blanks=_blanks(form.UNITS),
    )


@blueprint.get("/<int:fund_id>/people")
@requires("funds:fund:edit", load=queries.fund)
def people(fund: Fund) -> Any:
    """Who runs and who supervises it."""
    if fund.state == "ended":
        return redirect(url_for(".show", fund_id=fund.id), 303)
    members = tuple(queries.members(fund.id))
    return _people_page(fund, PeopleForm(formdata=None, data={"members": people_shown(members)}))


@blueprint.post("/<int:fund_id>/people")
@requires("funds:fund:edit", load=queries.fund)
def seat(fund: Fund) -> Any:
    """Keep the seats; whoever is not named leaves today."""
    step = request.form.get("do", "")
    form = PeopleForm(formdata=_rearranged(PeopleForm.UNITS, step))
    if step.partition(":")[0] in PeopleForm.UNITS:
        return _people_page(fund, form)
    if not form.validate():
        return _people_page(fund, form), 422
    try:
        with transaction():
            services.seat(current_actor(), fund.id, seats(form.members))
    except PortalError as problem:
        _refuse(form, problem)
        return _people_page(fund, form), problem.status
    flash(_("已保存。"))
    return redirect(url_for(".show", fund_id=fund.id, _anchor="people"), 303)


def _people_page(fund: Fund, form: PeopleForm) -> str:
    row = queries.fund(fund.id)
    blanks = _blanks(form.UNITS)
    return render_template("funds/office/people.html", fund=row, form=form, blanks=blanks)


@blueprint.get("/<int:fund_id>/purposes/new")
@requires("funds:fund:edit", load=queries.fund)
def new_purpose(fund: Fund) -> Any:
    """One more thing that the money is for."""
    if fund.state == "ended":
        return redirect(url_for(".show", fund_id=fund.id), 303)
    return _purpose_page(fund, PurposeForm(formdata=None))


@blueprint.post("/<int:fund_id>/purposes/new")
@requires("funds:fund:edit", load=queries.fund)
def add_purpose(fund: Fund) -> Any:
    """Open it."""
    form = PurposeForm()
    if not form.submitted():
        return _purpose_page(fund, form), 422
    try:
        with transaction():
            services.add_purpose(current_actor(), fund.id, form.purpose())
    except PortalError as problem:
        form.refuse(problem)
        return _purpose_page(fund, form), problem.status
    flash(_("已增加资金用途。"))
    return redirect(url_for(".show", fund_id=fund.id, _anchor="purposes"), 303)


def _purpose_page(fund: Fund, form: PurposeForm) -> str:
    row = queries.fund(fund.id)
    assert row is not None
    known = queries.purposes(row.id)
    return render_template("funds/office/purpose.html", fund=row, form=form, purposes=known)
