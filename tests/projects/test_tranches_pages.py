"""Awards' money on pages: in the office step by step, for the organization in plain words."""

import io
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.kernel.database import db
from charity_portal.organizations.models import Organization
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.tranches import GrantBar, Reclaim
from charity_portal.projects.queries import tranches as queries
from charity_portal.projects.rules import paying
from tests.factories import tranches as make
from tests.factories import uploads
from tests.factories.organizations import make_member, make_organization
from tests.support.people import sign_in
from tests.support.statements import counted


@dataclass
class Desk:
    """Who works here, the client that they take turns at, and one award."""

    people: make.Hands
    client: FlaskClient
    award: Application
    organization: Organization

    def as_(self, role: str) -> FlaskClient:
        """The client, signed in as that person."""
        sign_in(self.client, getattr(self.people, role).user_id or 0)
        return self.client


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> Desk:
    organization = make_organization()
    return Desk(make.hands(), client, make.make_award(organization), organization)


def plan_form(desk: Desk, *amounts: str, by: str = "amount") -> dict[str, str]:
    form = {"seen": paying.mark(queries.tranches(desk.award.id)), "by": by, "do": "save"}
    for n, amount in enumerate(amounts):
        form |= {
            f"parts-{n}-id": "",
            f"parts-{n}-condition": list(paying.CONDITIONS)[n],
            f"parts-{n}-share" if by == "share" else f"parts-{n}-amount": amount,
            f"parts-{n}-due_on": "2026-04-01",
            f"parts-{n}-purse": str(desk.people.fund.purpose),
        }
    return form


def test_an_award_goes_from_no_plan_to_paid_by_three_people(desk: Desk) -> None:
    client = desk.as_("officer")
    assert desk.award.title in client.get("/office/tranches?show=unplanned").text
    address = f"/office/tranches/awards/{desk.award.id}"
    drawn = client.get(f"{address}/plan").text
    assert "25,000.00" in drawn and "20,000.00" in drawn and "5,000.00" in drawn
    done = client.post(f"{address}/plan", data=plan_form(desk, "50", "40", "10", by="share"))
    assert done.status_code == 303
    first = queries.tranches(desk.award.id)[0]
    assert first.amount_fen == 2_500_000
    step = f"/office/tranches/{first.id}"
    evidence = {"evidence": "协议 12 号", "file": (io.BytesIO(uploads.pdf()), "协议.pdf")}
    assert client.post(f"{step}/release", data=evidence).status_code == 303
    with client.get(f"{step}/evidence") as file:
        assert file.data.startswith(b"%PDF")
    client = desk.as_("approver")
    assert desk.award.title in client.get("/office/tranches?show=released").text
    assert client.post(f"{step}/approve").status_code == 303
    client = desk.as_("finance")
    bad = client.post(f"{step}/pay", data={"voucher": "", "booked_on": "2026-03-02"})
    assert bad.status_code == 422 and "请填写此项" in bad.text
    paid = client.post(f"{step}/pay", data={"voucher": "付-7", "booked_on": "2026-03-02"})
    assert paid.status_code == 303
    assert "付-7" in client.get(address).text


def test_a_plan_that_does_not_add_up_keeps_everything_typed(desk: Desk) -> None:
    client, address = desk.as_("officer"), f"/office/tranches/awards/{desk.award.id}/plan"
    bad = client.post(address, data=plan_form(desk, "25000", "24999.99"))
    assert bad.status_code == 422
    assert "少 ¥0.01" in bad.text and 'value="24999.99"' in bad.text
    sleeping = plan_form(desk, "25000", "25000") | {"parts-1-purse": ""}
    bad = client.post(address, data=sleeping)
    assert bad.status_code == 422 and "请选择资金来源" in bad.text


def test_rows_come_and_go_without_a_script_and_nothing_is_saved(desk: Desk) -> None:
    client, address = desk.as_("officer"), f"/office/tranches/awards/{desk.award.id}/plan"
    form = plan_form(desk, "1", "2")
    assert 'name="parts-2-amount"' in client.post(address, data=form | {"do": "parts:add"}).text
    fewer = client.post(address, data=form | {"do": "parts:remove:0"}).text
    assert 'name="parts-1-amount"' not in fewer and 'value="2"' in fewer
    assert not queries.tranches(desk.award.id)


