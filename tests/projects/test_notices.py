"""The public notice: everything at once at its start, nothing confirmed while an objection is open."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.kernel import mail
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, PortalError
from charity_portal.kernel.permissions import SYSTEM, Actor
from charity_portal.projects.errors import (
    AlreadyHandled,
    NoticeOver,
    NoticeUnderWay,
    OpenObjections,
    PurseExceeded,
    Unfinished,
)
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.notices import NoticeItem, Objection, PublicNotice
from charity_portal.projects.models.screening import Award, Decision
from charity_portal.projects.queries import notices as queries
from charity_portal.projects.services import deadlines, notices, objections
from charity_portal.projects.services.notices import Promotion
from tests.factories import notices as make
from tests.factories.calls import make_call
from tests.support.at_once import at_once
from tests.support.clocks import FrozenClock
from tests.support.working import Worker

AFTER = "2026-03-10 00:00"  # the notice of 2 March with five working days ends on the 9th


def states(call: Call) -> dict[str, int]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Application.state, sa.func.count())
        .where(Application.call_id == call.id)
        .group_by(Application.state)
    )
    return {row[0]: row[1] for row in rows}


def end() -> int:
    with transaction():
        return deadlines.end_notices(SYSTEM)


def conclude(desk: make.Office, notice: PublicNotice) -> None:
    with transaction():
        notices.conclude(desk.approver, notice.id)


def four_outcomes(desk: make.Office, call: Call) -> list[Application]:
    rows = [make.eligible(desk.officer, call) for _ in range(4)]
    make.decide(
        desk.approver,
        call,
        make.choice(rows[0], "award"),
        make.choice(rows[1], "partial", 30_000),
        make.choice(rows[2], "reserve", rank=1),
        make.choice(rows[3], "refuse"),
    )
    return rows


def test_starting_publishes_every_outcome_in_one_step(app: Flask, worker: Worker) -> None:
    desk, call = make.office(), make_call()
    four_outcomes(desk, call)
    notice = make.start(desk.approver, call)
    assert (notice.number, notice.starts_on, notice.ends_on) == (
        "GS-2026-000001",
        date(2026, 3, 2),
        date(2026, 3, 9),
    )
    assert states(call) == {"proposed": 2, "reserve": 1, "refused": 1}
    assert db.session.get_one(Call, call.id).state == "noticed"
    assert all(d.published_at for d in db.session.query(Decision))
    named = {(i.outcome, i.amount_fen) for i in db.session.query(NoticeItem)}
    assert named == {("award", make.REQUESTED), ("partial", 30_000 * make.YUAN), ("reserve", 0)}
    worker()
    sent = db.session.query(mail.OutboxMail).filter_by(kind="projects.outcome").all()
    assert [m.state for m in sent] == ["kept"] * 4
    waiting = db.session.query(mail.OutboxMail).filter_by(kind="projects.confirmation").all()
    assert [m.state for m in waiting] == ["held"] * 2


def test_without_a_decision_there_is_nothing_to_publish(app: Flask) -> None:
    desk, call = make.office(), make_call()
    make.eligible(desk.officer, call)
    with pytest.raises(Unfinished):
        make.start(desk.approver, call)
    assert db.session.query(PublicNotice).count() == 0


def test_officers_do_not_start_notices(app: Flask) -> None:
    desk, call = make.office(), make_call()
    make.decide(desk.approver, call, make.choice(make.eligible(desk.officer, call), "award"))
    with pytest.raises(Forbidden):
        make.start(desk.officer, call)


@pytest.mark.parametrize(
    ("today", "ends", "last", "over"),
    [
        ("2026-09-28 10:00", date(2026, 10, 10), "2026-10-10 23:59:59", "2026-10-11 00:00"),
        ("2026-12-29 10:00", date(2027, 1, 6), "2027-01-06 23:59:59", "2027-01-07 00:00"),
    ],
)
def test_a_notice_across_the_holidays_ends_at_midnight_of_its_last_day(
    app: Flask, clock: FrozenClock, today: str, ends: date, last: str, over: str
) -> None:
    clock.set(today)
    notice = make.on_notice(make.office())
    assert notice.ends_on == ends
    clock.set(last)
    assert end() == 0
    make.lodge(notice)
    clock.set(over)
    with pytest.raises(NoticeOver):
        make.lodge(notice)
    assert end() == 1
    assert end() == 0


def test_an_objection_one_second_after_the_end_is_refused_before_any_job_has_run(
    app: Flask, clock: FrozenClock
) -> None:
    notice = make.on_notice(make.office())
    clock.set("2026-03-10 00:00:01")
    assert db.session.get_one(PublicNotice, notice.id).state == "running"
    with pytest.raises(NoticeOver) as refused:
        make.lodge(notice)
    assert refused.value.status == 409
    assert db.session.query(Objection).count() == 0


def test_a_running_notice_cannot_be_concluded(app: Flask) -> None:
    desk = make.office()
    notice = make.on_notice(desk)
    with pytest.raises(NoticeUnderWay):
        conclude(desk, notice)


def test_without_objections_the_awards_are_confirmed(app: Flask, clock: FrozenClock) -> None:
    desk, call = make.office(), make_call()
    four_outcomes(desk, call)
    notice = make.start(desk.approver, call)
    clock.set(AFTER)
    end()
    conclude(desk, notice)
    assert states(call) == {"awarded": 2, "reserve": 1, "refused": 1}
    awards = {a.amount_fen: a for a in db.session.query(Award)}
    assert set(awards) == {make.REQUESTED, 30_000 * make.YUAN}
    first = awards[make.REQUESTED]
    assert (first.awarded_on, first.planned_start) == (date(2026, 3, 10), date(2026, 5, 1))
    rows = queries.awards_of_call(call.id)
    assert [(r.requested, r.awarded, r.notice_number) for r in rows] == [
        (make.REQUESTED, make.REQUESTED, notice.number),
        (make.REQUESTED, 30_000 * make.YUAN, notice.number),
    ]
    with pytest.raises(AlreadyHandled) as refused:
        conclude(desk, notice)
    assert "姜审批" in str(refused.value.message) and "办结公示" in str(refused.value.message)
    assert db.session.query(Award).count() == 2


def test_nothing_is_confirmed_while_an_objection_is_open(app: Flask, clock: FrozenClock) -> None:
    desk, call = make.office(), make_call()
    notice = make.on_notice(desk, 2, call)
    receipt = make.lodge(notice)
    clock.set(AFTER)
    end()
    key = make.objection_of(receipt).id
    for examined in (False, True):
        if examined:
            db.session.rollback()
            with transaction():
                objections.examine(desk.officer, key)
        with pytest.raises(OpenObjections, match="异议") as refused:
            conclude(desk, notice)
        assert refused.value.numbers == [receipt.number]
        assert states(call) == {"proposed": 2}
        assert db.session.query(Award).count() == 0


def test_an_upheld_objection_cancels_and_a_dismissed_one_does_not(
    app: Flask, clock: FrozenClock, worker: Worker
) -> None:
    desk, call = make.office(), make_call()
    notice = make.on_notice(desk, 2, call)
    first, second = (item.application_id for item in queries.proposed(notice.id))
    for application_id, upheld in ((first, True), (second, False)):
        key = make.objection_of(make.lodge(notice, application_id)).id
        answer(desk, key, upheld)
    clock.set(AFTER)
    end()
    conclude(desk, notice)
    db.session.rollback()
    assert db.session.get_one(Application, first).state == "cancelled"
    assert db.session.get_one(Application, second).state == "awarded"
    assert db.session.query(Award).one().application_id == second
    worker()
    told = {
        (m.subject_id, m.kind): m for m in db.session.query(mail.OutboxMail) if m.state == "kept"
    }
    assert (first, "projects.confirmation") not in told
    assert (second, "projects.confirmation") in told
    cancelled = db.session.query(mail.OutboxMail).filter_by(subject_id=first).all()
    assert any("经核实，该项目与上年度项目重复。" in m.body for m in cancelled)
    outcomes = {o.state for o in queries.outcomes([notice.id])}
    assert outcomes == {"upheld", "dismissed"}


def answer(desk: make.Office, key: int, upheld: bool = False) -> None:
    db.session.rollback()
    with transaction():
        objections.examine(desk.officer, key)
    with transaction():
        objections.answer(
            desk.approver, key, upheld, "调阅上年度档案", "经核实，该项目与上年度项目重复。"
        )


def test_a_retracted_objection_no_longer_stands_in_the_way(app: Flask, clock: FrozenClock) -> None:
    desk, call = make.office(), make_call()
    notice = make.on_notice(desk, 1, call)
    key = make.objection_of(make.lodge(notice)).id
    db.session.rollback()
    with transaction():
        objections.retract(desk.officer, key, "电话核实，书面撤回")
    clock.set(AFTER)
    end()
    conclude(desk, notice)
    assert states(call) == {"awarded": 1}


def test_a_reserve_takes_the_place_of_a_cancelled_award(app: Flask, clock: FrozenClock) -> None:
    desk = make.office()
    call = make_call(purse_fen=80_000 * make.YUAN)
    rows = four_outcomes(desk, call)
    notice = make.start(desk.approver, call)
    answer(desk, make.objection_of(make.lodge(notice, rows[0].id)).id, upheld=True)
    clock.set(AFTER)
    end()
    conclude(desk, notice)
    call = db.session.get_one(Call, call.id)
    with pytest.raises(PurseExceeded), transaction():
        promote = [Promotion(rows[2].id, 50_000 * make.YUAN + 100, "递补")]
        call_row = db.session.get_one(Call, call.id)
        call_row.purse_fen = 79_000 * make.YUAN
        db.session.get_one(Application, rows[2].id).amount_requested_fen = 51_000 * make.YUAN
        db.session.flush()
        notices.start(desk.approver, call.id, 5, promote)
    db.session.rollback()
    with transaction():
        extra = notices.start(
            desk.approver, call.id, 5, [Promotion(rows[2].id, make.REQUESTED, "按顺位递补")]
        )
    assert extra.supplementary
    first = [(i.outcome, i.amount_fen) for i in items(notice) if i.application_id == rows[2].id]
    assert first == [("reserve", 0)]
    clock.advance(days=9)
    end()
    conclude(desk, extra)
    with transaction():
        notices.conclude_call(desk.approver, call.id)
    assert states(call) == {"cancelled": 1, "awarded": 2, "refused": 1}
    assert db.session.get_one(Call, call.id).state == "concluded"
    assert [n.supplementary for n in queries.notices_of_call(call.id)] == [False, True]


def items(notice: PublicNotice) -> list[NoticeItem]:
    return db.session.query(NoticeItem).filter_by(notice_id=notice.id).all()


def test_a_call_with_something_open_is_not_concluded(app: Flask, clock: FrozenClock) -> None:
    desk, call = make.office(), make_call()
    make.on_notice(desk, 1, call)
    late = make.submitted(call)
    for what in ("审查", "决定", "公示"):
        with pytest.raises(Unfinished, match=what), transaction():
            notices.conclude_call(desk.approver, call.id)
        if what == "审查":
            with transaction():
                make.screening.screen(desk.officer, late.id, make.check(late, "accept"))
        elif what == "决定":
            make.decide(desk.approver, call, make.choice(late, "refuse"))
    assert states(call) == {"proposed": 1, "decided": 1}


def test_two_approvers_start_one_notice(app: Flask) -> None:
    desk, call = make.office(), make_call()
    make.decide(desk.approver, call, make.choice(make.eligible(desk.officer, call), "award"))
    key = call.id
    results = at_once(
        app,
        lambda: notices.start(desk.approver, key, 5).number,
        lambda: notices.start(desk.second, key, 5).number,
    )
    assert sorted(type(r).__name__ for r in results) == ["Unfinished", "str"]
    assert db.session.query(PublicNotice).count() == 1


def test_an_objection_and_the_conclusion_at_once_never_both_happen(
    app: Flask, clock: FrozenClock
) -> None:
    """The conclusion needs an ended notice and an ended notice takes no objection; whichever holds
    the notice first decides."""
    desk, call = make.office(), make_call()
    notice = make.on_notice(desk, 1, call)
    key, target = notice.id, queries.proposed(notice.id)[0].application_id
    clock.set(AFTER)
    end()
    statement = objections.Statement(target, "欧阳云舒", "13800000000", "该项目重复申报，请核实。")

    def both(actor: Actor, step: Any) -> Any:
        return step(actor)

    results = at_once(
        app,
        lambda: both(desk.approver, lambda a: notices.conclude(a, key).id),
        lambda: both(Actor(), lambda a: objections.lodge(a, key, statement).number),
    )
    assert results[0] == key and isinstance(results[1], PortalError)
    assert db.session.query(Objection).count() == 0
