"""Closing the months of a charity's book."""

from datetime import date

from charity_portal.funds.models.ledger import LedgerBook, LedgerClosing
from charity_portal.funds.queries import ledger
from charity_portal.funds.rules import months as rules
from charity_portal.kernel import audit, clock, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.permissions import Actor, require


def close_month(actor: Actor, host_id: int, month: date) -> LedgerClosing:
    """Close a month (named by its first day) and all before it, for good.

    Waits for entries under way. Raises Invalid for a month that is not over or closed already.
    """
    book = locked(LedgerBook, host_id)
    require(actor, "funds:month:close", book)
    rules.check_closing(month, ledger.last_closed(host_id), clock.today())
    closing = LedgerClosing(
        host_id=host_id, month=month, closed_by=actor.user_id, by_system=actor.system
    )
    db.session.add(closing)
    db.session.flush()
    audit.record(actor, "funds.month.close", closing, after={"host": host_id, "month": month})
    jobs.announce(actor, "funds.month_closed", id=closing.id)
    return closing
