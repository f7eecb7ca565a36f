"""Decisions as they are kept: together, within the purse, invisible until published."""

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.kernel import mail
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid
from charity_portal.projects.errors import AlreadyHandled, PurseExceeded
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.screening import Decision
from charity_portal.projects.services import decisions, letters, submissions
from tests.factories import notices as make
from tests.factories.calls import make_call
from tests.factories.organizations import acting, make_member, make_organization
from tests.support.at_once import at_once


def held() -> list[mail.OutboxMail]:
    return list(
        db.session.scalars(
            sa.select(mail.OutboxMail).where(mail.OutboxMail.kind == letters.OUTCOME)
        )
    )


def fresh(row: Application) -> Application:
    db.session.rollback()
    return db.session.get_one(Application, row.id, populate_existing=True)


def test_a_set_of_decisions_is_kept_and_its_letters_are_held(app: Flask) -> None:
    desk, call = make.office(), make_call()
    rows = [make.eligible(desk.officer, call) for _ in range(4)]
    make.decide(
        desk.approver,
        call,
        make.choice(rows[0], "award"),
        make.choice(rows[1], "partial", 30_000),
        make.choice(rows[2], "reserve", rank=1),
        make.choice(rows[3], "refuse"),
    )
    kept = {d.application_id: (d.outcome, d.amount_fen) for d in db.session.query(Decision)}
    assert kept == {
        rows[0].id: ("award", make.REQUESTED),
        rows[1].id: ("partial", 30_000 * make.YUAN),
        rows[2].id: ("reserve", 0),
        rows[3].id: ("refuse", 0),
    }
    assert {fresh(row).state for row in rows} == {"decided"}
    assert {letter.state for letter in held()} == {"held"}
    assert len(held()) == 4
    assert any("与征集方向不符" in letter.body for letter in held())


def test_changing_a_decision_replaces_its_letter(app: Flask) -> None:
    desk, call = make.office(), make_call()
    row = make.eligible(desk.officer, call)
    make.decide(desk.approver, call, make.choice(row, "refuse"))
    make.decide(desk.second, call, make.choice(row, "award", seen=1))
    assert db.session.query(Decision).one().rev == 2
    (letter,) = held()
    assert "拟资助" in letter.body and "不予资助" not in letter.body


def test_the_purse_is_named_with_how_much_it_lacks_and_nothing_is_kept(app: Flask) -> None:
    desk = make.office()
    call = make_call(purse_fen=80_000 * make.YUAN)
    rows = [make.eligible(desk.officer, call) for _ in range(2)]
    with pytest.raises(PurseExceeded) as refused:
        make.decide(desk.approver, call, *(make.choice(row, "award") for row in rows))
    assert refused.value.over_fen == 20_000 * make.YUAN
    db.session.rollback()
    assert not db.session.query(Decision).count() and not held()
    assert {fresh(row).state for row in rows} == {"eligible"}


def test_a_published_award_still_fills_the_purse_and_a_withdrawn_one_does_not(app: Flask) -> None:
    desk = make.office()
    call = make_call(purse_fen=100_000 * make.YUAN)
    first, second, third = (make.eligible(desk.officer, call) for _ in range(3))
    make.decide(desk.approver, call, make.choice(first, "award"), make.choice(second, "award"))
    with pytest.raises(PurseExceeded):
        make.decide(desk.approver, call, make.choice(third, "award"))
    owner = acting(make_member(organization_of(second)))
    with transaction():
        submissions.withdraw(owner, second.id, "机构调整年度计划")
    make.decide(desk.approver, call, make.choice(third, "award"))
    assert fresh(third).state == "decided"


def organization_of(row: Application) -> object:
    from_db = db.session.get_one(Application, row.id)
    return db.session.get_one(make.Organization, from_db.organization_id)


def test_every_row_at_fault_is_named_at_once(app: Flask) -> None:
    desk, call = make.office(), make_call()
    rows = [make.eligible(desk.officer, call) for _ in range(3)]
    with pytest.raises(Invalid) as refused:
        make.decide(
            desk.approver,
            call,
            make.choice(rows[0], "partial", 60_000),
            make.choice(rows[1], "refuse", reason=" "),
            make.choice(rows[2], "reserve"),
        )
    assert set(refused.value.fields) == {
        f"{rows[0].id}-amount",
        f"{rows[1].id}-reason",
        f"{rows[2].id}-rank",
    }


def test_officers_do_not_decide(app: Flask) -> None:
    desk, call = make.office(), make_call()
    row = make.eligible(desk.officer, call)
    with pytest.raises(Forbidden):
        make.decide(desk.officer, call, make.choice(row, "award"))


def test_a_decision_that_was_not_seen_is_not_overwritten(app: Flask) -> None:
    desk, call = make.office(), make_call()
    row = make.eligible(desk.officer, call)
    make.decide(desk.approver, call, make.choice(row, "refuse"))
    with pytest.raises(AlreadyHandled) as refused:
        make.decide(desk.second, call, make.choice(row, "award"))
    assert "姜审批" in str(refused.value.message)
    db.session.rollback()
    assert db.session.query(Decision).one().outcome == "refuse"


def test_two_approvers_at_once_share_one_purse(app: Flask) -> None:
    desk = make.office()
    call = make_call(purse_fen=60_000 * make.YUAN)
    first, second = (make.choice(make.eligible(desk.officer, call), "award") for _ in range(2))
    key = call.id
    results = at_once(
        app,
        lambda: decisions.decide(desk.approver, key, [first]),
        lambda: decisions.decide(desk.second, key, [second]),
    )
    assert sorted(type(r).__name__ for r in results) == ["PurseExceeded", "int"]
    assert db.session.query(Decision).count() == 1


def test_two_approvers_at_once_on_the_same_project_get_one_decision(app: Flask) -> None:
    desk, call = make.office(), make_call()
    row = make.eligible(desk.officer, call)
    award, refusal, key = make.choice(row, "award"), make.choice(row, "refuse"), call.id
    results = at_once(
        app,
        lambda: decisions.decide(desk.approver, key, [award]),
        lambda: decisions.decide(desk.second, key, [refusal]),
    )
    assert sorted(type(r).__name__ for r in results) == ["AlreadyHandled", "int"]
    assert db.session.query(Decision).one().rev == 1
    assert len(held()) == 1


def test_an_application_of_another_call_cannot_be_slipped_in(app: Flask) -> None:
    desk, call, other = make.office(), make_call(), make_call()
    row = make.eligible(desk.officer, other)
    with pytest.raises(Exception, match="没有找到"):
        make.decide(desk.approver, call, make.choice(row, "award"))


def test_nobody_to_write_to_is_no_obstacle(app: Flask) -> None:
    desk, call = make.office(), make_call()
    row = make.submitted(call, organization=make_organization())
    with transaction():
        make.screening.screen(desk.officer, row.id, make.check(row, "accept"))
    make.decide(desk.approver, call, make.choice(row, "award"))
    assert held() == []
    assert db.session.get_one(Call, call.id).state == "published"
