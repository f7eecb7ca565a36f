"""Campaigns for everybody: what is listed, what a page says, and that it collects nothing."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories.campaigns import (
    make_bulletin,
    make_campaign,
    make_emergency,
    make_raiser,
)
from tests.factories.donations import make_donation, make_donor
from tests.factories.funds import Settled, make_fund
from tests.support.clocks import FrozenClock
from tests.support.statements import counted

QUIET = {"reach": "targeted", "filing_number": None, "filed_on": None}


@pytest.fixture
def fund(app: Flask) -> Settled:
    return make_fund(host_id=make_raiser())


def test_running_campaigns_come_first_and_drafts_not_at_all(
    client: FlaskClient, fund: Settled
) -> None:
    for state in ("settled", "running", "draft", "cancelled"):
        make_campaign(state=state, fund=fund, title_zh=f"活动{state}")
    page = client.get("/campaigns").text
    assert page.index("活动running") < page.index("活动settled")
    assert "活动draft" not in page and "活动cancelled" not in page


def test_nobody_outside_reads_what_has_not_begun_or_turns_to_few(
    client: FlaskClient, fund: Settled
) -> None:
    hidden = [
        make_campaign(state="draft", fund=fund),
        make_campaign(state="cancelled", fund=fund),
        make_campaign(fund=fund, **QUIET),
    ]
    for campaign in hidden:
        assert client.get(f"/campaigns/{campaign.number}").status_code in (302, 403)
        assert client.get(f"/campaigns/{campaign.number}/donations.csv").status_code in (302, 403)
    over = make_campaign(state="ended", fund=fund, **QUIET)
    assert client.get(f"/campaigns/{over.number}").status_code == 200
    assert client.get("/campaigns/HD-2026-9999").status_code == 404


def test_a_page_says_what_came_in_by_form_and_how_far_the_goal_is(
    client: FlaskClient, fund: Settled
) -> None:
    campaign = make_campaign(fund=fund, target_fen=100_000)
    make_donation(fund, campaign_id=campaign.id, amount_fen=30_000)
    make_donation(fund, campaign_id=campaign.id, amount_fen=5_000, form="in_kind")
    page = client.get(f"/campaigns/{campaign.number}").text
    for words in ("¥300.00", "¥50.00", "¥350.00", "35.0%", "鲁募备〔2026〕0001", "棉被"):
        assert words in page


def test_donors_are_named_only_when_they_agreed(client: FlaskClient, fund: Settled) -> None:
    campaign = make_campaign(fund=fund)
    agreed, silent = make_donor(name="测试同意者"), make_donor(name="测试沉默者")
    refusing = make_donor(name="测试拒绝者")
    make_donation(fund, agreed, campaign_id=campaign.id, naming="named")
    make_donation(fund, silent, campaign_id=campaign.id)
    make_donation(fund, refusing, campaign_id=campaign.id)
    for address in ("", "/donations.csv"):
        text = client.get(f"/campaigns/{campaign.number}{address}").data.decode("utf-8-sig")
        assert "测试同意者" in text
        assert text.count("爱心人士") == 2
        assert "测试沉默者" not in text and "测试拒绝者" not in text


def test_matching_is_shown_as_rule_and_sum_without_the_matchers_name(
    client: FlaskClient, fund: Settled
) -> None:
    matcher = make_donor(name="测试配捐单位")
    campaign = make_campaign(
        fund=fund, kind="matching", matcher_id=matcher.id, match_bp=5_000, match_cap_fen=20_000
    )
    make_donation(fund, campaign_id=campaign.id, amount_fen=30_000)
    page = client.get(f"/campaigns/{campaign.number}").text
    for words in ("¥50.00", "¥200.00", "¥150.00"):
        assert words in page
    assert "测试配捐单位" not in page
    assert matcher.number not in page


def test_an_emergency_campaign_shows_its_bulletins_and_how_late_they_are(
    client: FlaskClient, clock: FrozenClock, fund: Settled
) -> None:
    campaign = make_emergency(fund=fund)
    clock.set("2026-03-09 10:00")
    late = client.get(f"/campaigns/{campaign.number}").text
    assert "逾期 2 天" in late
    make_bulletin(campaign, "已向三个社区发放。")
    page = client.get(f"/campaigns/{campaign.number}").text
    for words in ("第 1 期通报", "晚 2 天", "已向三个社区发放。", "2026年3月14日"):
        assert words in page


def test_ways_to_give_stand_there_only_while_it_runs_and_never_a_form(
    client: FlaskClient, fund: Settled
) -> None:
    running, over = make_campaign(fund=fund), make_campaign(state="ended", fund=fund)
    page = client.get(f"/campaigns/{running.number}").text
    assert "本网站不接收捐款" in page
    assert 'method="post"' not in page.partition("<main")[2].partition("</main")[0]
    assert "本网站不接收捐款" not in client.get(f"/campaigns/{over.number}").text


def test_an_account_that_is_late_is_said_to_be_late(
    client: FlaskClient, clock: FrozenClock, fund: Settled
) -> None:
    campaign = make_campaign(state="ended", fund=fund, ends_on=date(2026, 3, 10))
    clock.set("2026-06-03 10:00")
    assert "已逾期。" in client.get(f"/campaigns/{campaign.number}").text


def test_the_list_and_a_page_cost_the_same_however_much_there_is(
    app: Flask, client: FlaskClient, fund: Settled
) -> None:
    campaign = make_campaign(fund=fund)
    make_donation(fund, campaign_id=campaign.id)
    costs = []
    for more in (2, 0):
        with counted(app) as seen:
            client.get("/campaigns")
            client.get(f"/campaigns/{campaign.number}")
        costs.append(len(seen))
        for _ in range(more):
            make_donation(fund, make_donor(), campaign_id=make_campaign(fund=fund).id)
            make_donation(fund, make_donor(), campaign_id=campaign.id)
    assert costs[0] == costs[1]


def test_english_readers_read_english(client: FlaskClient, fund: Settled) -> None:
    campaign = make_campaign(fund=fund)
    page = client.get(f"/campaigns/{campaign.number}?lang=en").text
    assert "Spring sale" in page
    assert "About this campaign" in page
