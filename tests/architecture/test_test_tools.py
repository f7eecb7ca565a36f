"""What the tests lean on does what it says: each net is shown what it must catch."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g

from charity_portal.app import create_app
from charity_portal.kernel import clock as portal_clock
from charity_portal.kernel import jobs
from charity_portal.kernel.database import Model, db, transaction
from charity_portal.kernel.errors import Conflict
from charity_portal.kernel.permissions import SYSTEM, requires
from tests.support import skips, sockets
from tests.support.apps import settings_for
from tests.support.client import watch
from tests.support.clocks import FrozenClock
from tests.support.databases import NAMES, empty_database
from tests.support.working import JobFailed, Worker


@pytest.fixture(params=NAMES)
def open_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """An app that lets a test add views of its own: `open_app(view, view, …)`."""
    app = create_app(settings_for(empty_database(request.param, tmp_path), tmp_path))

    def with_views(*views: Callable[[], Any]) -> Flask:
        for view in views:
            path = f"/{view.__name__}"
            app.add_url_rule(
                path, view_func=requires("public")(view), methods=["GET", "POST"], endpoint=path
            )
        return app

    app.config["WTF_CSRF_ENABLED"] = False
    watch(app)
    with app.app_context():
        Model.metadata.create_all(db.engine)
        yield with_views
        db.session.remove()
        db.engine.dispose()


def keep_a_job() -> str:
    with transaction():
        jobs.enqueue(SYSTEM, "nothing", {})
    return "done"


def forget_to_commit() -> str:
    db.session.add(jobs.Job(kind="nothing", args={}))
    return "done"


def remember_in_g() -> str:
    g.seen = g.get("seen", 0) + 1
    return str(g.seen)


def test_a_forgotten_commit_is_caught(open_app: Callable[..., Flask]) -> None:
    client = open_app(forget_to_commit).test_client()
    with pytest.raises(AssertionError, match="without a commit"):
        client.post("/forget_to_commit")


def test_a_get_that_writes_is_caught(open_app: Callable[..., Flask]) -> None:
    client = open_app(keep_a_job).test_client()
    assert client.post("/keep_a_job").status_code == 200
    with pytest.raises(AssertionError, match="GET wrote"):
        client.get("/keep_a_job")


def test_a_request_inside_a_transaction_is_caught(open_app: Callable[..., Flask]) -> None:
    client = open_app(remember_in_g).test_client()
    with transaction(), pytest.raises(AssertionError, match="still holds a transaction"):
        client.get("/remember_in_g")


def test_nothing_leaks_from_one_request_into_the_next(open_app: Callable[..., Flask]) -> None:
    client = open_app(remember_in_g).test_client()
    assert [client.get("/remember_in_g").text for _ in range(2)] == ["1", "1"]
    assert "seen" not in g


def test_what_was_loaded_before_a_request_is_fresh_after_it(
    open_app: Callable[..., Flask],
) -> None:
    def rename() -> str:
        with transaction():
            db.session.scalars(db.select(jobs.Job)).one().kind = "renamed"
        return "done"

    client = open_app(keep_a_job, rename).test_client()
    client.post("/keep_a_job")
    job = db.session.scalars(db.select(jobs.Job)).one()
    client.post("/rename")
    assert job.kind == "renamed"


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_starts_empty(app: Flask, turn: int) -> None:
    keep_a_job()
    assert db.session.query(jobs.Job).count() == 1


def test_a_job_that_fails_fails_the_test(app: Flask, worker: Worker) -> None:
    def refuse(_run: jobs.Run) -> None:
        raise Conflict

    jobs.handler("tests.refuse")(refuse)
    with transaction():
        jobs.enqueue(SYSTEM, "tests.refuse", {})
    with pytest.raises(JobFailed, match=r"tests\.refuse"):
        worker()
    with pytest.raises(JobFailed, match="none did"):
        worker(failing=True)


def test_the_outside_world_is_closed() -> None:
    with socket.socket() as probe, pytest.raises(sockets.OutsideWorld):
        probe.connect(("192.0.2.1", 80))
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe,
        pytest.raises(sockets.OutsideWorld),
    ):
        probe.sendto(b"?", ("192.0.2.1", 53))
    with pytest.raises(sockets.OutsideWorld):
        socket.getaddrinfo("example.org", 80)


def test_this_machine_is_open() -> None:
    with socket.socket() as server, socket.socket() as probe:
        server.bind(("127.0.0.1", 0))
        server.listen()
        probe.connect(server.getsockname())


def test_time_stands_still_until_it_is_moved(clock: FrozenClock) -> None:
    before = portal_clock.now()
    assert portal_clock.now() == before
    clock.advance(days=1)
    assert (portal_clock.now() - before).days == 1
    clock.set("2026-11-21 20:00")
    assert portal_clock.local(portal_clock.now()).hour == 20


def test_an_unlisted_skip_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def report() -> pytest.TestReport:
        return pytest.TestReport(
            "tests/x.py::test_y", ("tests/x.py", 1, "y"), {}, "skipped", "later", "call"
        )

    unlisted = report()
    skips.judge(unlisted)
    assert unlisted.outcome == "failed" and "not listed" in str(unlisted.longrepr)
    monkeypatch.setitem(skips.ALLOWED, "tests/x.py::test_y", "a reason")
    listed = report()
    skips.judge(listed)
    assert listed.outcome == "skipped"
