"""Campaigns for tests, in any state, and what emergency ones published."""

from datetime import date
from typing import Any

from charity_portal.funds.models.campaigns import Campaign, CampaignBulletin
from charity_portal.funds.queries import campaigns as queries
from charity_portal.funds.rules.campaigning import Plan
from charity_portal.funds.services import bulletins, campaigns
from charity_portal.kernel.database import db, transaction
from tests.factories.donations import make_donor
from tests.factories.examples import Example, World
from tests.factories.funds import Settled, make_fund, make_staff
from tests.factories.organizations import make_organization

FILED, STARTS, ENDS = date(2026, 2, 10), date(2026, 3, 1), date(2026, 3, 31)
OUTCOME = "义卖 120 件，款项全部用于助老。"


def make_raiser() -> int:
    """A charity with the qualification for public fundraising; its id."""
    return make_organization(
        kind="foundation", is_charity=True, fundraising_from=date(2024, 1, 1)
    ).id


def plan(fund: Settled, **given: Any) -> Plan:
    """A plan that may start at once when its fund's charity holds the qualification."""
    plain = {
        "purpose_id": fund.purpose,
        "title_zh": "春日义卖",
        "title_en": "Spring sale",
        "summary_zh": "义卖居民手工作品，款项用于社区助老。",
        "starts_on": STARTS,
        "ends_on": ENDS,
        "filing_number": "鲁募备〔2026〕0001",
        "filed_on": FILED,
    }
    return Plan(**(plain | given))


def make_campaign(
    state: str = "running", fund: Settled | None = None, kind: str = "sale", **given: Any
) -> Campaign:
    """A campaign in that state; `given` replaces parts of its plan. Matching ones get a donor who
    matches 100 % up to 10,000 yuan.
    """
    fund = fund or make_fund(host_id=make_raiser())
    staff = make_staff("officer", "approver")
    if kind == "matching":
        matcher = given.pop("matcher_id", None) or make_donor().id
        given = {"matcher_id": matcher, "match_bp": 10_000, "match_cap_fen": 1_000_000} | given
    if kind == "naming":
        given = {"naming_agreed_on": FILED} | given
    with transaction():
        key = campaigns.create(staff, fund.fund_id, kind, plan(fund, **given)).id
        if state == "cancelled":
            campaigns.cancel(staff, key, "场地未能落实")
        if state in ("running", "ended", "settled"):
            campaigns.start(staff, key)
        if state in ("ended", "settled"):
            campaigns.end(staff, key)
        if state == "settled":
            campaigns.settle(staff, key, OUTCOME, "120 pieces were sold.")
    return row(key)


def make_emergency(**given: Any) -> Campaign:
    """A running emergency appeal that was filed."""
    return make_campaign(kind="appeal", emergency=True, title_zh="暴雨救灾募捐", **given)


def make_bulletin(campaign: Campaign, text: str = "款物已全部登记。") -> CampaignBulletin:
    """The next bulletin of an emergency campaign."""
    staff = make_staff("officer")
    with transaction():
        position = len(queries.bulletins(campaign.id)) + 1
        return bulletins.publish(staff, campaign.id, position, text, "All has been recorded.")


def row(campaign_id: int) -> Campaign:
    """The campaign as it is now."""
    db.session.rollback()
    return db.session.get_one(Campaign, campaign_id)


def _shared(world: World) -> int:
    """A running emergency campaign with a bulletin, made once a sweep."""
    if "campaign" not in world.made:
        campaign = make_emergency()
        make_bulletin(campaign)
        world.made["campaign"] = campaign.id
    return int(world.made["campaign"])


def _number(world: World) -> str:
    return row(_shared(world)).number


EXAMPLES: dict[str, Example] = {
    "campaign_id": _shared,
    "funds_campaigns.edit.campaign_id": lambda world: make_campaign(state="draft").id,
    "funds_campaigns_public.show.number": _number,
    "funds_campaigns_public.gifts.number": _number,
}
