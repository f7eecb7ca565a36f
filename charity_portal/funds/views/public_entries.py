"""One entry for everybody: what happened, on which voucher, and what came before and after it."""

from flask import Blueprint, render_template

from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.funds.queries import donations, ledger, public, spending
from charity_portal.funds.queries.public import PublicEntry
from charity_portal.funds.rules.accounts import ENTRIES, INCOME_SOURCES, USES
from charity_portal.funds.rules.voting import OPINIONS, VOUCHER_KINDS
from charity_portal.kernel.permissions import requires
from charity_portal.kernel.web import public_page

blueprint = Blueprint("funds_entries", __name__, url_prefix="/entries")


@blueprint.get("/<int:entry_id>")
@requires("funds:entry:read", load=public.entry)
@public_page
def show(entry: PublicEntry) -> str:
    """An entry in words."""
    cause = _cause(entry)
    return render_template(
        "funds/public/entry.html",
        entry=entry,
        line=entry.line,
        fund=entry.fund,
        cause=cause,
        settles=_line(entry.line.settles_id),
        reverses=_line(entry.line.reverses_id),
        gift=donations.by_entry(cause.id),
        request=spending.public_by_source(cause.source),
        entry_words=ENTRIES,
        source_words=INCOME_SOURCES,
        use_words=USES,
        voucher_words=VOUCHER_KINDS,
        opinion_words=OPINIONS,
    )


def _line(entry_id: int | None) -> LedgerEntry | None:
    return ledger.entry(entry_id) if entry_id is not None else None


def _cause(entry: PublicEntry) -> LedgerEntry:
    """Where it all began: a reversal leads to what it takes back, a payment to what it pays."""
    row = ledger.entry(entry.line.id)
    assert row is not None
    while (earlier := _line(row.reverses_id or row.settles_id)) is not None:
        row = earlier
    return row
