"""A window in days and working days, as people read it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from charity_portal.kernel import clock
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.workdays import is_workday, source, workdays_between

WEEKDAYS = (
    say("星期一"),
    say("星期二"),
    say("星期三"),
    say("星期四"),
    say("星期五"),
    say("星期六"),
    say("星期日"),
)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Edge:
    """One end of a window: its weekday and whether offices work on it."""

    weekday: Text
    works: bool


@dataclass(frozen=True)
class Span:
    """A window: calendar days begun and working days in it, both ends included.

    `provisional` when holidays of a year in it are not announced yet.
    """

    opens: Edge
    closes: Edge
    days: int
    workdays: int
    provisional: bool


def edge(moment: datetime) -> Edge:
    """The day of a moment on the city's clocks."""
    day = clock.local(moment).date()
    return Edge(WEEKDAYS[day.weekday()], is_workday(day))


def span(opens_at: datetime | None, closes_at: datetime | None) -> Span | None:
    """The window in days; None while it is incomplete or upside down."""
    if opens_at is None or closes_at is None or closes_at <= opens_at:
        return None
    first, last = clock.local(opens_at).date(), _last_day(closes_at)
    return Span(
        opens=edge(opens_at),
        closes=edge(closes_at),
        days=(last - first).days + 1,
        workdays=workdays_between(first - _DAY, last),
        provisional="estimate" in (source(first.year), source(last.year)),
    )


def _last_day(closes_at: datetime) -> date:
    """The last day on which one can apply: a window that ends at midnight ends the day before."""
    return clock.local(closes_at - timedelta(seconds=1)).date()
