"""Roles: given and taken. Nobody gives one to themselves; one administrator always stays."""

import sqlalchemy as sa

from charity_portal.accounts.errors import AlreadySo, LastAdministrator, NotForOneself
from charity_portal.accounts.models import RoleGrant, User
from charity_portal.accounts.rules.roles import WORDS
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, insert_if_absent, locked
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.permissions import Actor, require


def grant(actor: Actor, user_id: int, role: str, reason: str) -> None:
    """Give a role; it counts from the person's next request on."""
    require(actor, "accounts:person:manage")
    if role not in WORDS:
        raise NotFound
    if actor.user_id == user_id:
        raise NotForOneself
    user = locked(User, user_id)
    given = insert_if_absent(
        RoleGrant, user_id=user_id, role=role, granted_by=actor.user_id, granted_at=clock.now()
    )
    if not given:
        raise AlreadySo
    audit.record(actor, "accounts.user.role_granted", user, after={"role": role}, reason=reason)


def revoke(actor: Actor, user_id: int, role: str, reason: str) -> None:
    """Take a role; it is gone from the person's next request on."""
    require(actor, "accounts:person:manage")
    if role == "administrator":
        keep_an_administrator(user_id)
    user = locked(User, user_id)
    held = db.session.scalar(
        sa.select(RoleGrant).where(RoleGrant.user_id == user_id, RoleGrant.role == role)
    )
    if held is None:
        raise AlreadySo
    db.session.delete(held)
    db.session.flush()
    audit.record(actor, "accounts.user.role_revoked", user, before={"role": role}, reason=reason)


def keep_an_administrator(leaving: int) -> None:
    """LastAdministrator when nobody else could administer the portal after `leaving` stops; somebody
    invited who has not set a password yet could not.

    Administrators are locked first and counted afterwards: of two who remove each other in the same
    moment, the second one sees what the first one did.
    """
    administrators = (
        sa.select(User.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.role == "administrator", User.is_active, User.password_hash.is_not(None))
        .order_by(User.id)
    )
    db.session.execute(administrators.with_for_update(of=User)).all()
    remaining = set(db.session.scalars(administrators))
    if leaving in remaining and remaining == {leaving}:
        raise LastAdministrator
