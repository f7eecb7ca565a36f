"""Password hashing (argon2id, 19 MiB, two passes), and changing passwords.

Hashing is slow on purpose. It happens outside every transaction, at most four at once in a process,
and for an unknown account as well, so that the answer takes the same work.
"""

import threading
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from charity_portal.accounts.errors import PasswordWeak
from charity_portal.accounts.models import User
from charity_portal.accounts.rules.passwords import weaknesses
from charity_portal.accounts.services import letters, links, sessions
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import in_transaction, locked
from charity_portal.kernel.permissions import Actor

AT_ONCE = 4
DEMO_PASSWORD = "harbour-lantern-2026"  # of demonstration accounts; shown on their sign-in page

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(AT_ONCE)
# The hash of a random password that nobody knows, with the same parameters.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$lOUK5nt9cAiH1cqwafmGVg$"
    "qOhWy/Db0IF45Ir7BB06wGNCEzjg90mSHTMGypYjdDw"
)


class SlowWorkInTransaction(RuntimeError):
    """Hashing inside a transaction would keep everybody else from writing."""


def hash_password(text: str) -> str:
    """The argon2id hash of a password; takes tens of milliseconds, so never inside a transaction."""
    _refuse_in_transaction()
    with _turns:
        return _hasher.hash(text)


def password_fits(password_hash: str | None, text: str) -> bool:
    """Whether `text` is the password; the same work is done when there is none to compare with."""
    _refuse_in_transaction()
    with _turns:
        try:
            _hasher.verify(password_hash or _NOBODY, text)
        except (VerifyMismatchError, InvalidHashError):
            return False
    return password_hash is not None


def outdated(password_hash: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _refuse_in_transaction() -> None:
    if in_transaction():
        raise SlowWorkInTransaction


def check_strength(text: str, about: Iterable[str], field: str = "password") -> None:
    """PasswordWeak with the reasons at `field` unless the password is good enough."""
    if found := weaknesses(text, about):
        raise PasswordWeak(fields={field: found})


def set_password(
    actor: Actor, user_id: int, password_hash: str, keep_session: int | None = None
) -> None:
    """Give a person a new password; every session but `keep_session` ends, and a letter says so."""
    user = locked(User, user_id)
    first = user.password_hash is None
    user.password_hash, user.password_changed_at = password_hash, clock.now()
    sessions.revoke_all(user_id, keep=keep_session)
    links.withdraw_all(user_id, "reset", "invite")
    audit.record(actor, "accounts.user.password_set", user)
    if not first:
        letters.password_changed(actor, user)


def renew_hash(user_id: int, old: str, new: str) -> None:
    """Replace an outdated hash of the same password, unless the password changed meanwhile."""
    user = locked(User, user_id)
    if user.password_hash == old:
        user.password_hash = new
