"""Campaigns: planned by officers, started by an approver, ended, accounted for; and their money."""

from dataclasses import asdict
from datetime import date

import pytest
from flask import Flask

from charity_portal.funds.errors import CampaignUnfit, PurposeElsewhere, StaleCampaign
from charity_portal.funds.models.campaigns import Campaign
from charity_portal.funds.models.spending import SpendingRequest
from charity_portal.funds.queries import campaign_money
from charity_portal.funds.queries import campaigns as queries
from charity_portal.funds.services import campaigns, donations, matching
from charity_portal.funds.services.campaigns import Wording
from charity_portal.funds.services.posting import reverse
from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, WrongState
from charity_portal.kernel.permissions import Actor
from tests.factories.campaigns import OUTCOME, make_campaign, make_raiser, plan, row
from tests.factories.donations import make_donation, make_donor
from tests.factories.funds import Settled, make_fund, make_staff
from tests.support.clocks import FrozenClock

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def fund(app: Flask) -> Settled:
    return make_fund(host_id=make_raiser())


@pytest.fixture
def officer(app: Flask) -> Actor:
    return make_staff("officer")


@pytest.fixture
def approver(app: Flask) -> Actor:
    return make_staff("approver")


def wording(campaign: Campaign, **given: object) -> Wording:
    kept = {name: getattr(campaign, name) for name in Wording.__dataclass_fields__}
    return Wording(**(kept | given))  # type: ignore[arg-type]


def test_a_start_names_everything_that_is_missing(approver: Actor) -> None:
    campaign = make_campaign(state="draft", fund=make_fund(), filing_number=None, filed_on=None)
    with pytest.raises(CampaignUnfit) as unfit, transaction():
        campaigns.start(approver, campaign.id)
    assert len(unfit.value.problems) == 2
    assert row(campaign.id).state == "draft"


def test_an_officer_cannot_start_what_an_officer_planned(officer: Actor) -> None:
    campaign = make_campaign(state="draft")
    with pytest.raises(Forbidden), transaction():
        campaigns.start(officer, campaign.id)


def test_a_campaign_goes_from_plan_to_account(fund: Settled) -> None:
    campaign = make_campaign(state="settled", fund=fund)
    today = date(2026, 3, 2)
    assert (campaign.started_on, campaign.ended_on, campaign.settled_on) == (today, today, today)
    assert campaign.outcome_zh == OUTCOME
    steps = [entry.action.rpartition(".")[2] for entry in audit.history(campaign)]
    assert steps == ["settle", "end", "start", "create"]


def test_only_a_draft_can_be_cancelled_and_only_with_a_reason(officer: Actor) -> None:
    draft, running = make_campaign(state="draft"), make_campaign()
    with pytest.raises(Invalid), transaction():
        campaigns.cancel(officer, draft.id, " ")
    with pytest.raises(WrongState), transaction():
        campaigns.cancel(officer, running.id, "场地未能落实")


def test_a_purpose_of_another_fund_is_refused(officer: Actor, fund: Settled) -> None:
    elsewhere = plan(make_fund())
    with pytest.raises(PurposeElsewhere), transaction():
        campaigns.create(officer, fund.fund_id, "sale", elsewhere)


def test_a_plan_is_fixed_once_the_campaign_has_begun(officer: Actor, fund: Settled) -> None:
    campaign = make_campaign(fund=fund)
    with pytest.raises(WrongState), transaction():
        campaigns.save(officer, campaign.id, plan(fund, place="东门"), campaign.rev, {})


def test_a_stale_plan_overwrites_nothing(officer: Actor, fund: Settled) -> None:
    campaign = make_campaign(state="draft", fund=fund)
    base, rev = queries.draft_of(queries.plan_of(campaign)).prints(), campaign.rev
    with transaction():
        campaigns.save(officer, campaign.id, plan(fund, place="东门"), rev, base)
    with pytest.raises(StaleCampaign) as stale, transaction():
        campaigns.save(officer, campaign.id, plan(fund, place="西门"), rev, base)
    assert stale.value.clashes == ["place"]
    assert row(campaign.id).place == "东门"


