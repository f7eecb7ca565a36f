"""Screening as it is kept: steps, letters, deadlines, two officers at once."""

import pytest
from flask import Flask

from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Invalid, PortalError
from charity_portal.kernel.permissions import Actor
from charity_portal.organizations.models import Organization
from charity_portal.organizations.services import register
from charity_portal.projects.errors import AlreadyHandled, DeadlinePassed, OwnOrganization
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.screening import (
    CorrectionRequest,
    Screening,
)
from charity_portal.projects.queries import applications
from charity_portal.projects.rules.screening import default_due
from charity_portal.projects.services import screening, submissions
from tests.factories import notices as make
from tests.factories.organizations import acting, make_member, make_organization
from tests.factories.screening import (
    AUDIT_MISSING,
    INCOMPLETE,
    accept_conditionally,
    ask_for_correction,
    fresh,
    letters,
)
from tests.support.at_once import at_once
from tests.support.clocks import FrozenClock


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
    ask_for_correction(desk, row)
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
        screening.screen(
            desk.officer,
            row.id,
            make.check(row, "correction", due_at=default_due(clock.today(), 5)),
        )
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
    desk, row = make.office(), make.submitted(papers=INCOMPLETE)
    with pytest.raises(Invalid), transaction():
        wrong = {"slot:certificate": "未盖章", **AUDIT_MISSING}
        screening.screen(
            desk.officer,
            row.id,
            make.check(row, "conditional", wrong, due_at=default_due(clock.today(), 10)),
        )
    assert fresh(row).state == "submitted"
    assert accept_conditionally(desk, row).missing == ["audit"]
    assert fresh(row).state == "conditional"
    assert "审计报告" in letters()[0].body


def test_an_applicant_in_bad_standing_gets_no_conditional_acceptance(app: Flask) -> None:
    desk, row = make.office(), make.submitted(papers=INCOMPLETE)
    with transaction():
        register.set_standing(
            desk.officer, row.organization_id, "abnormal", clock.today(), "未按时报送年度报告"
        )
    with pytest.raises(Invalid) as refused:
        accept_conditionally(desk, row)
    assert "异常名录" in str(refused.value.message)
    assert fresh(row).state == "submitted"


def test_promise_and_papers_in_time_are_completed_by_an_officer(app: Flask) -> None:
    desk, row = make.office(), make.submitted(papers=INCOMPLETE)
    accept_conditionally(desk, row)
    owner = acting(make_member(db.session.get_one(Organization, row.organization_id)))
    seen = make.check(row, "accept").seen
    with pytest.raises(Invalid, match="承诺"), transaction():
        screening.complete(desk.officer, row.id, seen)
    with transaction():
        screening.sign_promise(owner, row.id)
    with pytest.raises(Invalid, match="材料"), transaction():
        screening.complete(desk.officer, row.id, seen)
    with transaction():
        make.attach(db.session.get_one(Application, row.id), "audit")
    with transaction():
        submissions.hand_in_papers(owner, row.id)
    with transaction():
        screening.complete(desk.officer, row.id, make.check(row, "accept").seen)
    assert fresh(row).state == "eligible"
    assert applications.newest_submission(row.id).version == 2  # type: ignore[union-attr]


def test_strangers_cannot_sign_the_promise(app: Flask) -> None:
    desk, row = make.office(), make.submitted(papers=INCOMPLETE)
    accept_conditionally(desk, row)
    stranger = acting(make_member(make_organization()))
    with pytest.raises(PortalError), transaction():
        screening.sign_promise(stranger, row.id)


def test_no_promise_at_the_deadline(app: Flask, clock: FrozenClock) -> None:
    desk, row = make.office(), make.submitted(papers=INCOMPLETE)
    until = accept_conditionally(desk, row).due_at
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
        make.freeze(db.session.get_one(Application, row.id), make.fields_of("另一个题目", 40_000))
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
