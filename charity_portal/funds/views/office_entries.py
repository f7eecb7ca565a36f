"""A fund's entries in the office, and the one way to correct them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.funds.forms.entries import EntryFilterForm
from charity_portal.funds.forms.fund_money import ReversalForm
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.queries import fund_desk, ledger
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.queries.fund_desk import EntryDesk
from charity_portal.funds.rules.accounts import ENTRIES, INCOME_SOURCES, USES
from charity_portal.funds.services import fund_money as services
from charity_portal.funds.views.fund_pages import home, link
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import _, localized
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.organizations import queries as organizations

blueprint = Blueprint("funds_office_entries", __name__, url_prefix="/office/funds")


@blueprint.get("/<int:fund_id>/entries")
@requires("funds:entry:list", load=queries.fund)
def index(fund: Fund) -> str:
    """All entries of a fund, the latest day first."""
    form = EntryFilterForm(request.args)
    purposes = {p.id: localized(p, "title") for p in queries.purposes(fund.id)}
    form.offer(purposes)
    found = ledger.entries_page(fund.id, form.wanted(), request.args.get("after"))
    return render_template(
        "funds/office/entries.html",
        fund=fund,
        page=found,
        form=form,
        kept={name: request.args[name] for name in form.data if request.args.get(name)},
        purposes=purposes,
        kinds=ENTRIES,
        uses=USES,
        payees=organizations.names({e.payee_id for e in found.items if e.payee_id}),
        unpaid={entry.id for entry in fund_desk.unpaid_surplus(fund.id)},
        link=link,
    )


@blueprint.get("/entries/<int:entry_id>/reverse")
@requires("funds:entry:reverse", load=fund_desk.entry_desk)
def correction(found: EntryDesk) -> str:
    """What is to be taken back."""
    return _page(found.entry.id, ReversalForm(formdata=None))


@blueprint.post("/entries/<int:entry_id>/reverse")
@requires("funds:entry:reverse", load=fund_desk.entry_desk)
def reverse(found: EntryDesk) -> Any:
    """Take it back today by its mirror image."""
    form = ReversalForm()
    if not form.submitted():
        return _page(found.entry.id, form), 422
    actor, fund_id = current_actor(), found.fund.id
    try:
        with transaction():
            services.take_back(
                actor, found.entry.id, form.voucher.data or "", form.reason.data or ""
            )
    except PortalError as problem:
        form.refuse(problem)
        return _page(found.entry.id, form), problem.status
    flash(_("已冲销。原账目和冲销记录都保留在账上。"))
    if can(actor, "funds:entry:list"):
        return redirect(url_for(".index", fund_id=fund_id), 303)
    return redirect(home(actor, fund_id), 303)


def _page(entry_id: int, form: ReversalForm) -> str:
    found = fund_desk.entry_desk(entry_id)
    assert found is not None
    purposes = {p.id: localized(p, "title") for p in queries.purposes(found.fund.id)}
    return render_template(
        "funds/office/reverse.html",
        fund=found.fund,
        entry=found.entry,
        reversed_by=found.reversed_by,
        elsewhere=found.elsewhere,
        posting=ledger.posting_of(found.entry),
        purposes=purposes,
        kinds=ENTRIES,
        sources=INCOME_SOURCES,
        uses=USES,
        form=form,
        home=home(current_actor(), found.fund.id),
    )