def test_a_plan_overtaken_by_another_officer_is_shown_beside_it(desk: Desk) -> None:
    client, address = desk.as_("officer"), f"/office/tranches/awards/{desk.award.id}/plan"
    stale = plan_form(desk, "50000")
    make.plan(desk.people, desk.award)
    answer = client.post(address, data=stale)
    assert answer.status_code == 409 and "拨付计划已经变化" in answer.text
    assert len(queries.tranches(desk.award.id)) == 3


def test_the_last_plan_of_the_call_is_the_next_one_s_model(desk: Desk) -> None:
    make.plan(desk.people, desk.award, 1_500_000, 3_500_000)
    other = make.make_award(call=desk.award.call, amount_fen=1_000_000)
    page = desk.as_("officer").get(f"/office/tranches/awards/{other.id}/plan").text
    assert "同一征集最近一份计划" in page
    assert "3,000.00" in page and "7,000.00" in page and "parts-2-" not in page
    usual = desk.client.get(f"/office/tranches/awards/{other.id}/plan?from=default").text
    assert "parts-2-" in usual


def test_what_the_ledger_refuses_is_said_and_nothing_changes(app: Flask, desk: Desk) -> None:
    people = make.hands(money_fen=100)
    key = make.make_tranche("released", people)
    sign_in(desk.client, people.approver.user_id or 0)
    answer = desk.client.post(f"/office/tranches/{key}/approve")
    assert answer.status_code == 409
    assert "余额不足：可用 ¥1.00" in answer.text and "没有任何改动" in answer.text
    assert make.tranche_now(key).state == "released"


def test_the_payment_s_day_is_refused_at_its_field(desk: Desk) -> None:
    key = make.make_tranche("allocated", desk.people, desk.award)
    late = {"voucher": "付-1", "booked_on": "2026-03-03"}
    answer = desk.as_("finance").post(f"/office/tranches/{key}/pay", data=late)
    assert answer.status_code == 422 and "记账日期不能晚于今天" in answer.text
    assert 'value="付-1"' in answer.text


def test_who_confirmed_sees_that_somebody_else_approves(desk: Desk) -> None:
    both = make.staff("officer", "approver")
    key = make.make_tranche("planned", desk.people, desk.award)
    sign_in(desk.client, both.user_id or 0)
    desk.client.post(f"/office/tranches/{key}/release", data={"evidence": "协议 12 号"})
    page = desk.client.get(f"/office/tranches/{key}").text
    assert "须由另一位审批人批准" in page
    assert desk.client.post(f"/office/tranches/{key}/approve").status_code == 403


def test_stopping_and_sending_back_need_words(desk: Desk) -> None:
    key = make.make_tranche("released", desk.people, desk.award)
    client, address = desk.as_("approver"), f"/office/tranches/{key}"
    for step in ("unrelease", "stop"):
        assert client.post(f"{address}/{step}", data={"reason": " "}).status_code == 422
    assert client.post(f"{address}/unrelease", data={"reason": "缺盖章"}).status_code == 303
    assert client.post(f"{address}/stop", data={"reason": "项目中止"}).status_code == 303
    assert client.post(f"{address}/stop", data={"reason": "项目中止"}).status_code == 409
    assert client.post(f"{address}/resume", data={"reason": "整改"}).status_code == 303
    page = client.get(address).text
    for said in ("缺盖章", "项目中止", "整改"):
        assert said in page


def test_the_list_shows_what_is_asked_for_and_takes_it_away(desk: Desk) -> None:
    make.plan(desk.people, desk.award)
    client = desk.as_("finance")
    assert desk.award.title not in client.get("/office/tranches?show=stopped").text
    for query in ("", "show=planned", f"show=all&q={desk.organization.name}", "show=all&call=bad"):
        assert desk.award.title in client.get(f"/office/tranches?{query}").text, query
    assert "没有符合条件的记录" in client.get("/office/tranches?show=all&q=没有").text
    rows = client.get("/office/tranches/export.csv?show=planned").text.splitlines()
    assert len(rows) == 4 and "25000.00" in rows[1].replace(",", "", 0)
    assert client.get("/office/tranches/export.xlsx?show=all").status_code == 200


