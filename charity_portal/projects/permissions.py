"""Who may do what with calls, applications, notices and objections."""

from typing import Any

from charity_portal.kernel.permissions import Actor, anybody, staff

PREPARES = ("owner", "editor")
OPEN_FOR_WORK = ("draft", "correction")


def _call_is_public(actor: Actor, call: Any) -> bool:
    return call.state != "draft" or actor.has_role(
        "officer", "approver", "auditor", "administrator"
    )


def _of_own_organization(actor: Actor, application: Any) -> bool:
    return actor.role_in(application.organization_id) is not None


def _files_for_it(actor: Actor, application: Any) -> bool:
    return actor.has_role("officer") and application.on_behalf_by == actor.user_id


def _sees(actor: Actor, application: Any) -> bool:
    """The organization's people, and staff from the moment something was handed in."""
    if _of_own_organization(actor, application) or _files_for_it(actor, application):
        return True
    handed_in = application.state not in ("draft", "discarded")
    return handed_in and actor.has_role("officer", "approver", "auditor")


def _prepares(actor: Actor, application: Any) -> bool:
    """Owners and editors of the organization, and the officer who files on its behalf."""
    if actor.role_in(application.organization_id) in PREPARES:
        return True
    return _files_for_it(actor, application)


def _edits(actor: Actor, application: Any) -> bool:
    return application.state in OPEN_FOR_WORK and _prepares(actor, application)


def _adds_papers(actor: Actor, application: Any) -> bool:
    return application.state in (*OPEN_FOR_WORK, "conditional") and _prepares(actor, application)


def _has_a_desk(actor: Actor, subject: Any) -> bool:
    """People of organizations (or on their way to one), and officers who file for others."""
    if not actor.signed_in:
        return False
    return bool(actor.memberships) or not actor.roles or actor.has_role("officer")


def _sees_part(actor: Actor, part: Any) -> bool:
    """A paper or a submitted version is seen by whoever sees its application."""
    return _sees(actor, part.application)


def _changes_paper(actor: Actor, attachment: Any) -> bool:
    return _adds_papers(actor, attachment.application)


def _sees_payments(actor: Actor, application: Any) -> bool:
    """The organization's people and staff; finance staff too, who pay."""
    return _of_own_organization(actor, application) or actor.has_role(
        "officer", "finance", "approver", "auditor"
    )


def _apart(actor: Actor, application: Any) -> bool:
    """Nobody handles the money of an organization that they belong to."""
    return actor.role_in(application.organization_id) is None


def _plans(actor: Actor, application: Any) -> bool:
    return actor.has_role("officer") and _apart(actor, application)


def _releases(actor: Actor, tranche: Any) -> bool:
    return actor.has_role("officer") and _apart(actor, tranche.application)


def _sends_back(actor: Actor, tranche: Any) -> bool:
    return actor.has_role("officer", "approver") and _apart(actor, tranche.application)


def _allocates(actor: Actor, tranche: Any) -> bool:
    """A second person: never who confirmed that the condition is met."""
    second = tranche.released_by is None or tranche.released_by != actor.user_id
    return actor.has_role("approver") and second and _apart(actor, tranche.application)


def _pays(actor: Actor, tranche: Any) -> bool:
    """Who keeps the books, but not who approved."""
    other = tranche.approved_by is None or tranche.approved_by != actor.user_id
    return actor.has_role("finance") and other and _apart(actor, tranche.application)


def _stops(actor: Actor, tranche: Any) -> bool:
    return actor.has_role("approver") and _apart(actor, tranche.application)


def _demands(actor: Actor, application: Any) -> bool:
    return actor.has_role("approver") and _apart(actor, application)


def _receives(actor: Actor, reclaim: Any) -> bool:
    return actor.has_role("finance") and _apart(actor, reclaim.application)


def _lifts(actor: Actor, bar: Any) -> bool:
    """`bar` names the organization that is barred."""
    return actor.has_role("approver") and _apart(actor, bar)


def _may_start(actor: Actor, organization_id: Any) -> bool:
    return actor.role_in(organization_id) in PREPARES or actor.has_role("officer")


RULES = {
    "projects:call:read": _call_is_public,
    "projects:call:list": staff("officer", "approver", "auditor", "administrator"),
    "projects:call:edit": staff("officer"),
    "projects:call:publish": staff("officer"),
    "projects:call:cancel": staff("approver"),
    "projects:call:extend": staff("officer"),
    "projects:application:start": _may_start,
    "projects:application:read": _sees,
    "projects:application:edit": _edits,
    "projects:application:attach": _adds_papers,
    "projects:attachment:read": _sees_part,
    "projects:attachment:remove": _changes_paper,
    "projects:submission:read": _sees_part,
    "projects:application:own": _has_a_desk,
    "projects:application:submit": _prepares,
    "projects:application:withdraw": _prepares,
    "projects:application:discard": _prepares,
    "projects:application:promise": _prepares,
    "projects:application:list": staff("officer", "approver", "auditor"),
    "projects:application:screen": staff("officer"),
    "projects:application:reopen": staff("officer"),
    "projects:application:decide": staff("approver"),
    "projects:application:lapse": lambda actor, subject: False,
    "projects:application:file-on-behalf": staff("officer"),
    "projects:notice:read": anybody,
    "projects:notice:start": staff("approver"),
    "projects:notice:end": lambda actor, subject: False,
    "projects:notice:conclude": staff("approver"),
    "projects:objection:raise": anybody,
    "projects:objection:read": staff("officer", "approver", "auditor"),
    "projects:objection:handle": staff("officer", "approver"),
    "projects:objection:examine": staff("officer"),
    "projects:objection:decide": staff("approver"),
    "projects:tranche:list": staff("officer", "finance", "approver", "auditor"),
    "projects:tranche:read": _sees_payments,
    "projects:tranche:plan": _plans,
    "projects:tranche:release": _releases,
    "projects:tranche:send-back": _sends_back,
    "projects:tranche:allocate": _allocates,
    "projects:tranche:pay": _pays,
    "projects:tranche:stop": _stops,
    "projects:tranche:follow": lambda actor, subject: False,
    "projects:reclaim:demand": _demands,
    "projects:reclaim:receive": _receives,
    "projects:reclaim:waive": _stops,
    "projects:bar:lift": _lifts,
    "projects:history:import": staff("administrator"),
}
