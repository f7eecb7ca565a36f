"""Results are drafted when a call ends, and published by the worker once."""

import sqlalchemy as sa
from flask import Flask

from charity_portal.disclosure.models import ReportVersion
from charity_portal.kernel import jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import SYSTEM
from tests.factories.history import record, take_over
from tests.support.working import Worker


def states() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(ReportVersion.state).order_by(ReportVersion.id)))


def test_a_history_is_published_as_it_arrives_and_again_when_it_changes(
    app: Flask, worker: Worker
) -> None:
    take_over(record(1))
    worker()
    assert states() == ["published"]
    take_over(record(1))
    worker()
    assert states() == ["published"]
    take_over(record(1), record(2))
    worker()
    assert states() == ["superseded", "published"]


def test_the_end_of_a_call_brings_a_draft_once(app: Flask, worker: Worker) -> None:
    [call_id] = take_over(record(1)).call_ids
    with transaction():
        db.session.execute(sa.delete(jobs.Job))
        for _ in range(2):
            jobs.announce(SYSTEM, "projects.call_concluded", id=call_id)
    worker()
    assert states() == ["draft"]
