"""The pages of spending: a walk through all steps, what each reader sees, what is refused and kept."""

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from charity_portal.kernel import clock
from charity_portal.kernel.permissions import Actor
from charity_portal.kernel.tables import read_table
from tests.factories import spending as make
from tests.factories.spending import Desk
from tests.support.people import sign_in
from tests.support.statements import counted


@pytest.fixture
def desk(app: Flask) -> Desk:
    return make.make_desk()


def filled(desk: Desk, **given: Any) -> dict[str, Any]:
    """The form of a request as somebody fills it in."""
    return {
        "target": f"{desk.fund.purpose}:activity",
        "title": "重阳节为老服务活动",
        "reason": "向老人提供上门服务",
        "in_kind": "money",
        "amount_fen": "3,000",
        "payee_kind": "supplier",
        "payee_name": "测试服务部",
        "campaign_id": "",
        **given,
    }


def go(client: FlaskClient, actor: Actor, path: str, **data: Any) -> TestResponse:
    """Post as somebody."""
    sign_in(client, actor.user_id or 0)
    return client.post(path, data=data)


def test_a_request_walks_through_the_pages_to_its_end(client: FlaskClient, desk: Desk) -> None:
    made = go(client, desk.asker, f"/office/spending/new/{desk.fund.fund_id}", **filled(desk))
    assert made.status_code == 303
    at = made.location
    key = int(at.rsplit("/", 1)[1])
    day = (clock.today() + timedelta(days=7)).isoformat()
    assert go(client, desk.asker, f"{at}/submit", **{"submit-vote_until": day}).status_code == 303
    own = f"/workspace/spending/{key}"
    for member in desk.members[:4]:
        done = go(client, member, f"{own}/vote", **{"vote-choice": "yes", "vote-note": ""})
        assert done.status_code == 303
    early = go(client, desk.asker, f"{at}/count")
    assert early.status_code == 422 and "监督员还没有发表意见" in early.text
    spoken = {"opinion-opinion": "agrees", "opinion-text": "程序合规"}
    assert go(client, desk.supervisor, f"{own}/opine", **spoken).status_code == 303
    waiting = go(client, desk.asker, f"{at}/count")
    assert waiting.status_code == 422 and "还有 1 席没有表决" in waiting.text
    last = go(client, desk.members[4], f"{own}/vote", **{"vote-choice": "no"})
    assert last.status_code == 303
    assert go(client, desk.members[0], f"{own}/count").status_code == 303
    assert "同意 4 席，不同意 1 席" in client.get(own).text
    assert go(client, desk.approver, f"{at}/approve").status_code == 303
    paid = {"pay-voucher": "付-2026-018", "pay-paid_on": clock.today().isoformat()}
    assert go(client, desk.finance, f"{at}/pay", **paid).status_code == 303
    lacking = go(client, desk.finance, f"{at}/close")
    assert lacking.status_code == 422 and "请至少上传一份凭证" in lacking.text
    paper = {"voucher-kind": "invoice", "voucher-description": "物料发票"}
    nothing = go(client, desk.asker, f"{at}/vouchers", **paper)
    assert nothing.status_code == 422 and "物料发票" in nothing.text
    sent = go(client, desk.asker, f"{at}/vouchers", **paper, **{"voucher-file": make.upload()})
    assert sent.status_code == 303
    assert go(client, desk.finance, f"{at}/close").status_code == 303
    page = client.get(at).text
    assert "凭证齐全" in page and "付-2026-018" in page and "办理经过" in page


def test_a_form_with_faults_comes_back_with_all_that_was_entered(
    client: FlaskClient, desk: Desk
) -> None:
    path = f"/office/spending/new/{desk.fund.fund_id}"
    for given, said in (
        ({"amount_fen": "3.005"}, "元"),
        ({"target": ""}, "请选择一项"),
        ({"payee_name": ""}, "请写明收款方"),
        ({"payee_kind": "organization", "payee_code": "1"}, "没有这个代码"),
        ({"target": f"{desk.fund.purposes[1]}:activity"}, "Not a valid choice"),
    ):
        answer = go(client, desk.asker, path, **filled(desk, **given))
        assert answer.status_code == 422
        assert "向老人提供上门服务" in answer.text
        assert said in answer.text or 'role="alert"' in answer.text


def test_only_earmarked_uses_are_offered_beside_the_purse(client: FlaskClient, desk: Desk) -> None:
    sign_in(client, desk.asker.user_id or 0)
    page = client.get(f"/office/spending/new/{desk.fund.fund_id}").text
    assert f'value="{desk.fund.purpose}:activity"' in page
    assert f'value="{desk.fund.purpose}:management"' not in page
    assert "¥10,000.00" in page


def test_who_read_an_older_draft_sees_what_was_saved_and_loses_nothing(
    client: FlaskClient, desk: Desk
) -> None:
    key = make.make_request("draft", desk).id
    path = f"/office/spending/{key}/edit"
    first = go(client, desk.asker, path, rev="0", **filled(desk, title="第一次修改"))
    assert first.status_code == 303
    second = go(client, desk.asker, path, rev="0", **filled(desk, title="第二次修改"))
    assert second.status_code == 409
    assert "第二次修改" in second.text and "第一次修改" in second.text
    assert "事项（公开）</dt>" in second.text and "金额</dt>" not in second.text
    assert 'name="rev" type="hidden" value="1"' in second.text
    third = go(client, desk.asker, path, rev="1", **filled(desk, title="第二次修改"))
    assert third.status_code == 303 and make.row(key).title == "第二次修改"


