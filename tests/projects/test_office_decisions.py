"""Deciding in the office, and what an applicant can see of it: nothing, until the notice starts."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.kernel.database import db
from charity_portal.kernel.permissions import Actor
from charity_portal.kernel.tables import read_table
from charity_portal.organizations.models import Organization
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.screening import Decision
from tests.factories import notices as make
from tests.factories.calls import make_call
from tests.factories.organizations import make_member
from tests.factories.screening import fresh
from tests.support.people import sign_in, sign_out
from tests.support.statements import counted


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> make.Office:
    people = make.office()
    sign_in(client, people.approver.user_id or 0)
    return people


def row(application: Application, outcome: str, seen: int = 0, **more: Any) -> dict[str, Any]:
    """One line of the table as a browser sends it."""
    key = application.id
    values = {"amount": "", "rank": "", "reason": ""} | more
    return {f"{name}-{key}": value for name, value in values.items()} | {
        f"outcome-{key}": outcome,
        f"seen-{key}": str(seen),
    }


def outcomes() -> dict[int, tuple[str, int]]:
    db.session.rollback()
    return {d.application_id: (d.outcome, d.amount_fen) for d in db.session.query(Decision)}


def test_the_table_decides_many_at_once(client: FlaskClient, desk: make.Office) -> None:
    call = make_call()
    a, b, c, d = (make.eligible(desk.officer, call) for _ in range(4))
    data = (
        row(a, "award")
        | row(b, "partial", amount="3万", reason="压缩设备购置")
        | row(c, "reserve", rank="1")
        | row(d, "")
    )
    assert client.post(f"/office/decisions/{call.id}", data=data).status_code == 303
    assert outcomes() == {
        a.id: ("award", make.REQUESTED),
        b.id: ("partial", 3_000_000),
        c.id: ("reserve", 0),
    }
    page = client.get(f"/office/decisions/{call.id}").text
    assert "¥80,000.00" in page and "1 / 0 / 1" in page


def test_the_purse_is_refused_by_how_much_and_what_was_typed_is_kept(
    client: FlaskClient, desk: make.Office
) -> None:
    call = make_call(purse_fen=80_000 * make.YUAN)
    a, b = (make.eligible(desk.officer, call) for _ in range(2))
    response = client.post(
        f"/office/decisions/{call.id}", data=row(a, "award") | row(b, "award", reason="重点项目")
    )
    assert response.status_code == 422
    assert "超出资金总额 ¥20,000.00" in response.text
    assert response.text.count('value="award" selected') == 2 and "重点项目" in response.text
    assert outcomes() == {}


def test_wrong_rows_are_marked_where_they_stand(client: FlaskClient, desk: make.Office) -> None:
    call = make_call()
    a, b, c = (make.eligible(desk.officer, call) for _ in range(3))
    data = row(a, "refuse") | row(b, "partial", amount="十万") | row(c, "reserve", rank="1")
    response = client.post(f"/office/decisions/{call.id}", data=data)
    assert response.status_code == 422 and "不是金额" in response.text
    data |= row(b, "partial", amount="60000", reason="x")
    response = client.post(f"/office/decisions/{call.id}", data=data)
    assert response.status_code == 422
    for place in (f"reason-{a.id}-error", f"amount-{b.id}-error"):
        assert f'id="{place}"' in response.text
    assert outcomes() == {}


def test_a_decision_made_meanwhile_is_409_names_who_and_keeps_what_was_typed(
    client: FlaskClient, desk: make.Office
) -> None:
    call = make_call()
    a, b = (make.eligible(desk.officer, call) for _ in range(2))
    make.decide(desk.second, call, make.choice(a, "refuse"))
    data = row(a, "award") | row(b, "award", reason="我写的理由")
    response = client.post(f"/office/decisions/{call.id}", data=data)
    assert response.status_code == 409
    assert "陆审批已于 2026-03-02 10:00" in response.text and "我写的理由" in response.text
    assert outcomes() == {a.id: ("refuse", 0)}


def test_an_unchanged_row_is_not_decided_again(client: FlaskClient, desk: make.Office) -> None:
    call = make_call()
    a, b = (make.eligible(desk.officer, call) for _ in range(2))
    make.decide(desk.second, call, make.choice(a, "partial", 30_000))
    data = row(a, "partial", 1, amount="30,000.00", reason="预算压缩") | row(b, "award")
    assert client.post(f"/office/decisions/{call.id}", data=data).status_code == 303
    assert {d.application_id: d.rev for d in db.session.query(Decision)} == {a.id: 1, b.id: 1}


def test_officers_and_auditors_read_the_table_and_cannot_decide(
    client: FlaskClient, desk: make.Office
) -> None:
    call = make_call()
    a = make.eligible(desk.officer, call)
    for person in (desk.officer, make.staff("auditor", "审计员")):
        sign_in(client, person.user_id or 0)
        page = client.get(f"/office/decisions/{call.id}")
        assert page.status_code == 200 and "<select" not in page.text
        assert client.post(f"/office/decisions/{call.id}", data=row(a, "award")).status_code == 403
    assert outcomes() == {}


def test_the_letters_can_be_read_before_anything_is_published(
    client: FlaskClient, desk: make.Office
) -> None:
    call = make_call()
    a = make.eligible(desk.officer, call)
    make.decide(desk.approver, call, make.choice(a, "refuse"))
    page = client.get(f"/office/decisions/{call.id}/letters").text
    assert "本次不予资助" in page and "will not be funded" in page and "与征集方向不符" in page


def test_the_export_has_every_decision(client: FlaskClient, desk: make.Office) -> None:
    call = make_call()
    a, b = (make.eligible(desk.officer, call) for _ in range(2))
    make.decide(desk.approver, call, make.choice(a, "partial", 30_000))
    response = client.get(f"/office/decisions/{call.id}/export.xlsx")
    rows = read_table(io.BytesIO(response.data), "x.xlsx").rows
    assert [r.cells["申请编号"] for r in rows] == [a.number, b.number]
    assert rows[0].cells["决定"] == "部分资助" and rows[1].cells["决定"] == ""


def test_the_pages_cost_the_same_however_many_rows(
    app: Flask, client: FlaskClient, desk: make.Office
) -> None:
    call = make_call()
    rows = [make.eligible(desk.officer, call) for _ in range(12)]
    make.decide(desk.approver, call, *(make.choice(r, "award") for r in rows[:8]))
    for url in ("/office/decisions", f"/office/decisions/{call.id}/letters"):
        with counted(app) as seen:
            client.get(url)
        assert len(seen) <= 12, (url, seen)
    with counted(app) as seen:
        client.get(f"/office/decisions/{call.id}")
    assert len(seen) <= 16, seen  # the table, its totals and the letters, not one for each row


def seen_by(client: FlaskClient, user_id: int, urls: list[str]) -> list[bytes]:
    """What a person gets to see, without what differs from one visit to the next."""
    sign_in(client, user_id)
    pages = []
    for url in urls:
        response = client.get(url)
        assert response.status_code == 200, url
        text = re.sub(rb'(name="csrf[-_]token" (?:content|value)=")[^"]*', rb"\1", response.data)
        pages.append(text)
    sign_out(client)
    return pages


DECISIONS: dict[str, Callable[[Application], Any] | None] = {
    "undecided": None,
    "award": lambda a: make.choice(a, "award", reason=""),
    "partial": lambda a: make.choice(a, "partial", 30_000, reason="压缩"),
    "reserve": lambda a: make.choice(a, "reserve", rank=1, reason=""),
    "refuse": lambda a: make.choice(a, "refuse", reason="评审得分较低"),
}


def test_before_the_notice_an_applicant_sees_the_same_bytes_whatever_is_decided(
    app: Flask, client: FlaskClient, desk: make.Office
) -> None:
    call = make_call()
    application = make.eligible(desk.officer, call, title="银龄陪伴计划")
    owner = make_member(db.session.get_one(Organization, application.organization_id))
    key = application.id
    urls = [
        "/workspace/applications",
        f"/workspace/applications/{key}",
        f"/workspace/applications/{key}/versions/1",
        f"/workspace/applications/{key}/print",
        f"/calls/{call.id}",
        "/calls",
        "/notices",
        "/",
    ]
    views, seen_rev = {}, 0
    for name, decision in DECISIONS.items():
        if decision is not None:
            choice = decision(fresh(application))
            decide_again(desk.approver, call, choice, seen_rev)
            seen_rev += 1
            assert fresh(application).state == "decided"
        views[name] = seen_by(client, owner.id, urls)
    assert any("银龄陪伴计划".encode() in page for page in views["undecided"])
    for name, pages in views.items():
        for url, page, before in zip(urls, pages, views["undecided"], strict=True):
            assert page == before, f"{url} tells {name} from undecided"
    make.start(desk.approver, db.session.get_one(Call, call.id))
    after = seen_by(client, owner.id, urls)
    assert after != views["refuse"]  # the sweep can see a difference where there is one


def decide_again(actor: Actor, call: Call, choice: Any, seen: int) -> None:
    make.decide(
        actor,
        db.session.get_one(Call, call.id),
        type(choice)(choice.application_id, seen, choice.verdict),
    )
