"""The other way round: entries that wait for a line, and those that never reached the bank."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from charity_portal.funds.forms.bank import SheetForm, WaitingFilterForm
from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.funds.queries import bank as queries
from charity_portal.funds.queries import bank_entries as entries
from charity_portal.funds.queries import bank_sheets, ledger
from charity_portal.funds.rules.accounts import ENTRIES
from charity_portal.funds.services import bank as services
from charity_portal.funds.views.bank_pages import (
    SHEET_COLUMNS,
    chosen_host,
    fund_names,
    masked,
    sheet_rows,
)
from charity_portal.funds.views.fund_pages import link
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("funds_bank_entries", __name__, url_prefix="/office/bank")


@blueprint.get("/entries")
@requires("funds:bank:read")
def index() -> str:
    """Entries that touch the bank and have no line, the oldest first."""
    hosts, host_id = queries.hosts(), chosen_host()
    host_id = host_id or next(iter(hosts), None)
    form = WaitingFilterForm(request.args)
    form.host.data = str(host_id or "")
    form.offer(entries.funds_of(host_id or 0))
    until = clock.today() - timedelta(days=form.days) if form.days else None
    found = entries.waiting_page(host_id or 0, form.fund_id, until, request.args.get("after"))
    pairs = entries.unmoved_pairs(host_id or 0)
    settled = entries.unmoved(host_id or 0)
    listed = [*found.items, *(pair.entry for pair in pairs), *settled.items]
    return render_template(
        "funds/bank/entries.html",
        form=form,
        host_id=host_id,
        page=found,
        pairs=pairs,
        settled=settled.items,
        funds=fund_names(listed),
        words=ENTRIES,
        today=clock.today(),
        kept={name: value for name, value in request.args.items() if value and name != "after"},
        link=link,
    )


@blueprint.post("/entries/<int:reversed_id>/unmoved")
@requires("funds:bank:match", load=lambda reversed_id: ledger.entry(reversed_id))
def settle(entry: LedgerEntry) -> Any:
    """An entry and its reversal never reached the bank."""
    with transaction():
        services.settle_unmoved(current_actor(), entry.id)
    flash(_("已记为未经过银行。"))
    return _back(entry)


@blueprint.post("/entries/<int:reversed_id>/unmoved/undo")
@requires("funds:bank:match", load=lambda reversed_id: ledger.entry(reversed_id))
def unsettle(entry: LedgerEntry) -> Any:
    """Take that back."""
    with transaction():
        services.unsettle_unmoved(current_actor(), entry.id)
    flash(_("已撤销，两笔账重新等待银行流水。"))
    return _back(entry)


def _back(entry: LedgerEntry) -> Any:
    return redirect(url_for(".index", host=entries.host_of(entry.fund_id)), 303)


@blueprint.get("/sheet")
@requires("funds:bank:read")
def sheet() -> str:
    """A month from both sides."""
    form = SheetForm(request.args)
    host_id = chosen_host() or next(iter(queries.hosts()), None)
    form.host.data, month = str(host_id or ""), form.wanted
    form.month.data = f"{month:%Y-%m}"
    found = bank_sheets.month_sheet(host_id, month) if host_id else None
    transit = [*found.booked_later, *found.waiting, *found.arrived_later] if found else []
    return render_template(
        "funds/bank/sheet.html",
        form=form,
        host_id=host_id,
        host_name=queries.hosts().get(host_id or 0, ""),
        month=month,
        found=found,
        funds=fund_names(transit),
        words=ENTRIES,
        masked=masked,
        link=link,
    )


@blueprint.get("/sheet.<any(xlsx, csv):kind>")
@requires("funds:bank:read")
def sheet_file(kind: str) -> Response:
    """The same to take away."""
    form, host_id = SheetForm(request.args), chosen_host()
    found = bank_sheets.month_sheet(host_id, form.wanted) if host_id else None
    if found is None:
        raise NotFound
    title = _("银行余额调节表 %(month)s", month=f"{form.wanted:%Y-%m}")
    return table_file(title, SHEET_COLUMNS, sheet_rows(found), kind)
