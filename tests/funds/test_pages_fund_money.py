"""What the office posts for a fund: interest, the principal, what is left, and corrections."""

import re
from typing import Any

from flask.testing import FlaskClient

from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.funds.queries import ledger
from charity_portal.funds.rules.establishing import Purpose
from charity_portal.kernel.database import db
from tests.factories.accounts import make_user
from tests.factories.funds import Settled, fund_row, make_fund
from tests.support.people import sign_in

PAPER = {"voucher": "银回-0301", "description": "一季度结息", "booked_on": ""}


def as_role(client: FlaskClient, *roles: str) -> None:
    sign_in(client, make_user("赵清和", roles=roles).id)


def key_of(page: str) -> str:
    """The key that a form carries."""
    found = re.search(r'name="key"[^>]*value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def post(client: FlaskClient, url: str, **given: Any) -> Any:
    """Open a form and send it filled in."""
    page = client.get(url)
    assert page.status_code == 200
    return client.post(url, data={"key": key_of(page.text), **PAPER, **given})


def endowed(**given: Any) -> Settled:
    purposes = (Purpose("本金", (), spendable=False), Purpose("助学", ("bursary",)))
    return make_fund(nature="endowed", payout_bp=500, purposes=purposes, **given)


def entries() -> int:
    return db.session.query(LedgerEntry).count()


def test_interest_is_posted_once_however_often_it_is_sent(client: FlaskClient) -> None:
    fund = make_fund()
    as_role(client, "finance")
    url = f"/office/funds/{fund.fund_id}/interest"
    data = {**PAPER, "key": key_of(client.get(url).text), "purpose_id": str(fund.purpose)}
    data["amount_fen"] = "12.34"
    for _ in range(2):
        assert client.post(url, data=data).status_code == 303
    assert ledger.income_by_source(fund.fund_id)["interest"] == 12_34 and entries() == 1
    other = client.post(url, data=data | {"amount_fen": "99"})
    assert other.status_code == 409 and "已经记过账" in other.text and entries() == 1
    assert post(client, url, purpose_id=str(fund.purpose), amount_fen="1").status_code == 303
    assert entries() == 2


def test_what_cannot_be_posted_is_said_and_kept(client: FlaskClient) -> None:
    fund = make_fund()
    as_role(client, "finance")
    url = f"/office/funds/{fund.fund_id}/interest"
    answer = post(client, url, purpose_id=str(fund.purpose), amount_fen="十元", voucher="")
    assert answer.status_code == 422 and "十元" in answer.text and "一季度结息" in answer.text
    late = post(client, url, purpose_id=str(fund.purpose), amount_fen="1", booked_on="2026-03-09")
    assert late.status_code == 422 and "不能晚于今天" in late.text and entries() == 0


def test_the_principal_yields_its_share_of_a_year(client: FlaskClient) -> None:
    fund = endowed()
    fund.receive(1_000_00, "donation:1", purpose=fund.purposes[0])
    as_role(client, "approver")
    url = f"/office/funds/{fund.fund_id}/pay-out"
    assert "¥50.00" in client.get(url).text
    too_much = post(client, url, purpose_id=str(fund.purposes[1]), amount_fen="50.01")
    assert too_much.status_code == 409 and "余额不足" in too_much.text
    assert post(client, url, purpose_id=str(fund.purposes[1]), amount_fen="30").status_code == 303
    page = client.get(url).text
    assert "¥30.00" in page and "¥20.00" in page
    assert ledger.purses(fund.fund_id)[fund.purposes[1]] == 30_00


def test_a_fund_with_a_principal_is_ended_from_its_page(client: FlaskClient) -> None:
    fund = endowed()
    fund.receive(1_000_00, "donation:1", purpose=fund.purposes[0])
    fund.receive(20_00, "donation:2", purpose=fund.purposes[1], in_kind=True)
    url, purpose = f"/office/funds/{fund.fund_id}", str(fund.purposes[1])
    as_role(client, "approver")
    assert "须先暂停使用" in client.get(url).text
    refused = client.post(f"{url}/end", data={"end-reason": "期满"})
    assert refused.status_code == 422
    assert client.post(f"{url}/suspend", data={"suspend-reason": "期满"}).status_code == 303
    early = post(client, f"{url}/surplus", purpose_id=purpose, amount_fen="1")
    assert early.status_code == 409 and "请先将本金转入" in early.text
    assert "转出全部本金" in client.get(url).text
    assert post(client, f"{url}/release", purpose_id=purpose).status_code == 303
    assert "处理剩余财产" in client.get(url).text
    given = {"purpose_id": purpose, "description": "转入目的相近的助学项目"}
    assert post(client, f"{url}/surplus", amount_fen="20", goods="y", **given).status_code == 303
    assert post(client, f"{url}/surplus", amount_fen="1000", **given).status_code == 303
    assert "待支付的剩余财产" in client.get(url).text
    promise = db.session.query(LedgerEntry).filter_by(kind="allocation").one()
    pay = f"/office/funds/entries/{promise.id}/pay"
    assert client.get(pay).status_code == 403
    as_role(client, "finance")
    paper = {"voucher": "付-1", "description": "支付剩余财产", "booked_on": ""}
    assert client.post(pay, data=paper | {"key": "k"}).status_code == 303
    again = client.post(pay, data=paper | {"key": "k"})
    assert again.status_code == 409 and "已经付款" in again.text
    as_role(client, "approver")
    assert client.post(f"{url}/end", data={"end-reason": "期满"}).status_code == 303
    assert fund_row(fund).state == "ended"
    left = ledger.balance(fund.fund_id)
    assert (left.bank_fen, left.goods_fen, left.payable_fen) == (0, 0, 0)


def test_who_promised_what_is_left_does_not_pay_it(client: FlaskClient) -> None:
    fund = make_fund()
    fund.receive(10_00, "donation:1")
    as_role(client, "approver", "finance")
    url = f"/office/funds/{fund.fund_id}"
    post(client, f"{url}/surplus", purpose_id=str(fund.purpose), amount_fen="10")
    promise = db.session.query(LedgerEntry).filter_by(kind="allocation").one()
    answer = post(client, f"/office/funds/entries/{promise.id}/pay")
    assert answer.status_code == 409 and "应由两人办理" in answer.text


def test_only_what_is_left_is_paid_there(client: FlaskClient) -> None:
    fund = make_fund()
    fund.receive(10_00, "donation:1")
    award = fund.allocate(10_00, "award:1")
    as_role(client, "finance")
    assert client.get(f"/office/funds/entries/{award}/pay").status_code == 404


def test_the_office_lists_entries_and_corrects_them_by_reversal(client: FlaskClient) -> None:
    fund = make_fund()
    wrong = fund.receive(10_00, "interest:1:x", income_source="interest")
    as_role(client, "finance")
    url = f"/office/funds/entries/{wrong}/reverse"
    listed = f"/office/funds/{fund.fund_id}/entries"
    assert url in client.get(listed).text
    empty = client.post(url, data={"voucher": "更-1", "reason": " "})
    assert empty.status_code == 422 and "更-1" in empty.text
    assert client.post(url, data={"voucher": "更-1", "reason": "金额有误"}).status_code == 303
    again = client.post(url, data={"voucher": "更-1", "reason": "金额有误"})
    assert again.status_code == 409 and "已经冲销" in again.text and entries() == 2
    page = client.get(listed).text
    assert "已冲销" in page and "金额有误" in page and url not in page
    assert ledger.balance(fund.fund_id).bank_fen == 0
    assert "金额有误" not in client.get(f"{listed}?kind=income").text
    assert "没有符合条件的账目" in client.get(f"{listed}?since=2026-03-05").text


def test_a_donation_is_not_taken_back_behind_its_record(client: FlaskClient) -> None:
    fund = make_fund()
    given = fund.receive(10_00, "donation:JZ-2026-000001")
    as_role(client, "finance")
    url = f"/office/funds/entries/{given}/reverse"
    assert "请在捐赠页面办理退回" in client.get(url).text
    answer = client.post(url, data={"voucher": "更-1", "reason": "误记"})
    assert answer.status_code == 409 and entries() == 1


def test_an_auditor_reads_entries_and_corrects_none(client: FlaskClient) -> None:
    fund = make_fund()
    entry = fund.receive(10_00, "interest:1:x")
    as_role(client, "auditor")
    assert "/reverse" not in client.get(f"/office/funds/{fund.fund_id}/entries").text
    assert client.get(f"/office/funds/entries/{entry}/reverse").status_code == 403
