"""Reading the ledger. Nothing here adds entries up: balances stand on the account's row, sums on the
account's row of the month, and pages are cut by an index, so the cost does not grow with the ledger.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from charity_portal.funds.models.funds import FundPurpose
from charity_portal.funds.models.ledger import (
    LedgerAccount,
    LedgerClosing,
    LedgerEntry,
    LedgerTurnover,
)
from charity_portal.funds.rules.accounts import PURSE, Address
from charity_portal.funds.rules.entries import Posting
from charity_portal.kernel.database import Page, db, page


@dataclass(frozen=True)
class Balance:
    """What a fund has, owes, received and spent, in fen. `available_fen` may be promised; principal
    may not. Always bank + goods = payable + available + principal."""

    available_fen: int = 0
    principal_fen: int = 0
    bank_fen: int = 0
    goods_fen: int = 0
    payable_fen: int = 0
    received_fen: int = 0
    spent_fen: int = 0


@dataclass(frozen=True)
class EntryFilter:
    """What a list of entries is narrowed down to; empty means all. Both days are included."""

    purpose_id: int | None = None
    kind: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class EntryLine:
    """One entry for outsiders; `reversed_by` is the reversal that took it back."""

    id: int
    fund_id: int
    purpose_id: int
    kind: str
    amount_fen: int
    booked_on: date
    posted_at: datetime
    source: str
    voucher: str
    description: str
    spent_on: str | None
    payee_id: int | None
    settles_id: int | None
    reverses_id: int | None
    reversed_by: int | None


@dataclass(frozen=True)
class MonthSum:
    """What one purpose received and spent in one month (named by its first day), in fen."""

    purpose_id: int
    month: date
    income_fen: int
    spending_fen: int


def balance(fund_id: int) -> Balance:
    """What a fund has now; zeros for a fund without accounts."""
    return balances([fund_id])[fund_id]


def balances(fund_ids: Iterable[int]) -> dict[int, Balance]:
    """What these funds have now: one statement over their accounts."""
    wanted = set(fund_ids)
    rows = db.session.execute(
        sa.select(
            LedgerAccount.fund_id,
            LedgerAccount.kind,
            sa.func.coalesce(FundPurpose.spendable, sa.true()),
            sa.func.sum(LedgerAccount.balance_fen),
        )
        .outerjoin(FundPurpose, FundPurpose.id == LedgerAccount.purpose_id)
        .where(LedgerAccount.fund_id.in_(wanted))
        .group_by(
            LedgerAccount.fund_id,
            LedgerAccount.kind,
            sa.func.coalesce(FundPurpose.spendable, sa.true()),
        )
    )
    found: dict[int, dict[tuple[str, bool], int]] = {fund_id: {} for fund_id in wanted}
    for fund_id, kind, spendable, total in rows:
        found[fund_id][kind, bool(spendable)] = int(total)
    return {fund_id: _balance(sums) for fund_id, sums in found.items()}


def _balance(sums: dict[tuple[str, bool], int]) -> Balance:
    def of(kind: str, spendable: bool = True) -> int:
        return sums.get((kind, spendable), 0)

    return Balance(
        available_fen=-of(PURSE),
        principal_fen=-of(PURSE, False),
        bank_fen=of("bank"),
        goods_fen=of("goods"),
        payable_fen=-of("payable"),
        received_fen=-of("income") - of("income", False),
        spent_fen=of("spending"),
    )


def purses(fund_id: int) -> dict[int, int]:
    """What stands in each purse of a fund, in fen, in the order of its purposes."""
    rows = db.session.execute(
        sa.select(LedgerAccount.purpose_id, LedgerAccount.balance_fen)
        .where(LedgerAccount.fund_id == fund_id, LedgerAccount.kind == PURSE)
        .order_by(LedgerAccount.purpose_id)
    )
    return {purpose_id: -total for purpose_id, total in rows if purpose_id is not None}


def income_by_source(fund_id: int) -> dict[str, int]:
    """What a fund received from each kind of source, in fen."""
    rows = db.session.execute(
        sa.select(LedgerAccount.income_source, sa.func.sum(LedgerAccount.balance_fen))
        .where(LedgerAccount.fund_id == fund_id, LedgerAccount.kind == "income")
        .group_by(LedgerAccount.income_source)
    )
    return {source: -int(total) for source, total in rows if source is not None}


def entries_page(
    fund_id: int,
    filters: EntryFilter | None = None,
    after: str | None = None,
    size: int = 50,
) -> Page[EntryLine]:
    """One screenful of a fund's entries, the latest day first."""
    found = sa.select(LedgerEntry).where(*_narrowed(fund_id, filters or EntryFilter()))
    order = [LedgerEntry.booked_on.desc(), LedgerEntry.id.desc()]
    cut = page(found, order=order, after=after, size=size)
    return Page(lines(cut.items), cut.next_cursor, cut.first)


