"""Tries are counted in the database, so that every process sees the same count.

A try is counted before it is judged: of a hundred at once none slips through between looking and
writing. Accounts and addresses are known by keyed hashes, also for accounts that do not exist.
"""

from datetime import timedelta

import sqlalchemy as sa

from charity_portal.accounts.errors import TooManyTries
from charity_portal.accounts.models import SignInCounter
from charity_portal.accounts.rules.throttle import Limit
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, insert_if_absent
from charity_portal.kernel.secrets import blind_index

KEEP = timedelta(days=1)


def _key(limit: Limit, whose: str) -> str:
    return f"{limit.name}:{blind_index(f'accounts.{limit.name}', whose)}"


def _locked_counter(key: str) -> SignInCounter:
    insert_if_absent(SignInCounter, key=key, started_at=clock.now(), count=0)
    counter = db.session.scalar(
        sa.select(SignInCounter)
        .where(SignInCounter.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return counter if counter is not None else _locked_counter(key)  # swept away in between


def count(*tries: tuple[Limit, str]) -> None:
    """Count one try under each limit; TooManyTries (and nothing counted) when one is exhausted."""
    now = clock.now()
    counters = []
    for limit, whose in sorted(tries, key=lambda one: one[0].name):
        counter = _locked_counter(_key(limit, whose))
        if limit.over(counter.started_at, now):
            counter.started_at, counter.count = now, 0
        if counter.count >= limit.tries:
            raise TooManyTries(counter.started_at + limit.window)
        counters.append(counter)
    for counter in counters:
        counter.count += 1


def forget(limit: Limit, whose: str) -> None:
    """Start afresh: the person showed who they are."""
    db.session.execute(
        sa.update(SignInCounter).where(SignInCounter.key == _key(limit, whose)).values(count=0)
    )


def give_back(limit: Limit, whose: str) -> None:
    """Take one try back: it succeeded, and others share the count."""
    key = _key(limit, whose)
    db.session.execute(
        sa.update(SignInCounter)
        .where(SignInCounter.key == key, SignInCounter.count > 0)
        .values(count=SignInCounter.count - 1)
    )


def sweep() -> int:
    """Delete counters whose window is long over; how many went."""
    old = sa.delete(SignInCounter).where(SignInCounter.started_at < clock.now() - KEEP)
    return int(db.session.execute(old).rowcount)  # type: ignore[attr-defined]
