"""Campaigns (义卖、义演、慈善超市、配捐、冠名): from which a fund's income comes, and what they cost."""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.funds.models.funds import Fund, FundPurpose
from charity_portal.funds.rules.campaigning import CAMPAIGN_KINDS, REACHES
from charity_portal.funds.states import CAMPAIGN
from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, Model, Stamp, one_of
from charity_portal.kernel.states import StateMachine
from charity_portal.kernel.triggers import append_only

append_only("campaign_bulletin", "id", "campaign_id, position")


class Campaign(Model):
    """An activity that brings a fund money. Its income are the donations that name it, its cost the
    spending that does; `match_bp` and `match_cap_fen` are a matcher's promise for each donation.

    An `emergency` one publishes what came in at least every five days (慈善法, art. 72). One whose
    `reach` is targeted is not shown to the public while it is running (art. 29). `naming_agreed_on`
    is the day the beneficiaries agreed to a donor's name on the project (art. 99).
    """

    __tablename__ = "campaign"
    MACHINE: ClassVar[StateMachine] = CAMPAIGN
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"), index=True)
    purpose_id: Mapped[int] = mapped_column(sa.ForeignKey("fund_purpose.id"))
    kind: Mapped[str]
    reach: Mapped[str] = mapped_column(default="public")
    emergency: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default=CAMPAIGN.initial)
    title_zh: Mapped[str]
    title_en: Mapped[str | None]
    summary_zh: Mapped[str]
    summary_en: Mapped[str | None]
    place: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    filing_number: Mapped[str | None]
    filed_on: Mapped[date | None]
    naming_agreed_on: Mapped[date | None]
    target_fen: Mapped[Fen | None]
    matcher_id: Mapped[int | None] = mapped_column(sa.ForeignKey("donor.id"))
    match_bp: Mapped[int | None]
    match_cap_fen: Mapped[Fen | None]
    outcome_zh: Mapped[str | None]
    outcome_en: Mapped[str | None]
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    settled_on: Mapped[date | None]
    rev: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)

    fund: Mapped[Fund] = relationship()
    purpose: Mapped[FundPurpose] = relationship()

    __table_args__ = (
        CAMPAIGN.check(),
        one_of("kind", list(CAMPAIGN_KINDS)),
        one_of("reach", list(REACHES)),
        sa.CheckConstraint("starts_on <= ends_on", name="period"),
        sa.CheckConstraint(
            "(kind = 'matching') = (matcher_id IS NOT NULL AND match_bp IS NOT NULL"
            " AND match_cap_fen IS NOT NULL)",
            name="matching",
        ),
        sa.CheckConstraint("match_bp BETWEEN 1 AND 1000000", name="match_bp"),
        sa.CheckConstraint("match_cap_fen > 0", name="match_cap_fen"),
        sa.CheckConstraint("target_fen > 0", name="target_fen"),
        sa.Index("ix_campaign_state", "state", "starts_on", "id"),
    )


class CampaignBulletin(Model):
    """What an emergency campaign published of its money, as it stood then; never changed."""

    __tablename__ = "campaign_bulletin"
    id: Mapped[Id]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaign.id"))
    position: Mapped[int]
    due_on: Mapped[date]
    received_fen: Mapped[Fen]
    goods_fen: Mapped[Fen]
    spent_fen: Mapped[Fen]
    text_zh: Mapped[str]
    text_en: Mapped[str | None]
    published_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    published_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (sa.UniqueConstraint("campaign_id", "position"),)
