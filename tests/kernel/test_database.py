"""One way to write, types that refuse, and pages that cost the same however deep."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import StatementError

from charity_portal.kernel import clock
from charity_portal.kernel.database import (
    BIGGEST_FEN,
    FenType,
    NestedTransaction,
    UtcDateTime,
    WriteOutsideTransaction,
    db,
    insert_if_absent,
    locked,
    page,
    transaction,
)
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.numbers import Counter, next_number


def add_jobs(*kinds: str) -> list[int]:
    with transaction():
        jobs = [Job(kind=kind, args={}) for kind in kinds]
        db.session.add_all(jobs)
        db.session.flush()
        return [job.id for job in jobs]


def count() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Job)) or 0


def test_what_a_transaction_wrote_is_there_for_everybody(app: Flask) -> None:
    add_jobs("a", "b")
    db.session.remove()
    assert count() == 2


def test_an_error_undoes_the_whole_transaction(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        db.session.add(Job(kind="a", args={}))
        db.session.flush()
        _ = 1 // 0
    assert count() == 0


def test_a_transaction_inside_a_transaction_is_refused_and_undone(app: Flask) -> None:
    with pytest.raises(NestedTransaction), transaction():
        db.session.add(Job(kind="a", args={}))
        with transaction():
            pass
    assert count() == 0


def test_a_flush_outside_a_transaction_is_refused(app: Flask) -> None:
    db.session.add(Job(kind="a", args={}))
    with pytest.raises(WriteOutsideTransaction):
        db.session.flush()
    db.session.rollback()
    assert count() == 0


def test_a_changed_record_outside_a_transaction_is_refused(app: Flask) -> None:
    [job_id] = add_jobs("a")
    db.session.get_one(Job, job_id).kind = "b"
    with pytest.raises(WriteOutsideTransaction):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("statement", [sa.update(Job).values(kind="x"), sa.delete(Job)])
def test_a_bulk_statement_outside_a_transaction_is_refused(app: Flask, statement: Any) -> None:
    add_jobs("a")
    with pytest.raises(WriteOutsideTransaction):
        db.session.execute(statement)
    db.session.rollback()
    assert count() == 1


def test_what_was_read_before_is_read_again_inside(app: Flask) -> None:
    [job_id] = add_jobs("a")
    stale = db.session.get_one(Job, job_id)

    def elsewhere() -> None:
        with app.app_context(), transaction():
            locked(Job, job_id).kind = "changed"

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    with transaction():
        assert stale.kind == "changed"


def test_a_locked_row_that_is_not_there_is_not_found(app: Flask) -> None:
    with pytest.raises(NotFound), transaction():
        locked(Job, 987_654_321)


def test_concurrent_writers_wait_for_each_other_and_none_is_lost(app: Flask) -> None:
    writers, each = 8, 5

    def write() -> None:
        with app.app_context():
            for _ in range(each):
                with transaction():
                    next_number("XX", 2026)

    with ThreadPoolExecutor(writers) as pool:
        for done in [pool.submit(write) for _ in range(writers)]:
            done.result()
    db.session.rollback()
    assert db.session.scalar(sa.select(Counter.last).where(Counter.kind == "XX")) == writers * each


def test_a_row_is_inserted_once_whoever_asks(app: Flask) -> None:
    values = {"kind": "a", "args": {}, "key": "once", "state": "queued", "created_at": clock.now()}
    values |= {"run_at": clock.now(), "attempts": 0, "done": 0, "total": 0}
    with transaction():
        assert insert_if_absent(Job, **values)
        assert not insert_if_absent(Job, **values)
    assert count() == 1


@pytest.mark.parametrize("bad", [0.5, "5", True, BIGGEST_FEN + 1])
def test_an_amount_that_is_no_whole_fen_is_refused(bad: Any) -> None:
    with pytest.raises(TypeError):
        FenType().process_bind_param(bad, sa.create_engine("sqlite://").dialect)


def test_a_moment_without_a_time_zone_is_refused(app: Flask) -> None:
    with pytest.raises(StatementError), transaction():
        db.session.add(Job(kind="a", args={}, run_at=datetime(2026, 1, 1)))
        db.session.flush()


def test_a_moment_comes_back_as_the_same_moment(app: Flask) -> None:
    [job_id] = add_jobs("a")
    db.session.expire_all()
    assert db.session.get_one(Job, job_id).run_at == clock.now()
    assert db.session.get_one(Job, job_id).run_at.tzinfo is not None


def test_naive_moments_do_not_reach_the_database() -> None:
    with pytest.raises(TypeError):
        UtcDateTime().process_bind_param(
            datetime(2026, 1, 1), sa.create_engine("sqlite://").dialect
        )


def test_pages_put_together_are_the_whole_list_once(app: Flask) -> None:
    add_jobs(*"bacabca")
    order = [Job.kind.desc(), Job.id]
    whole = list(db.session.scalars(sa.select(Job).order_by(*order)))
    read: list[Job] = []
    cursor: str | None = None
    while True:
        part = page(sa.select(Job), order, cursor, size=2)
        read += part.items
        cursor = part.next_cursor
        if cursor is None:
            break
    assert read == whole


def test_a_page_boundary_may_be_a_moment(app: Flask) -> None:
    add_jobs("a", "b", "c")
    first = page(sa.select(Job), [Job.run_at, Job.id], size=2)
    second = page(sa.select(Job), [Job.run_at, Job.id], first.next_cursor, size=2)
    assert [job.kind for job in [*first.items, *second.items]] == ["a", "b", "c"]
    assert second.next_cursor is None


@pytest.mark.parametrize("cursor", ["x", "!!", "W10", "eyJhIjoxfQ", "e30", "bnVsbA"])
def test_a_broken_cursor_is_not_found(app: Flask, cursor: str) -> None:
    with pytest.raises(NotFound):
        page(sa.select(Job), [Job.run_at, Job.id], cursor)
