"""What campaigns brought and used: sums over the gifts and the spending that name them.

A campaign is small beside its fund, and both sums are entered by an index on the campaign.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from charity_portal.funds.models.campaigns import Campaign
from charity_portal.funds.models.donations import Donation, Pledge
from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.funds.models.spending import SpendingRequest
from charity_portal.funds.rules.campaigning import NOTHING, Form, Money, matched
from charity_portal.kernel.database import db

MATCHING = "matching"


@dataclass(frozen=True)
class Matching:
    """Where a matcher stands, in fen; `pledge` is the promise to this campaign that still counts."""

    owes_fen: int
    came_fen: int
    pledge: Pledge | None

    @property
    def outstanding_fen(self) -> int:
        """What is still to come."""
        return max(0, self.owes_fen - self.came_fen)


@dataclass(frozen=True)
class Cost:
    """One thing that was spent in the name of a campaign."""

    request_id: int
    number: str
    title: str
    use: str
    amount_fen: int
    booked_on: date
    entry_id: int


def sums(campaign_ids: Iterable[int]) -> dict[int, Money]:
    """What each of these campaigns brought and used; two statements however many they are."""
    wanted = set(campaign_ids)
    if not wanted:
        return {}
    forms: dict[int, dict[str, Form]] = defaultdict(dict)
    matching: dict[int, int] = defaultdict(int)
    for key, form, from_matcher, gifts, fen in db.session.execute(_given(wanted)):
        if from_matcher:
            matching[key] += int(fen)
        else:
            forms[key][form] = Form(gifts, int(fen))
    uses: dict[int, dict[str, int]] = defaultdict(dict)
    for key, use, fen in db.session.execute(_spent(wanted)):
        uses[key][use] = int(fen)
    return {key: Money(forms[key], matching[key], uses[key]) for key in wanted}


def costs(campaign_id: int, limit: int = 100) -> list[Cost]:
    """What was spent in the name of a campaign, the latest first; its words are public."""
    taken_back = aliased(LedgerEntry)
    wanted = (
        sa.select(
            SpendingRequest.id,
            SpendingRequest.number,
            SpendingRequest.title,
            SpendingRequest.use,
            LedgerEntry.amount_fen,
            LedgerEntry.booked_on,
            LedgerEntry.id,
        )
        .join(LedgerEntry, LedgerEntry.id == SpendingRequest.allocation_id)
        .outerjoin(taken_back, taken_back.reverses_id == LedgerEntry.id)
        .where(SpendingRequest.campaign_id == campaign_id, taken_back.id.is_(None))
        .order_by(LedgerEntry.booked_on.desc(), LedgerEntry.id.desc())
        .limit(limit)
    )
    return [Cost(*row) for row in db.session.execute(wanted)]


def of_campaign(campaign_id: int) -> Money:
    """What one campaign brought and used."""
    return sums([campaign_id]).get(campaign_id, NOTHING)


def _given(campaign_ids: set[int]) -> sa.Select[Any, Any, Any, Any, Any]:
    """Gifts by form; what the matcher gave counts as matching, whatever it was booked as."""
    from_matcher = sa.case(
        (Donation.income_source == MATCHING, sa.true()),
        (Donation.donor_id == Campaign.matcher_id, sa.true()),
        else_=sa.false(),
    )
    return (
        sa.select(
            Donation.campaign_id,
            Donation.form,
            from_matcher,
            sa.func.count(),
            sa.func.sum(Donation.amount_fen),
        )
        .join(Campaign, Campaign.id == Donation.campaign_id)
        .where(Donation.campaign_id.in_(campaign_ids), Donation.state == "received")
        .group_by(Donation.campaign_id, Donation.form, from_matcher)
    )


def _spent(campaign_ids: set[int]) -> sa.Select[Any, Any, Any]:
    """Promises in the ledger that requests naming a campaign led to, unless they were taken back."""
    taken_back = aliased(LedgerEntry)
    return (
        sa.select(
            SpendingRequest.campaign_id, SpendingRequest.use, sa.func.sum(LedgerEntry.amount_fen)
        )
        .join(LedgerEntry, LedgerEntry.id == SpendingRequest.allocation_id)
        .outerjoin(taken_back, taken_back.reverses_id == LedgerEntry.id)
        .where(SpendingRequest.campaign_id.in_(campaign_ids), taken_back.id.is_(None))
        .group_by(SpendingRequest.campaign_id, SpendingRequest.use)
    )


def matching(campaign: Campaign, money: Money) -> Matching | None:
    """Where the matcher of a campaign stands; None where there is none."""
    if campaign.match_bp is None or campaign.match_cap_fen is None:
        return None
    owes = matched(money.given_fen, campaign.match_bp, campaign.match_cap_fen)
    return Matching(owes, money.matching_fen, matchers_pledge(campaign))


def matchers_pledge(campaign: Campaign) -> Pledge | None:
    """The matcher's promise to this campaign that was not cancelled."""
    wanted = sa.select(Pledge).where(
        Pledge.campaign_id == campaign.id,
        Pledge.donor_id == campaign.matcher_id,
        Pledge.state != "cancelled",
    )
    return db.session.scalar(wanted.order_by(Pledge.id.desc()).limit(1))
