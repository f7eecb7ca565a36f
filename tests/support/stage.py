"""A portal as an office finds it on the first day: empty, served by the real command, its time told.

Tests look at its database and prepare it with the factories (an app of the test's own on the same
database); whatever people do goes through the browser and the running server.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask import Flask

from charity_portal.app import create_app
from charity_portal.kernel.database import db
from tests.support.apps import settings_for
from tests.support.client import watch
from tests.support.clocks import FrozenClock
from tests.support.live import LivePortal
from tests.support.paths import ROOT
from tests.support.people import sign_in

HOOK = Path(__file__).parent / "told_time"


class Stage(LivePortal):
    """`serve` without the demo city, at the time that the test's clock shows."""

    arguments = ("serve",)

    def __init__(self) -> None:
        self._time: Path | None = None
        self._clock: FrozenClock | None = None
        super().__init__("sqlite")
        self.app: Flask = create_app(
            settings_for(self.database.url, self.data_dir, public_url=self.url)
        )
        watch(self.app)

    @contextmanager
    def opened(self, clock: FrozenClock) -> Iterator[None]:
        """Empty again, at the time of `clock`, with an app context for the test."""
        self._clock = clock
        self._tell()
        self.restore()
        with self.app.app_context():
            yield
            db.session.remove()

    def set(self, moment: datetime | str) -> datetime:
        """Jump to a moment, here and on the server; text is local time."""
        assert self._clock is not None
        now = self._clock.set(moment)
        self._tell()
        return now

    def advance(self, **by: float) -> datetime:
        """Let `days=`, `hours=`, `minutes=`, `seconds=` pass, here and on the server."""
        assert self._clock is not None
        now = self._clock.advance(**by)
        self._tell()
        return now

    def look(self) -> None:
        """Forget what was read before, so that the test sees what stands in the database now."""
        db.session.rollback()
        db.session.expire_all()

    def cookie(self, user_id: int) -> str:
        """The cookie of a person who signed in, second factor shown."""
        client = self.app.test_client()
        sign_in(client, user_id)
        cookie = client.get_cookie("session")
        assert cookie is not None
        return cookie.value

    def _tell(self) -> None:
        assert self._clock is not None
        file = self._time_file()
        fresh = file.with_suffix(".new")
        fresh.write_text(self._clock.now.isoformat())
        fresh.replace(file)

    def _time_file(self) -> Path:
        if self._time is None:
            self._time = self.data_dir.parent / "time"
        return self._time

    def _environment(self) -> dict[str, str]:
        file = self._time_file()
        if not file.exists():
            file.write_text(datetime.fromisoformat("2026-03-02T10:00+08:00").isoformat())
        path = os.pathsep.join([str(HOOK), str(ROOT)])
        return {**super()._environment(), "TOLD_TIME": str(file), "PYTHONPATH": path}
