"""Sessions: begun, confirmed under a new token, noted, ended."""

import sqlalchemy as sa

from charity_portal.accounts.models import User, UserSession
from charity_portal.accounts.queries import roles_held
from charity_portal.accounts.rules import second_factor
from charity_portal.accounts.rules.roles import needs_second_factor
from charity_portal.accounts.rules.tokens import new_token, token_hash
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.permissions import Actor


def begin(user: User, device: str, network: str) -> str:
    """Start a session after the password was right; its token, which is told only once.

    Whoever must enrol a second factor gets a secret to enrol, waiting in this session.
    """
    token = new_token()
    session = UserSession(
        token_hash=token_hash(token), user_id=user.id, device=device, network=network
    )
    db.session.add(session)
    db.session.flush()
    if user.totp_secret is None and needs_second_factor(roles_held(user.id)):
        session.new_secret = second_factor.new_secret()
    return token


def confirm(session: UserSession) -> str:
    """The second factor was right: the old token dies, the session goes on under a new one."""
    token = new_token()
    session.token_hash, session.confirmed = token_hash(token), True
    session.last_seen_at = clock.now()
    db.session.flush()
    return token


def note_activity(session_id: int) -> None:
    """Write down that the person did something now."""
    db.session.execute(
        sa.update(UserSession)
        .where(UserSession.id == session_id, UserSession.revoked_at.is_(None))
        .values(last_seen_at=clock.now())
    )


def sign_out(actor: Actor, session_id: int) -> None:
    """End the session that asks for it; twice is once."""
    session = locked(UserSession, session_id)
    if session.revoked_at is None:
        _end(session)
        audit.record(actor, "accounts.session.signed_out", session)


def revoke(actor: Actor, user_id: int, session_id: int) -> None:
    """End one of a person's sessions; NotFound for somebody else's."""
    session = locked(UserSession, session_id)
    if session.user_id != user_id:
        raise NotFound
    if session.revoked_at is None:
        _end(session)
        audit.record(actor, "accounts.session.revoked", session)


def revoke_others(actor: Actor, user_id: int, keep: int) -> int:
    """End a person's sessions except one; how many were open."""
    ended = revoke_all(user_id, keep)
    audit.record(
        actor, "accounts.user.sessions_revoked", locked(User, user_id), after={"ended": ended}
    )
    return ended


def revoke_all(user_id: int, keep: int | None = None) -> int:
    """End all sessions of a person (but one); how many were open. Its caller records why."""
    open_ones = db.session.scalars(
        sa.select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    ended = [session for session in open_ones if session.id != keep]
    for session in ended:
        _end(session)
    return len(ended)


def _end(session: UserSession) -> None:
    session.revoked_at = clock.now()
    session.new_secret = session.new_recovery_codes = None
