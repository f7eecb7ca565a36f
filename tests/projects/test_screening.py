"""Screening as it is kept: steps, letters, deadlines, two officers at once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.kernel import clock, mail
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Invalid, PortalError
from charity_portal.kernel.permissions import SYSTEM, Actor
from charity_portal.organizations.models import Organization
from charity_portal.organizations.services import register
from charity_portal.projects.errors import AlreadyHandled, DeadlinePassed, OwnOrganization
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.screening import (
    ConditionalAcceptance,
    CorrectionRequest,
    Screening,
)
from charity_portal.projects.queries import applications
from charity_portal.projects.rules.screening import default_due
from charity_portal.projects.services import deadlines, screening, submissions
from tests.factories import notices as make
from tests.factories.organizations import acting, make_member, make_organization
from tests.support.at_once import at_once
from tests.support.clocks import FrozenClock
from tests.support.working import Worker

AUDIT_MISSING = {"slot:audit": "上年度审计报告尚未出具"}


def fresh(application: Application) -> Application:
    db.session.rollback()
    return db.session.get_one(Application, application.id, populate_existing=True)


def letters() -> list[mail.OutboxMail]:
    return list(
        db.session.scalars(
            sa.select(mail.OutboxMail)
            .where(mail.OutboxMail.kind == screening.KIND)
            .order_by(mail.OutboxMail.id)
        )
    )


def due(days: int = 5) -> object:
    return default_due(clock.today(), days)


def correct(desk: make.Office, row: Application) -> None:
    failing = {"summary": "未写明服务频次", "budget": "人员补贴缺少测算依据"}
    with transaction():
        screening.screen(desk.officer, row.id, make.check(row, "correction", failing, due_at=due()))


def condition(desk: make.Office, row: Application) -> ConditionalAcceptance:
    with transaction():
        screening.screen(
            desk.officer, row.id, make.check(row, "conditional", AUDIT_MISSING, due_at=due(10))
        )
    return db.session.query(ConditionalAcceptance).filter_by(application_id=row.id).one()


def test_a_complete_application_is_accepted_and_its_people_are_told(app: Flask) -> None:
    desk, row = make.office(), make.submitted()
    with transaction():
        screening.screen(desk.officer, row.id, make.check(row, "accept"))
    assert fresh(row).state == "eligible"
    kept = db.session.query(Screening).one()
    assert (kept.outcome, kept.version, len(kept.findings) > 10) == ("accept", 1, True)
    (letter,) = letters()
    assert "审查通过" in letter.title and row.number in letter.body


def test_what_is_not_complete_cannot_be_accepted(app: Flask) -> None:
    desk, row = make.office(), make.submitted()
    with pytest.raises(Invalid), transaction():
        screening.screen(desk.officer, row.id, make.check(row, "accept", AUDIT_MISSING))
    assert fresh(row).state == "submitted"
    assert not letters() and not db.session.query(Screening).count()


def test_a_correction_request_lists_every_defect_once_in_both_languages(app: Flask) -> None:
    desk, row = make.office(), make.submitted()
    correct(desk, row)
    assert fresh(row).state == "correction"
    request = db.session.query(CorrectionRequest).one()
    assert {d["key"] for d in request.defects} == {"summary", "budget"}
    assert request.defects[0]["text"] != request.defects[0]["text_en"]
    assert clock.local(request.due_at).strftime("%F %H:%M") == "2026-03-09 17:00"
    (letter,) = letters()
    for said in (
        "未写明服务频次",
        "人员补贴缺少测算依据",
        "2026年3月9日 17:00",
        "9 March 2026 17:00",
    ):
        assert said in letter.body
    assert f"http://localhost/workspace/applications/{row.id}" in letter.body


def test_nothing_to_correct_is_no_correction_request(app: Flask) -> None:
    desk, row = make.office(), make.submitted()
    with pytest.raises(Invalid), transaction():
        screening.screen(desk.officer, row.id, make.check(row, "correction", due_at=due()))
    assert fresh(row).state == "submitted"


def test_a_rejection_needs_a_reason_and_the_letter_carries_it(app: Flask) -> None:
    desk, row = make.office(), make.submitted()
    with pytest.raises(Invalid), transaction():
        screening.screen(desk.officer, row.id, make.check(row, "reject", reason=" "))
    with transaction():
        screening.screen(desk.officer, row.id, make.check(row, "reject", reason="不属于征集范围"))
    assert fresh(row).state == "ineligible"
    assert "不属于征集范围" in letters()[0].body
    with transaction():
        screening.reopen(desk.officer, row.id, make.check(row, "accept").seen, "经核实属于征集范围")
    assert fresh(row).state == "submitted"


def test_only_secondary_papers_can_be_missing_for_a_while(app: Flask) -> None:
    desk, row = make.office(), make.submitted(papers=("certificate", "budget_note"))
    with pytest.raises(Invalid), transaction():
        wrong = {"slot:certificate": "未盖章", **AUDIT_MISSING}
        screening.screen(
            desk.officer, row.id, make.check(row, "conditional", wrong, due_at=due(10))
        )
    assert fresh(row).state == "submitted"
    assert condition(desk, row).missing == ["audit"]
    assert fresh(row).state == "conditional"
    assert "审计报告" in letters()[0].body


def test_an_applicant_in_bad_standing_gets_no_conditional_acceptance(app: Flask) -> None:
    desk, row = make.office(), make.submitted(papers=("certificate", "budget_note"))
    with transaction():
        register.set_standing(
            desk.officer, row.organization_id, "abnormal", clock.today(), "未按时报送年度报告"
        )
    with pytest.raises(Invalid) as refused:
        condition(desk, row)
    assert "异常名录" in str(refused.value.message)
    assert fresh(row).state == "submitted"


def test_promise_and_papers_in_time_are_completed_by_an_officer(app: Flask) -> None:
    desk, row = make.office(), make.submitted(papers=("certificate", "budget_note"))
    condition(desk, row)
    owner = acting(make_member(db.session.get_one(Organization, row.organization_id)))
    seen = make.check(row, "accept").seen
    with pytest.raises(Invalid, match="承诺"), transaction():
        screening.complete(desk.officer, row.id, seen)
    with transaction():
        screening.sign_promise(owner, row.id)
    with pytest.raises(Invalid, match="材料"), transaction():
        screening.complete(desk.officer, row.id, seen)
    with transaction():
        make.attach(fresh_in(row), "audit")
    with transaction():
        submissions.hand_in_papers(owner, row.id)
    with transaction():
        screening.complete(desk.officer, row.id, make.check(row, "accept").seen)
    assert fresh(row).state == "eligible"
    assert applications.newest_submission(row.id).version == 2  # type: ignore[union-attr]


def fresh_in(row: Application) -> Application:
    return db.session.get_one(Application, row.id)


def test_strangers_cannot_sign_the_promise(app: Flask) -> None:
    desk, row = make.office(), make.submitted(papers=("certificate", "budget_note"))
    condition(desk, row)
    stranger = acting(make_member(make_organization()))
    with pytest.raises(PortalError), transaction():
        screening.sign_promise(stranger, row.id)


def test_deadlines_fall_exactly_when_they_come(app: Flask, clock: FrozenClock) -> None:
    desk = make.office()
    mended, owed = make.submitted(), make.submitted(papers=("certificate", "budget_note"))
    correct(desk, mended)
    until = condition(desk, owed).due_at
    request = db.session.query(CorrectionRequest).one()
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
    correct(desk, row)
    clock.set("2026-03-09 17:00")
    worker(recurring=True)
    assert fresh(row).state == "lapsed"


def test_papers_that_came_in_time_outlive_a_slow_office(app: Flask, clock: FrozenClock) -> None:
    desk, row = make.office(), make.submitted(papers=("certificate", "budget_note"))
    until = condition(desk, row).due_at
    owner = acting(make_member(db.session.get_one(Organization, row.organization_id)))
    with transaction():
        screening.sign_promise(owner, row.id)
        make.attach(fresh_in(row), "audit")
    clock.set(until + timedelta(days=3))
    assert lapse() == 0
    with transaction():
        screening.complete(desk.officer, row.id, make.check(row, "accept").seen)
    assert fresh(row).state == "eligible"


def test_no_promise_at_the_deadline(app: Flask, clock: FrozenClock) -> None:
    desk, row = make.office(), make.submitted(papers=("certificate", "budget_note"))
    until = condition(desk, row).due_at
    owner = acting(make_member(db.session.get_one(Organization, row.organization_id)))
    clock.set(until)
    with pytest.raises(DeadlinePassed), transaction():
        screening.sign_promise(owner, row.id)


def test_staff_do_not_handle_their_own_organization(app: Flask) -> None:
    desk, row = make.office(), make.submitted()
    biased = Actor(
        desk.officer.user_id, "何经办", frozenset({"officer"}), {row.organization_id: "editor"}
    )
    with pytest.raises(OwnOrganization), transaction():
        screening.screen(biased, row.id, make.check(row, "accept"))


def test_a_view_from_before_a_new_version_cannot_be_acted_on(app: Flask) -> None:
    desk, row = make.office(), make.submitted()
    old = make.check(row, "accept")
    with transaction():
        make.freeze(fresh_in(row), make.fields_of("另一个题目", 40_000))
    with pytest.raises(AlreadyHandled), transaction():
        screening.screen(desk.officer, row.id, old)
    assert fresh(row).state == "submitted"


def test_of_two_officers_at_once_one_acts_and_the_other_learns_who_did_what(app: Flask) -> None:
    desk, row = make.office(), make.submitted()
    accepting = make.check(row, "accept")
    refusing, key = make.check(row, "reject", reason="不属于征集范围"), row.id
    results = at_once(
        app,
        lambda: screening.screen(desk.officer, key, accepting),
        lambda: screening.screen(desk.colleague, key, refusing),
    )
    lost = [r for r in results if isinstance(r, AlreadyHandled)]
    assert len(lost) == 1, results
    state = fresh(row).state
    winner = "何经办" if state == "eligible" else "沈经办"
    assert state in ("eligible", "ineligible")
    assert winner in str(lost[0].message) and lost[0].status == 409
    assert db.session.query(Screening).count() == 1
    assert len(letters()) == 1
