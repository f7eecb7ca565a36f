"""The second factor: enrolled, shown, replaced, taken away."""

import sqlalchemy as sa

from charity_portal.accounts.errors import AlreadySo, CodeRefused, NotForOneself
from charity_portal.accounts.models import RecoveryCode, User, UserSession
from charity_portal.accounts.queries import recovery_codes_left
from charity_portal.accounts.rules import second_factor as rules
from charity_portal.accounts.rules.throttle import CODE
from charity_portal.accounts.services import letters, sessions
from charity_portal.kernel import audit, clock, throttling
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Forbidden, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor
from charity_portal.kernel.secrets import blind_index, blind_indexes

_HASH = "accounts.recovery_code"


def count_try(user_id: int) -> None:
    """Count a try at a code; TooManyTries when there were too many."""
    throttling.count((CODE, str(user_id)))


def show(user_id: int, session_id: int, code: str) -> str:
    """Accept a six-digit code or a recovery code once; the confirmed session's new token.

    CodeRefused for a wrong code and for one that was accepted before.
    """
    user, session = _locked_pair(user_id, session_id)
    if user.totp_secret is None:
        raise WrongState
    actor = Actor(user.id, user.name)
    if rules.looks_like_recovery_code(code):
        _spend_recovery_code(actor, user, code)
    else:
        user.totp_last_step = _accepted_step(user.totp_secret, code, user.totp_last_step)
    throttling.forget(CODE, str(user_id))
    audit.record(actor, "accounts.sign_in.confirmed", user)
    return sessions.confirm(session)


def _accepted_step(secret: str, code: str, last_step: int | None) -> int:
    step = rules.matching_step(secret, code, clock.now(), last_step)
    if step is None:
        raise CodeRefused
    return step


def _spend_recovery_code(actor: Actor, user: User, code: str) -> None:
    row = db.session.scalar(
        sa.select(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash.in_(blind_indexes(_HASH, _spelled(user.id, code))),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.used_at is not None:
        raise CodeRefused(say("恢复码不正确，或已经用过。"))
    row.used_at = clock.now()
    db.session.flush()
    audit.record(actor, "accounts.user.recovery_code_used", user)
    letters.recovery_code_used(actor, user, recovery_codes_left(user.id))


def _spelled(user_id: int, code: str) -> str:
    return f"{user_id}:{rules.normal_recovery_code(code)}"


def prepare(user_id: int, session_id: int) -> None:
    """Lay a new secret into the session, to be enrolled; the present one, if any, stays valid until
    a code of the new one is shown. The caller has compared the password."""
    user, session = _locked_pair(user_id, session_id)
    if user.totp_secret is not None and not session.confirmed:
        raise Forbidden
    session.new_secret = rules.new_secret()


def enrol(user_id: int, session_id: int, code: str) -> str:
    """A code of the session's new secret was shown: it becomes the second factor, other sessions
    end, recovery codes are made anew. Returns the confirmed session's new token."""
    user, session = _locked_pair(user_id, session_id)
    if session.new_secret is None or (user.totp_secret is not None and not session.confirmed):
        raise WrongState
    step = _accepted_step(session.new_secret, code, None)
    user.totp_secret, user.totp_last_step = session.new_secret, step
    session.new_secret = None
    actor = Actor(user.id, user.name)
    _make_recovery_codes(user, session)
    sessions.revoke_all(user.id, keep=session.id)
    throttling.forget(CODE, str(user_id))
    audit.record(actor, "accounts.user.second_factor_enrolled", user)
    letters.second_factor_changed(actor, user)
    return sessions.confirm(session)


def renew_recovery_codes(actor: Actor, user_id: int, session_id: int) -> None:
    """Replace all recovery codes. The caller has compared the password."""
    user, session = _locked_pair(user_id, session_id)
    if user.totp_secret is None or not session.confirmed:
        raise WrongState
    _make_recovery_codes(user, session)
    audit.record(actor, "accounts.user.recovery_codes_renewed", user)


def _make_recovery_codes(user: User, session: UserSession) -> None:
    codes = rules.new_recovery_codes()
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    db.session.add_all(
        RecoveryCode(user_id=user.id, code_hash=blind_index(_HASH, _spelled(user.id, code)))
        for code in codes
    )
    session.new_recovery_codes = "\n".join(codes)
    db.session.flush()


def put_away_recovery_codes(session_id: int) -> None:
    """The person has kept the codes: they are shown no more."""
    locked(UserSession, session_id).new_recovery_codes = None


def reset(actor: Actor, user_id: int, reason: str) -> None:
    """Take a person's second factor away: every session ends, the next sign-in enrols anew."""
    if actor.user_id == user_id:
        raise NotForOneself
    user = locked(User, user_id)
    if user.totp_secret is None:
        raise AlreadySo
    user.totp_secret = user.totp_last_step = None
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    sessions.revoke_all(user.id)
    audit.record(actor, "accounts.user.second_factor_reset", user, reason=reason)
    letters.second_factor_reset(actor, user)


def _locked_pair(user_id: int, session_id: int) -> tuple[User, UserSession]:
    user = locked(User, user_id)
    session = locked(UserSession, session_id)
    if session.user_id != user_id or session.revoked_at is not None or not user.is_active:
        raise Forbidden
    return user, session
