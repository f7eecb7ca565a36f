"""Campaigns in the office: who may, the list and its file, the plan's form with and without mistakes."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.funds.models.campaigns import Campaign
from charity_portal.kernel.database import db
from tests.factories.accounts import make_user
from tests.factories.campaigns import make_campaign, make_raiser, row
from tests.factories.donations import make_donation, make_donor
from tests.factories.funds import Settled, make_fund
from tests.support.people import sign_in
from tests.support.statements import counted


def as_role(client: FlaskClient, *roles: str) -> None:
    sign_in(client, make_user("赵清和", roles=roles).id)


def typed(fund: Settled, **given: str) -> dict[str, str]:
    """What a browser sends for a whole plan."""
    plain = {
        "title_zh": "春日义卖",
        "title_en": "",
        "summary_zh": "义卖居民手工作品。",
        "summary_en": "",
        "purpose_id": str(fund.purpose),
        "reach": "public",
        "starts_on": "2026-03-20",
        "ends_on": "2026-03-31",
        "filing_number": "鲁募备〔2026〕0007",
        "filed_on": "2026-03-02",
        "target_fen": "5,000",
        "place": "",
    }
    return plain | given


def values(page: str) -> dict[str, str]:
    """What a browser would send for the plan's form as it was drawn."""
    form = page[page.index('<form method="post" novalidate') :].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'\b{part}="([^"]*)"', tag) for part in ("name", "value"))
        unticked = re.search(r'type="(radio|checkbox)"', tag) and " checked" not in tag
        if name and not unticked:
            found[name[1]] = unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = unescape(text).strip("\r\n")
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        found[name] = chosen[1] if chosen else ""
    return found


def drawn(client: FlaskClient, address: str) -> dict[str, str]:
    return values(client.get(address).text)


@pytest.fixture
def fund(app: Flask) -> Settled:
    return make_fund(host_id=make_raiser())


def test_a_new_campaign_begins_with_its_fund_and_kind(client: FlaskClient, fund: Settled) -> None:
    as_role(client, "officer")
    assert "下一步" in client.get("/office/campaigns/new").text
    address = f"/office/campaigns/new?fund={fund.fund_id}&kind=sale"
    assert "配捐比例" not in client.get(address).text
    answer = client.post(address, data=typed(fund))
    assert answer.status_code == 303
    found = db.session.query(Campaign).one()
    assert (found.kind, found.target_fen, found.state) == ("sale", 500_000, "draft")
    assert "条件齐备" in client.get(answer.location).text


def test_a_mistake_keeps_everything_typed(client: FlaskClient, fund: Settled) -> None:
    as_role(client, "officer")
    answer = client.post(
        f"/office/campaigns/new?fund={fund.fund_id}&kind=sale",
        data=typed(fund, ends_on="2026-03-01", place="中心广场"),
    )
    assert answer.status_code == 422
    assert "结束日期不能早于开始日期" in answer.text
    assert "中心广场" in answer.text


def test_a_matcher_is_found_by_number_or_exact_name(client: FlaskClient, fund: Settled) -> None:
    as_role(client, "officer")
    address = f"/office/campaigns/new?fund={fund.fund_id}&kind=matching"
    matching = {"match_bp": "150", "match_cap_fen": "10000"}
    unknown = client.post(address, data=typed(fund, matcher="查无此人", **matching))
    assert unknown.status_code == 422
    assert "没有找到该捐赠人" in unknown.text
    donor = make_donor(name="测试配捐单位")
    answer = client.post(address, data=typed(fund, matcher="测试配捐单位", **matching))
    assert answer.status_code == 303
    found = db.session.query(Campaign).one()
    assert (found.matcher_id, found.match_bp) == (donor.id, 15_000)
    page = client.get(answer.location).text
    assert donor.number in page
    assert "测试配捐单位" not in page


