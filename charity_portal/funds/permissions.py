"""Who may do what with funds, donors, and their ledger."""

from typing import Any

from charity_portal.kernel.permissions import Actor, anybody, staff

COMMITTEE = ("chair", "member")
"""The seats of rules.establishing.COMMITTEE; permissions know no rules."""
OFFICE = ("officer", "finance", "approver", "auditor", "administrator")
HANDLES_DONORS = ("officer", "finance")


def _sees(actor: Actor, fund: Any) -> bool:
    """Everybody once the fund has begun; before that the office and the hosting charity."""
    return (
        fund.state != "draft" or actor.has_role(*OFFICE) or actor.role_in(fund.host_id) is not None
    )


def _sees_entry(actor: Actor, entry: Any) -> bool:
    """Whoever sees the fund; `entry` has a `fund`."""
    return _sees(actor, entry.fund)


def _keeps_books(actor: Actor, subject: Any) -> bool:
    """The office's finance staff, and the hosting charity's own; `subject` has a `host_id`."""
    return actor.has_role("finance") or actor.role_in(subject.host_id) == "finance"


def _reads_books(actor: Actor, subject: Any) -> bool:
    """Who may close a book, and who oversees it."""
    return actor.has_role("approver", "auditor") or _keeps_books(actor, subject)


def _campaign_is_public(actor: Actor, campaign: Any) -> bool:
    """Everybody once it has begun; one that may not turn to the public only when it is over."""
    shown = (
        ("ended", "settled") if campaign.reach == "targeted" else ("running", "ended", "settled")
    )
    return campaign.state in shown or actor.has_role(*OFFICE)


def _sits(actor: Actor, request: Any) -> bool:
    """Somebody with a seat on the committee or as supervisor now; `request.seats` maps their accounts
    to the seat (models.spending)."""
    return actor.signed_in and actor.user_id in request.seats


def _sees_spending(actor: Actor, request: Any) -> bool:
    """The office, whoever asked, who sits, and the hosting charity's people."""
    if actor.has_role(*OFFICE) or actor.role_in(request.host_id) is not None:
        return True
    return _sits(actor, request) or (actor.signed_in and request.requested_by == actor.user_id)


def _edits_spending(actor: Actor, request: Any) -> bool:
    """Whoever asked, and officers."""
    own = actor.signed_in and request.requested_by == actor.user_id
    return own or actor.has_role("officer")


def _asks(actor: Actor, fund: Any) -> bool:
    """Officers and finance staff, the hosting charity's people, and the committee."""
    if actor.has_role("officer", "finance") or actor.role_in(fund.host_id) in ("owner", "finance"):
        return True
    return actor.signed_in and actor.user_id in fund.seats


def _votes(actor: Actor, request: Any) -> bool:
    """A member of the committee with an account votes alone, and nobody else for them."""
    return actor.signed_in and request.seats.get(actor.user_id) in COMMITTEE


def _supervises(actor: Actor, request: Any) -> bool:
    return actor.signed_in and request.seats.get(actor.user_id) == "supervisor"


def _counts(actor: Actor, request: Any) -> bool:
    return _sits(actor, request) or actor.has_role("officer")


def _records_minutes(actor: Actor, request: Any) -> bool:
    return actor.has_role("officer")


def _approves(actor: Actor, request: Any) -> bool:
    """A second person: never who asked for it, who sits on the committee, or who belongs to the payee
    (慈善法, art. 14)."""
    return (
        actor.has_role("approver")
        and request.requested_by != actor.user_id
        and not _sits(actor, request)
        and actor.role_in(request.payee_id) is None
    )


def _pays(actor: Actor, request: Any) -> bool:
    """Who keeps the books, but not who approved."""
    return _keeps_books(actor, request) and request.approved_by != actor.user_id


