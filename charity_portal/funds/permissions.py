"""Who may do what with funds and their ledger."""

from typing import Any

from charity_portal.kernel.permissions import Actor, anybody, staff

OFFICE = ("officer", "finance", "approver", "auditor", "administrator")


def _sees(actor: Actor, fund: Any) -> bool:
    """Everybody once the fund has begun; before that the office and the hosting charity."""
    return (
        fund.state != "draft" or actor.has_role(*OFFICE) or actor.role_in(fund.host_id) is not None
    )


def _keeps_books(actor: Actor, subject: Any) -> bool:
    """The office's finance staff, and the hosting charity's own; `subject` has a `host_id`."""
    return actor.has_role("finance") or actor.role_in(subject.host_id) == "finance"


RULES = {
    "funds:register:see": anybody,
    "funds:fund:read": _sees,
    "funds:fund:open": staff("officer"),
    "funds:fund:edit": staff("officer"),
    "funds:fund:activate": staff("approver"),
    "funds:fund:suspend": staff("approver"),
    "funds:fund:end": staff("approver"),
    "funds:entry:post": _keeps_books,
    "funds:entry:allocate": staff("approver"),
    "funds:entry:reverse": _keeps_books,
    "funds:month:close": _keeps_books,
}
