"""Working days in China, for terms that a rule counts in 工作日.

Years that the State Council has announced come from `chinesecalendar`, make-up Saturdays and
Sundays included. Later years are an estimate: weekends and the statutory holidays that `holidays`
computes, without make-up days, because those are fixed only by the yearly notice. `source(year)`
says which of the two holds, so that a page can mark a date as provisional. `overrides` (date to
working or not) wins over both: a city may enter the notice before the package learns it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import chinese_calendar
import holidays
from chinese_calendar import constants

_DAY = timedelta(days=1)
_FURTHEST = 3660
"""No term is longer than ten years; a counter that runs further is a mistake of the caller."""


def is_workday(day: date, overrides: Mapping[date, bool] | None = None) -> bool:
    """Whether offices work on that day."""
    if overrides is not None and day in overrides:
        return overrides[day]
    if source(day.year) == "official":
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and day not in _estimated_holidays(day.year)


def source(year: int) -> Literal["official", "estimate"]:
    """Whether the holidays of that year are the announced ones."""
    return "official" if year in _announced_years() else "estimate"


def add_workdays(start: date, count: int, overrides: Mapping[date, bool] | None = None) -> date:
    """The `count`-th working day after `start`; the day of the event itself does not count.

    民法典 art. 201: a period begins on the next day. `count` 0 gives `start`; ValueError below 0.
    """
    if not 0 <= count <= _FURTHEST:
        raise ValueError("count must be between 0 and ten years")
    day = start
    while count:
        day += _DAY
        count -= is_workday(day, overrides)
    return day


def workdays_between(start: date, end: date, overrides: Mapping[date, bool] | None = None) -> int:
    """Working days after `start` up to and including `end`; negative when `end` lies before.

    The inverse of add_workdays: `workdays_between(d, add_workdays(d, n)) == n`.
    """
    if end < start:
        return -workdays_between(end, start, overrides)
    days = (start + _DAY * offset for offset in range(1, (end - start).days + 1))
    return sum(is_workday(day, overrides) for day in days)


def last_day(start: date, days: int, overrides: Mapping[date, bool] | None = None) -> date:
    """Last day of a period of `days` calendar days after `start`, moved on to a working day.

    民法典 art. 203: a period that would end on a rest day ends on the next working day.
    """
    day = start + _DAY * days
    while not is_workday(day, overrides):
        day += _DAY
    return day


@lru_cache(maxsize=1)
def _announced_years() -> frozenset[int]:
    return frozenset(day.year for day in constants.holidays)


@lru_cache(maxsize=32)
def _estimated_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CN", years=year))
