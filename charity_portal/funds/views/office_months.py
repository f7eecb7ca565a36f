"""Closing the months of each hosting charity's book."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from charity_portal.funds.forms.fund_money import CloseMonthForm
from charity_portal.funds.models.ledger import LedgerBook
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.queries import months
from charity_portal.funds.services import months as services
from charity_portal.funds.views.fund_pages import link
from charity_portal.kernel import navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("funds_months", __name__, url_prefix="/office/months")
navigation.add("office", "funds_months.index", say("结账"), "funds:month:see", order=450)


@dataclass(frozen=True)
class Waiting:
    """A month of a charity's book that somebody means to close."""

    host_id: int
    month: date


def _waiting(host_id: int, month: str) -> Waiting | None:
    """The book is there and the address names a month."""
    try:
        day = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    return Waiting(host_id, day) if queries.book(host_id) is not None else None


@blueprint.get("")
@requires("funds:month:see")
def index() -> str:
    """The hosting charities and what waits to be closed."""
    return render_template("funds/months/index.html", books=months.books(queries.hosts()))


@blueprint.get("/<int:host_id>")
@requires("funds:month:read", load=queries.book)
def show(book: LedgerBook) -> str:
    """The months of one charity."""
    return render_template(
        "funds/months/show.html",
        book=book,
        host_name=queries.hosts()[book.host_id],
        months=months.months(book.host_id),
        unpaid_fen=months.unpaid(book.host_id),
        bank_url=link("funds_bank.index", host=book.host_id),
    )


@blueprint.get("/<int:host_id>/<month>/close")
@requires("funds:month:close", load=_waiting)
def ask(waiting: Waiting) -> str:
    """What closing means, what is open, and the question."""
    return _page(waiting, CloseMonthForm(waiting.month, formdata=None))


@blueprint.post("/<int:host_id>/<month>/close")
@requires("funds:month:close", load=_waiting)
def close(waiting: Waiting) -> Any:
    """Close it and all before it."""
    form = CloseMonthForm(waiting.month)
    if not form.submitted():
        return _page(waiting, form), 422
    try:
        with transaction():
            services.close_month(current_actor(), waiting.host_id, waiting.month)
    except PortalError as problem:
        form.refuse(problem)
        return _page(waiting, form), problem.status
    flash(_("%(month)s 已结账。", month=form.wanted))
    return redirect(url_for(".show", host_id=waiting.host_id), 303)


def _page(waiting: Waiting, form: CloseMonthForm) -> str:
    return render_template(
        "funds/months/close.html",
        waiting=waiting,
        host_name=queries.hosts()[waiting.host_id],
        closes=[
            m for m in months.months(waiting.host_id) if m.month <= waiting.month and not m.closed
        ],
        unpaid_fen=months.unpaid(waiting.host_id),
        form=form,
    )
