"""People for tests, made as the portal leaves them."""

import itertools
from collections.abc import Iterable
from typing import Any

from charity_portal.accounts.models import OneTimeLink, User, UserSession
from charity_portal.accounts.rules import second_factor
from charity_portal.accounts.rules.tokens import token_hash
from charity_portal.accounts.services import links, people, sessions
from charity_portal.kernel import clock, mail
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import SYSTEM
from tests.factories.examples import Example, World

PASSWORD = "correct horse battery staple"
# argon2id of PASSWORD with the portal's own parameters: made once, because making it is slow.
PASSWORD_HASH = "$argon2id$v=19$m=19456,t=2,p=1$pUub0fOwAr8TYq3PgzoTtw$g6rGzD98RPrVBAPBKVJ6YlqEPNUbcg8wOuPYNzTArpQ"

_numbers = itertools.count(1)


def make_user(
    name: str = "林知夏",
    roles: Iterable[str] = (),
    email: str | None = None,
    password: bool = True,
    enrolled: bool | None = None,
    **more: Any,
) -> User:
    """An account with PASSWORD; holders of roles have a second factor unless `enrolled` is False."""
    roles = tuple(roles)
    secret = second_factor.new_secret() if (enrolled is None and roles) or enrolled else None
    with transaction():
        user_id = people.create_person(
            SYSTEM,
            email or f"person-{next(_numbers)}@example.org",
            name,
            roles,
            PASSWORD_HASH if password else None,
            totp_secret=secret,
            **more,
        )
    return db.session.get_one(User, user_id)


def code_of(user: User) -> str:
    """The code that the person's telephone shows now."""
    assert user.totp_secret is not None
    return second_factor.code_at(user.totp_secret, second_factor.step_of(clock.now()))


def make_link(purpose: str, email: str, user: User | None = None, **payload: Any) -> str:
    """A link as if its letter had been written; its token."""
    with transaction():
        link = links.ask(SYSTEM, purpose, email, user.id if user else None, payload)
        return links.arm(link)


def link_of(token: str) -> OneTimeLink:
    """The row of a link."""
    return db.session.query(OneTimeLink).filter_by(token_hash=token_hash(token)).one()


def make_letter(kind: str = "projects.receipt") -> int:
    """A letter in the outbox; its id."""
    with transaction():
        return mail.post(SYSTEM, "reader@example.org", "收件回执", "已收到。", kind, 1).id


def _session_of(world: World) -> int:
    with transaction():
        token = sessions.begin(db.session.get_one(User, world.people["person"]), "Firefox", "—")
    return db.session.query(UserSession).filter_by(token_hash=token_hash(token)).one().id


EXAMPLES: dict[str, Example] = {
    "user_id": lambda world: make_user(roles=["officer"]).id,
    "role": lambda world: "officer",
    "session_id": _session_of,
    "letter_id": lambda world: make_letter(),
}
