"""Fixtures that every test may use; a module in `support/` stands behind each."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from xdist.remote import Producer

from charity_portal.kernel.database import db
from tests.support import apps, databases, skips, sockets, warm
from tests.support.clocks import FrozenClock
from tests.support.sharing import Sharing
from tests.support.working import Worker

hypothesis_settings.register_profile(
    "tests",
    deadline=None,
    derandomize=True,  # the same run twice gives the same result
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    """No test leaves this machine, whatever it imports."""
    sockets.block()
    warm.install()
    # Told to stop, a run ends in good order: what it started (PostgreSQL, portals) ends with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    for name in ("DATABASE_URL", "SECRET_KEY", "DATA_DIR", "MAIL_URL", "PUBLIC_URL", "PORT"):
        os.environ.pop(name, None)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    """With several workers, what is dear to set up stays with one of them."""
    return Sharing(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Iterator[Any]:
    """See `support/skips.py`."""
    report = yield
    skips.judge(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[Any]:
    """See `support/skips.py`."""
    report = yield
    skips.judge(report)
    return report


@pytest.fixture(autouse=True)
def clock() -> Iterator[FrozenClock]:
    """The portal's clock, standing at Monday 2026-03-02 10:00 local time until it is moved."""
    with ExitStack() as stack:
        yield FrozenClock(stack)


@pytest.fixture(scope="session")
def portals() -> Iterator[Callable[[str], apps.Portal]]:
    """The portal on a database by its name, built on first use."""
    built: dict[str, apps.Portal] = {}

    def get(name: str) -> apps.Portal:
        if name not in built:
            built[name] = apps.build(name)
        return built[name]

    yield get
    for portal in built.values():
        with portal.app.app_context():
            db.engine.dispose()
        portal.database.close()


@pytest.fixture(params=databases.NAMES)
def portal(request: pytest.FixtureRequest, portals: Callable[[str], apps.Portal]) -> apps.Portal:
    """The app, its database and its folder, all put back to empty."""
    portal = portals(request.param)
    portal.restore()
    return portal


@pytest.fixture
def database(portal: apps.Portal) -> databases.Database:
    """An empty, migrated database: the test runs once on SQLite and once on PostgreSQL."""
    return portal.database


@pytest.fixture
def app(portal: apps.Portal) -> Iterator[Flask]:
    """The app on that database, in an app context, so that services can be called directly."""
    with portal.app.app_context():
        yield portal.app
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a person: see `support/client.py` for what it watches. CSRF is off."""
    return app.test_client()


@pytest.fixture
def worker(app: Flask) -> Worker:
    """`worker()` runs every due job here and now; a job that goes wrong fails the test."""
    return Worker()


@pytest.fixture
def csrf(app: Flask) -> Iterator[None]:
    """CSRF protection on, as it is outside the tests."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False
