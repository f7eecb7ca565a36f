"""Time is the city's."""

from datetime import UTC, date, datetime

from charity_portal.kernel import clock
from tests.support.clocks import FrozenClock


def test_the_day_is_the_citys_day(clock: FrozenClock) -> None:
    clock.set(datetime(2026, 3, 1, 16, 30, tzinfo=UTC))
    from_kernel = clock.now
    assert from_kernel.tzinfo is UTC


def test_midnight_comes_eight_hours_early() -> None:
    with clock.freeze(datetime(2026, 3, 1, 16, 30, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 2)
        assert clock.local(clock.now()).hour == 0


def test_a_time_of_day_becomes_the_same_moment() -> None:
    assert clock.at_local(date(2026, 3, 5), 17) == datetime(2026, 3, 5, 9, tzinfo=UTC)


def test_freezing_ends_with_its_block() -> None:
    moment = datetime(2031, 1, 1, tzinfo=UTC)
    with clock.freeze(moment):
        assert clock.now() == moment
    assert clock.now() != moment
