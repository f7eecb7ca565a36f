"""The city's past, told in order: stories that take turns on one clock.

A story is a generator. It yields the moment at which it goes on; when the clock stands there, it acts
until its next yield. So each call's history is written from beginning to end, and all of them together
still happen in the order of time, as the audit trail and the numbers need it.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from charity_portal.kernel import clock
from charity_portal.kernel.workdays import add_workdays, is_workday

Story = Iterator[datetime]
_DAY = timedelta(days=1)
_STRIDE = 250


@dataclass(frozen=True)
class Calendar:
    """Days counted from the day on which the city is loaded."""

    today: date

    def day(self, workdays: int) -> date:
        """The day so many working days after today; below zero before it. 0 is today itself."""
        if workdays >= 0:
            return add_workdays(self.today, workdays)
        return _workdays_before(self.today, -workdays // _STRIDE + 1)[-workdays - 1]

    def at(self, workdays: int, hour: int, minute: int = 0) -> datetime:
        """A time of that day on the city's clocks."""
        return clock.at_local(self.day(workdays), hour, minute)


@cache
def _workdays_before(today: date, strides: int) -> list[date]:
    """So many strides of working days before a day, the nearest first."""
    found, day = list[date](), today
    while len(found) < strides * _STRIDE:
        day -= _DAY
        if is_workday(day):
            found.append(day)
    return found


def tell(stories: Iterable[Story], until: datetime) -> None:
    """Let all stories happen, each step at its moment, none after `until`."""
    waiting: list[tuple[datetime, int, Story]] = []
    for number, story in enumerate(stories):
        _queue(waiting, number, story, None)
    while waiting:
        moment, number, story = heapq.heappop(waiting)
        if moment > until:
            raise ValueError(f"story {number} goes on at {moment}, after the present")
        with clock.freeze(moment):
            _queue(waiting, number, story, moment)


def _queue(
    waiting: list[tuple[datetime, int, Story]], number: int, story: Story, now: datetime | None
) -> None:
    following = next(story, None)
    if following is None:
        return
    if now is not None and following < now:
        raise ValueError(f"story {number} goes back from {now} to {following}")
    heapq.heappush(waiting, (following, number, story))
