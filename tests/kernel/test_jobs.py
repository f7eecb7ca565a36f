"""Work for later is neither lost nor done twice, whatever happens to a worker."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.kernel import jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Conflict
from charity_portal.kernel.i18n import say
from charity_portal.kernel.jobs import Job, Run
from charity_portal.kernel.numbers import Counter, next_number
from charity_portal.kernel.permissions import SYSTEM
from tests.support.clocks import FrozenClock
from tests.support.working import Worker


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Handlers, subscriptions and schedules of this test only."""
    monkeypatch.setattr(jobs, "_handlers", {})
    monkeypatch.setattr(jobs, "_subscriptions", {})
    monkeypatch.setattr(jobs, "_schedules", [])
    yield


def count_up() -> dict[str, int]:
    next_number("DONE", 2026)
    return {"counted": 1}


def times_done() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(Counter.last).where(Counter.kind == "DONE")) or 0


def enqueue(kind: str = "work", key: str | None = None) -> int:
    with transaction():
        return jobs.enqueue(SYSTEM, kind, {"x": 1}, key=key).id


def job(job_id: int) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job_id)


def test_a_job_is_lost_with_the_change_that_wanted_it(app: Flask, registry: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        jobs.enqueue(SYSTEM, "work", {})
        _ = 1 // 0
    assert jobs.run_due() == 0


def test_the_effect_and_the_result_come_in_one_transaction(
    app: Flask, registry: None, worker: Worker
) -> None:
    jobs.handler("work")(lambda run: count_up)
    job_id = enqueue()
    assert worker() == 1
    assert (job(job_id).state, job(job_id).result, times_done()) == ("done", {"counted": 1}, 1)
    assert worker() == 0


def test_the_same_key_gives_the_same_job(app: Flask, registry: None) -> None:
    assert enqueue(key="one") == enqueue(key="one")


def test_a_worker_that_died_is_followed_by_another(
    app: Flask, registry: None, worker: Worker, clock: FrozenClock
) -> None:
    jobs.handler("work")(lambda run: count_up)
    job_id = enqueue()
    assert jobs._take() is not None  # this worker dies here
    assert worker() == 0
    clock.advance(seconds=jobs.LEASE.total_seconds() + 1)
    assert worker() == 1
    assert (job(job_id).state, job(job_id).attempts, times_done()) == ("done", 2, 1)


def test_a_worker_that_slept_past_its_lease_changes_nothing(
    app: Flask, registry: None, worker: Worker, clock: FrozenClock
) -> None:
    taken: list[Run] = []

    def slow(run: Run) -> jobs.Effect:
        taken.append(run)
        if len(taken) == 1:  # while the first worker sleeps, a second one does the job
            clock.advance(seconds=jobs.LEASE.total_seconds() + 1)
            assert jobs.run_due() == 1
        return count_up

    jobs.handler("work")(slow)
    job_id = enqueue()
    worker()
    assert len(taken) == 2
    assert (job(job_id).state, times_done()) == ("done", 1)


def test_a_job_that_was_removed_after_it_was_taken_stops_no_worker(
    app: Flask, registry: None
) -> None:
    jobs.handler("work")(lambda run: count_up)
    first, second = enqueue(), enqueue()
    run = jobs._take()
    assert run is not None and run.job_id == first
    with transaction():
        db.session.execute(sa.delete(Job).where(Job.id == first))
    jobs._perform(run)
    assert times_done() == 0
    assert jobs.run_due() == 1 and job(second).state == "done"


def test_progress_renews_the_lease_and_is_refused_to_a_late_worker(
    app: Flask, registry: None, clock: FrozenClock
) -> None:
    job_id = enqueue()
    run = jobs._take()
    assert run is not None
    clock.advance(seconds=50)
    run.progress(1, 2, say("处理进度"))
    assert job(job_id).lease_until == clock.now + jobs.LEASE
    assert (job(job_id).done, job(job_id).total) == (1, 2)
    with transaction():
        db.session.get_one(Job, job_id).token = "somebody else's"
    with pytest.raises(jobs.LostLease):
        run.progress(2, 2)


def test_a_failing_job_is_tried_again_later_and_then_given_up(
    app: Flask, registry: None, worker: Worker, clock: FrozenClock
) -> None:
    @jobs.handler("work")
    def fail(run: Run) -> None:
        raise OSError("disk")

    job_id = enqueue()
    for wait in (*jobs.BACKOFF, timedelta(0)):
        assert worker(failing=True) == 1
        clock.advance(seconds=wait.total_seconds())
    assert (job(job_id).state, job(job_id).attempts) == ("failed", len(jobs.BACKOFF) + 1)
    assert worker() == 0


def test_a_refusal_is_final_and_told_in_words(app: Flask, registry: None, worker: Worker) -> None:
    @jobs.handler("work")
    def refuse(run: Run) -> None:
        raise Conflict

    job_id = enqueue()
    worker(failing=True)
    assert (job(job_id).state, job(job_id).attempts) == ("failed", 1)
    assert str(job(job_id).error_text) == str(Conflict.default())


def test_an_effect_that_fails_leaves_nothing_half_done(
    app: Flask, registry: None, worker: Worker
) -> None:
    def broken() -> None:
        count_up()
        raise Conflict

    jobs.handler("work")(lambda run: broken)
    job_id = enqueue()
    worker(failing=True)
    assert (job(job_id).state, times_done()) == ("failed", 0)


def test_a_job_nobody_survives_is_stopped(app: Flask, registry: None, clock: FrozenClock) -> None:
    job_id = enqueue()
    for _ in range(len(jobs.BACKOFF) + 1):
        assert jobs._take() is not None
        clock.advance(seconds=jobs.LEASE.total_seconds() + 1)
    assert jobs._take() is None
    assert job(job_id).state == "failed"


def test_an_announcement_reaches_each_subscriber_once(
    app: Flask, registry: None, worker: Worker
) -> None:
    heard: list[tuple[str, object]] = []
    for name in ("one", "two"):

        @jobs.subscribe("thing.happened", kind=f"{name}.hear")
        def hear(run: Run, name: str = name) -> None:
            heard.append((name, run.args["id"]))

    with transaction():
        jobs.announce(SYSTEM, "thing.happened", id=7)
        jobs.announce(SYSTEM, "nobody.cares", id=8)
    assert worker() == 2
    assert sorted(heard, key=str) == [("one", 7), ("two", 7)]


def test_a_recurring_turn_is_written_once_however_often_one_asks(
    app: Flask, registry: None, worker: Worker, clock: FrozenClock
) -> None:
    jobs.every("often", minutes=5)(lambda run: count_up)
    jobs.daily("nightly", hour=1)(lambda run: count_up)
    assert jobs.schedule_due() == 2
    assert jobs.schedule_due() == 0
    assert worker() == 2
    clock.advance(minutes=5)
    assert jobs.schedule_due() == 1
    clock.set("2026-03-03 00:59")
    assert jobs.schedule_due() == 1  # only the five-minute one: the new day's turn is not due
    clock.set("2026-03-03 01:00")
    jobs.schedule_due()
    assert (
        db.session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.kind == "nightly"))
        == 2
    )


def test_the_lease_of_a_long_job_is_renewed_while_it_works(
    app: Flask, registry: None, worker: Worker, monkeypatch: pytest.MonkeyPatch, clock: FrozenClock
) -> None:
    monkeypatch.setattr(jobs, "LEASE", timedelta(seconds=0.03))
    renewed = threading.Event()

    def slow(run: Run) -> jobs.Effect:
        clock.advance(seconds=30)  # far beyond the lease that the job was taken under
        for _ in range(1000):
            if (lease := job(run.job_id).lease_until) and lease > clock.now:
                renewed.set()
                break
            time.sleep(0.01)
        return count_up

    jobs.handler("work")(slow)
    enqueue()
    worker()
    assert renewed.is_set()
    assert times_done() == 1
