"""Stories take turns in the order of time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from charity_portal.demo.timeline import Calendar, tell
from charity_portal.kernel import clock as clocks
from charity_portal.kernel.workdays import is_workday

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_steps_of_all_stories_happen_in_the_order_of_time() -> None:
    told: list[tuple[str, datetime]] = []

    def story(name: str, *hours: int) -> Iterator[datetime]:
        for hour in hours:
            yield NOON + hour * HOUR
            told.append((name, clocks.now()))

    tell([story("a", 1, 4, 5), story("b", 2, 3)], until=NOON + 9 * HOUR)
    assert [name for name, _ in told] == ["a", "b", "b", "a", "a"]
    assert [moment for _, moment in told] == [NOON + n * HOUR for n in (1, 2, 3, 4, 5)]


def test_a_story_cannot_go_back_nor_into_the_future() -> None:
    def back() -> Iterator[datetime]:
        yield NOON
        yield NOON - HOUR

    def ahead() -> Iterator[datetime]:
        yield NOON + HOUR

    with pytest.raises(ValueError, match="goes back"):
        tell([back()], until=NOON)
    with pytest.raises(ValueError, match="after the present"):
        tell([ahead()], until=NOON)


@pytest.mark.parametrize("today", [date(2026, 3, 2), date(2026, 10, 4), date(2028, 1, 1)])
def test_days_before_and_after_today_are_working_days_one_after_another(today: date) -> None:
    calendar = Calendar(today)
    days = [calendar.day(n) for n in range(-30, 30)]
    assert days == sorted(days)
    assert calendar.day(-1) < calendar.day(0) == today < calendar.day(1)
    assert all(is_workday(day) for day in days if day != today)
