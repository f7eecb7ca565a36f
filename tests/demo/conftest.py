"""The demo city on both databases, loaded once for all tests that look at it.

The two are loaded on different days, so that a city that fits one calendar only is noticed: a Monday
in spring, and a Saturday after a new year whose holidays are not announced yet.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.demo import loading
from charity_portal.demo.city import City
from charity_portal.kernel import clock as clocks
from charity_portal.kernel.database import db
from tests.support import apps
from tests.support.clocks import FrozenClock

DAYS = {
    "sqlite": datetime(2026, 3, 2, 10, 0, tzinfo=clocks.LOCAL_ZONE),
    "postgresql": datetime(2028, 1, 8, 22, 30, tzinfo=clocks.LOCAL_ZONE),
}


@dataclass(frozen=True)
class Loaded:
    """A portal with the city in it, and the moment at which it was loaded."""

    portal: apps.Portal
    city: City
    at: datetime


@pytest.fixture(scope="session")
def demo_cities() -> Iterator[Callable[[str], Loaded]]:
    """Load the city into a database by its name, on first use."""
    loaded: dict[str, Loaded] = {}

    def get(name: str) -> Loaded:
        if name not in loaded:
            portal = apps.build(name)
            portal.app.config["DEMO"] = True
            with portal.app.app_context(), clocks.freeze(DAYS[name]):
                city = loading.load(lambda what: None)
                db.session.remove()
            loaded[name] = Loaded(portal, city, DAYS[name])
        return loaded[name]

    yield get
    for one in loaded.values():
        with one.portal.app.app_context():
            db.engine.dispose()
        one.portal.database.close()


@pytest.fixture(params=tuple(DAYS))
def loaded(
    request: pytest.FixtureRequest, demo_cities: Callable[[str], Loaded], clock: FrozenClock
) -> Iterator[Loaded]:
    """The city, the clock at the moment of loading, an app context pushed. Only look, never write."""
    one = demo_cities(request.param)
    clock.set(one.at)
    with one.portal.app.app_context():
        yield one
        db.session.remove()


@pytest.fixture
def city(loaded: Loaded) -> City:
    """Ids by the keys of the data."""
    return loaded.city


@pytest.fixture
def app(loaded: Loaded) -> Flask:
    """The app with the city in it."""
    return loaded.portal.app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser in the city."""
    return app.test_client()