def test_words_are_put_right_later_but_a_filing_is_not_taken_away(officer: Actor) -> None:
    campaign = make_campaign()
    with transaction():
        campaigns.reword(officer, campaign.id, wording(campaign, place="东门"), campaign.rev)
    changed = row(campaign.id)
    assert changed.place == "东门"
    with pytest.raises(StaleCampaign), transaction():
        campaigns.reword(officer, campaign.id, wording(changed, place="西门"), 0)
    without = wording(changed, filing_number=None, filed_on=None)
    with pytest.raises(Invalid), transaction():
        campaigns.reword(officer, campaign.id, without, changed.rev)


def test_a_running_campaign_may_end_later_but_not_sooner(officer: Actor) -> None:
    running, ended = make_campaign(), make_campaign(state="ended")
    for campaign, day in ((running, date(2026, 3, 20)), (ended, date(2026, 4, 30))):
        with pytest.raises(Invalid) as refused, transaction():
            moved = wording(campaign, ends_on=day)
            campaigns.reword(officer, campaign.id, moved, campaign.rev)
        assert set(refused.value.fields) == {"ends_on"}
    later = wording(row(running.id), ends_on=date(2026, 4, 30))
    with transaction():
        campaigns.reword(officer, running.id, later, running.rev)
    assert row(running.id).ends_on == date(2026, 4, 30)


def test_no_public_text_names_a_donor_who_is_not_to_be_named(
    officer: Actor, approver: Actor, fund: Settled
) -> None:
    make_donor(refuses=True, name="测试隐名者")
    named = plan(fund, summary_zh="感谢测试隐名者的支持。")
    with pytest.raises(Invalid) as refused, transaction():
        campaigns.create(officer, fund.fund_id, "sale", named)
    assert set(refused.value.fields) == {"summary_zh"}
    campaign = make_campaign(state="ended", fund=fund)
    with pytest.raises(Invalid) as refused, transaction():
        campaigns.settle(approver, campaign.id, "测试隐名者捐赠最多。", None)
    assert set(refused.value.fields) == {"outcome_zh"}


def test_gifts_returned_and_spending_taken_back_count_no_more(fund: Settled) -> None:
    campaign = make_campaign(fund=fund)
    donor = make_donor()
    kept = {"campaign_id": campaign.id}
    make_donation(fund, donor, amount_fen=30_000, **kept)
    make_donation(fund, donor, amount_fen=5_000, form="in_kind", **kept)
    back = make_donation(fund, donor, amount_fen=7_000, **kept)
    make_donation(fund, donor, amount_fen=9_000)
    with transaction():
        donations.give_back(fund.staff, back.id, "重复转账")
    spend(fund, campaign, 4_000)
    taken_back = spend(fund, campaign, 2_000)
    with transaction():
        reverse(fund.staff, taken_back, "记-2026-0009", "记错")
    money = campaign_money.of_campaign(campaign.id)
    assert {form: part.fen for form, part in money.by_form.items()} == {
        "bank": 30_000, "in_kind": 5_000,
    }  # fmt: skip
    assert (money.received_fen, money.spent_fen) == (35_000, 4_000)
    assert [cost.amount_fen for cost in campaign_money.costs(campaign.id)] == [4_000]


def spend(fund: Settled, campaign: Campaign, amount_fen: int) -> int:
    """A promise out of the fund that names the campaign; the entry's id."""
    entry = fund.allocate(amount_fen, f"test:{campaign.id}:{amount_fen}", use="activity")
    with transaction():
        db.session.add(
            SpendingRequest(
                number=f"ZC-2026-{entry:06d}",
                fund_id=fund.fund_id,
                purpose_id=fund.purpose,
                campaign_id=campaign.id,
                state="approved",
                use="activity",
                title="义卖场地",
                reason="场地费",
                amount_fen=amount_fen,
                payee_kind="supplier",
                allocation_id=entry,
            )
        )
    return entry


