"""A state changes in one way: named, permitted, from where it stands, and audited."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from charity_portal.kernel import audit, jobs, permissions
from charity_portal.kernel.audit import AuditEntry
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, NotSignedIn, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.permissions import ANONYMOUS, SYSTEM, Actor
from charity_portal.kernel.states import StateMachine, Transition, fire

CLERK = Actor(user_id=1, name="clerk", roles=frozenset({"clerk"}))
MACHINE = StateMachine(
    "tests",
    "job",
    states={"queued": say("等待"), "running": say("进行"), "done": say("完成")},
    public_words={"queued": say("已收到")},
    transitions=[
        Transition("start", {"queued"}, "running", "tests:job:start", say("开始")),
        Transition("end", {"running"}, "done", "tests:job:end", say("结束")),
    ],
    initial="queued",
)


@pytest.fixture
def subject(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    """A job, governed by a machine of the tests."""
    monkeypatch.setattr(permissions, "_rules", dict(permissions._rules))
    permissions.register(
        {
            "tests:job:start": permissions.signed_in,
            "tests:job:end": permissions.staff("boss"),
        }
    )
    monkeypatch.setattr(Job, "MACHINE", MACHINE, raising=False)
    with transaction():
        job = Job(kind="work", args={})
        db.session.add(job)
        db.session.flush()
    yield job


def test_a_step_sets_audits_and_announces(subject: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_handlers", {})
    monkeypatch.setattr(jobs, "_subscriptions", {})
    jobs.subscribe("tests.job_running", kind="listen")(lambda run: None)
    with transaction():
        fire(CLERK, subject, "start", reason="it is time", amount=5)
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.subject_id, entry.reason) == (
        "tests.job.start", subject.id, "it is time",
    )  # fmt: skip
    assert (entry.before, entry.after) == ({"state": "queued"}, {"state": "running", "amount": 5})
    assert db.session.scalars(sa.select(Job.kind).where(Job.kind == "listen")).one()


def test_a_step_from_elsewhere_is_refused_and_says_where_it_stands(subject: Job) -> None:
    with pytest.raises(WrongState) as refusal, transaction():
        fire(SYSTEM, subject, "end")
    assert "等待" in str(refusal.value.message)
    assert audit.head().seq == 0


def test_a_step_needs_its_permission(subject: Job) -> None:
    with transaction():
        fire(CLERK, subject, "start")
    with pytest.raises(Forbidden), transaction():
        fire(CLERK, subject, "end")
    db.session.refresh(subject)
    assert subject.state == "running"


def test_a_stranger_is_asked_to_sign_in(subject: Job) -> None:
    with pytest.raises(NotSignedIn), transaction():
        fire(ANONYMOUS, subject, "start")


def test_a_step_sees_what_another_did_meanwhile(subject: Job) -> None:
    with transaction():
        db.session.execute(sa.update(Job).where(Job.id == subject.id).values(state="done"))
    with pytest.raises(WrongState), transaction():
        fire(SYSTEM, subject, "start")


def test_an_unknown_step_is_a_mistake_of_ours(subject: Job) -> None:
    with pytest.raises(KeyError), transaction():
        fire(SYSTEM, subject, "fly")


def test_the_database_refuses_an_unknown_state(subject: Job) -> None:
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(sa.update(Job).where(Job.id == subject.id).values(state="lost"))


def test_buttons_are_the_steps_that_are_open(subject: Job) -> None:
    assert [t.action for t in MACHINE.actions(CLERK, subject)] == ["start"]
    with transaction():
        fire(CLERK, subject, "start")
    assert MACHINE.actions(CLERK, subject) == []
    boss = Actor(user_id=2, roles=frozenset({"boss"}))
    assert [t.action for t in MACHINE.actions(boss, subject)] == ["end"]


def test_citizens_may_read_other_words(app: Flask) -> None:
    assert str(MACHINE.word("queued")) == "等待"
    assert str(MACHINE.public_word("queued")) == "已收到"
    assert str(MACHINE.public_word("done")) == "完成"


def test_a_machine_with_a_hole_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        StateMachine(
            "tests",
            "thing",
            states={"a": say("甲")},
            transitions=[Transition("go", {"a"}, "nowhere", "x", say("去"))],
            initial="a",
        )
