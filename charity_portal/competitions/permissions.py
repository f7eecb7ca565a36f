"""Who may do what in competitions. A conflict of interest is a wall here, not a warning."""

from collections.abc import Callable
from typing import Any

from charity_portal.kernel.permissions import Actor, staff

STAFF = ("officer", "approver", "auditor")
Judged = Callable[[frozenset[int]], bool]

_judged: list[Judged] = []


def judged_by(known: Judged) -> Judged:
    """Let reading say whether one of these organizations has an entry in a published edition."""
    _judged[:] = [known]
    return known


def _edition_is_public(actor: Actor, edition: Any) -> bool:
    """From the opening on, and then for good: that one was called off is public too."""
    return edition.opened_at is not None or actor.has_role(*STAFF)


def _result_is_public(actor: Actor, edition: Any) -> bool:
    return bool(edition.state == "published")


def _has_results(actor: Actor, subject: Any) -> bool:
    """Somebody of an organization that took part in a published edition."""
    return bool(actor.memberships) and any(known(frozenset(actor.memberships)) for known in _judged)


def _own_entry(actor: Actor, entry: Any) -> bool:
    return actor.role_in(entry.organization_id) is not None


def _own_panelist(actor: Actor, panelist: Any) -> bool:
    return actor.signed_in and panelist.user_id == actor.user_id


def _may_withdraw(actor: Actor, panelist: Any) -> bool:
    return _own_panelist(actor, panelist) or actor.has_role("officer")


def _own_expert(actor: Actor, expert: Any) -> bool:
    return actor.signed_in and expert.user_id == actor.user_id


def _own_review(actor: Actor, review: Any) -> bool:
    """The reviewer whom it is assigned to, while the panel membership lasts."""
    panelist = review.panelist
    return (
        _own_panelist(actor, panelist)
        and panelist.state == "accepted"
        and review.conflict_id is None
        and review.state != "void"
    )


def _writes_review(actor: Actor, review: Any) -> bool:
    return _own_review(actor, review) and review.state == "open" and _may_still_write(review)


def _may_still_write(review: Any) -> bool:
    """While the stage is open; afterwards only what an officer gave back since it closed."""
    stage = review.stage
    if stage.edition.state != "judging" or stage.state == "waiting":
        return False
    given_back = review.reopened_at and stage.closed_at and review.reopened_at >= stage.closed_at
    return stage.state == "open" or bool(given_back)


def _reopens_review(actor: Actor, review: Any) -> bool:
    """The reviewer until the stage closes, afterwards a named officer; both give a reason."""
    if review.stage.edition.state != "judging":
        return False
    own = _own_review(actor, review) and review.stage.state == "open"
    return own or actor.has_role("officer")


def _judges_pitch(actor: Actor, seats: Any) -> bool:
    """The accepted members of the session's panel."""
    return actor.user_id in seats.by_user


RULES = {
    "competitions:edition:read": _edition_is_public,
    "competitions:edition:list": staff(*STAFF),
    "competitions:edition:edit": staff("officer"),
    "competitions:edition:open": staff("officer"),
    "competitions:edition:finish": staff("officer"),
    "competitions:edition:resume": staff("approver"),
    "competitions:edition:rank": staff("officer", "approver"),
    "competitions:edition:choose": staff("officer", "approver"),
    "competitions:edition:select": staff("approver"),
    "competitions:edition:publish": staff("approver"),
    "competitions:edition:cancel": staff("approver"),
    "competitions:outcome:list": staff(*STAFF),
    "competitions:result:read": _result_is_public,
    "competitions:result:list_own": _has_results,
    "competitions:result:read_own": _own_entry,
    "competitions:stage:run": staff("officer"),
    "competitions:stage:reopen": staff("approver"),
    "competitions:expert:list": staff(*STAFF),
    "competitions:expert:own": staff("reviewer"),
    "competitions:expert:edit": _own_expert,
    "competitions:expert:nominate": staff("officer"),
    "competitions:expert:admit": staff("approver"),
    "competitions:expert:leave": lambda actor, expert: (
        _own_expert(actor, expert) or actor.has_role("officer")
    ),
    "competitions:panel:manage": staff("officer"),
    "competitions:panel:read": _own_panelist,
    "competitions:panel:answer": _own_panelist,
    "competitions:panel:withdraw": _may_withdraw,
    "competitions:conflict:list": staff(*STAFF),
    "competitions:conflict:change": staff("officer"),
    "competitions:conflict:lift": staff("approver"),
    "competitions:assignment:list": staff(*STAFF),
    "competitions:assignment:change": staff("officer"),
    "competitions:review:own": staff("reviewer"),
    "competitions:review:read": _own_review,
    "competitions:review:write": _writes_review,
    "competitions:review:reopen": _reopens_review,
    "competitions:review:list": staff(*STAFF),
    "competitions:blind:prepare": staff("officer"),
    "competitions:pitch:run": staff("officer"),
    "competitions:pitch:watch": staff(*STAFF),
    "competitions:pitch:judge": _judges_pitch,
}
