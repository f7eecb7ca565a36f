"""The worker walks the chain and keeps what it saw."""

from flask import Flask

from charity_portal.kernel import audit, jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.permissions import SYSTEM
from tests.support.working import Worker


def verdict(worker: Worker) -> dict[str, object]:
    with transaction():
        job_id = jobs.enqueue(SYSTEM, "oversight.verify_trail", {}).id
    worker()
    result = db.session.get_one(Job, job_id).result
    assert result is not None
    return result


def test_a_whole_trail_is_said_to_be_whole(app: Flask, worker: Worker) -> None:
    with transaction():
        audit.record(SYSTEM, "thing.done", None)
    result = verdict(worker)
    assert (result["checked"], result["broken_at"]) == (1, None)
    assert result["head"] == str(audit.head())


def test_a_trail_under_another_key_is_said_to_break(app: Flask, worker: Worker) -> None:
    with transaction():
        audit.record(SYSTEM, "thing.done", None)
    original = app.config["AUDIT_KEY"]
    app.config["AUDIT_KEY"] = b"another key"
    try:
        assert verdict(worker)["broken_at"] == 1
    finally:
        app.config["AUDIT_KEY"] = original
