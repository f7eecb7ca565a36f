"""What may be asked about accounts; outsiders get frozen values, never rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from charity_portal.accounts.models import OneTimeLink, RecoveryCode, RoleGrant, User, UserSession
from charity_portal.accounts.rules import roles as role_rules
from charity_portal.accounts.rules.addresses import normal_email
from charity_portal.accounts.rules.sessions import has_expired
from charity_portal.accounts.rules.tokens import token_hash
from charity_portal.kernel import clock
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.i18n import Text
from charity_portal.kernel.mail import OutboxMail


@dataclass(frozen=True)
class Person:
    """An account as other domains see it."""

    id: int
    name: str
    email: str
    locale: str
    is_active: bool
    is_demo: bool
    roles: frozenset[str]


@dataclass(frozen=True)
class Identity:
    """Who a session belongs to. `roles` is empty, and nothing is allowed, while `pending`: the
    second factor is needed and has not been shown in this session."""

    user_id: int
    session_id: int
    name: str
    email: str
    locale: str
    roles: frozenset[str]
    confirmed: bool
    needs_second_factor: bool
    last_seen_at: datetime

    @property
    def pending(self) -> bool:
        """Whether the second factor is still missing."""
        return self.needs_second_factor and not self.confirmed


def identity(token: str) -> Identity | None:
    """Whose session this is, as things stand at this moment: None when the session was revoked or
    has expired, or the account was closed. Roles given or taken a second ago count."""
    found = db.session.execute(
        sa.select(UserSession, User)
        .join(User, User.id == UserSession.user_id)
        .where(UserSession.token_hash == token_hash(token))
    ).one_or_none()
    if found is None:
        return None
    session, user = found
    if session.revoked_at is not None or not user.is_active:
        return None
    roles = _roles_of([user.id]).get(user.id, frozenset())
    staff = role_rules.needs_second_factor(roles)
    needed = staff or user.totp_secret is not None
    pending = needed and not session.confirmed
    if has_expired(
        session.created_at, session.last_seen_at, clock.now(), staff=staff, pending=pending
    ):
        return None
    return Identity(
        user.id, session.id, user.name, user.email, user.locale,
        frozenset() if pending else roles, session.confirmed, needed, session.last_seen_at,
    )  # fmt: skip


def _roles_of(ids: Iterable[int]) -> dict[int, frozenset[str]]:
    held: dict[int, set[str]] = {}
    grants = sa.select(RoleGrant.user_id, RoleGrant.role).where(RoleGrant.user_id.in_(ids))
    for user_id, role in db.session.execute(grants):
        held.setdefault(user_id, set()).add(role)
    return {user_id: frozenset(roles) for user_id, roles in held.items()}


def _persons(users: Iterable[User]) -> list[Person]:
    users = list(users)
    roles = _roles_of([user.id for user in users])
    return [
        Person(
            u.id, u.name, u.email, u.locale, u.is_active, u.is_demo, roles.get(u.id, frozenset())
        )
        for u in users
    ]


def person(user_id: int) -> Person | None:
    """One account, active or not."""
    return people([user_id]).get(user_id)


def people(ids: Iterable[int]) -> dict[int, Person]:
    """The accounts with these ids."""
    wanted = set(ids)
    if not wanted:
        return {}
    users = db.session.scalars(sa.select(User).where(User.id.in_(wanted)))
    return {person.id: person for person in _persons(users)}


def names(ids: Iterable[int]) -> dict[int, str]:
    """The names of these people."""
    wanted = sa.select(User.id, User.name).where(User.id.in_(set(ids)))
    return dict(db.session.execute(wanted).all())


def find_by_email(email: str) -> Person | None:
    """The account with this address, however it is written."""
    users = db.session.scalars(sa.select(User).where(User.email == normal_email(email)))
    return next(iter(_persons(users)), None)


def staff_with_role(role: str) -> list[Person]:
    """The active holders of a role, by name."""
    users = db.session.scalars(
        sa.select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.role == role, User.is_active)
        .order_by(User.name, User.id)
    )
    return _persons(users)


def role_word(role: str) -> Text:
    """What people call a role."""
    return role_rules.WORDS[role]


def roles_held(user_id: int) -> frozenset[str]:
    """All roles given to a person, whatever their session says."""
    return _roles_of([user_id]).get(user_id, frozenset())


def demo_people() -> list[Person]:
    """The demonstration accounts, those with roles first."""
    users = db.session.scalars(
        sa.select(User).where(User.is_demo, User.is_active).order_by(User.id)
    )
    order = {role: place for place, role in enumerate(role_rules.ROLES)}
    return sorted(
        _persons(users),
        key=lambda p: min((order[role] for role in p.roles), default=len(order)),
    )


def account(user_id: int) -> User | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(User, user_id)


def session_row(session_id: int) -> UserSession | None:
    """One session's row; for this domain's own pages."""
    return db.session.get(UserSession, session_id)


@dataclass(frozen=True)
class SessionLine:
    """One sign-in as lists show it."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    device: str
    network: str
    confirmed: bool
    live: bool


