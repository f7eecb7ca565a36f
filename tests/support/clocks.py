"""Time as the tests tell it."""

from contextlib import ExitStack
from datetime import datetime, timedelta

from charity_portal.kernel import clock

START = datetime(2026, 3, 2, 10, 0, tzinfo=clock.LOCAL_ZONE)  # a Monday, a working day


class FrozenClock:
    """The portal's clock, standing still until a test moves it."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.set(START)

    @property
    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return clock.now()

    def set(self, moment: datetime | str) -> datetime:
        """Jump to a moment; text is local time such as `2026-11-21 20:00`."""
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment).replace(tzinfo=clock.LOCAL_ZONE)
        self._stack.enter_context(clock.freeze(moment))
        return self.now

    def advance(self, **by: float) -> datetime:
        """Let `days=`, `hours=`, `minutes=`, `seconds=` pass."""
        return self.set(clock.now() + timedelta(**by))