def test_the_cost_of_the_list_does_not_grow_with_it(app: Flask, desk: Desk) -> None:
    client = desk.as_("officer")
    make.plan(desk.people, desk.award)

    def cost() -> int:
        with counted(app) as statements:
            assert client.get("/office/tranches?show=all").status_code == 200
        return len(statements)

    client.get("/office/tranches?show=all")
    before = cost()
    for _ in range(3):
        make.plan(desk.people, make.make_award(call=desk.award.call))
    assert cost() == before


def test_money_is_asked_back_received_and_the_bar_lifted(desk: Desk) -> None:
    make.make_tranche("paid", desk.people, desk.award)
    client = desk.as_("approver")
    address = f"/office/tranches/awards/{desk.award.id}/reclaim"
    form = {"seen": "2500000", "amount": "10000", "reason": "未按协议使用", "due_on": "2026-04-01"}
    bad = client.post(address, data=form | {"bar": "yes", "bar_years": "", "amount": "25000.01"})
    assert bad.status_code == 422 and "最多可追缴 ¥25,000.00" in bad.text
    bad = client.post(address, data=form | {"bar": "yes", "bar_years": ""})
    assert bad.status_code == 422 and not db.session.query(Reclaim).count()
    assert client.post(address, data=form | {"bar": "yes", "bar_years": "3"}).status_code == 303
    row = db.session.query(Reclaim).one()
    assert row.number in client.get("/office/tranches/reclaims").text
    client = desk.as_("finance")
    page = f"/office/tranches/reclaims/{row.id}"
    refund = {"part": "1", "purse": str(desk.people.fund.purpose), "booked_on": "2026-03-02"}
    bad = client.post(f"{page}/receive", data=refund | {"amount": "20000", "voucher": "收-1"})
    assert bad.status_code == 422 and "不超过尚需退回的 ¥10,000.00" in bad.text
    good = refund | {"amount": "4000", "voucher": "收-1"}
    assert client.post(f"{page}/receive", data=good).status_code == 303
    assert client.post(f"{page}/receive", data=good).status_code == 409
    assert "收-1" in client.get(page).text
    client = desk.as_("approver")
    assert client.post(f"{page}/waive", data={"reason": ""}).status_code == 422
    assert client.post(f"{page}/waive", data={"reason": "机构困难"}).status_code == 303
    bar = db.session.query(GrantBar).one()
    assert desk.organization.name in client.get("/office/tranches/bars").text
    lift = f"/office/tranches/bars/{bar.id}/lift"
    assert client.post(lift, data={"reason": ""}).status_code == 422
    assert client.post(lift, data={"reason": "整改完成"}).status_code == 303
    assert "整改完成" in client.get("/office/tranches/bars?show=all").text


def test_the_organization_reads_what_is_paid_what_is_next_and_what_it_owes(desk: Desk) -> None:
    make.make_tranche("paid", desk.people, desk.award)
    make.make_reclaim(desk.people, desk.award, bar_years=3)
    member = make_member(desk.organization, "finance")
    sign_in(desk.client, member.id)
    page = desk.client.get("/workspace/awards").text
    for said in (desk.award.title, "¥25,000.00", "请按通知退回资助款", "暂停申请资助"):
        assert said in page
    award = desk.client.get(f"/workspace/awards/{desk.award.id}").text
    for said in ("付-0001", "等待满足拨付条件", "中期评估合格", "未按协议使用资金", "2029年3月1日"):
        assert said in award
    for secret in ("协议已于 3 月 1 日签订", "测试成员"):
        assert secret not in award
    assert "退回资助款：" in desk.client.get("/workspace").text


def test_a_stranger_sees_nothing_of_it(desk: Desk) -> None:
    make.make_tranche("paid", desk.people, desk.award)
    stranger = make_member(make_organization(), "owner")
    sign_in(desk.client, stranger.id)
    assert desk.client.get(f"/workspace/awards/{desk.award.id}").status_code == 403
    assert desk.award.title not in desk.client.get("/workspace/awards").text
    assert desk.client.get("/office/tranches").status_code == 403


def test_pages_speak_english_too(desk: Desk) -> None:
    make.make_tranche("paid", desk.people, desk.award)
    make.make_reclaim(desk.people, desk.award, bar_years=1, due_on=date(2026, 4, 1))
    client = desk.as_("officer")
    for place in ("?lang=en", "?show=unplanned&lang=en", "/reclaims?lang=en", "/bars?lang=en"):
        text = client.get(f"/office/tranches{place}").text
        assert "Payments" in text and "拨付" not in text, place