def sessions_of(user_id: int, limit: int = 50) -> list[SessionLine]:
    """A person's sign-ins, newest first, those that are over included."""
    staff = role_rules.needs_second_factor(roles_held(user_id))
    owner = account(user_id)
    needed = staff or (owner is not None and owner.totp_secret is not None)
    rows = db.session.scalars(
        sa.select(UserSession)
        .where(UserSession.user_id == user_id)
        .order_by(UserSession.id.desc())
        .limit(limit)
    )
    now = clock.now()
    return [
        SessionLine(
            row.id, row.created_at, row.last_seen_at, row.device, row.network, row.confirmed,
            live=row.revoked_at is None and not has_expired(
                row.created_at, row.last_seen_at, now,
                staff=staff, pending=needed and not row.confirmed,
            ),
        )
        for row in rows
    ]  # fmt: skip


def people_page(
    search: str = "", role: str = "", closed: bool | None = None, after: str | None = None
) -> Page[Person]:
    """Accounts by address, one screenful; `search` looks into names and addresses."""
    wanted = sa.select(User)
    if search.strip():
        text = normal_email(search)
        wanted = wanted.where(
            sa.or_(
                User.email.contains(text, autoescape=True),
                User.name.contains(search.strip(), autoescape=True),
            )
        )
    if role == "any":
        wanted = wanted.where(sa.exists().where(RoleGrant.user_id == User.id))
    elif role:
        wanted = wanted.where(
            sa.exists().where(RoleGrant.user_id == User.id, RoleGrant.role == role)
        )
    if closed is not None:
        wanted = wanted.where(User.is_active.is_(not closed))
    found: Page[User] = page(wanted, order=[User.email], after=after)
    return Page(_persons(found.items), found.next_cursor, found.first)


def named_like(text: str) -> sa.Select[int]:
    """Ids of accounts whose name contains a text; to be used inside a larger query."""
    return sa.select(User.id).where(User.name.icontains(text.strip(), autoescape=True))


def grants_of(user_id: int) -> list[RoleGrant]:
    """A person's roles in the order of the list of roles."""
    rows = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == user_id))
    return sorted(rows, key=lambda grant: role_rules.ROLES.index(grant.role))


def recovery_codes_left(user_id: int) -> int:
    """How many unused recovery codes a person has."""
    left = sa.select(sa.func.count()).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return db.session.scalar(left) or 0


def usable_link(token: str, *purposes: str) -> OneTimeLink | None:
    """The link that a token opens, None when it is spent, too old, withdrawn or unknown."""
    link = db.session.scalar(
        sa.select(OneTimeLink).where(OneTimeLink.token_hash == token_hash(token))
    )
    if link is None or link.purpose not in purposes:
        return None
    spent = link.used_at is not None or link.withdrawn_at is not None
    return None if spent or link.expires_at <= clock.now() else link


@dataclass(frozen=True)
class Letter:
    """A letter of the outbox. `about_accounts`: it may carry a link that opens an account;
    `delivered_by_server`: a mail server delivers it, so nobody needs to read it here."""

    id: int
    kind: str
    recipient: str
    title: str
    body: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    about_accounts: bool
    delivered_by_server: bool


def _letter(row: OutboxMail) -> Letter:
    return Letter(
        row.id, row.kind, row.recipient, row.title, row.body, row.state, row.created_at, row.sent_at,
        about_accounts=row.kind.startswith("accounts."),
        delivered_by_server=row.state == "sent" or bool(current_app.config["MAIL_URL"]),
    )  # fmt: skip


def letter(letter_id: int) -> Letter | None:
    """One letter of the outbox."""
    row = db.session.get(OutboxMail, letter_id)
    return _letter(row) if row is not None else None


def letters_page(state: str = "", after: str | None = None) -> Page[Letter]:
    """The outbox, newest first, one screenful."""
    wanted = sa.select(OutboxMail)
    if state:
        wanted = wanted.where(OutboxMail.state == state)
    found: Page[OutboxMail] = page(wanted, order=[OutboxMail.id.desc()], after=after)
    return Page([_letter(row) for row in found.items], found.next_cursor, found.first)
