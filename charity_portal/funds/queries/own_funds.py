"""The funds that concern a person: those of charities they act for, those where they have a seat."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from charity_portal.funds.models.funds import Fund, FundMember
from charity_portal.funds.queries import ledger
from charity_portal.funds.queries.ledger import Balance
from charity_portal.kernel.database import db


@dataclass(frozen=True)
class OwnFund:
    """One of them: the seat held (None without one), whether one acts for the hosting charity."""

    fund: Fund
    balance: Balance
    seat: str | None
    hosted: bool


def own_funds(user_id: int, organization_ids: Collection[int]) -> list[OwnFund]:
    """What concerns somebody, funds that live first, then the newest first; four statements."""
    held = sa.select(FundMember.fund_id, FundMember.seat).where(
        FundMember.user_id == user_id, FundMember.until.is_(None)
    )
    seats = dict(db.session.execute(held).all())
    wanted = sa.select(Fund).where(
        sa.or_(Fund.id.in_(seats), Fund.host_id.in_(set(organization_ids)))
    )
    ordered = wanted.order_by(Fund.state == "ended", Fund.id.desc())
    found = list(db.session.scalars(ordered.options(selectinload(Fund.members))))
    balances = ledger.balances(fund.id for fund in found)
    return [
        OwnFund(fund, balances[fund.id], seats.get(fund.id), fund.host_id in organization_ids)
        for fund in found
    ]
