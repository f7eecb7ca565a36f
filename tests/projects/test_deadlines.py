"""What happens by itself: exactly when the time has come, whoever is slow."""

from datetime import timedelta

from flask import Flask

from charity_portal.kernel import mail
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.projects.models.notices import PublicNotice
from charity_portal.projects.services import deadlines, screening
from tests.factories import notices as make
from tests.factories.screening import (
    INCOMPLETE,
    accept_conditionally,
    ask_for_correction,
    fresh,
    letters,
    promise,
)
from tests.support.clocks import FrozenClock
from tests.support.working import Worker


def test_deadlines_fall_exactly_when_they_come(app: Flask, clock: FrozenClock) -> None:
    desk = make.office()
    mended, owed = make.submitted(), make.submitted(papers=INCOMPLETE)
    request = ask_for_correction(desk, mended)
    until = accept_conditionally(desk, owed).due_at
    clock.set(request.due_at - timedelta(seconds=1))
    assert lapse() == 0
    clock.set(request.due_at)
    assert lapse() == 1
    assert (fresh(mended).state, fresh(owed).state) == ("lapsed", "conditional")
    clock.set(until - timedelta(seconds=1))
    assert lapse() == 0
    clock.set(until)
    assert lapse() == 1
    assert fresh(owed).state == "lapsed"
    assert lapse() == 0
    assert "已失效" in letters()[-1].body


def lapse() -> int:
    with transaction():
        return deadlines.lapse_due(SYSTEM)


def test_the_worker_lapses_without_being_asked(
    app: Flask, clock: FrozenClock, worker: Worker
) -> None:
    desk, row = make.office(), make.submitted()
    ask_for_correction(desk, row)
    clock.set("2026-03-09 17:00")
    worker(recurring=True)
    assert fresh(row).state == "lapsed"


def test_papers_that_came_in_time_outlive_a_slow_office(app: Flask, clock: FrozenClock) -> None:
    desk, row = make.office(), make.submitted(papers=INCOMPLETE)
    until = accept_conditionally(desk, row).due_at
    promise(row, with_paper=True)
    clock.set(until + timedelta(days=3))
    assert lapse() == 0
    with transaction():
        screening.complete(desk.officer, row.id, make.check(row, "accept").seen)
    assert fresh(row).state == "eligible"


def test_the_worker_ends_notices(app: Flask, clock: FrozenClock, worker: Worker) -> None:
    notice = make.on_notice(make.office())
    clock.set("2026-03-10 00:00")
    worker(recurring=True)
    assert db.session.get_one(PublicNotice, notice.id).state == "ended"


def test_late_answers_are_called_to_mind_every_day(
    app: Flask, clock: FrozenClock, worker: Worker
) -> None:
    desk = make.office()
    receipt = make.lodge(make.on_notice(desk))
    clock.set("2026-03-16 12:00")  # the tenth working day
    worker(recurring=True)
    assert not db.session.query(mail.OutboxMail).filter_by(kind="projects.late_objections").count()
    clock.set("2026-03-17 12:00")
    worker(recurring=True)
    told = db.session.query(mail.OutboxMail).filter_by(kind="projects.late_objections").all()
    assert len(told) == 4 and receipt.number in told[0].body
    assert "欧阳云舒" not in "".join(m.body for m in told)
