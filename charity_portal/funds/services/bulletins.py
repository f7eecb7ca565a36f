"""Bulletins of emergency campaigns: what came in and what became of it, as it stood that day."""

from charity_portal.funds.errors import BulletinAhead
from charity_portal.funds.models.campaigns import Campaign, CampaignBulletin
from charity_portal.funds.queries import campaign_duties, campaign_money
from charity_portal.funds.queries import campaigns as queries
from charity_portal.funds.services.naming import refuse_donor_names
from charity_portal.kernel import audit, clock, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor, require


def publish(
    actor: Actor, campaign_id: int, position: int, text_zh: str, text_en: str | None = None
) -> CampaignBulletin:
    """Publish the next bulletin with the figures as they are now; nobody changes it afterwards.

    `position` is the number that the writer saw coming: pressing twice publishes once, and
    BulletinAhead is raised when somebody else was faster. WrongState where none is owed.
    """
    campaign = locked(Campaign, campaign_id)
    require(actor, "funds:campaign:edit", campaign)
    text_zh, text_en = text_zh.strip(), (text_en or "").strip() or None
    if not text_zh:
        raise Invalid(fields={"text_zh": [say("请写明款物接收、分配和使用的情况。")]})
    refuse_donor_names(text_zh=text_zh, text_en=text_en)
    published = queries.bulletins(campaign_id)
    if 1 <= position <= len(published):
        return _same(published[position - 1], text_zh)
    due = campaign_duties.next_bulletin(campaign, published)
    if due is None or position != len(published) + 1:
        raise WrongState(say("该活动目前不需要发布通报。"))
    money = campaign_money.of_campaign(campaign_id)
    bulletin = CampaignBulletin(
        campaign_id=campaign_id,
        position=position,
        due_on=due,
        received_fen=money.received_fen,
        goods_fen=money.goods_fen,
        spent_fen=money.spent_fen,
        text_zh=text_zh,
        text_en=text_en,
        published_by=actor.user_id,
        published_at=clock.now(),
    )
    db.session.add(bulletin)
    db.session.flush()
    audit.record(
        actor,
        "funds.campaign.publish_bulletin",
        campaign,
        after={"position": position, "received_fen": money.received_fen, "due_on": due.isoformat()},
    )
    jobs.announce(actor, "funds.bulletin_published", id=bulletin.id)
    return bulletin


def _same(bulletin: CampaignBulletin, text_zh: str) -> CampaignBulletin:
    """The bulletin itself when it says what was to be said; else somebody else's stands there."""
    if bulletin.text_zh != text_zh:
        raise BulletinAhead
    return bulletin
