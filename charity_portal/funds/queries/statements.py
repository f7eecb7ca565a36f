"""Statements of a fund: what it had, received, spent and has, from sums of months alone."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from charity_portal.funds.models.funds import FundPurpose
from charity_portal.funds.models.ledger import LedgerAccount, LedgerTurnover, LedgerUse
from charity_portal.funds.rules.accounts import BELOW_PURSE, INCOME_SOURCES
from charity_portal.funds.rules.figures import USE_WORDS
from charity_portal.kernel import clock
from charity_portal.kernel.database import db

_BEGINNING, _END = date(1900, 1, 1), date(9998, 12, 1)
_SPENDABLE = sa.func.coalesce(FundPurpose.spendable, sa.true())


@dataclass(frozen=True)
class Standing:
    """What a fund has at one moment, in fen: bank + goods = payable + available + principal."""

    bank_fen: int = 0
    goods_fen: int = 0
    payable_fen: int = 0
    available_fen: int = 0
    principal_fen: int = 0

    @property
    def net_fen(self) -> int:
        """What belongs to the fund when everything that it owes is paid."""
        return self.available_fen + self.principal_fen


@dataclass(frozen=True)
class PurposeSum:
    """What one purpose received, spent and was given from the principal (negative: gave), in fen."""

    purpose_id: int
    spendable: bool
    income_fen: int
    spending_fen: int
    moved_fen: int


@dataclass(frozen=True)
class MonthLine:
    """What a fund received and spent in one month (named by its first day), in fen."""

    month: date
    income_fen: int
    spending_fen: int


@dataclass(frozen=True)
class Statement:
    """A fund over whole months, both included (None: from its first month on, until now)."""

    since: date | None
    until: date | None
    opening: Standing
    closing: Standing
    income: dict[str, int]
    purposes: list[PurposeSum]
    uses: dict[str, int]
    months: list[MonthLine] = field(repr=False)

    @property
    def income_fen(self) -> int:
        """All that was received, corrections deducted."""
        return sum(self.income.values())

    @property
    def spending_fen(self) -> int:
        """All that was spent, corrections and refunds deducted."""
        return sum(purpose.spending_fen for purpose in self.purposes)

    @property
    def moved_fen(self) -> int:
        """What went from the principal to what may be spent."""
        return sum(purpose.moved_fen for purpose in self.purposes if purpose.spendable)


def statement(fund_id: int, since: date | None = None, until: date | None = None) -> Statement:
    """A fund's statement over the months in which these days lie; three statements to the database."""
    first = since.replace(day=1) if since else None
    last = until.replace(day=1) if until else None
    before = _before(fund_id, first) if first else {}
    rows = _monthly(fund_id, first, last)
    standing = dict(before)
    for row in rows:
        standing[row.key] = standing.get(row.key, 0) + row.moved_fen
    return Statement(
        since=first,
        until=last,
        opening=_standing(before),
        closing=_standing(standing),
        income=_by_source(rows),
        purposes=_by_purpose(rows),
        uses=_uses(fund_id, first, last),
        months=_by_month(rows),
    )


def recent_months(fund_id: int, count: int = 12) -> date:
    """The first of the last so many months, this one included."""
    today = clock.today()
    months = today.year * 12 + today.month - count
    return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True)
class _Row:
    """What one kind of account of a purpose moved in a month: debits minus credits."""

    kind: str
    spendable: bool
    purpose_id: int
    source: str | None
    month: date
    moved_fen: int

    @property
    def key(self) -> tuple[str, bool]:
        """What it belongs to in a standing."""
        return self.kind, self.spendable

    @property
    def shown_fen(self) -> int:
        """The amount as statements tell it: spending when debited, income and moves when credited."""
        return self.moved_fen if self.kind == "spending" else -self.moved_fen


def _by_source(rows: list[_Row]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        if row.source is not None:
            found[row.source] = found.get(row.source, 0) + row.shown_fen
    return {source: found[source] for source in INCOME_SOURCES if source in found}


def _by_purpose(rows: list[_Row]) -> list[PurposeSum]:
    found: dict[tuple[int, bool], dict[str, int]] = {}
    for row in rows:
        if row.kind in BELOW_PURSE:
            sums = found.setdefault((row.purpose_id, row.spendable), dict.fromkeys(BELOW_PURSE, 0))
            sums[row.kind] += row.shown_fen
    return [
        PurposeSum(purpose_id, spendable, sums["income"], sums["spending"], sums["moved"])
        for (purpose_id, spendable), sums in sorted(found.items())
    ]


def _by_month(rows: list[_Row]) -> list[MonthLine]:
    found: dict[date, dict[str, int]] = {}
    for row in rows:
        if row.kind in ("income", "spending"):
            sums = found.setdefault(row.month, {"income": 0, "spending": 0})
            sums[row.kind] += row.shown_fen
    return [
        MonthLine(month, sums["income"], sums["spending"]) for month, sums in sorted(found.items())
    ]


def _select(fund_id: int, *keys: Any) -> sa.Select[Any]:
    """What the accounts of a fund moved, a sum for each of these keys."""
    moved = sa.func.sum(LedgerTurnover.debit_fen - LedgerTurnover.credit_fen)
    return (
        sa.select(*keys, moved)
        .join(LedgerTurnover, LedgerTurnover.account_id == LedgerAccount.id)
        .outerjoin(FundPurpose, FundPurpose.id == LedgerAccount.purpose_id)
        .where(LedgerAccount.fund_id == fund_id)
        .group_by(*keys)
    )


def _before(fund_id: int, month: date) -> dict[tuple[str, bool], int]:
    """What each kind of account had moved before a month began."""
    found = _select(fund_id, LedgerAccount.kind, _SPENDABLE)
    rows = db.session.execute(found.where(LedgerTurnover.month < month))
    return {(kind, bool(spendable)): int(total) for kind, spendable, total in rows}


def _monthly(fund_id: int, since: date | None, until: date | None) -> list[_Row]:
    found = _select(
        fund_id,
        LedgerAccount.kind,
        _SPENDABLE,
        LedgerAccount.purpose_id,
        LedgerAccount.income_source,
        LedgerTurnover.month,
    ).where(LedgerTurnover.month >= (since or _BEGINNING), LedgerTurnover.month <= (until or _END))
    rows = db.session.execute(found)
    return [_Row(k, bool(able), p, s, month, int(total)) for k, able, p, s, month, total in rows]


def _standing(sums: dict[tuple[str, bool], int]) -> Standing:
    def purse(spendable: bool) -> int:
        return -sum(sums.get((kind, spendable), 0) for kind in BELOW_PURSE)

    return Standing(
        bank_fen=sums.get(("bank", True), 0),
        goods_fen=sums.get(("goods", True), 0),
        payable_fen=-sums.get(("payable", True), 0),
        available_fen=purse(True),
        principal_fen=purse(False),
    )


def _uses(fund_id: int, since: date | None, until: date | None) -> dict[str, int]:
    rows = db.session.execute(
        sa.select(LedgerUse.spent_on, sa.func.sum(LedgerUse.amount_fen))
        .join(FundPurpose, FundPurpose.id == LedgerUse.purpose_id)
        .where(
            FundPurpose.fund_id == fund_id,
            LedgerUse.month >= (since or _BEGINNING),
            LedgerUse.month <= (until or _END),
        )
        .group_by(LedgerUse.spent_on)
    )
    found = {use: int(total) for use, total in rows}
    return {use: found[use] for use in USE_WORDS if use in found}
