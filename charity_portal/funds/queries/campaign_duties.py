"""What campaigns owe the public and are owed themselves: bulletins, accounts, filings, pledges."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.funds.models.campaigns import Campaign, CampaignBulletin
from charity_portal.funds.models.donations import Pledge
from charity_portal.funds.queries import measures
from charity_portal.funds.rules.campaigning import (
    bulletin_due,
    days_late,
    filing_due,
    settling_due,
)
from charity_portal.kernel import clock
from charity_portal.kernel.database import db

KINDS = ("bulletin", "filing", "settling", "pledge")


@dataclass(frozen=True)
class Duty:
    """One thing to be done for a campaign by a day; `kind` is one of KINDS."""

    campaign: Campaign
    kind: str
    due_on: date
    pledge: Pledge | None = None

    @property
    def late(self) -> int:
        """Days late, as of today."""
        return days_late(self.due_on, clock.today())


def bulletin_days() -> int | None:
    """After how many days a bulletin is due today; None where no rule says so."""
    rule = measures.rule_on("bulletin_days", clock.today())
    return rule.value if rule is not None else None


def next_bulletin(campaign: Campaign, published: Sequence[CampaignBulletin]) -> date | None:
    """When the next bulletin of a campaign is due; None where none is owed."""
    days = [clock.local(bulletin.published_at).date() for bulletin in published]
    return _next_bulletin(campaign, days, bulletin_days())


def of_campaign(campaign: Campaign, published: Sequence[CampaignBulletin]) -> list[Duty]:
    """What is to be done for one campaign, the most urgent first."""
    days = [clock.local(bulletin.published_at).date() for bulletin in published]
    found = _owed(campaign, days, bulletin_days())
    return sorted([*found, *_pledges([campaign.id])], key=_urgency)


def everything() -> list[Duty]:
    """What is to be done for all campaigns, the most urgent first; a fixed number of statements."""
    campaigns = _unfinished()
    published = _published(c.id for c in campaigns if c.emergency)
    every = bulletin_days()
    found = [d for c in campaigns for d in _owed(c, published[c.id], every)]
    return sorted([*found, *_pledges(None)], key=_urgency)


def pressing(duties: Iterable[Duty], within_days: int = 1) -> list[Duty]:
    """Those that are due so soon, or late."""
    today = clock.today()
    return [duty for duty in duties if (duty.due_on - today).days <= within_days]


def _owed(campaign: Campaign, published: Sequence[date], every: int | None) -> list[Duty]:
    found = []
    if (due := _next_bulletin(campaign, published, every)) is not None:
        found.append(Duty(campaign, "bulletin", due))
    if _files_late(campaign) and campaign.started_on is not None:
        found.append(Duty(campaign, "filing", filing_due(campaign.started_on)))
    if campaign.state == "ended" and campaign.ended_on is not None:
        found.append(Duty(campaign, "settling", settling_due(campaign.ended_on)))
    return found


def _next_bulletin(campaign: Campaign, published: Sequence[date], every: int | None) -> date | None:
    owes = campaign.emergency and campaign.state in ("running", "ended")
    if not owes or campaign.started_on is None or every is None:
        return None
    return bulletin_due(campaign.started_on, published, every, campaign.ended_on)


def _files_late(campaign: Campaign) -> bool:
    """Whether it began before its plan was filed, as an emergency may."""
    begun = campaign.state in ("running", "ended", "settled")
    return begun and campaign.reach == "public" and campaign.filed_on is None


def _urgency(duty: Duty) -> tuple[date, int, int]:
    return duty.due_on, KINDS.index(duty.kind), duty.campaign.id


def _unfinished() -> list[Campaign]:
    not_filed = sa.and_(Campaign.state == "settled", Campaign.filed_on.is_(None))
    wanted = sa.select(Campaign).where(
        sa.or_(
            Campaign.state.in_(("running", "ended")),
            sa.and_(not_filed, Campaign.reach == "public"),
        )
    )
    return list(db.session.scalars(wanted.options(joinedload(Campaign.fund))))


def _published(campaign_ids: Iterable[int]) -> dict[int, list[date]]:
    rows = db.session.execute(
        sa.select(CampaignBulletin.campaign_id, CampaignBulletin.published_at).where(
            CampaignBulletin.campaign_id.in_(set(campaign_ids))
        )
    )
    found: dict[int, list[date]] = defaultdict(list)
    for key, moment in rows:
        found[key].append(clock.local(moment).date())
    return found


def _pledges(campaign_ids: Sequence[int] | None) -> list[Duty]:
    """What matchers promised and have not given yet."""
    wanted = (
        sa.select(Pledge, Campaign)
        .join(Campaign, Campaign.id == Pledge.campaign_id)
        .where(Pledge.state == "open", Pledge.donor_id == Campaign.matcher_id)
    )
    if campaign_ids is not None:
        wanted = wanted.where(Campaign.id.in_(campaign_ids))
    rows = db.session.execute(wanted.options(joinedload(Campaign.fund)))
    return [Duty(campaign, "pledge", pledge.due_on, pledge) for pledge, campaign in rows]