def lines(rows: list[LedgerEntry]) -> list[EntryLine]:
    """These entries for outsiders, in the same order."""
    taken_back = _reversals([row.id for row in rows])
    return [_line(row, taken_back.get(row.id)) for row in rows]


def _reversals(entry_ids: list[int]) -> dict[int | None, int]:
    """The reversals of these entries, by what they take back."""
    wanted = sa.select(LedgerEntry.reverses_id, LedgerEntry.id)
    return dict(db.session.execute(wanted.where(LedgerEntry.reverses_id.in_(entry_ids))).all())


def _narrowed(fund_id: int, filters: EntryFilter) -> list[sa.ColumnElement[bool]]:
    conditions = [LedgerEntry.fund_id == fund_id]
    if filters.purpose_id is not None:
        conditions.append(LedgerEntry.purpose_id == filters.purpose_id)
    if filters.kind:
        conditions.append(LedgerEntry.kind == filters.kind)
    if filters.since:
        conditions.append(LedgerEntry.booked_on >= filters.since)
    if filters.until:
        conditions.append(LedgerEntry.booked_on <= filters.until)
    return conditions


def _line(row: LedgerEntry, reversed_by: int | None) -> EntryLine:
    copied = (n for n in EntryLine.__dataclass_fields__ if n != "reversed_by")
    return EntryLine(**{name: getattr(row, name) for name in copied}, reversed_by=reversed_by)


def sums_by_purpose_and_month(
    fund_id: int, since: date | None = None, until: date | None = None
) -> list[MonthSum]:
    """Income and spending of each purpose in each month that saw any, the first month first.

    `since` and `until` are days in the first and the last month wanted.
    """
    kind, debit, credit = LedgerAccount.kind, LedgerTurnover.debit_fen, LedgerTurnover.credit_fen
    income = sa.func.sum(sa.case((kind == "income", credit - debit), else_=0))
    spending = sa.func.sum(sa.case((kind == "spending", debit - credit), else_=0))
    wanted = (
        sa.select(LedgerAccount.purpose_id, LedgerTurnover.month, income, spending)
        .join(LedgerTurnover, LedgerTurnover.account_id == LedgerAccount.id)
        .where(LedgerAccount.fund_id == fund_id, kind.in_(("income", "spending")))
        .group_by(LedgerAccount.purpose_id, LedgerTurnover.month)
        .order_by(LedgerTurnover.month, LedgerAccount.purpose_id)
    )
    if since:
        wanted = wanted.where(LedgerTurnover.month >= since.replace(day=1))
    if until:
        wanted = wanted.where(LedgerTurnover.month <= until)
    return [MonthSum(p, month, int(i), int(s)) for p, month, i, s in db.session.execute(wanted)]


def entry(entry_id: int) -> LedgerEntry | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(LedgerEntry, entry_id)


def by_source(source: str) -> LedgerEntry | None:
    """The entry that this cause made."""
    return db.session.scalar(sa.select(LedgerEntry).where(LedgerEntry.source == source))


def cause(row: LedgerEntry) -> str:
    """The source of an entry, of a payment that of the promise it pays."""
    promise = entry(row.settles_id) if row.settles_id is not None else None
    return promise.source if promise is not None else row.source


def reversal_of(entry_id: int) -> LedgerEntry | None:
    """The reversal that took an entry back."""
    return db.session.scalar(sa.select(LedgerEntry).where(LedgerEntry.reverses_id == entry_id))


def payments_of(entry_id: int) -> list[tuple[LedgerEntry, int | None]]:
    """The payments of an allocation, each with the reversal that took it back."""
    reversal = aliased(LedgerEntry)
    rows = db.session.execute(
        sa.select(LedgerEntry, reversal.id)
        .outerjoin(reversal, reversal.reverses_id == LedgerEntry.id)
        .where(LedgerEntry.settles_id == entry_id)
        .order_by(LedgerEntry.id)
    )
    return [(payment, reversed_by) for payment, reversed_by in rows]


def posting_of(row: LedgerEntry) -> Posting:
    """An entry as it was posted."""
    accounts = db.session.scalars(
        sa.select(LedgerAccount).where(LedgerAccount.id.in_((row.debit_id, row.credit_id)))
    )
    addresses = {a.id: Address(a.kind, a.purpose_id, a.income_source) for a in accounts}
    copied = (n for n in Posting.__dataclass_fields__ if n not in ("debit", "credit"))
    return Posting(
        debit=addresses[row.debit_id],
        credit=addresses[row.credit_id],
        **{name: getattr(row, name) for name in copied},
    )


def last_closed(host_id: int) -> date | None:
    """The last closed month of a charity's book, by its first day."""
    newest = sa.select(sa.func.max(LedgerClosing.month)).where(LedgerClosing.host_id == host_id)
    return db.session.scalar(newest)
