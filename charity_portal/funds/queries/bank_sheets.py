"""A month's end from both sides: what the bank says, what the book says, what lies between."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from charity_portal.funds.models.bank import BankLine, BankMatch, BankStatement, BankUnmoved
from charity_portal.funds.models.ledger import LedgerEntry, LedgerTurnover
from charity_portal.funds.queries.bank_entries import (
    BankEntry,
    bank_accounts,
    columns,
    first_day,
    signed,
    touching,
    waiting,
    without_line,
)
from charity_portal.funds.rules.months import next_month
from charity_portal.funds.rules.reconciling import Sheet
from charity_portal.kernel.database import db


@dataclass(frozen=True)
class AccountStand:
    """One account at the end of a month: what the bank told last, and how far its statements reach.

    `told_fen` is None when no statement told a balance.
    """

    tail: str
    since: date
    until: date
    opening_fen: int
    told_fen: int | None
    moved_fen: int

    @property
    def stands_fen(self) -> int:
        """The bank's balance, else what the lines add up to."""
        return self.opening_fen + self.moved_fen if self.told_fen is None else self.told_fen


@dataclass(frozen=True)
class MonthSheet:
    """The sheet of a month with everything that lies in transit."""

    month: date
    accounts: list[AccountStand]
    sheet: Sheet
    open_lines: list[BankLine]
    booked_later: list[BankEntry]
    waiting: list[BankEntry]
    arrived_later: list[BankEntry]


def month_sheet(host_id: int, month: date) -> MonthSheet | None:
    """The sheet of a month (named by its first day); None before the first statement."""
    start, last = first_day(host_id), next_month(month) - timedelta(days=1)
    if start is None or start > last:
        return None
    accounts = _accounts(host_id, last)
    opening = sum(a.opening_fen for a in accounts) - _booked_before(host_id, start)
    open_lines = _open(host_id, last)
    booked_later = _across(host_id, LedgerEntry.booked_on > last, BankLine.booked_on <= last)
    arrived_later = _across(host_id, LedgerEntry.booked_on <= last, BankLine.booked_on > last)
    arrived_later += _taken_back_later(host_id, last)
    waits = _waiting_until(host_id, last)
    sheet = Sheet(
        bank=sum(a.stands_fen for a in accounts),
        opening=opening,
        explained=_explained(host_id, last),
        book=_booked(host_id, month),
        bank_only=sum(line.amount_fen for line in open_lines)
        + sum(e.amount_fen for e in booked_later),
        book_only=sum(e.amount_fen for e in (*waits, *arrived_later)),
    )
    return MonthSheet(month, accounts, sheet, open_lines, booked_later, waits, arrived_later)


def _accounts(host_id: int, last: date) -> list[AccountStand]:
    """The accounts of a charity as its kept statements tell them, by their last digits."""
    kept = db.session.scalars(
        sa.select(BankStatement)
        .where(BankStatement.host_id == host_id, BankStatement.state == "kept")
        .where(BankStatement.since <= last)
        .order_by(BankStatement.since, BankStatement.until, BankStatement.id)
    )
    by_tail: dict[str, list[BankStatement]] = {}
    for statement in kept:
        by_tail.setdefault(statement.account_tail, []).append(statement)
    return [_stand(host_id, tail, told, last) for tail, told in by_tail.items()]


def _stand(host_id: int, tail: str, told: list[BankStatement], last: date) -> AccountStand:
    first = told[0]
    since, until = first.since or last, max(s.until or last for s in told)
    ended = [s for s in told if s.until and s.until <= last and s.closing_fen is not None]
    begun = [s for s in told if s.opening_fen is not None]
    stands: int | None = None
    if ended:
        latest = max(ended, key=lambda s: (s.until or last, s.id))
        moved = _moved(host_id, tail, (latest.until or last) + timedelta(days=1), last)
        stands = (latest.closing_fen or 0) + moved
    elif begun:
        latest = begun[-1]
        stands = (latest.opening_fen or 0) + _moved(host_id, tail, latest.since or last, last)
    return AccountStand(
        tail, since, until, first.opening_fen or 0, stands, _moved(host_id, tail, since, last)
    )


def _moved(host_id: int, tail: str, since: date, until: date) -> int:
    wanted = (
        sa.select(sa.func.coalesce(sa.func.sum(BankLine.amount_fen), 0))
        .join(BankStatement, BankStatement.id == BankLine.statement_id)
        .where(
            BankLine.host_id == host_id,
            BankStatement.account_tail == tail,
            BankLine.booked_on.between(since, until),
        )
    )
    return int(db.session.scalar(wanted) or 0)


def _booked(host_id: int, month: date) -> int:
    """What stands on the bank accounts of all funds at the end of a month."""
    wanted = sa.select(
        sa.func.coalesce(sa.func.sum(LedgerTurnover.debit_fen - LedgerTurnover.credit_fen), 0)
    ).where(LedgerTurnover.account_id.in_(bank_accounts(host_id)), LedgerTurnover.month <= month)
    return int(db.session.scalar(wanted) or 0)


def _booked_before(host_id: int, start: date) -> int:
    """What was booked before the first statement and so stands in its first balance."""
    wanted = sa.select(sa.func.coalesce(sa.func.sum(signed(host_id)), 0)).where(
        *touching(host_id), *without_line(), LedgerEntry.booked_on < start
    )
    return int(db.session.scalar(wanted) or 0)


def _explained(host_id: int, last: date) -> int:
    wanted = sa.select(sa.func.coalesce(sa.func.sum(BankLine.amount_fen), 0)).where(
        BankLine.host_id == host_id, BankLine.state == "explained", BankLine.booked_on <= last
    )
    return int(db.session.scalar(wanted) or 0)


def _open(host_id: int, last: date) -> list[BankLine]:
    wanted = sa.select(BankLine).where(
        BankLine.host_id == host_id, BankLine.state == "open", BankLine.booked_on <= last
    )
    return list(db.session.scalars(wanted.order_by(BankLine.booked_on, BankLine.id)))


def _waiting_until(host_id: int, last: date) -> list[BankEntry]:
    rows: Any = db.session.execute(
        sa.select(*columns(host_id))
        .where(*waiting(host_id, until=last))
        .order_by(LedgerEntry.booked_on, LedgerEntry.id)
    )
    return [BankEntry(*row) for row in rows]


def _across(host_id: int, *conditions: sa.ColumnElement[bool]) -> list[BankEntry]:
    """Entries whose line lies on the other side of the month's end."""
    rows: Any = db.session.execute(
        sa.select(*columns(host_id))
        .join(BankMatch, BankMatch.entry_id == LedgerEntry.id)
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .where(*touching(host_id), *conditions)
        .order_by(LedgerEntry.booked_on, LedgerEntry.id)
    )
    return [BankEntry(*row) for row in rows]


def _taken_back_later(host_id: int, last: date) -> list[BankEntry]:
    """Entries that never reached the bank and were taken back only after the month's end."""
    reversal = aliased(LedgerEntry)
    rows: Any = db.session.execute(
        sa.select(*columns(host_id))
        .join(BankUnmoved, BankUnmoved.entry_id == LedgerEntry.id)
        .join(reversal, reversal.id == BankUnmoved.reversal_id)
        .where(*touching(host_id), LedgerEntry.booked_on <= last, reversal.booked_on > last)
        .order_by(LedgerEntry.booked_on, LedgerEntry.id)
    )
    return [BankEntry(*row) for row in rows]
