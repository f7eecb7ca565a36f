"""The trail is read newest first and narrowed by who, what and which record."""

from flask import Flask

from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.permissions import SYSTEM, Actor
from charity_portal.oversight import queries
from charity_portal.oversight.queries import TrailFilter


def write() -> int:
    with transaction():
        job = Job(kind="work", args={})
        db.session.add(job)
        db.session.flush()
        audit.record(Actor(user_id=41), "projects.call.publish", job)
        audit.record(Actor(user_id=42), "projects.call_x", None)
        audit.record(SYSTEM, "accounts.grant", job)
    return job.id


def actions(wanted: TrailFilter) -> list[str]:
    return [entry.action for entry in queries.trail(wanted).items]


def test_the_trail_is_narrowed_by_each_question(app: Flask) -> None:
    job_id = write()
    whole = ["accounts.grant", "projects.call_x", "projects.call.publish"]
    assert actions(TrailFilter()) == whole
    assert actions(TrailFilter(actor_id=41)) == ["projects.call.publish"]
    assert actions(TrailFilter(action="projects.")) == whole[1:]
    assert actions(TrailFilter(action="projects.call_")) == ["projects.call_x"]
    assert actions(TrailFilter(subject_kind="job", subject_id=job_id)) == [whole[0], whole[2]]
    assert queries.subject_kinds() == ["job", "portal"]


def test_pages_follow_each_other_without_gap(app: Flask) -> None:
    write()
    first = queries.trail(TrailFilter(), size=2)
    rest = queries.trail(TrailFilter(), first.next_cursor, size=2)
    assert [entry.seq for entry in [*first.items, *rest.items]] == [3, 2, 1]


def test_a_filter_becomes_an_address_and_leaves_out_what_is_empty() -> None:
    assert TrailFilter(action="x", subject_id=3).arguments() == {"action": "x", "record": "3"}
