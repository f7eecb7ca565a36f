"""Tries are counted in the database, so that every process sees the same count.

A try is counted before it is judged: of a hundred at once none slips through between looking and
writing. Whoever tries is known by a keyed hash, also an account that does not exist.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from charity_portal.kernel import clock
from charity_portal.kernel.database import Id, Model, Stamp, db, insert_if_absent
from charity_portal.kernel.errors import Throttled
from charity_portal.kernel.i18n import say
from charity_portal.kernel.secrets import blind_index

KEEP = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """At most `tries` in a `window` that starts with the first."""

    name: str
    tries: int
    window: timedelta

    def over(self, started_at: datetime, now: datetime) -> bool:
        """Whether a window that began then has passed."""
        return now - started_at >= self.window


class TryCounter(Model):
    """How many tries fell into one window, for one account or network, known by a keyed hash."""

    __tablename__ = "try_counter"
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    started_at: Mapped[Stamp]
    count: Mapped[int]

    __table_args__ = (sa.CheckConstraint("count >= 0", name="count"),)


class TooManyTries(Throttled):
    """Too many tries under one limit (429); `until` is when to try again."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(
            say(
                "尝试次数过多，请在 %(time)s 之后再试。",
                time=clock.local(until).strftime("%H:%M:%S"),
            )
        )

    def seconds_left(self) -> int:
        """How long to wait, for the Retry-After header; at least one second."""
        return max(1, round((self.until - clock.now()).total_seconds()))


def network_of(address: str | None) -> str:
    """What tries are counted under: an IPv4 address, or the /64 that one IPv6 subscriber holds."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        if mapped is None:
            return str(ipaddress.ip_network((parsed, 64), strict=False))
        return str(mapped)
    return str(parsed)


def _key(limit: Limit, whose: str) -> str:
    return f"{limit.name}:{blind_index(f'tries.{limit.name}', whose)}"


def _locked_counter(key: str) -> TryCounter:
    insert_if_absent(TryCounter, key=key, started_at=clock.now(), count=0)
    counter = db.session.scalar(
        sa.select(TryCounter)
        .where(TryCounter.key == key)
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
        sa.update(TryCounter).where(TryCounter.key == _key(limit, whose)).values(count=0)
    )


def give_back(limit: Limit, whose: str) -> None:
    """Take one try back: it succeeded, and others share the count."""
    key = _key(limit, whose)
    db.session.execute(
        sa.update(TryCounter)
        .where(TryCounter.key == key, TryCounter.count > 0)
        .values(count=TryCounter.count - 1)
    )


def sweep() -> int:
    """Delete counters whose window is long over; how many went."""
    old = sa.delete(TryCounter).where(TryCounter.started_at < clock.now() - KEEP)
    return int(db.session.execute(old).rowcount)  # type: ignore[attr-defined]