def test_two_namesakes_are_told_apart_by_number(client: FlaskClient, fund: Settled) -> None:
    as_role(client, "officer")
    both = [make_donor(name="测试同名者", phone=f"1380000000{n}").number for n in (1, 2)]
    answer = client.post(
        f"/office/campaigns/new?fund={fund.fund_id}&kind=matching",
        data=typed(fund, matcher="测试同名者", match_bp="100", match_cap_fen="1"),
    )
    assert answer.status_code == 422
    assert all(number in answer.text for number in both)


def test_naming_consent_is_ticked_and_dated_or_neither(client: FlaskClient, fund: Settled) -> None:
    as_role(client, "officer")
    address = f"/office/campaigns/new?fund={fund.fund_id}&kind=naming"
    half = client.post(address, data=typed(fund, naming_agreed="y"))
    assert half.status_code == 422
    assert "请同时填写同意的日期" in half.text
    whole = client.post(address, data=typed(fund, naming_agreed="y", naming_agreed_on="2026-02-20"))
    assert whole.status_code == 303


def test_two_officers_who_change_different_parts_lose_nothing(
    client: FlaskClient, fund: Settled
) -> None:
    campaign = make_campaign(state="draft", fund=fund)
    as_role(client, "officer")
    address = f"/office/campaigns/{campaign.id}/edit"
    first, second = (drawn(client, address) for _ in range(2))
    assert client.post(address, data=first | {"place": "东门"}).status_code == 303
    answer = client.post(address, data=second | {"title_zh": "春季义卖"})
    assert answer.status_code == 303
    kept = row(campaign.id)
    assert (kept.place, kept.title_zh) == ("东门", "春季义卖")


def test_two_officers_who_change_one_part_see_both_versions(
    client: FlaskClient, fund: Settled
) -> None:
    campaign = make_campaign(state="draft", fund=fund)
    as_role(client, "officer")
    address = f"/office/campaigns/{campaign.id}/edit"
    first, second = (drawn(client, address) for _ in range(2))
    client.post(address, data=first | {"place": "东门"})
    clash = client.post(address, data=second | {"place": "西门"})
    assert clash.status_code == 409
    assert "东门" in clash.text and "西门" in clash.text
    assert "赵清和在" in clash.text
    again = values(clash.text)
    assert client.post(address, data=again | {"choice-place": "theirs"}).status_code == 303
    assert row(campaign.id).place == "东门"


def test_the_list_costs_the_same_however_many_campaigns(
    app: Flask, client: FlaskClient, fund: Settled
) -> None:
    as_role(client, "auditor")
    make_donation(fund, campaign_id=make_campaign(fund=fund).id)
    with counted(app) as few:
        client.get("/office/campaigns")
    for _ in range(2):
        make_donation(fund, campaign_id=make_campaign(fund=fund).id)
    with counted(app) as many:
        client.get("/office/campaigns")
    assert len(many) == len(few)


def test_the_file_holds_what_the_list_shows(client: FlaskClient, fund: Settled) -> None:
    campaign = make_campaign(fund=fund)
    make_donation(fund, campaign_id=campaign.id)
    make_campaign(fund=fund, kind="show", title_zh="义演晚会")
    as_role(client, "auditor")
    answer = client.get("/office/campaigns/export.csv?kind=sale")
    text = answer.data.decode("utf-8-sig")
    assert campaign.number in text
    assert "100.00" in text
    assert "义演晚会" not in text


@pytest.mark.parametrize("role", ["finance", "approver", "auditor", "administrator"])
def test_only_officers_plan(client: FlaskClient, app: Flask, role: str) -> None:
    campaign = make_campaign(state="draft")
    as_role(client, role)
    assert client.get(f"/office/campaigns/{campaign.id}").status_code == 200
    assert client.get(f"/office/campaigns/{campaign.id}/edit").status_code == 403
    assert client.post("/office/campaigns/new").status_code == 403


def test_what_is_due_stands_on_a_page_of_its_own(client: FlaskClient, fund: Settled) -> None:
    as_role(client, "auditor")
    assert "没有待办事项" in client.get("/office/campaigns/duties").text
    make_campaign(fund=fund, kind="appeal", emergency=True)
    page = client.get("/office/campaigns/duties").text
    assert "发布款物通报" in page
