from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charity_portal.kernel import workdays

NATIONAL_DAY = date(2026, 10, 1)


def test_a_make_up_saturday_is_worked() -> None:
    assert date(2026, 10, 10).weekday() == 5
    assert workdays.is_workday(date(2026, 10, 10))
    assert not workdays.is_workday(date(2026, 10, 17))


def test_an_announced_holiday_on_a_weekday_is_not_worked() -> None:
    assert not workdays.is_workday(NATIONAL_DAY)
    assert not workdays.is_workday(date(2026, 10, 7))


def test_the_day_of_the_event_does_not_count() -> None:
    assert workdays.add_workdays(date(2026, 11, 16), 1) == date(2026, 11, 17)
    assert workdays.add_workdays(date(2026, 11, 14), 1) == date(2026, 11, 16)
    assert workdays.add_workdays(date(2026, 11, 14), 0) == date(2026, 11, 14)


def test_a_term_skips_two_holidays_in_a_row() -> None:
    # 25 to 27 September is the Mid-Autumn holiday, 1 to 7 October the national one.
    assert workdays.add_workdays(date(2026, 9, 24), 5) == date(2026, 10, 9)
    assert workdays.workdays_between(date(2026, 9, 24), date(2026, 10, 9)) == 5


def test_years_not_yet_announced_are_estimated_and_say_so() -> None:
    assert workdays.source(2026) == "official"
    assert workdays.source(2027) == "estimate"
    assert not workdays.is_workday(date(2027, 1, 1))
    assert workdays.is_workday(date(2027, 1, 4))
    # 31 December 2026 is a Thursday, 1 January a holiday, then a weekend.
    assert workdays.add_workdays(date(2026, 12, 31), 1) == date(2027, 1, 4)


def test_an_override_wins_over_both_sources() -> None:
    worked = {date(2027, 1, 2): True}
    assert workdays.is_workday(date(2027, 1, 2), worked)
    assert workdays.add_workdays(date(2026, 12, 31), 1, worked) == date(2027, 1, 2)
    closed = {date(2026, 11, 17): False}
    assert workdays.add_workdays(date(2026, 11, 16), 1, closed) == date(2026, 11, 18)
    assert workdays.workdays_between(date(2026, 11, 16), date(2026, 11, 18), closed) == 1


def test_a_period_in_calendar_days_ends_on_a_working_day() -> None:
    assert workdays.last_day(date(2026, 9, 1), 30) == date(2026, 10, 8)
    assert workdays.last_day(date(2026, 11, 10), 7) == date(2026, 11, 17)


@given(st.dates(date(2024, 1, 1), date(2029, 1, 1)), st.integers(0, 60))
def test_counting_back_gives_the_number_of_days_added(start: date, count: int) -> None:
    end = workdays.add_workdays(start, count)
    assert workdays.workdays_between(start, end) == count
    assert workdays.workdays_between(end, start) == -count
    assert count == 0 or workdays.is_workday(end)


def test_a_negative_count_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError):
        workdays.add_workdays(NATIONAL_DAY, -1)


def test_every_announced_year_has_rest_days_on_weekdays() -> None:
    day = date(2026, 1, 1)
    rest = [day + timedelta(n) for n in range(365) if not workdays.is_workday(day + timedelta(n))]
    assert sum(d.weekday() < 5 for d in rest) >= 18
