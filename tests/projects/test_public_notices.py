"""What everybody sees of a notice, and how anybody objects."""

import io
import logging

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.kernel.database import db
from charity_portal.projects.models.notices import Objection, PublicNotice
from charity_portal.projects.queries import notices as queries
from charity_portal.projects.rules import notices as rules
from tests.factories import notices as make
from tests.factories.calls import make_call
from tests.factories.uploads import pdf
from tests.support.clocks import FrozenClock
from tests.support.people import sign_in, sign_out
from tests.support.statements import counted

PERSON, CONTACT = "欧阳云舒", "13800000000"


@pytest.fixture
def notice(app: Flask) -> PublicNotice:
    desk, call = make.office(), make_call()
    rows = [make.eligible(desk.officer, call) for _ in range(4)]
    make.decide(
        desk.approver,
        call,
        make.choice(rows[0], "award"),
        make.choice(rows[1], "partial", 30_000),
        make.choice(rows[2], "reserve", rank=1),
        make.choice(rows[3], "refuse", reason="与征集方向不符"),
    )
    return make.start(desk.approver, call)


def statement(notice: PublicNotice, **changes: object) -> dict[str, object]:
    return {
        "application_id": str(queries.proposed(notice.id)[0].application_id),
        "person": PERSON,
        "contact": CONTACT,
        "text": "该项目与上一年度已获资助的项目内容重复，请核实。",
    } | changes


def new(notice: PublicNotice) -> str:
    return f"/notices/{notice.number}/objections/new"


def count() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Objection)) or 0


def test_the_page_names_projects_amounts_and_days_and_no_refusal(
    client: FlaskClient, notice: PublicNotice
) -> None:
    page = client.get(f"/notices/{notice.number}").text
    for said in (
        "¥50,000.00",
        "¥30,000.00",
        "¥80,000.00",
        "还剩 5 个工作日",
        "2026年3月9日",
        "候补",
    ):
        assert said in page, said
    for item in queries.projects(notice.id):
        assert item.title in page and item.organization in page
    assert "与征集方向不符" not in page and "预算压缩" not in page
    english = client.get(f"/notices/{notice.number}?lang=en").text
    assert "Working days left: 5" in english and "Proposed awards" in english


def test_the_list_tells_running_notices_from_past_ones(
    client: FlaskClient, notice: PublicNotice, clock: FrozenClock
) -> None:
    assert "正在公示" in client.get("/notices").text
    clock.set("2026-03-10 00:00")
    page = client.get("/notices").text
    assert "正在公示" not in page and notice.number in page and "公示期满" in page


def test_an_objection_is_lodged_without_scripts_and_the_code_is_shown_once(
    client: FlaskClient, notice: PublicNotice
) -> None:
    response = client.post(new(notice), data=statement(notice))
    assert response.status_code == 303
    page = client.get(response.location).text
    row = db.session.query(Objection).one()
    assert row.number in page and "2026年3月16日" in page
    code = page.split('class="code-once">')[2].split("<")[0]
    assert len(code.replace("-", "")) == 12
    again = client.get(response.location)
    assert again.status_code == 302 and code not in client.get(again.location).text
    stranger = client.application.test_client()
    hidden = stranger.get(f"/notices/objections/{row.number}")
    assert hidden.status_code == 302
    wrong = stranger.post(
        "/notices/objections/status", data={"number": row.number, "code": "AAAABBBBCCCC"}
    )
    assert wrong.status_code == 422 and "不相符" in wrong.text
    right = stranger.post(
        "/notices/objections/status", data={"number": row.number.lower(), "code": code}
    )
    assert right.status_code == 303 and code not in right.location
    status = stranger.get(right.location).text
    assert "复核中" in status and PERSON not in status and CONTACT not in status


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"person": "", "contact": ""}, "异议须实名提出"),
        ({"person": "匿名"}, "匿名异议不予受理"),
        ({"contact": ""}, "异议须留下联系方式"),
        ({"text": "不公平"}, "请写明异议的事实和理由"),
        ({"application_id": ""}, "请选择本次公示中的一个拟立项项目"),
    ],
)
def test_an_anonymous_objection_is_422_with_the_reason_and_keeps_what_was_typed(
    client: FlaskClient, notice: PublicNotice, changes: dict[str, object], said: str
) -> None:
    response = client.post(new(notice), data=statement(notice, **changes))
    assert response.status_code == 422
    assert said in response.text
    if "text" not in changes:
        assert "已获资助的项目内容重复" in response.text
    assert 'aria-invalid="true"' in response.text
    assert count() == 0


def test_the_reason_is_given_in_english_to_english_readers(
    client: FlaskClient, notice: PublicNotice
) -> None:
    response = client.post(new(notice) + "?lang=en", data=statement(notice, person="Anonymous"))
    assert response.status_code == 422
    assert "anonymous ones are not accepted" in response.text


