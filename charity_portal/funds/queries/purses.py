"""What may be spent on something: the purses of running funds, with what stands in them."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from charity_portal.funds.models.funds import Fund, FundPurpose
from charity_portal.funds.models.ledger import LedgerAccount
from charity_portal.funds.rules.accounts import PURSE
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import localized


@dataclass(frozen=True)
class Purse:
    """One purpose of a fund as it stands. `uses` are the kinds of spending it is earmarked for; principal
    has none."""

    fund_id: int
    fund_number: str
    fund_name: str
    fund_state: str
    host_id: int
    purpose_id: int
    title: str
    uses: frozenset[str]
    available_fen: int

    @property
    def open(self) -> bool:
        """Whether anything can be promised out of it at all."""
        return self.fund_state == "active"


def purses_for(use: str) -> list[Purse]:
    """The purses of running funds that may be spent on that, by the number of the fund; one statement."""
    found = _purses(Fund.state == "active", FundPurpose.spendable.is_(True))
    return [purse for purse in found if use in purse.uses]


def purses_of(purpose_ids: Iterable[int]) -> dict[int, Purse]:
    """These purposes whatever their fund's state, by id; one statement."""
    return {p.purpose_id: p for p in _purses(FundPurpose.id.in_(set(purpose_ids)))}


def _purses(*conditions: sa.ColumnElement[bool]) -> list[Purse]:
    rows = db.session.execute(
        sa.select(Fund, FundPurpose, LedgerAccount.balance_fen)
        .join(FundPurpose, FundPurpose.fund_id == Fund.id)
        .join(
            LedgerAccount,
            sa.and_(LedgerAccount.purpose_id == FundPurpose.id, LedgerAccount.kind == PURSE),
        )
        .where(*conditions)
        .order_by(Fund.number, FundPurpose.id)
    )
    return [
        Purse(
            fund_id=fund.id,
            fund_number=fund.number,
            fund_name=localized(fund, "name"),
            fund_state=fund.state,
            host_id=fund.host_id,
            purpose_id=purpose.id,
            title=localized(purpose, "title"),
            uses=frozenset(purpose.uses) if purpose.spendable else frozenset(),
            available_fen=-balance_fen,
        )
        for fund, purpose, balance_fen in rows
    ]
