"""Accounts: opened, renamed, closed, reopened."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from charity_portal.accounts.errors import AlreadySo, EmailTaken
from charity_portal.accounts.models import RoleGrant, User
from charity_portal.accounts.rules import second_factor
from charity_portal.accounts.rules.addresses import normal_email
from charity_portal.accounts.services import grants, letters, links, sessions
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.permissions import Actor, require


def create_person(
    actor: Actor,
    email: str,
    name: str,
    roles: Iterable[str] = (),
    password_hash: str | None = None,
    is_demo: bool = False,
    locale: str = "zh",
    totp_secret: str | None = None,
) -> int:
    """Open an account and return its id; EmailTaken when the address has one. Roles can be given
    only by whoever administers accounts. A demonstration account with roles has its second factor
    from the start: its code is shown on the page."""
    roles = sorted(set(roles))
    if roles:
        require(actor, "accounts:person:manage")
    address = normal_email(email)
    if db.session.scalar(sa.select(User.id).where(User.email == address)) is not None:
        raise EmailTaken
    user = User(
        email=address,
        name=name.strip(),
        password_hash=password_hash,
        password_changed_at=clock.now() if password_hash else None,
        is_demo=is_demo,
        locale=locale,
    )
    user.totp_secret = totp_secret or (second_factor.new_secret() if is_demo and roles else None)
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError as taken:  # opened by somebody else in the same moment
        raise EmailTaken from taken
    db.session.add_all(
        RoleGrant(user_id=user.id, role=role, granted_by=actor.user_id) for role in roles
    )
    db.session.flush()
    audit.record(actor, "accounts.user.created", user, after={"roles": roles, "demo": is_demo})
    return user.id


def invite_person(
    actor: Actor, email: str, name: str, roles: Iterable[str], locale: str = "zh"
) -> int:
    """Open an account without a password and send its owner a link to set one; the account's id."""
    user_id = create_person(actor, email, name, roles, locale=locale)
    links.ask(actor, "invite", email, user_id)
    return user_id


def invite_again(actor: Actor, user_id: int) -> None:
    """Send a new link to somebody who has not set a password yet; the old one dies."""
    user = locked(User, user_id)
    if user.password_hash is not None or not user.is_active:
        raise AlreadySo
    links.withdraw_all(user_id, "invite")
    links.ask(actor, "invite", user.email, user_id)
    audit.record(actor, "accounts.user.invited_again", user)


def edit_profile(actor: Actor, user_id: int, name: str, locale: str) -> None:
    """Change a person's name and the language of their letters."""
    user = locked(User, user_id)
    changed = [
        field
        for field, value in (("name", name.strip()), ("locale", locale))
        if getattr(user, field) != value
    ]
    user.name, user.locale = name.strip(), locale
    if changed:
        audit.record(actor, "accounts.user.edited", user, after={"changed": changed})


def ask_new_email(actor: Actor, user_id: int, email: str) -> None:
    """Send a link to the new address; the account changes when that link is used. The caller has
    compared the password. The answer is the same when the address belongs to somebody else."""
    links.withdraw_all(user_id, "confirm")
    links.ask(actor, "confirm", email, user_id)


def take_new_email(token: str) -> int:
    """The link sent to the new address was used: from now on that address signs in. The account's
    id; EmailTaken when somebody took the address meanwhile."""
    link = links.use(token, "confirm")
    user = locked(User, link.user_id or 0)
    old = user.email
    user.email = link.email
    try:
        db.session.flush()
    except IntegrityError as taken:
        raise EmailTaken from taken
    links.withdraw_all(user.id, "reset", "confirm", keep=link.id)
    actor = Actor(user.id, user.name)
    audit.record(actor, "accounts.user.email_changed", user)
    letters.email_changed(actor, user, old)
    return user.id


def close(actor: Actor, user_id: int, reason: str) -> None:
    """Close an account: its sessions end at once and nobody can sign in."""
    grants.keep_an_administrator(user_id)
    user = locked(User, user_id)
    if not user.is_active:
        raise AlreadySo
    user.is_active = False
    sessions.revoke_all(user_id)
    links.withdraw_all(user_id, "reset", "invite", "confirm")
    audit.record(actor, "accounts.user.closed", user, {"active": True}, {"active": False}, reason)


def reopen(actor: Actor, user_id: int, reason: str) -> None:
    """Open a closed account again, with the roles it had."""
    user = locked(User, user_id)
    if user.is_active:
        raise AlreadySo
    user.is_active = True
    audit.record(actor, "accounts.user.reopened", user, {"active": False}, {"active": True}, reason)
