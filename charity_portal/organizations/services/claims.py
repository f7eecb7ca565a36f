"""Claims to act for an organization that nobody acts for yet; an officer decides."""

import sqlalchemy as sa

from charity_portal.kernel import audit, clock, files
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.organizations import errors
from charity_portal.organizations.models import Claim, Organization
from charity_portal.organizations.services import members


def claim(actor: Actor, organization_id: int, position: str, letter: files.Prepared) -> int:
    """Ask to become the first owner of an organization, with a letter of authority."""
    require(actor, "organizations:claim:make")
    organization = locked(Organization, organization_id)
    if actor.role_in(organization_id) is not None:
        raise errors.AlreadyMember
    if members.active(organization_id, role="owner") is not None:
        raise errors.HasOwner
    open_claim = sa.select(Claim.id).where(
        Claim.organization_id == organization_id,
        Claim.user_id == actor.user_id,
        Claim.state == "submitted",
    )
    if db.session.scalar(open_claim) is not None:
        raise errors.AlreadyClaimed
    row = Claim(
        organization=organization,
        user_id=actor.user_id,
        letter_id=files.keep(actor, letter).id,
        position=position,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "organizations.claim.submit", row, after={"organization": organization_id})
    return row.id


def decide_claim(actor: Actor, claim_id: int, approve: bool, reason: str | None = None) -> None:
    """Make the claimant the owner, or refuse with a reason that the claimant reads."""
    row = locked(Claim, claim_id)
    if not approve and not (reason or "").strip():
        raise Invalid(fields={"reason": [say("请说明不同意的理由。")]})
    fire(actor, row, "approve" if approve else "refuse", reason=reason)
    row.reason, row.decided_at, row.decided_by = reason, clock.now(), actor.user_id
    if approve:
        locked(Organization, row.organization_id)
        if members.active(row.organization_id, role="owner") is not None:
            raise errors.HasOwner
        members.join(actor, row.organization_id, row.user_id, "owner")


def withdraw_claim(actor: Actor, claim_id: int) -> None:
    """Take one's own claim back."""
    fire(actor, locked(Claim, claim_id), "withdraw")
