"""A stage in the office: its figures, its steps with their reasons, who is asked for what."""

from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.queries import edition_desk
from charity_portal.kernel import clock
from tests.factories.accounts import make_user
from tests.factories.editions import loaded, make_open, make_running
from tests.support.people import sign_in
from tests.support.statements import counted

URL = "/office/competitions/stages"


def as_role(client: FlaskClient, *roles: str) -> None:
    sign_in(client, make_user("赵清和", roles=roles).id)


@pytest.mark.parametrize("role", ["officer", "approver", "auditor", "reviewer", "finance"])
def test_a_stage_is_for_those_who_handle_or_oversee_judging(client: FlaskClient, role: str) -> None:
    stage = make_open(applications=1).stages[0]
    as_role(client, role)
    expected = 200 if role in ("officer", "approver", "auditor") else 403
    assert client.get(f"{URL}/{stage.id}").status_code == expected
    allowed = role == "officer"
    for step in ("settle", "open", "remind"):
        status = client.post(f"{URL}/{stage.id}/{step}").status_code
        assert (status != 403) == allowed


def test_the_page_shows_the_field_and_who_owes_what(client: FlaskClient) -> None:
    _edition, stage, reviews = make_running(applications=2, members=5)
    as_role(client, "officer")
    page = client.get(f"{URL}/{stage.id}").text
    assert "P-01" in page and "P-02" in page and "0 / 5" in page
    assert "顾评审0" in page and len(reviews) == 10
    assert "提醒未提交的评委" in page


def test_the_page_takes_the_same_statements_however_long_the_field(
    app: Flask, client: FlaskClient
) -> None:
    _edition, small, _reviews = make_running(applications=1, members=5)
    _edition, large, _reviews = make_running(applications=5, members=6)
    as_role(client, "officer")
    with counted(app) as few:
        client.get(f"{URL}/{small.id}")
    with counted(app) as many:
        client.get(f"{URL}/{large.id}")
    assert len(few) == len(many) <= 18


def test_closing_early_asks_for_the_reason_and_then_closes(client: FlaskClient) -> None:
    _edition, stage, _reviews = make_running(applications=1)
    as_role(client, "officer")
    refused = client.post(f"{URL}/{stage.id}/close", data={"close-reason": ""})
    assert refused.status_code == 422 and "还有 5 份评审没有提交" in unescape(refused.text)
    assert client.post(f"{URL}/{stage.id}/close", data={"close-reason": "疫情"}).status_code == 303
    assert loaded(stage.edition_id).stages[0].state == "closed"


def test_only_approvers_reopen(client: FlaskClient) -> None:
    _edition, stage, _reviews = make_running(applications=1)
    as_role(client, "officer")
    client.post(f"{URL}/{stage.id}/close", data={"close-reason": "疫情"})
    data = {"reopen-reason": "漏评一份"}
    assert client.post(f"{URL}/{stage.id}/reopen", data=data).status_code == 403
    as_role(client, "approver")
    empty = client.post(f"{URL}/{stage.id}/reopen", data={"reopen-reason": ""})
    assert empty.status_code == 422 and "请写明理由" in empty.text
    assert client.post(f"{URL}/{stage.id}/reopen", data=data).status_code == 303
    assert loaded(stage.edition_id).stages[0].state == "open"


def test_the_due_date_is_moved_and_what_was_typed_is_kept(client: FlaskClient) -> None:
    _edition, stage, _reviews = make_running(applications=1)
    as_role(client, "officer")
    data = {"postpone-due_at": "2020-01-01T10:00", "postpone-reason": "评委出差"}
    refused = client.post(f"{URL}/{stage.id}/postpone", data=data)
    assert refused.status_code == 422 and "请填写将来的时间" in refused.text
    assert "评委出差" in refused.text and "2020-01-01T10:00" in refused.text
    later = clock.local(clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    data["postpone-due_at"] = later
    assert client.post(f"{URL}/{stage.id}/postpone", data=data).status_code == 303


def test_reviewers_are_reminded_with_one_button(client: FlaskClient) -> None:
    _edition, stage, _reviews = make_running(applications=1)
    as_role(client, "officer")
    client.post(f"{URL}/{stage.id}/remind")
    assert "已向 5 位评委发送提醒" in client.get(f"{URL}/{stage.id}").text


def test_an_application_leaves_by_its_code(client: FlaskClient) -> None:
    _edition, stage, _reviews = make_running(applications=2)
    as_role(client, "officer")
    unknown = {"leave-code": "P-99", "leave-reason": "机构注销"}
    refused = client.post(f"{URL}/{stage.id}/leave", data=unknown)
    assert refused.status_code == 422 and "没有这个代号" in refused.text
    known = unknown | {"leave-code": " p-01 "}
    assert client.post(f"{URL}/{stage.id}/leave", data=known).status_code == 303
    assert len(edition_desk.entered(stage)) == 1
    assert "机构注销" in client.get(f"{URL}/{stage.id}").text


def test_a_step_that_is_not_due_is_answered_in_words(client: FlaskClient) -> None:
    stage = make_open(applications=1).stages[0]
    as_role(client, "officer")
    answer = client.post(f"{URL}/{stage.id}/open")
    assert answer.status_code == 409 and "还没有分配评审" in answer.text
