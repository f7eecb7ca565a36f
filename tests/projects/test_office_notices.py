"""Notices in the office: seen before they start, concluded when nothing is open."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.notices import PublicNotice
from charity_portal.projects.models.screening import Award
from charity_portal.projects.services import deadlines
from tests.factories import notices as make
from tests.factories.calls import make_call
from tests.support.clocks import FrozenClock
from tests.support.people import sign_in
from tests.support.statements import counted


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> make.Office:
    people = make.office()
    sign_in(client, people.approver.user_id or 0)
    return people


def states(call: Call) -> list[str]:
    db.session.rollback()
    return sorted(a.state for a in db.session.query(Application).filter_by(call_id=call.id))


def end(client: FlaskClient, desk: make.Office, clock: FrozenClock, moment: str) -> None:
    """Time passes, the job runs, the approver signs in again."""
    clock.set(moment)
    with transaction():
        deadlines.end_notices(SYSTEM)
    sign_in(client, desk.approver.user_id or 0)


def test_both_days_and_every_outcome_are_seen_before_the_start(
    client: FlaskClient, desk: make.Office
) -> None:
    call = make_call()
    rows = [make.eligible(desk.officer, call) for _ in range(2)]
    make.decide(desk.approver, call, make.choice(rows[0], "award"), make.choice(rows[1], "refuse"))
    page = client.get(f"/office/notices/start/{call.id}").text
    for said in (rows[0].title, rows[1].title, "与征集方向不符", "公示至 2026年3月9日 24:00"):
        assert said in page
    assert states(call) == ["decided", "decided"]
    bad = client.post(f"/office/notices/start/{call.id}", data={"workdays": "1"})
    assert bad.status_code == 422 and "3 到 30 个工作日" in bad.text
    done = client.post(f"/office/notices/start/{call.id}", data={"workdays": "7"})
    assert done.status_code == 303
    assert states(call) == ["proposed", "refused"]
    assert db.session.query(PublicNotice).one().workdays == 7


def test_an_estimated_calendar_is_said_to_be_one(
    client: FlaskClient, desk: make.Office, clock: FrozenClock
) -> None:
    end(client, desk, clock, "2026-12-29 10:00")
    call = make_call()
    make.decide(desk.approver, call, make.choice(make.eligible(desk.officer, call), "award"))
    page = client.get(f"/office/notices/start/{call.id}").text
    assert "2027 年放假安排尚未公布" in page and "2027年1月6日" in page


def test_the_button_to_conclude_appears_when_nothing_is_open(
    client: FlaskClient, desk: make.Office, clock: FrozenClock
) -> None:
    call = make_call()
    notice = make.on_notice(desk, 1, call)
    receipt = make.lodge(notice)
    address, button = f"/office/notices/{notice.id}", "办结公示，确认立项"
    assert button not in client.get(address).text
    end(client, desk, clock, "2026-03-10 00:00")
    assert button not in client.get(address).text
    refused = client.post(f"{address}/conclude")
    assert refused.status_code == 409 and receipt.number in refused.text
    assert states(call) == ["proposed"] and not db.session.query(Award).count()
    key = make.objection_of(receipt).id
    db.session.rollback()
    sign_in(client, desk.officer.user_id or 0)
    assert client.post(f"/office/objections/{key}/examine").status_code == 303
    sign_in(client, desk.approver.user_id or 0)
    answer = {
        "answer-result": "dismissed",
        "answer-finding": "查无重复",
        "answer-public_outcome": "经核实，不构成重复申报。",
    }
    assert client.post(f"/office/objections/{key}/answer", data=answer).status_code == 303
    assert button in client.get(address).text
    assert client.post(f"{address}/conclude").status_code == 303
    assert states(call) == ["awarded"]
    assert client.post(f"/office/notices/calls/{call.id}/conclude").status_code == 303
    assert db.session.get_one(Call, call.id, populate_existing=True).state == "concluded"


def test_a_reserve_moves_up_in_a_supplementary_notice(
    client: FlaskClient, desk: make.Office, clock: FrozenClock
) -> None:
    call = make_call()
    first, spare = (make.eligible(desk.officer, call) for _ in range(2))
    make.decide(
        desk.approver, call, make.choice(first, "award"), make.choice(spare, "reserve", rank=1)
    )
    notice = make.start(desk.approver, call)
    key = make.objection_of(make.lodge(notice)).id
    db.session.rollback()
    with transaction():
        make.objections.examine(desk.officer, key)
    with transaction():
        make.objections.answer(desk.approver, key, True, "属实", "经核实，属重复申报。")
    end(client, desk, clock, "2026-03-10 00:00")
    client.post(f"/office/notices/{notice.id}/conclude")
    assert states(call) == ["cancelled", "reserve"]
    address = f"/office/notices/supplement/{call.id}"
    assert spare.title in client.get(address).text
    empty = client.post(address, data={"workdays": "5", "reason": "按顺位递补"})
    assert empty.status_code == 409 and states(call) == ["cancelled", "reserve"]
    too_much = {f"{spare.id}-amount": "99999", "workdays": "5", "reason": "按顺位递补"}
    assert client.post(address, data=too_much).status_code == 422
    right = {f"{spare.id}-amount": "40000", "workdays": "5", "reason": "按顺位递补"}
    assert client.post(address, data=right).status_code == 303
    assert states(call) == ["cancelled", "proposed"]
    extra = db.session.query(PublicNotice).filter_by(supplementary=True).one()
    page = client.get(f"/notices/{extra.number}").text
    assert "补充公示" in page and "¥40,000.00" in page


def test_officers_watch_and_cannot_start_or_conclude(
    client: FlaskClient, desk: make.Office
) -> None:
    call = make_call()
    notice = make.on_notice(desk, 1, call)
    sign_in(client, desk.officer.user_id or 0)
    assert client.get("/office/notices").status_code == 200
    assert client.get(f"/office/notices/{notice.id}").status_code == 200
    assert client.get(f"/office/notices/start/{call.id}").status_code == 403
    assert client.post(f"/office/notices/{notice.id}/conclude").status_code == 403


def test_late_objections_are_marked_and_lists_stay_cheap(
    app: Flask, client: FlaskClient, desk: make.Office, clock: FrozenClock
) -> None:
    notices = [make.on_notice(desk) for _ in range(3)]
    for notice in notices:
        make.lodge(notice)
    end(client, desk, clock, "2026-03-18 09:00")
    with counted(app) as seen:
        page = client.get("/office/notices").text
    assert "逾期 2 个工作日" in page and "有 3 件异议逾期未答复" in page
    assert len(seen) <= 12, seen
