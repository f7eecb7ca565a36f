"""Who acts for an organization: offers, roles, hand-over, leaving. Never without an owner again."""

from typing import Any

import sqlalchemy as sa

from charity_portal.accounts import queries as accounts
from charity_portal.accounts.services import invitations
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, NotFound, WrongState
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.organizations import errors, queries
from charity_portal.organizations.models import Invitation, Membership, Organization
from charity_portal.organizations.rules import identity

INVITATION = "organizations.member"


def invite(actor: Actor, organization_id: int, email: str, role: str, locale: str = "zh") -> int:
    """Offer a role to whoever reads mail at an address; returns the invitation's id.

    An officer invites a first owner only, an owner editors and finance staff (ownership is handed
    over, never multiplied).
    """
    organization = locked(Organization, organization_id)
    require(actor, "organizations:members:invite", organization)
    if role not in identity.ROLES:
        raise Invalid(fields={"role": [say("请选择角色。")]})
    if role == "owner" and active(organization_id, role="owner") is not None:
        raise errors.HasOwner(say("机构已有负责人。更换负责人请使用“移交负责人”。"))
    address = email.strip().lower()
    known = accounts.find_by_email(address)
    if known is not None and active(organization_id, user_id=known.id) is not None:
        raise errors.AlreadyMember
    payload = {"organization_id": organization_id, "role": role, "email": address}
    link_id = invitations.invite(actor, address, INVITATION, payload=payload, locale=locale)
    row = Invitation(
        organization_id=organization_id,
        email=address,
        role=role,
        link_id=link_id,
        invited_by=actor.user_id,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor, "organizations.invite", organization, after={"role": role, "invitation": row.id}
    )
    return row.id


def revoke(actor: Actor, invitation_id: int) -> None:
    """Take an offer back; its link then says so."""
    row = locked(Invitation, invitation_id)
    organization = locked(Organization, row.organization_id)
    require(actor, "organizations:invitation:revoke", row)
    invitations.withdraw(actor, row.link_id)
    audit.record(actor, "organizations.revoke", organization, after={"invitation": row.id})


def _describe(payload: dict[str, Any]) -> Text:
    name = queries.names([payload["organization_id"]])[payload["organization_id"]]
    return say("加入“%(name)s”，担任%(role)s", name=name, role=identity.ROLES[payload["role"]])


def _accept(actor: Actor, payload: dict[str, Any]) -> str:
    """Make the person who accepts a member; only under the address that was invited."""
    organization_id, role = payload["organization_id"], payload["role"]
    organization = locked(Organization, organization_id)
    person = accounts.person(actor.user_id) if actor.user_id is not None else None
    if person is None or person.email != payload["email"]:
        raise errors.InvitationForeign
    if organization.archived_at is not None:
        raise NotFound(say("该机构已不在登记库中，邀请失效。"))
    if role == "owner" and active(organization_id, role="owner") is not None:
        raise errors.HasOwner
    join(actor, organization_id, person.id, role)
    return "/workspace"


invitations.register(invitations.Kind(INVITATION, describe=_describe, complete=_accept))


def change_role(actor: Actor, organization_id: int, user_id: int, role: str) -> None:
    """Give a member another role; ownership is handed over instead."""
    organization = locked(Organization, organization_id)
    require(actor, "organizations:members:manage", organization)
    member = _member(organization_id, user_id)
    if role == "owner" or member.role == "owner":
        raise errors.LastOwner(say("更换负责人请使用“移交负责人”。"))
    if role not in identity.ROLES:
        raise Invalid(fields={"role": [say("请选择角色。")]})
    before, member.role = member.role, role
    _record(actor, "role", organization, user_id, before, role)


def hand_over(actor: Actor, organization_id: int, user_id: int, reason: str | None = None) -> None:
    """Make another member the owner; the owner until now stays as editor.

    An officer may do it where the owner no longer can, and says why.
    """
    organization = locked(Organization, organization_id)
    require(actor, "organizations:members:hand_over", organization)
    if actor.role_in(organization_id) != "owner" and not (reason or "").strip():
        raise Invalid(fields={"reason": [say("请说明由民政局更换负责人的理由。")]})
    heir, owner = _member(organization_id, user_id), active(organization_id, role="owner")
    if owner is None or owner.id == heir.id:
        raise WrongState
    owner.role, before, heir.role = "editor", heir.role, "owner"
    _record(actor, "hand_over", organization, user_id, before, "owner", reason)
    _record(actor, "role", organization, owner.user_id, "owner", "editor")


def remove(actor: Actor, organization_id: int, user_id: int) -> None:
    """End somebody's membership: the owner another's, anybody their own. Never the last owner's."""
    organization = locked(Organization, organization_id)
    own = user_id == actor.user_id
    require(actor, f"organizations:members:{'leave' if own else 'manage'}", organization)
    member = _member(organization_id, user_id)
    if member.role == "owner":
        raise errors.LastOwner
    member.ended_at = clock.now()
    _record(actor, "leave" if own else "remove", organization, user_id, member.role, None)


def join(actor: Actor, organization_id: int, user_id: int, role: str) -> None:
    """Make somebody a member at once (an approved claim, a demonstration); AlreadyMember if so."""
    organization = locked(Organization, organization_id)
    if active(organization_id, user_id=user_id) is not None:
        raise errors.AlreadyMember
    db.session.add(Membership(organization_id=organization_id, user_id=user_id, role=role))
    _record(actor, "join", organization, user_id, None, role)


def active(organization_id: int, **having: Any) -> Membership | None:
    """The first present membership that has these values."""
    wanted = sa.select(Membership).filter_by(
        organization_id=organization_id, ended_at=None, **having
    )
    return db.session.scalars(wanted.limit(1)).first()


def _member(organization_id: int, user_id: int) -> Membership:
    member = active(organization_id, user_id=user_id)
    if member is None:
        raise NotFound(say("该用户不是本机构成员。"))
    return member


def _record(
    actor: Actor,
    verb: str,
    organization: Organization,
    user_id: int,
    before: str | None,
    after: str | None,
    reason: str | None = None,
) -> None:
    audit.record(
        actor,
        f"organizations.member.{verb}",
        organization,
        before={"user": user_id, "role": before},
        after={"user": user_id, "role": after},
        reason=reason,
    )
