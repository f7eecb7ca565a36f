"""Editions in the office: who may, the list, a new one, the desk, the check, the steps."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.queries import draws
from charity_portal.kernel.database import db
from tests.factories.accounts import make_user
from tests.factories.competitions import make_round
from tests.factories.editions import change, closed_call, loaded, make_draft, make_open, make_ready
from tests.support.people import sign_in
from tests.support.statements import counted

READERS = {"officer", "approver", "auditor"}
ROLES = [*sorted(READERS), "finance", "reviewer", "administrator", None]


def as_role(client: FlaskClient, *roles: str) -> None:
    sign_in(client, make_user("赵清和", roles=roles).id)


@pytest.mark.parametrize("role", ROLES)
def test_the_list_and_the_desk_are_for_those_who_handle_or_oversee_judging(
    client: FlaskClient, role: str | None
) -> None:
    edition = make_draft()
    as_role(client, *([role] if role else []))
    expected = 200 if role in READERS else 403
    for url in ("", f"/{edition.id}", f"/{edition.id}/check", f"/{edition.id}/preview"):
        assert client.get(f"/office/competitions{url}").status_code == expected
    expected = 200 if role == "officer" else 403
    assert client.get("/office/competitions/new").status_code == expected
    assert client.get(f"/office/competitions/{edition.id}/edit/basics").status_code == expected


def test_an_edition_is_made_for_a_published_call(client: FlaskClient) -> None:
    call = closed_call()
    as_role(client, "officer")
    assert call.number in client.get("/office/competitions/new").text
    answer = client.post(
        "/office/competitions/new",
        data={"call_id": str(call.id), "template": "three", "copy_from": ""},
    )
    made = db.session.query(Edition).one()
    assert answer.status_code == 303 and answer.location == f"/office/competitions/{made.id}"
    assert len(loaded(made.id).stages) == 3
    page = client.get("/office/competitions/new")
    assert "没有可以建立评审的征集" in page.text


def test_a_call_that_is_taken_is_refused_and_the_choice_kept(client: FlaskClient) -> None:
    edition = make_draft()
    other = closed_call()
    as_role(client, "officer")
    data = {"call_id": str(edition.call_id), "template": "one", "copy_from": ""}
    answer = client.post("/office/competitions/new", data=data)
    assert answer.status_code == 422
    assert f'value="{other.id}"' in answer.text and "checked" in answer.text


def test_the_list_shows_progress_in_a_fixed_number_of_statements(
    app: Flask, client: FlaskClient
) -> None:
    as_role(client, "officer")
    with counted(app) as none:
        assert "还没有评审" in client.get("/office/competitions").text
    make_round(applications=2, panelists=2)
    with counted(app) as one:
        page = client.get("/office/competitions").text
    assert "0 / 4" in page and "书面评审" in page
    for _ in range(3):
        make_draft()
    with counted(app) as many:
        client.get("/office/competitions")
    assert len(many) == len(one) and len(many) <= 12 and none
    assert "书面评审" not in client.get("/office/competitions?state=draft").text


def test_the_check_names_every_defect_with_a_link_to_its_place(client: FlaskClient) -> None:
    edition = make_draft()
    as_role(client, "officer")
    page = client.get(f"/office/competitions/{edition.id}/check").text
    assert f'href="/office/competitions/{edition.id}/edit/basics#seed"' in page
    assert f'href="/office/competitions/{edition.id}/edit/stages#stages-0-due_at"' in page
    assert f'href="/office/competitions/{edition.id}/panel"' in page
    assert "没有通过资格审查的申请" in page


def test_an_edition_that_is_not_ready_is_shown_with_its_defects_and_stays_a_draft(
    client: FlaskClient,
) -> None:
    edition = make_draft()
    as_role(client, "officer")
    answer = client.post(f"/office/competitions/{edition.id}/open")
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert loaded(edition.id).state == "draft"


def test_a_ready_edition_opens_and_its_rules_are_public(client: FlaskClient) -> None:
    edition = make_ready()
    assert client.get(f"/competitions/{edition.number}").status_code == 404
    as_role(client, "officer")
    assert "可以开始评审" in client.get(f"/office/competitions/{edition.id}").text
    answer = client.post(f"/office/competitions/{edition.id}/open")
    assert answer.status_code == 303
    page = client.get(f"/office/competitions/{edition.id}").text
    assert "分配评审" in page
    stage = loaded(edition.id).stages[0]
    assert "P-01" in client.get(f"/office/competitions/stages/{stage.id}").text
    edit = client.get(f"/office/competitions/{edition.id}/edit/basics")
    assert edit.status_code == 303
    refused = client.post(f"/office/competitions/{edition.id}/edit/basics", data={"title_zh": "x"})
    assert refused.status_code in (409, 422)


def test_only_approvers_resume_and_cancel_and_give_the_reason(client: FlaskClient) -> None:
    edition = make_open()
    as_role(client, "officer")
    url = f"/office/competitions/{edition.id}/cancel"
    assert client.post(url, data={"cancel-reason": "x"}).status_code == 403
    as_role(client, "approver")
    empty = client.post(url, data={"cancel-reason": " "})
    assert empty.status_code == 422 and "请写明理由" in empty.text
    assert client.post(url, data={"cancel-reason": "资金取消"}).status_code == 303
    assert "资金取消" in client.get(f"/competitions/{edition.number}").text


def test_the_desk_takes_the_same_statements_however_much_there_is(
    app: Flask, client: FlaskClient
) -> None:
    small = make_round(applications=1, panelists=1).edition
    large = make_round(applications=4, panelists=3).edition
    as_role(client, "officer")
    with counted(app) as few:
        client.get(f"/office/competitions/{small.id}")
    with counted(app) as many:
        client.get(f"/office/competitions/{large.id}")
    assert len(few) == len(many) <= 18


def test_the_preview_is_the_public_page(client: FlaskClient) -> None:
    edition = change(make_draft(), "basics", seed="417", about_zh="评出好项目")
    as_role(client, "auditor")
    page = client.get(f"/office/competitions/{edition.id}/preview").text
    assert "评出好项目" in page and "417" in page and "需求真实性" in page
    assert draws.public_record(edition.id) == []
