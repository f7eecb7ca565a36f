"""Reading campaigns and what they brought."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.funds.models.campaigns import Campaign, CampaignBulletin
from charity_portal.kernel.database import db


def campaign(campaign_id: int) -> Campaign | None:
    """The row with its fund and purpose; for this domain's own pages."""
    wanted = sa.select(Campaign).where(Campaign.id == campaign_id)
    parts = (joinedload(Campaign.fund), joinedload(Campaign.purpose))
    return db.session.scalar(wanted.options(*parts))


def bulletins(campaign_id: int) -> list[CampaignBulletin]:
    """What an emergency campaign published, the first first."""
    wanted = sa.select(CampaignBulletin).where(CampaignBulletin.campaign_id == campaign_id)
    return list(db.session.scalars(wanted.order_by(CampaignBulletin.position)))
