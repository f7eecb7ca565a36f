"""The principal of an endowed fund: how much of it may go out in a year, and what went."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from charity_portal.funds.models.funds import Fund
from charity_portal.funds.models.ledger import LedgerAccount, LedgerTurnover
from charity_portal.funds.queries import ledger
from charity_portal.funds.rules.accounts import Address
from charity_portal.funds.rules.establishing import payout_limit
from charity_portal.kernel.database import db


@dataclass(frozen=True)
class Room:
    """The yearly payout of a principal, in fen: `limit_fen` is the agreed share of the principal as
    it would be without this year's payouts."""

    principal_fen: int
    limit_fen: int
    taken_fen: int

    @property
    def left_fen(self) -> int:
        """What may still go out this year."""
        return max(self.limit_fen - self.taken_fen, 0)


def room(fund: Fund, purpose_id: int, year: int) -> Room:
    """What may go out of the principal that stands in a purpose, in a year."""
    taken = _taken(fund.id, purpose_id, year)
    principal = ledger.balance(fund.id).principal_fen
    return Room(principal, payout_limit(principal + taken, fund.payout_bp or 0), taken)


def _taken(fund_id: int, purpose_id: int, year: int) -> int:
    """What was moved out of the principal in a year, less what was taken back."""
    moved = sa.select(
        sa.func.coalesce(sa.func.sum(LedgerTurnover.debit_fen - LedgerTurnover.credit_fen), 0)
    ).join(LedgerAccount, LedgerAccount.id == LedgerTurnover.account_id)
    found = db.session.scalar(
        moved.where(
            LedgerAccount.fund_id == fund_id,
            LedgerAccount.code == Address("moved", purpose_id).code,
            LedgerTurnover.month >= date(year, 1, 1),
            LedgerTurnover.month <= date(year, 12, 1),
        )
    )
    return int(found or 0)
