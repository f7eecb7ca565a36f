"""Objections in the office: who sees whom, and what may be written."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.kernel.database import db
from charity_portal.projects.models.notices import Objection
from tests.factories import notices as make
from tests.support.people import sign_in


@pytest.fixture
def desk(app: Flask) -> make.Office:
    return make.office()


@pytest.fixture
def key(desk: make.Office) -> int:
    found = make.objection_of(make.lodge(make.on_notice(desk))).id
    db.session.rollback()
    return found


def state(key: int) -> str:
    db.session.rollback()
    return db.session.get_one(Objection, key, populate_existing=True).state


def test_the_person_is_shown_to_those_who_handle_the_case_and_masked_for_auditors(
    client: FlaskClient, desk: make.Office, key: int
) -> None:
    for person, whole in (
        (desk.officer, True),
        (desk.approver, True),
        (make.staff("auditor", "审计员"), False),
    ):
        sign_in(client, person.user_id or 0)
        page = client.get(f"/office/objections/{key}")
        assert page.status_code == 200
        assert ("欧阳云舒" in page.text) is whole
        assert ("13800000000" in page.text) is whole
    sign_in(client, make.staff("finance", "财务").user_id or 0)
    assert client.get(f"/office/objections/{key}").status_code == 403


def test_an_answer_that_names_the_objector_is_refused_and_kept_on_the_page(
    client: FlaskClient, desk: make.Office, key: int
) -> None:
    sign_in(client, desk.officer.user_id or 0)
    assert client.post(f"/office/objections/{key}/examine").status_code == 303
    sign_in(client, desk.approver.user_id or 0)
    data = {
        "answer-result": "upheld",
        "answer-finding": "属实",
        "answer-public_outcome": "欧阳云舒反映的情况属实",
    }
    response = client.post(f"/office/objections/{key}/answer", data=data)
    assert response.status_code == 422 and "异议人的姓名" in response.text
    assert "反映的情况属实" in response.text
    assert state(key) == "examining"
    empty = client.post(f"/office/objections/{key}/answer", data={})
    assert empty.status_code == 422


def test_officers_examine_and_approvers_answer(
    client: FlaskClient, desk: make.Office, key: int
) -> None:
    sign_in(client, desk.approver.user_id or 0)
    assert client.post(f"/office/objections/{key}/examine").status_code == 403
    sign_in(client, desk.officer.user_id or 0)
    assert client.post(f"/office/objections/{key}/examine").status_code == 303
    again = client.post(f"/office/objections/{key}/examine")
    assert again.status_code == 409 and "何经办已于 2026-03-02 10:00 办理“开始复核”" in again.text
    full = {
        "answer-result": "dismissed",
        "answer-finding": "x",
        "answer-public_outcome": "经核实不成立",
    }
    assert client.post(f"/office/objections/{key}/answer", data=full).status_code == 403
    assert state(key) == "examining"


def test_a_withdrawal_is_recorded_without_the_person(
    client: FlaskClient, desk: make.Office, key: int
) -> None:
    sign_in(client, desk.officer.user_id or 0)
    bad = {"retract-reason": "欧阳云舒来电撤回"}
    assert client.post(f"/office/objections/{key}/retract", data=bad).status_code == 422
    assert state(key) == "received"
    good = {"retract-reason": "来电撤回，已核实身份"}
    assert client.post(f"/office/objections/{key}/retract", data=good).status_code == 303
    assert state(key) == "retracted"
