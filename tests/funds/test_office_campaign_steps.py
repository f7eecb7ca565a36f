"""One campaign in the office: its steps as pages, with their refusals."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.funds.queries import campaigns as queries
from tests.factories.accounts import make_user
from tests.factories.campaigns import make_campaign, make_emergency, make_raiser, row
from tests.factories.donations import make_donation
from tests.factories.funds import Settled, make_fund
from tests.support.people import sign_in


def as_role(client: FlaskClient, *roles: str) -> None:
    sign_in(client, make_user("赵清和", roles=roles).id)


@pytest.fixture
def fund(app: Flask) -> Settled:
    return make_fund(host_id=make_raiser())


def test_an_approver_starts_what_is_ready(client: FlaskClient, fund: Settled) -> None:
    campaign = make_campaign(state="draft", fund=fund)
    as_role(client, "approver")
    assert client.post(f"/office/campaigns/{campaign.id}/start").status_code == 303
    assert row(campaign.id).state == "running"
    assert client.post(f"/office/campaigns/{campaign.id}/start").status_code == 409


def test_what_is_not_ready_is_shown_with_all_that_is_missing(
    client: FlaskClient, fund: Settled
) -> None:
    campaign = make_campaign(
        state="draft", fund=make_fund(), kind="naming", filing_number=None, filed_on=None,
        naming_agreed_on=None,
    )  # fmt: skip
    as_role(client, "approver")
    answer = client.post(f"/office/campaigns/{campaign.id}/start")
    assert answer.status_code == 422
    for words in ("没有公开募捐资格", "请填写备案编号", "第九十九条"):
        assert words in answer.text


def test_ending_and_settling_publish_the_outcome(client: FlaskClient, fund: Settled) -> None:
    campaign = make_campaign(fund=fund)
    address = f"/office/campaigns/{campaign.id}"
    as_role(client, "officer", "approver")
    assert client.post(f"{address}/end").status_code == 303
    assert "结算并公布活动情况" in client.get(address).text
    empty = client.post(f"{address}/settle", data={"outcome-outcome_en": "Sold."})
    assert empty.status_code == 422
    assert "Sold." in empty.text
    whole = {"outcome-outcome_zh": "义卖 120 件。", "outcome-outcome_en": ""}
    assert client.post(f"{address}/settle", data=whole).status_code == 303
    assert "义卖 120 件。" in client.get(f"/campaigns/{campaign.number}").text


def test_a_draft_is_cancelled_with_a_reason(client: FlaskClient, fund: Settled) -> None:
    campaign = make_campaign(state="draft", fund=fund)
    address = f"/office/campaigns/{campaign.id}"
    as_role(client, "officer")
    assert client.post(f"{address}/cancel").status_code == 422
    answer = client.post(f"{address}/cancel", data={"cancel-reason": "场地未能落实"})
    assert answer.status_code == 303
    assert "场地未能落实" in client.get(address).text


def test_the_matchers_pledge_is_written_from_the_page(client: FlaskClient, fund: Settled) -> None:
    campaign = make_campaign(fund=fund, kind="matching")
    make_donation(fund, campaign_id=campaign.id, amount_fen=12_345)
    address = f"/office/campaigns/{campaign.id}"
    as_role(client, "officer")
    late = client.post(f"{address}/pledge", data={"pledge-due_on": "2026-03-01"})
    assert late.status_code == 422
    agreed = {"pledge-naming": "named", "pledge-public_name": "测试爱心单位"}
    answer = client.post(f"{address}/pledge", data=agreed | {"pledge-due_on": "2026-04-30"})
    assert answer.status_code == 303
    assert "测试爱心单位" in client.get(f"/campaigns/{campaign.number}").text
    page = client.get(address).text
    assert "RJ-2026-000001" in page
    assert "¥123.45" in page


def test_words_are_corrected_after_the_start(client: FlaskClient, fund: Settled) -> None:
    campaign = make_campaign(fund=fund)
    address = f"/office/campaigns/{campaign.id}/words"
    as_role(client, "officer")
    assert "春日义卖" in client.get(address).text
    data = {
        "rev": str(row(campaign.id).rev),
        "title_zh": "春日义卖（延至东门）",
        "summary_zh": "义卖居民手工作品。",
        "filing_number": "鲁募备〔2026〕0001",
        "filed_on": "2026-02-10",
        "ends_on": "2026-03-31",
    }
    assert client.post(address, data=data | {"filing_number": ""}).status_code == 422
    assert client.post(address, data=data).status_code == 303
    stale = client.post(address, data=data | {"title_zh": "另一个名称"})
    assert stale.status_code == 409
    assert "另一个名称" in stale.text
    assert row(campaign.id).title_zh == "春日义卖（延至东门）"


def test_a_bulletin_is_published_with_figures_of_the_ledger(
    client: FlaskClient, fund: Settled
) -> None:
    campaign = make_emergency(fund=fund)
    make_donation(fund, campaign_id=campaign.id, amount_fen=12_345)
    address = f"/office/campaigns/{campaign.id}/bulletin"
    as_role(client, "officer")
    assert "¥123.45" in client.get(address).text
    assert client.post(address, data={"position": "1", "text_zh": ""}).status_code == 422
    first = {"position": "1", "text_zh": "款物已登记。"}
    assert client.post(address, data=first).status_code == 303
    assert client.post(address, data=first).status_code == 303
    other = client.post(address, data={"position": "1", "text_zh": "不同的文字。"})
    assert other.status_code == 409
    assert "不同的文字。" in other.text
    assert len(queries.bulletins(campaign.id)) == 1


def test_a_campaign_without_bulletins_has_no_page_for_them(
    client: FlaskClient, fund: Settled
) -> None:
    campaign = make_campaign(fund=fund)
    as_role(client, "officer")
    assert client.get(f"/office/campaigns/{campaign.id}/bulletin").status_code == 303