def test_the_person_who_is_paid_is_masked_for_those_who_only_look_on(
    client: FlaskClient, desk: Desk
) -> None:
    given = {"payee_kind": "person", "payee_name": "欧阳云舒", "payee_account": "6222000012345678"}
    key = make.make_request("voting", desk, **given).id
    for reader, whole, account in (
        (desk.members[0], True, False),
        (desk.asker, True, True),
        (make.employee("auditor"), False, False),
    ):
        sign_in(client, reader.user_id or 0)
        base = "workspace" if reader in desk.members else "office"
        page = client.get(f"/{base}/spending/{key}").text
        assert ("欧阳云舒" in page) is whole
        assert ("6222000012345678" in page) is account
    exported = client.get("/office/spending/export.csv").text
    assert "欧阳云舒" not in exported and "重阳节" in exported
    sign_in(client, make.person().user_id or 0)
    assert client.get(f"/workspace/spending/{key}").status_code == 403
    assert client.get("/workspace/spending").text.count(make.row(key).number) == 0


def test_an_officer_records_from_minutes_only_what_they_carry(
    app: Flask, client: FlaskClient
) -> None:
    desk = make.make_desk()
    row = make.make_request("voting", desk)
    key, seats = row.id, [m.id for m in row.fund.members]
    at = f"/office/spending/{key}/record"
    bare = {f"minutes-choice-{seats[0]}": "yes"}
    assert "请上传签字的会议纪要" in go(client, desk.asker, at, **bare).text
    file = {"minutes-minutes": make.upload("纪要.pdf")}
    refused = go(client, desk.asker, at, **bare, **file)
    assert refused.status_code == 422 and "应自行表决" in refused.text
    signed = {f"minutes-signed-{seats[0]}": "y", "minutes-minutes": make.upload("纪要.pdf")}
    assert go(client, desk.asker, at, **bare, **signed).status_code == 303
    page = client.get(f"/office/spending/{key}").text
    assert "按会议纪要登记" in page and "纪要.pdf" in page
    make.let_vote(desk, key, "y----", "")
    against = {f"minutes-choice-{seats[0]}": "no", f"minutes-signed-{seats[0]}": "y"}
    assert "已经自行表决" in go(client, desk.asker, at, **against).text


def test_the_list_is_narrowed_and_exported_alike(client: FlaskClient, desk: Desk) -> None:
    make.make_request("draft", desk, title="第一件")
    make.make_request("paid", desk, title="第二件")
    sign_in(client, desk.asker.user_id or 0)
    page = client.get("/office/spending?state=paid").text
    assert "第二件" in page and "第一件" not in page
    assert "第一件" in client.get("/office/spending?text=第一").text
    assert "还没有" not in client.get("/office/spending?overdue=y").text
    sheet = client.get("/office/spending/export.xlsx?state=paid")
    rows = read_table(io.BytesIO(sheet.data), "x.xlsx").rows
    assert [row.cells["事项"] for row in rows] == ["第二件"]


def test_late_vouchers_are_marked(client: FlaskClient, desk: Desk, clock: Any) -> None:
    key = make.make_request("paid", desk).id
    sign_in(client, desk.asker.user_id or 0)
    clock.advance(days=30)
    assert "逾期" not in client.get(f"/office/spending/{key}").text
    clock.advance(days=1)
    sign_in(client, desk.asker.user_id or 0)
    assert "已经逾期" in client.get(f"/office/spending/{key}").text
    assert "凭证逾期" in client.get("/office/spending?overdue=y").text


def test_a_list_asks_the_database_no_more_for_many(
    app: Flask, client: FlaskClient, desk: Desk
) -> None:
    make.make_request("draft", desk)
    sign_in(client, desk.asker.user_id or 0)
    with counted(app) as few:
        client.get("/office/spending")
    for _ in range(4):
        make.make_request("draft", desk)
    with counted(app) as many:
        client.get("/office/spending")
    assert len(many) == len(few)


def test_an_approval_that_does_not_fit_says_what_there_is(client: FlaskClient, desk: Desk) -> None:
    key = make.make_request("passed", desk, amount_fen=8_000_00).id
    other = make.make_request("passed", desk, amount_fen=8_000_00).id
    assert go(client, desk.approver, f"/office/spending/{key}/approve").status_code == 303
    refused = go(client, desk.approver, f"/office/spending/{other}/approve")
    assert refused.status_code == 409 and "余额不足：可用 ¥2,000.00" in refused.text
    assert make.row(other).state == "passed"


def test_rules_are_added_from_a_day_on_and_the_earlier_one_ends(
    client: FlaskClient, app: Flask
) -> None:
    approver = make.employee("approver")
    new = {
        "measure": "management_share", "scope": "public", "value": "8", "since": "2026-07-01",
        "basis_zh": "本市规定", "basis_en": "City rule",
    }  # fmt: skip
    assert go(client, approver, "/office/fund-rules", **new).status_code == 303
    page = client.get("/office/fund-rules").text
    assert "8.00%" in page and "尚未施行" in page and "2026年6月30日" in page
    again = go(client, approver, "/office/fund-rules", **new)
    assert again.status_code == 422 and "本市规定" in again.text
    wrong = go(client, approver, "/office/fund-rules", **{**new, "value": "800", "basis_en": ""})
    assert wrong.status_code == 422 and "0 到 100" in wrong.text
    sign_in(client, make.employee("officer").user_id or 0)
    assert "新增规定" not in client.get("/office/fund-rules").text


def test_the_years_shares_stand_against_their_rules(app: Flask, client: FlaskClient) -> None:
    desk = make.make_desk()
    make.make_request("approved", desk)
    sign_in(client, desk.asker.user_id or 0)
    page = client.get(f"/office/funds/shares?host={desk.fund.host_id}&year=2026").text
    assert "¥3,000.00" in page and "¥10,000.00" in page
    assert client.get("/office/funds/shares?host=x&year=99").status_code == 200
