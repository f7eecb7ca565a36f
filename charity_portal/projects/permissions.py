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
    "projects:tranche:plan": staff("officer"),
    "projects:tranche:release": staff("officer"),
    "projects:tranche:allocate": staff("approver"),
    "projects:tranche:pay": staff("finance"),
    "projects:tranche:stop": staff("approver"),
    "projects:reclaim:demand": staff("approver"),
    "projects:reclaim:receive": staff("finance"),
    "projects:reclaim:waive": staff("approver"),
    "projects:bar:lift": staff("approver"),
    "projects:history:import": staff("administrator"),
}
