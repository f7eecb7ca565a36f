"""Recomputing the whole ledger from its entries, as of one moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import sqlalchemy as sa

from charity_portal.funds.models.funds import Fund, FundPurpose
from charity_portal.funds.models.ledger import (
    LedgerAccount,
    LedgerEntry,
    LedgerTurnover,
    LedgerUse,
)
from charity_portal.funds.rules import checking
from charity_portal.funds.rules.accounts import REFUNDED
from charity_portal.funds.rules.checking import Kept, MonthKey, Sums, UseKey
from charity_portal.funds.rules.months import month_of
from charity_portal.kernel.database import db, snapshot
from charity_portal.kernel.i18n import Text


@dataclass(frozen=True)
class Verdict:
    """What the recount showed; `difference` is the first one found, None when all is well."""

    accounts: int
    entries: int
    difference: Text | None


def recount() -> Verdict:
    """Add all entries up and compare with every balance and every monthly sum."""
    with snapshot():
        accounts, by_month = _accounts(), _by_month()
        count = db.session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) or 0
        totals: dict[int, Sums] = {}
        for (account_id, _month), sums in by_month.items():
            totals[account_id] = totals.get(account_id, Sums()).plus(sums)
        codes = {a.id: f"{a.fund_number} {a.code}" for a in accounts}
        differences = chain(
            checking.balance_differences(accounts, totals),
            checking.fund_differences(accounts),
            checking.month_differences(_kept_months(), by_month, codes),
            checking.use_differences(_kept_uses(), _by_use(), _funds_of_purposes()),
        )
        return Verdict(len(accounts), count, next(iter(differences), None))


def _accounts() -> list[Kept]:
    rows = db.session.execute(
        sa.select(
            LedgerAccount.id,
            LedgerAccount.fund_id,
            Fund.number,
            LedgerAccount.code,
            LedgerAccount.kind,
            LedgerAccount.purse_id,
            LedgerAccount.balance_fen,
        )
        .join(Fund, Fund.id == LedgerAccount.fund_id)
        .order_by(LedgerAccount.id)
    )
    return [Kept(*row) for row in rows]


def _by_month() -> dict[MonthKey, Sums]:
    found: dict[MonthKey, Sums] = {}
    for key, sums in chain(_side(LedgerEntry.debit_id, True), _side(LedgerEntry.credit_id, False)):
        found[key] = found.get(key, Sums()).plus(sums)
    return found


def _side(
    account: sa.orm.InstrumentedAttribute[int], debit: bool
) -> Iterator[tuple[MonthKey, Sums]]:
    """One side of all entries, a sum for each account and day."""
    rows = db.session.execute(
        sa.select(account, LedgerEntry.booked_on, sa.func.sum(LedgerEntry.amount_fen)).group_by(
            account, LedgerEntry.booked_on
        )
    )
    for account_id, day, total in rows:
        amount = int(total)
        sums = Sums(debit_fen=amount) if debit else Sums(credit_fen=amount)
        yield (account_id, month_of(day)), sums


def _kept_months() -> dict[MonthKey, Sums]:
    rows = db.session.execute(
        sa.select(
            LedgerTurnover.account_id,
            LedgerTurnover.month,
            LedgerTurnover.debit_fen,
            LedgerTurnover.credit_fen,
        )
    )
    return {(account_id, month): Sums(d, c) for account_id, month, d, c in rows}


def _kept_uses() -> dict[UseKey, int]:
    rows = db.session.execute(
        sa.select(LedgerUse.purpose_id, LedgerUse.month, LedgerUse.spent_on, LedgerUse.amount_fen)
    )
    return {(purpose_id, month, use): amount for purpose_id, month, use, amount in rows}


def _by_use() -> dict[UseKey, int]:
    """Spending of all entries, a sum for each purpose, month and use."""
    original = sa.orm.aliased(LedgerEntry)
    use = sa.func.coalesce(LedgerEntry.spent_on, original.spent_on, REFUNDED)
    found: dict[UseKey, int] = {}
    for side, sign in ((LedgerEntry.debit_id, 1), (LedgerEntry.credit_id, -1)):
        rows = db.session.execute(
            sa.select(
                LedgerEntry.purpose_id,
                LedgerEntry.booked_on,
                use,
                sa.func.sum(LedgerEntry.amount_fen),
            )
            .join(LedgerAccount, LedgerAccount.id == side)
            .outerjoin(original, original.id == LedgerEntry.reverses_id)
            .where(LedgerAccount.kind == "spending")
            .group_by(LedgerEntry.purpose_id, LedgerEntry.booked_on, use)
        )
        for purpose_id, day, spent_on, total in rows:
            key = (purpose_id, month_of(day), spent_on)
            found[key] = found.get(key, 0) + sign * int(total)
    return found


def _funds_of_purposes() -> dict[int, str]:
    wanted = sa.select(FundPurpose.id, Fund.number).join(Fund, Fund.id == FundPurpose.fund_id)
    return dict(db.session.execute(wanted).all())