def _brings_vouchers(actor: Actor, request: Any) -> bool:
    """Who handles a request: whoever asked, who sits, officers, and who keeps the books."""
    if actor.has_role("officer") or _keeps_books(actor, request) or _sits(actor, request):
        return True
    own = actor.signed_in and request.requested_by == actor.user_id
    return own or actor.role_in(request.host_id) is not None


def _sees_payee(actor: Actor, request: Any) -> bool:
    """Who decides or handles a request sees the person whom it pays; who only looks on does not."""
    if actor.has_role("officer", "finance", "approver") or _sits(actor, request):
        return True
    own = actor.signed_in and request.requested_by == actor.user_id
    return own or actor.role_in(request.host_id) is not None


def _reads_voucher(actor: Actor, voucher: Any) -> bool:
    return _sees_spending(actor, voucher.request)


def _removes_voucher(actor: Actor, voucher: Any) -> bool:
    """Whoever added it, and officers."""
    own = actor.signed_in and voucher.added_by == actor.user_id
    return own or actor.has_role("officer")


def _has_seat(actor: Actor, subject: Any) -> bool:
    """Anybody with an account may open the desk; it lists what is theirs."""
    return actor.signed_in


RULES = {
    "funds:register:see": anybody,
    "funds:register:list": staff(*OFFICE),
    "funds:fund:read": _sees,
    "funds:fund:open": staff("officer"),
    "funds:fund:edit": staff("officer"),
    "funds:fund:activate": staff("approver"),
    "funds:fund:suspend": staff("approver"),
    "funds:fund:end": staff("approver"),
    "funds:fund:own": _has_seat,
    "funds:channel:edit": staff("officer", "finance"),
    "funds:entry:read": _sees_entry,
    "funds:entry:list": staff(*OFFICE),
    "funds:entry:post": _keeps_books,
    "funds:entry:allocate": staff("approver"),
    "funds:entry:reverse": _keeps_books,
    "funds:month:see": staff("finance", "approver", "auditor"),
    "funds:month:read": _reads_books,
    "funds:month:close": _keeps_books,
    "funds:donor:list": staff("officer", "finance", "approver", "auditor"),
    "funds:donor:reveal": staff("officer", "finance", "auditor"),
    "funds:donor:edit": staff(*HANDLES_DONORS),
    "funds:donation:list": staff("officer", "finance", "approver", "auditor"),
    "funds:donation:record": staff("finance"),
    "funds:donation:edit": staff(*HANDLES_DONORS),
    "funds:donation:give-back": staff("finance"),
    "funds:donation:import": staff("finance"),
    "funds:pledge:edit": staff(*HANDLES_DONORS),
    "funds:paper:make": staff("officer", "finance", "approver", "auditor"),
    "funds:paper:read": staff("officer", "finance", "approver", "auditor"),
    "funds:campaign:read": _campaign_is_public,
    "funds:campaign:list": staff(*OFFICE),
    "funds:campaign:edit": staff("officer"),
    "funds:campaign:start": staff("approver"),
    "funds:campaign:settle": staff("approver"),
    "funds:bank:read": staff("finance", "auditor", "approver"),
    "funds:bank:import": staff("finance"),
    "funds:bank:match": staff("finance"),
    "funds:spending:list": staff(*OFFICE),
    "funds:spending:read": _sees_spending,
    "funds:spending:new": staff("officer", "finance"),
    "funds:spending:ask": _asks,
    "funds:spending:edit": _edits_spending,
    "funds:spending:vote": _votes,
    "funds:spending:opinion": _supervises,
    "funds:spending:count": _counts,
    "funds:spending:payee": _sees_payee,
    "funds:spending:approve": _approves,
    "funds:spending:pay": _pays,
    "funds:spending:close": _keeps_books,
    "funds:spending:minutes": _records_minutes,
    "funds:voucher:read": _reads_voucher,
    "funds:voucher:add": _brings_vouchers,
    "funds:voucher:remove": _removes_voucher,
    "funds:rule:read": staff(*OFFICE),
    "funds:rule:edit": staff("approver", "administrator"),
}
