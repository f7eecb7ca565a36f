"""Who may do what with organizations and their members."""

from typing import Any

from charity_portal.kernel.permissions import Actor, anybody, signed_in, staff

OFFICE = ("officer", "administrator")
STAFF = (*OFFICE, "finance", "approver", "auditor", "community_worker")

_keeps_register = staff(*OFFICE)
_is_staff = staff(*STAFF)


def _member(actor: Actor, organization: Any) -> bool:
    """Members of the organization; officers and auditors may look."""
    return organization is not None and (
        actor.role_in(organization.id) is not None or actor.has_role(*OFFICE, "auditor")
    )


def _owner(actor: Actor, organization: Any) -> bool:
    """The organization's owner."""
    return organization is not None and actor.role_in(organization.id) == "owner"


def _owner_or_office(actor: Actor, organization: Any) -> bool:
    """The owner; an officer for a first owner, and where the owner can no longer act."""
    return _owner(actor, organization) or (
        organization is not None and _keeps_register(actor, None)
    )


def _revokes(actor: Actor, invitation: Any) -> bool:
    """Whoever may invite may take an invitation back."""
    return invitation is not None and (
        actor.role_in(invitation.organization_id) == "owner" or _keeps_register(actor, None)
    )


def _leaves(actor: Actor, organization: Any) -> bool:
    """Whoever is a member."""
    return organization is not None and actor.role_in(organization.id) is not None


def _own_claim(actor: Actor, claim: Any) -> bool:
    """The claimant."""
    return claim is not None and actor.signed_in and claim.user_id == actor.user_id


def _sees_claim(actor: Actor, claim: Any) -> bool:
    """The claimant and whoever decides."""
    return _own_claim(actor, claim) or _keeps_register(actor, None)


RULES = {
    "organizations:register:see": anybody,
    "organizations:organization:read": _is_staff,
    "organizations:organization:manage": _keeps_register,
    "organizations:roster:manage": _keeps_register,
    "organizations:workspace:see": signed_in,
    "organizations:members:see": _member,
    "organizations:members:manage": _owner,
    "organizations:members:invite": _owner_or_office,
    "organizations:members:hand_over": _owner_or_office,
    "organizations:members:leave": _leaves,
    "organizations:invitation:revoke": _revokes,
    "organizations:claim:make": signed_in,
    "organizations:claim:see": _sees_claim,
    "organizations:claim:withdraw": _own_claim,
    "organizations:claim:decide": _keeps_register,
}
