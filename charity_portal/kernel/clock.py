"""The only place that asks what time it is, so that a test can say so instead."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")

_frozen: list[datetime] = []


def now() -> datetime:
    """The present moment, aware, in UTC."""
    if _frozen:
        return _frozen[-1]
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in the city."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """The same moment on the city's clocks."""
    return moment.astimezone(LOCAL_ZONE)


def at_local(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """The UTC moment at which the city's clocks show that time on that day."""
    return datetime(
        day.year, day.month, day.day, hour, minute, second, tzinfo=LOCAL_ZONE
    ).astimezone(UTC)


@contextmanager
def freeze(moment: datetime) -> Iterator[datetime]:
    """Let every thread of this process see `moment` as the present; for tests and demonstrations."""
    _frozen.append(moment.astimezone(UTC))
    try:
        yield moment
    finally:
        _frozen.pop()
