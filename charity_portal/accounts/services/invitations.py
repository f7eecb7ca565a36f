"""Invitations on behalf of other domains, for instance to become a member of an organization.

The domain registers a kind: how to say what is offered, and what to do when it is accepted. So this
domain knows letters, links and accounts, and nothing of organizations.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from charity_portal.accounts.errors import LinkUnusable
from charity_portal.accounts.models import OneTimeLink, User
from charity_portal.accounts.queries import usable_link
from charity_portal.accounts.services import links, people, sessions
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import Text
from charity_portal.kernel.permissions import ANONYMOUS, Actor


@dataclass(frozen=True)
class Kind:
    """`describe(payload)` says what is offered, as a phrase (“加入某机构，担任项目编辑”).
    `complete(actor, payload)` does it, inside the accepting transaction, and returns the path to go
    on to; it may refuse with a PortalError."""

    name: str
    describe: Callable[[dict[str, Any]], Text]
    complete: Callable[[Actor, dict[str, Any]], str]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of invitation known; at import time of the domain that offers it."""
    _kinds[kind.name] = kind


def invite(actor: Actor, email: str, kind: str, payload: dict[str, Any], locale: str = "zh") -> int:
    """Send an invitation; the id of its link, by which it can be followed and withdrawn."""
    if kind not in _kinds:
        raise KeyError(kind)
    link = links.ask(
        actor, "join", email, payload={"kind": kind, "locale": locale, "offer": payload}
    )
    audit.record(actor, "accounts.invitation.sent", link, after={"kind": kind})
    return link.id


def withdraw(actor: Actor, link_id: int) -> None:
    """Take an invitation back; nothing happens when it was accepted or withdrawn already."""
    link = locked(OneTimeLink, link_id)
    if link.purpose != "join":
        raise NotFound
    if link.used_at is None and link.withdrawn_at is None:
        link.withdrawn_at = clock.now()
        audit.record(actor, "accounts.invitation.withdrawn", link)


def states(link_ids: Iterable[int]) -> dict[int, str]:
    """`open`, `accepted`, `expired` or `withdrawn` for each invitation."""
    rows = db.session.scalars(
        sa.select(OneTimeLink).where(
            OneTimeLink.id.in_(set(link_ids)), OneTimeLink.purpose == "join"
        )
    )
    return {row.id: _state(row) for row in rows}


def _state(link: OneTimeLink) -> str:
    if link.used_at is not None:
        return "accepted"
    if link.withdrawn_at is not None:
        return "withdrawn"
    return "expired" if link.expires_at <= clock.now() else "open"


@dataclass(frozen=True)
class Offer:
    """An open invitation as its page shows it."""

    email: str
    what: Text


def offer(token: str) -> Offer | None:
    """What a token offers, None when it is no longer open."""
    link = usable_link(token, "join")
    return Offer(link.email, describe(link)) if link is not None else None


def describe(link: OneTimeLink) -> Text:
    """What an invitation offers, as a phrase."""
    return _kinds[link.payload["kind"]].describe(link.payload["offer"])


def accept(actor: Actor, token: str) -> str:
    """The signed-in person accepts; the path to go on to. Whoever holds the link may accept it,
    under whatever address they sign in: it was given to them."""
    link = links.use(token, "join")
    link.user_id = actor.user_id
    audit.record(actor, "accounts.invitation.accepted", link)
    return _kinds[link.payload["kind"]].complete(actor, link.payload["offer"])


def accept_with_new_account(
    token: str, name: str, password_hash: str, device: str, shown: str
) -> tuple[str, str]:
    """Open an account for the invited address, accept, and sign in: the session's token and the path
    to go on to. EmailTaken when the address has an account: then its owner signs in instead."""
    link = usable_link(token, "join")
    if link is None:
        raise LinkUnusable
    user_id = people.create_person(
        ANONYMOUS, link.email, name, password_hash=password_hash, locale=link.payload["locale"]
    )
    user = locked(User, user_id)
    path = accept(Actor(user.id, user.name), token)
    return sessions.begin(user, device, shown), path
