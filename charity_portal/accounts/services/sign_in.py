"""Signing in by e-mail and password.

Three steps, of which only the middle one is slow and runs outside every transaction: count the try,
compare the password, conclude. What an unknown address costs is what a known one costs: one hash
compared, one entry in the audit trail.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from charity_portal.accounts.models import User
from charity_portal.accounts.rules.addresses import normal_email
from charity_portal.accounts.rules.throttle import PASSWORD_AGAIN, SIGN_IN_ACCOUNT, SIGN_IN_NETWORK
from charity_portal.accounts.services import passwords, sessions
from charity_portal.kernel import audit, throttling
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.permissions import ANONYMOUS, Actor


@dataclass(frozen=True)
class Attempt:
    """What comparing showed: the account, whether the password fits, the hash it was compared with,
    and a stronger hash when that one has aged."""

    user_id: int | None
    fits: bool
    password_hash: str | None
    renewed_hash: str | None = None


def count_try(email: str, network: str) -> None:
    """Count a try for the account and for the network; TooManyTries when one is exhausted."""
    throttling.count((SIGN_IN_ACCOUNT, normal_email(email)), (SIGN_IN_NETWORK, network))


def compare(email: str, password: str, demo: bool) -> Attempt:
    """Compare the password (slow; outside transactions). Demonstration accounts, whose password
    everybody can read, fit only where `demo` is on."""
    user = db.session.scalar(sa.select(User).where(User.email == normal_email(email)))
    known = user.password_hash if user is not None else None
    fits = passwords.password_fits(known, password)
    if user is None or known is None or not fits or (user.is_demo and not demo):
        return Attempt(user.id if user else None, False, known)
    renewed = passwords.hash_password(password) if passwords.outdated(known) else None
    return Attempt(user.id, True, known, renewed)


def conclude(attempt: Attempt, email: str, device: str, network: str, shown: str) -> str | None:
    """Begin a session and return its token, or record the refusal and return None.

    `network` is what tries are counted under, `shown` its masked form for lists.
    """
    user = locked(User, attempt.user_id) if attempt.user_id is not None else None
    if (
        user is None
        or not attempt.fits
        or user.password_hash != attempt.password_hash
        or not user.is_active
    ):
        audit.record(ANONYMOUS, "accounts.sign_in.refused", user)
        return None
    throttling.forget(SIGN_IN_ACCOUNT, normal_email(email))
    throttling.give_back(SIGN_IN_NETWORK, network)
    if attempt.renewed_hash:
        user.password_hash = attempt.renewed_hash
    audit.record(Actor(user.id, user.name), "accounts.sign_in.done", user)
    return sessions.begin(user, device, shown)


def count_password_again(user_id: int) -> None:
    """Count a try at the password that is asked for again before something sensitive."""
    throttling.count((PASSWORD_AGAIN, str(user_id)))


def forget_password_again(user_id: int) -> None:
    """The password was right: later tries count afresh."""
    throttling.forget(PASSWORD_AGAIN, str(user_id))