def test_one_second_after_the_end_nothing_is_taken_and_the_text_is_not_lost(
    client: FlaskClient, notice: PublicNotice, clock: FrozenClock
) -> None:
    clock.set("2026-03-09 23:59:59")
    assert client.get(new(notice)).status_code == 200
    clock.set("2026-03-10 00:00:01")
    response = client.post(new(notice), data=statement(notice))
    assert response.status_code == 409
    assert "公示期已满" in response.text and "内容重复" in response.text
    assert client.get(new(notice)).status_code == 409
    assert "提出异议</a>" not in client.get(f"/notices/{notice.number}").text
    assert count() == 0


def test_evidence_is_looked_at_before_it_is_kept(client: FlaskClient, notice: PublicNotice) -> None:
    bad = statement(notice, evidence=(io.BytesIO(b"MZ\x90\x00 not a pdf"), "proof.pdf"))
    response = client.post(new(notice), data=bad, content_type="multipart/form-data")
    assert response.status_code == 422 and "内容重复" in response.text
    assert count() == 0
    good = statement(notice, evidence=(io.BytesIO(pdf()), "proof.pdf"))
    response = client.post(new(notice), data=good, content_type="multipart/form-data")
    assert response.status_code == 303
    row = db.session.query(Objection).one()
    address = f"/office/objections/{row.id}/evidence"
    assert client.get(address).status_code in (302, 401)
    sign_in(client, make.staff("auditor", "审计员").user_id or 0)
    assert client.get(address).status_code == 403
    sign_in(client, make.staff("officer", "何经办").user_id or 0)
    with client.get(address) as served:
        assert served.status_code == 200 and served.data.startswith(b"%PDF")
        assert "attachment" in served.headers["Content-Disposition"]
    sign_out(client)


def test_no_person_stands_in_a_log_or_an_address(
    client: FlaskClient, notice: PublicNotice, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = client.post(new(notice), data=statement(notice))
        client.get(response.location)
    said = "\n".join(record.getMessage() for record in caplog.records)
    for secret in (PERSON, CONTACT, "内容重复"):
        assert secret not in said and secret not in response.location


def test_outcomes_are_public_and_persons_are_not(client: FlaskClient, notice: PublicNotice) -> None:
    desk = make.office()
    key = make.objection_of(make.lodge(notice)).id
    page = client.get(f"/notices/{notice.number}").text
    assert "共收到异议 1 件，复核中 1 件" in page
    db.session.rollback()
    sign_in(client, desk.officer.user_id or 0)
    client.post(f"/office/objections/{key}/examine")
    sign_in(client, desk.approver.user_id or 0)
    answer = {
        "answer-result": "dismissed",
        "answer-finding": "已向欧阳云舒电话核实",
        "answer-public_outcome": "经核实，两个项目的服务对象不同。",
    }
    assert client.post(f"/office/objections/{key}/answer", data=answer).status_code == 303
    sign_out(client)
    page = client.get(f"/notices/{notice.number}").text
    assert "经核实，两个项目的服务对象不同。" in page and "异议不成立" in page
    assert PERSON not in page and "电话核实" not in page


def test_pages_cost_the_same_however_many_projects(app: Flask, client: FlaskClient) -> None:
    desk = make.office()
    small, large = make.on_notice(desk, 1), make.on_notice(desk, 9)
    make.lodge(large)
    costs = []
    for one in (small, large):
        with counted(app) as seen:
            client.get(f"/notices/{one.number}")
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 12
    with counted(app) as seen:
        client.get("/notices")
    assert len(seen) <= 12


def test_an_unknown_notice_is_404(client: FlaskClient, notice: PublicNotice) -> None:
    assert client.get("/notices/GS-2026-999999").status_code == 404
    assert client.get("/notices/GS-2026-999999/objections/new").status_code == 404


def test_a_flood_of_objections_is_held_back_and_the_text_is_kept(
    client: FlaskClient, notice: PublicNotice
) -> None:
    for _ in range(rules.LODGING.tries):
        assert client.post(new(notice), data=statement(notice)).status_code == 303
    lodged = count()
    response = client.post(new(notice), data=statement(notice, text="这一条应当留在表格里"))
    assert response.status_code == 429
    assert "尝试次数过多" in response.text
    assert "这一条应当留在表格里" in response.text
    assert count() == lodged


def test_codes_cannot_be_guessed_at_will(client: FlaskClient, notice: PublicNotice) -> None:
    guess = {"number": "YY-2026-000001", "code": "AAAA-AAAA-AAAA"}
    for _ in range(rules.LOOKING_UP.tries):
        assert client.post("/notices/objections/status", data=guess).status_code == 422
    assert client.post("/notices/objections/status", data=guess).status_code == 429
