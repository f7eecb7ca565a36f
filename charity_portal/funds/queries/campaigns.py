"""Reading campaigns: one, lists of them, and their plans."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.funds.models.campaigns import Campaign, CampaignBulletin
from charity_portal.funds.models.donations import Donor
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.queries import campaign_money
from charity_portal.funds.rules.campaigning import Plan, Start
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.edits import Draft
from charity_portal.kernel.i18n import language
from charity_portal.organizations import queries as organizations

GROUPS = {"running": ("running",), "past": ("ended", "settled")}
"""How the public's list is divided."""
TAKES_GIFTS = ("running", "ended")
"""Gifts that were on their way at the end still belong to a campaign until it is settled."""


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed down to; empty means all."""

    state: str = ""
    kind: str = ""
    fund_id: int | None = None
    text: str = ""


def campaign(campaign_id: int) -> Campaign | None:
    """The row with its fund and purpose; for this domain's own pages."""
    row: Campaign | None = db.session.scalar(_whole().where(Campaign.id == campaign_id))
    return row


def by_number(number: str) -> Campaign | None:
    """The campaign of that number (HD-…), with its fund and purpose."""
    row: Campaign | None = db.session.scalar(_whole().where(Campaign.number == number))
    return row


def office_page(wanted: Filter, after: str | None = None) -> Page[Campaign]:
    """One screenful of campaigns, the newest first."""
    return page(_found(wanted), order=[Campaign.id.desc()], after=after)


def everything(wanted: Filter) -> Iterator[Campaign]:
    """All campaigns that a filter finds, the newest first."""
    rows = db.session.scalars(_found(wanted).order_by(Campaign.id.desc()))
    yield from rows


def public_page(
    group: str, wanted: Filter, after: str | None = None, size: int = 20
) -> Page[Campaign]:
    """One screenful of a group of GROUPS, the latest start first; what turned to few only once over."""
    found = _found(wanted).where(
        Campaign.state.in_(GROUPS[group]),
        sa.or_(Campaign.reach == "public", Campaign.state != "running"),
    )
    order = [Campaign.starts_on.desc(), Campaign.id.desc()]
    return page(found, order=order, after=after, size=size)


def running(fund_id: int) -> list[tuple[int, str]]:
    """The campaigns of a fund that a gift may name, with number and title, the newest first."""
    wanted = sa.select(Campaign).where(Campaign.fund_id == fund_id, Campaign.state.in_(TAKES_GIFTS))
    english = language() == "en"
    return [
        (row.id, f"{row.number} {row.title_en if english and row.title_en else row.title_zh}")
        for row in db.session.scalars(wanted.order_by(Campaign.id.desc()))
    ]


def past_their_end(today: date) -> list[int]:
    """The running campaigns whose last day is over."""
    wanted = sa.select(Campaign.id).where(Campaign.state == "running", Campaign.ends_on < today)
    return list(db.session.scalars(wanted.order_by(Campaign.id)))


def matched(campaign: Campaign) -> int:
    """What the matcher of a campaign owes so far, in fen; zero where there is none."""
    found = campaign_money.matching(campaign, campaign_money.of_campaign(campaign.id))
    return found.owes_fen if found else 0


def bulletins(campaign_id: int) -> list[CampaignBulletin]:
    """What an emergency campaign published, the first first."""
    wanted = sa.select(CampaignBulletin).where(CampaignBulletin.campaign_id == campaign_id)
    return list(db.session.scalars(wanted.order_by(CampaignBulletin.position)))


def donor_number(donor_id: int | None) -> str:
    """The number that the office knows a matcher by; empty without one."""
    if donor_id is None:
        return ""
    return db.session.scalar(sa.select(Donor.number).where(Donor.id == donor_id)) or ""


def plan_of(row: Campaign) -> Plan:
    """What is planned, as plain values."""
    return Plan(**{part.name: getattr(row, part.name) for part in fields(Plan)})


def draft_of(plan: Plan) -> Draft:
    """A plan as units that can be compared and merged."""
    return Draft(asdict(plan))


def start_of(row: Campaign, today: date) -> Start:
    """What is looked at before a campaign starts (`today` or on its first day, if that is later)."""
    host = organizations.profile(row.fund.host_id)
    may_raise = host is not None and host.may_raise_on(max(row.starts_on, today))
    return Start(plan_of(row), row.kind, row.fund.state, may_raise)


def _whole() -> sa.Select[Any]:
    return sa.select(Campaign).options(joinedload(Campaign.fund), joinedload(Campaign.purpose))


def _found(wanted: Filter) -> sa.Select[Any]:
    found = _whole()
    if wanted.state:
        found = found.where(Campaign.state == wanted.state)
    if wanted.kind:
        found = found.where(Campaign.kind == wanted.kind)
    if wanted.fund_id is not None:
        found = found.where(Campaign.fund_id == wanted.fund_id)
    if text := wanted.text.strip():
        in_name = (
            column.icontains(text, autoescape=True)
            for column in (Campaign.number, Campaign.title_zh, Campaign.title_en)
        )
        of_fund = sa.select(Fund.id).where(
            sa.or_(Fund.number == text, Fund.name_zh.icontains(text, autoescape=True))
        )
        found = found.where(sa.or_(*in_name, Campaign.fund_id.in_(of_fund)))
    return found