def test_a_matcher_owes_for_what_others_gave_up_to_the_cap(fund: Settled) -> None:
    campaign = make_campaign(fund=fund, kind="matching", match_bp=5_000, match_cap_fen=20_000)
    make_donation(fund, campaign_id=campaign.id, amount_fen=30_001)
    assert queries.matched(row(campaign.id)) == 15_000
    make_donation(fund, campaign_id=campaign.id, amount_fen=30_000)
    assert queries.matched(row(campaign.id)) == 20_000


def test_what_the_matcher_gives_is_never_matched_itself(fund: Settled) -> None:
    campaign = make_campaign(fund=fund, kind="matching")
    for source in ("donation", "matching"):
        given = {"donor_id": campaign.matcher_id, "income_source": source}
        make_donation(fund, campaign_id=campaign.id, amount_fen=10_000, **given)
    money = campaign_money.of_campaign(campaign.id)
    assert (money.given_fen, money.matching_fen) == (0, 20_000)


def test_the_matchers_pledge_follows_what_others_gave(fund: Settled) -> None:
    finance, due = make_staff("finance", "officer"), date(2026, 4, 30)
    campaign = make_campaign(fund=fund, kind="matching")
    with pytest.raises(Invalid), transaction():
        matching.call_in(finance, campaign.id, due)
    make_donation(fund, campaign_id=campaign.id, amount_fen=30_000)
    with transaction():
        first = matching.call_in(finance, campaign.id, due)
    assert (first.amount_fen, first.income_source, first.donor_id) == (
        30_000, "matching", campaign.matcher_id,
    )  # fmt: skip
    make_donation(fund, campaign_id=campaign.id, amount_fen=20_000)
    with transaction():
        again = matching.call_in(finance, campaign.id, due)
    assert (again.id, again.amount_fen) == (first.id, 50_000)
    matcher = {"donor_id": campaign.matcher_id, "pledge_id": first.id, "income_source": "matching"}
    make_donation(fund, campaign_id=campaign.id, amount_fen=50_000, **matcher)
    with pytest.raises(Invalid), transaction():
        matching.call_in(finance, campaign.id, due)
    assert queries.matched(row(campaign.id)) == 50_000


def test_gifts_may_name_what_is_running_or_not_yet_accounted_for(fund: Settled) -> None:
    made = {state: make_campaign(state=state, fund=fund) for state in Campaign.MACHINE.states}
    make_campaign()
    assert [key for key, _label in queries.running(fund.fund_id)] == [
        made["ended"].id, made["running"].id,
    ]  # fmt: skip
    for state in ("draft", "settled", "cancelled"):
        with pytest.raises(Invalid) as refused:
            make_donation(fund, campaign_id=made[state].id)
        assert set(refused.value.fields) == {"campaign_id"}


def test_a_targeted_campaign_is_not_listed_to_the_public_while_it_is_running(app: Flask) -> None:
    fund = make_fund()
    quiet = {"reach": "targeted", "filing_number": None, "filed_on": None}
    running = make_campaign(fund=fund, **quiet)
    over = make_campaign(state="ended", fund=fund, **quiet)
    listed = {
        campaign.id
        for group in queries.GROUPS
        for campaign in queries.public_page(group, queries.Filter()).items
    }
    assert over.id in listed
    assert running.id not in listed


def test_a_plan_survives_being_kept(officer: Actor, fund: Settled) -> None:
    whole = plan(fund, place="东门", target_fen=1)
    with transaction():
        kept = campaigns.create(officer, fund.fund_id, "sale", whole)
    assert asdict(queries.plan_of(row(kept.id))) == asdict(whole)


def test_a_campaign_ends_by_itself_after_its_last_day(
    clock: FrozenClock, officer: Actor, fund: Settled
) -> None:
    over = make_campaign(fund=fund)
    clock.set("2026-04-01 01:00")
    with transaction():
        assert campaigns.end_due(officer) == 1
    assert (row(over.id).state, row(over.id).ended_on) == ("ended", date(2026, 3, 31))
