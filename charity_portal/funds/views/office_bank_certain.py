"""Everything that is certain, looked over in one list, accepted and taken back in one go."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.funds.models.ledger import LedgerBook
from charity_portal.funds.queries import bank as queries
from charity_portal.funds.queries import bank_entries as entries
from charity_portal.funds.rules.accounts import ENTRIES
from charity_portal.funds.services import bank as services
from charity_portal.funds.views.bank_pages import fund_names, masked
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("funds_bank_certain", __name__, url_prefix="/office/bank")


@blueprint.get("/hosts/<int:host_id>/certain")
@requires("funds:bank:match", load=queries.book)
def ask(book: LedgerBook) -> str:
    """The lines of whose entry there can be no doubt."""
    pairs = entries.certain_pairs(book.host_id)
    return render_template(
        "funds/bank/certain.html",
        host_id=book.host_id,
        host_name=queries.hosts().get(book.host_id, ""),
        pairs=pairs,
        funds=fund_names(entry for _line, entry in pairs),
        words=ENTRIES,
        masked=masked,
    )


@blueprint.post("/hosts/<int:host_id>/certain")
@requires("funds:bank:match", load=queries.book)
def accept(book: LedgerBook) -> Any:
    """Match those that are ticked."""
    with transaction():
        moment, done = services.match_certain(current_actor(), book.host_id, _pairs())
    if not done:
        flash(_("没有对上任何流水。"))
        return redirect(url_for("funds_bank.index", host=book.host_id), 303)
    flash(_("已对上 %(n)s 笔流水。", n=done))
    at = moment.isoformat()
    return redirect(url_for(".accepted", host_id=book.host_id, at=at), 303)


def _pairs() -> dict[int, int]:
    """Lines and entries that were ticked, as `line:entry`."""
    sent = (text.partition(":") for text in request.form.getlist("pair"))
    return {int(a): int(b) for a, _colon, b in sent if a.isdigit() and b.isdigit()}


@blueprint.get("/hosts/<int:host_id>/accepted")
@requires("funds:bank:match", load=queries.book)
def accepted(book: LedgerBook) -> str:
    """What the reader accepted in one go."""
    moment = _moment(request.args.get("at", ""))
    user_id = current_actor().user_id or 0
    return render_template(
        "funds/bank/accepted.html",
        host_id=book.host_id,
        host_name=queries.hosts().get(book.host_id, ""),
        lines=queries.settled_together(book.host_id, user_id, moment) if moment else [],
        at=moment.isoformat() if moment else "",
        masked=masked,
    )


@blueprint.post("/hosts/<int:host_id>/accepted")
@requires("funds:bank:match", load=queries.book)
def undo(book: LedgerBook) -> Any:
    """Take all of it back."""
    moment = _moment(request.form.get("at", ""))
    if moment is None:
        raise NotFound
    with transaction():
        done = services.reopen_together(current_actor(), book.host_id, moment)
    flash(_("已撤销 %(n)s 笔流水的核对。", n=done))
    return redirect(url_for("funds_bank.index", host=book.host_id), 303)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
