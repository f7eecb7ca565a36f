"""What the office posts for a fund by itself: interest, payouts of the principal, what is left."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template

from charity_portal.funds.forms.fund_money import AmountForm, PaperForm, ReleaseForm, SurplusForm
from charity_portal.funds.models.funds import Fund, FundPurpose
from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.funds.queries import fund_desk
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.queries.fund_desk import EntryDesk
from charity_portal.funds.services import fund_money as services
from charity_portal.funds.views.fund_pages import home
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.form_rows import options
from charity_portal.kernel.i18n import _, localized, say
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("funds_money", __name__, url_prefix="/office/funds")


@blueprint.get("/<int:fund_id>/interest")
@requires("funds:entry:post", load=queries.fund)
def interest(fund: Fund) -> str:
    """Interest that the bank credited."""
    return _page(fund, "interest", AmountForm(formdata=None))


@blueprint.post("/<int:fund_id>/interest")
@requires("funds:entry:post", load=queries.fund)
def credit_interest(fund: Fund) -> Any:
    """Record it."""
    form = AmountForm()
    return _post(
        fund,
        "interest",
        form,
        lambda: services.credit_interest(
            current_actor(),
            fund.id,
            form.amount_fen.data or 0,
            _purpose(form),
            form.cause,
            form.paper,
        ),
    )


@blueprint.get("/<int:fund_id>/pay-out")
@requires("funds:entry:allocate", load=queries.fund)
def payout(fund: Fund) -> str:
    """The year's payout of an endowed fund."""
    return _page(fund, "payout", AmountForm(formdata=None))


@blueprint.post("/<int:fund_id>/pay-out")
@requires("funds:entry:allocate", load=queries.fund)
def pay_out(fund: Fund) -> Any:
    """Move it to a purpose."""
    form = AmountForm()
    return _post(
        fund,
        "payout",
        form,
        lambda: services.pay_out(
            current_actor(),
            fund.id,
            form.amount_fen.data or 0,
            _purpose(form),
            form.cause,
            form.paper,
        ),
    )


@blueprint.get("/<int:fund_id>/release")
@requires("funds:entry:allocate", load=queries.fund)
def principal(fund: Fund) -> str:
    """The principal of a fund that is to end."""
    return _page(fund, "release", ReleaseForm(formdata=None))


@blueprint.post("/<int:fund_id>/release")
@requires("funds:entry:allocate", load=queries.fund)
def release(fund: Fund) -> Any:
    """Move all of it to a purpose."""
    form = ReleaseForm()
    return _post(
        fund,
        "release",
        form,
        lambda: services.release(current_actor(), fund.id, _purpose(form), form.cause, form.paper),
    )


@blueprint.get("/<int:fund_id>/surplus")
@requires("funds:entry:allocate", load=queries.fund)
def surplus(fund: Fund) -> str:
    """What is left, and where the agreement says that it goes."""
    return _page(fund, "surplus", SurplusForm(formdata=None))


@blueprint.post("/<int:fund_id>/surplus")
@requires("funds:entry:allocate", load=queries.fund)
def dispose(fund: Fund) -> Any:
    """Promise it; finance pays."""
    form = SurplusForm()
    return _post(
        fund,
        "surplus",
        form,
        lambda: services.dispose(
            current_actor(),
            fund.id,
            form.amount_fen.data or 0,
            _purpose(form),
            form.cause,
            form.paper,
            form.payee_id,
            bool(form.goods.data),
        ),
    )


@blueprint.get("/entries/<int:entry_id>/pay")
@requires("funds:entry:post", load=fund_desk.surplus_promise)
def payment(promise: EntryDesk) -> str:
    """What was promised of what is left, to be paid."""
    return _pay_page(promise, PaperForm(formdata=None))


@blueprint.post("/entries/<int:entry_id>/pay")
@requires("funds:entry:post", load=fund_desk.surplus_promise)
def settle(promise: EntryDesk) -> Any:
    """Pay it in full."""
    form = PaperForm()
    fund_id = promise.fund.id
    if not form.submitted():
        return _pay_page(promise, form), 422
    try:
        with transaction():
            services.settle(current_actor(), promise.entry.id, form.paper)
    except PortalError as problem:
        form.refuse(problem)
        return _pay_page(promise, form), problem.status
    flash(_("已记账。"))
    return redirect(home(current_actor(), fund_id), 303)


def _pay_page(promise: EntryDesk, form: PaperForm) -> str:
    fund = queries.fund(promise.entry.fund_id)
    found = fund_desk.surplus_promise(promise.entry.id)
    assert fund is not None and found is not None
    url = home(current_actor(), fund.id)
    return render_template(
        "funds/office/pay.html", fund=fund, entry=found.entry, form=form, home=url
    )


def _post(fund: Fund, kind: str, form: PaperForm, step: Callable[[], LedgerEntry]) -> Any:
    """Post once, or show the form again with everything that was typed."""
    _offer(fund.id, form)
    if not form.submitted():
        return _page(fund, kind, form), 422
    try:
        with transaction():
            step()
    except PortalError as problem:
        form.refuse(problem)
        return _page(fund, kind, form), problem.status
    flash(_("已记账。"))
    return redirect(home(current_actor(), fund.id), 303)


def _page(fund: Fund, kind: str, form: PaperForm) -> str:
    row = queries.fund(fund.id)
    assert row is not None
    purposes = _offer(row.id, form)
    return render_template(
        "funds/office/post.html",
        fund=row,
        kind=kind,
        form=form,
        desk=fund_desk.desk(row),
        purposes=purposes,
        home=home(current_actor(), row.id),
    )


def _offer(fund_id: int, form: Any) -> Sequence[FundPurpose]:
    """Give the form the purposes to choose from: interest may swell the principal, nothing else
    goes there by hand."""
    purposes = [p for p in queries.purposes(fund_id) if p.spendable or type(form) is AmountForm]
    if "purpose_id" in form:
        words = {str(p.id): localized(p, "title") for p in purposes}
        form.purpose_id.choices = options(words, say("请选择") if len(words) > 1 else None)
    return purposes


def _purpose(form: Any) -> int:
    return int(form.purpose_id.data)
