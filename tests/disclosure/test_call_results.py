"""A result is published as a numbered version, corrected by another, and never overwritten."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError

from charity_portal.disclosure.errors import NothingNew
from charity_portal.disclosure.models import ReportFile, ReportVersion
from charity_portal.disclosure.queries import reports
from charity_portal.disclosure.services import call_results, versions
from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, WrongState
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.permissions import SYSTEM, Actor
from tests.factories import personas
from tests.factories.disclosure import draft_result, publish_history
from tests.factories.history import record, take_over
from tests.support.working import Worker


def test_a_draft_states_the_record(app: Flask) -> None:
    version = draft_result(record(1), record(2, amountAwarded=1200))
    assert (version.version, version.state, version.currency) == (1, "draft", "GBP")
    assert (version.row_count, version.total_fen) == (2, 210000)
    assert version.data["totals"]["above_request"] == 1
    assert [row.number for row in reports.all_rows(version.id)] == ["360G-EX-1", "360G-EX-2"]


def test_publishing_keeps_files_fingerprints_and_the_place_in_the_trail(app: Flask) -> None:
    version = publish_history()
    assert version.published_at is not None
    assert version.anchor is not None
    assert {file.language for file in version.files} == {"zh", "en"}
    seq, _, digest = version.anchor.partition(":")
    assert audit.verify([audit.Anchor(int(seq), digest)]).whole


def test_a_published_result_that_still_holds_is_not_published_again(app: Flask) -> None:
    version = publish_history()
    with pytest.raises(NothingNew), transaction():
        call_results.draft(SYSTEM, version.data["call"]["id"])


def test_a_correction_is_a_new_version_and_the_old_one_stays(app: Flask) -> None:
    first = publish_history(record(1))
    second = publish_history(record(1, amountAwarded=901), accept_changes=True)
    assert (second.version, second.report_id) == (2, first.report_id)
    assert second.correction_zh
    assert [v.state for v in reports.editions(first.report_id)] == ["published", "superseded"]
    assert reports.published(first.report.number) == second
    old = reports.published(first.report.number, 1)
    assert old is not None
    assert (old.total_fen, second.total_fen) == (90000, 90100)


def test_a_correction_without_an_explanation_is_refused(app: Flask, worker: Worker) -> None:
    publish_history(record(1))
    done = take_over(record(1), record(2))
    with transaction():
        version = call_results.draft(SYSTEM, done.call_ids[0])
    with pytest.raises(Invalid) as refusal, transaction():
        versions.ask_to_publish(SYSTEM, version.id, "  ")
    assert "correction_zh" in refusal.value.fields


def test_a_newer_draft_takes_the_place_of_an_unpublished_one(app: Flask) -> None:
    first = draft_result(record(1))
    second = draft_result(record(1), record(2))
    db.session.expire_all()
    assert (first.state, second.state, second.version) == ("dropped", "draft", 2)


def test_asking_twice_publishes_once(app: Flask, worker: Worker) -> None:
    version = draft_result()
    for _ in range(2):
        with transaction():
            versions.ask_to_publish(SYSTEM, version.id)
    kinds = db.session.scalars(sa.select(Job.kind).where(Job.kind == "disclosure.publish")).all()
    assert len(kinds) == 1


def test_what_is_published_cannot_be_published_again(app: Flask) -> None:
    version = publish_history()
    with pytest.raises(WrongState), transaction():
        versions.ask_to_publish(SYSTEM, version.id, "更正")


def test_only_an_approver_publishes(app: Flask) -> None:
    world = personas.settle()
    version = draft_result()
    for persona in ("officer", "auditor", "administrator"):
        with pytest.raises(Forbidden), transaction():
            versions.ask_to_publish(personas.actor(world, persona), version.id)
    with transaction():
        versions.ask_to_publish(personas.actor(world, "approver"), version.id)


def test_who_pressed_the_button_is_recorded(app: Flask, worker: Worker) -> None:
    world = personas.settle()
    version = draft_result()
    with transaction():
        versions.ask_to_publish(personas.actor(world, "approver"), version.id)
    worker()
    published = reports.version(version.id)
    assert published is not None
    assert (published.state, published.published_by) == ("published", world.people["approver"])


@pytest.mark.parametrize(
    "statement",
    ["UPDATE report_row SET awarded_fen = 1", "DELETE FROM report_row",
     "UPDATE report_file SET sha256 = 'x'", "DELETE FROM report_file"],
)  # fmt: skip
def test_the_database_refuses_to_alter_what_was_published(app: Flask, statement: str) -> None:
    publish_history(record(1))
    with pytest.raises(DatabaseError, match="append-only"), transaction():
        db.session.connection().exec_driver_sql(statement)


def test_drafting_needs_staff(app: Flask) -> None:
    done = take_over(record(1))
    with pytest.raises(Forbidden), transaction():
        call_results.draft(Actor(user_id=1), done.call_ids[0])
    assert db.session.scalar(sa.select(sa.func.count(ReportVersion.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(ReportFile.id))) == 0
