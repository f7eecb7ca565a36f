"""Links that are sent by letter, work once, and run out.

Asking for one writes a row and a job whatever the address is; only the job looks whether somebody has
that address. So the person asking learns nothing, not even from the time that the answer takes.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from charity_portal.accounts.errors import LinkUnusable
from charity_portal.accounts.models import OneTimeLink
from charity_portal.accounts.queries import usable_link
from charity_portal.accounts.rules.addresses import normal_email
from charity_portal.accounts.rules.tokens import new_token, token_hash
from charity_portal.kernel import clock, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.permissions import Actor

LIFE = {
    "reset": timedelta(hours=1),
    "confirm": timedelta(hours=24),
    "register": timedelta(hours=24),
    "invite": timedelta(days=7),
    "join": timedelta(days=14),
}
KEEP = timedelta(days=30)


def ask(
    actor: Actor,
    purpose: str,
    email: str,
    user_id: int | None = None,
    payload: dict[str, Any] | None = None,
) -> OneTimeLink:
    """Write a link without a token yet; a job decides whether, and to whom, its letter goes."""
    link = OneTimeLink(
        purpose=purpose,
        email=normal_email(email),
        user_id=user_id,
        payload=payload or {},
        expires_at=clock.now() + LIFE[purpose],
    )
    db.session.add(link)
    db.session.flush()
    jobs.enqueue(actor, "accounts.write_letter", {"link": link.id})
    return link


def arm(link: OneTimeLink) -> str:
    """Give a link its token; the token is told only once."""
    token = new_token()
    link.token_hash = token_hash(token)
    db.session.flush()
    return token


def use(token: str, *purposes: str) -> OneTimeLink:
    """Spend a link; LinkUnusable when it is spent, too old, withdrawn or unknown. Of two at once
    one wins."""
    found = usable_link(token, *purposes)
    if found is None:
        raise LinkUnusable
    link = locked(OneTimeLink, found.id)
    if link.used_at is not None or link.withdrawn_at is not None:
        raise LinkUnusable
    link.used_at = clock.now()
    db.session.flush()
    return link


def withdraw_all(user_id: int, *purposes: str, keep: int | None = None) -> None:
    """Make every open link of these purposes for an account useless, but one."""
    open_ones = db.session.scalars(
        sa.select(OneTimeLink)
        .where(
            OneTimeLink.user_id == user_id,
            OneTimeLink.purpose.in_(purposes),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.withdrawn_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for link in open_ones:
        if link.id != keep:
            link.withdrawn_at = clock.now()


def sweep() -> int:
    """Delete links that nobody can use any more and that nobody asks about; how many went."""
    old = sa.delete(OneTimeLink).where(
        OneTimeLink.expires_at < clock.now() - KEEP, OneTimeLink.purpose != "join"
    )
    return int(db.session.execute(old).rowcount)  # type: ignore[attr-defined]
