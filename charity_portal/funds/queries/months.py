"""The months of a hosting charity's book: what moved in them, what is open, who closed them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from charity_portal.accounts import queries as accounts
from charity_portal.funds.models.bank import BankLine
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.models.ledger import LedgerAccount, LedgerClosing, LedgerTurnover
from charity_portal.funds.rules.months import is_closed, month_of, next_month
from charity_portal.kernel import clock
from charity_portal.kernel.database import db


@dataclass(frozen=True)
class Sums:
    """What all funds of a charity received and spent, and what the bank gave and took, in fen."""

    income_fen: int = 0
    spending_fen: int = 0
    bank_in_fen: int = 0
    bank_out_fen: int = 0


@dataclass(frozen=True)
class Month:
    """One month, named by its first day. `closed_at` and `closed_by` are empty where a later month was
    closed with it; `unsettled` are lines of bank statements that are neither matched nor explained.
    """

    month: date
    sums: Sums
    closed: bool
    over: bool
    closed_at: datetime | None
    closed_by: str
    unsettled: int


@dataclass(frozen=True)
class Book:
    """A hosting charity in the list: its last closed month and the first month that waits."""

    host_id: int
    name: str
    funds: int
    last_closed: date | None
    waiting: date | None


def months(host_id: int) -> list[Month]:
    """The months since something moved (or a line stood in a bank statement) until now, the latest
    first; a number of statements that does not depend on how many there are."""
    sums, unsettled, closings = _sums(host_id), _unsettled(host_id), _closings(host_id)
    today = clock.today()
    known = [*sums, *unsettled, *closings]
    last_closed = max(closings, default=None)
    people = accounts.names({c.closed_by for c in closings.values() if c.closed_by is not None})
    found = []
    month = min(known, default=month_of(today))
    while month <= month_of(today):
        closing = closings.get(month)
        found.append(
            Month(
                month,
                sums.get(month, Sums()),
                is_closed(month, last_closed),
                next_month(month) <= today,
                closing.closed_at if closing else None,
                people.get(closing.closed_by or 0, "") if closing else "",
                unsettled.get(month, 0),
            )
        )
        month = next_month(month)
    return found[::-1]


def books(names: dict[int, str]) -> list[Book]:
    """The hosting charities, by name; `names` by id."""
    funds = dict(
        db.session.execute(sa.select(Fund.host_id, sa.func.count()).group_by(Fund.host_id)).all()
    )
    newest = sa.select(LedgerClosing.host_id, sa.func.max(LedgerClosing.month))
    closed = dict(db.session.execute(newest.group_by(LedgerClosing.host_id)).all())
    firsts = _first_months()
    today = clock.today()
    return [
        Book(key, name, funds.get(key, 0), closed.get(key), _waiting(key, closed, firsts, today))
        for key, name in sorted(names.items(), key=lambda pair: pair[1])
    ]


def _waiting(
    host_id: int, closed: dict[int, date], firsts: dict[int, date], today: date
) -> date | None:
    """The first month that is over and open."""
    month = next_month(closed[host_id]) if host_id in closed else firsts.get(host_id)
    return month if month is not None and next_month(month) <= today else None


def _first_months() -> dict[int, date]:
    first = (
        sa.select(Fund.host_id, sa.func.min(LedgerTurnover.month))
        .join(LedgerAccount, LedgerAccount.fund_id == Fund.id)
        .join(LedgerTurnover, LedgerTurnover.account_id == LedgerAccount.id)
    )
    return dict(db.session.execute(first.group_by(Fund.host_id)).all())


def _sums(host_id: int) -> dict[date, Sums]:
    kind, debit, credit = LedgerAccount.kind, LedgerTurnover.debit_fen, LedgerTurnover.credit_fen

    def total(wanted: str, amount: sa.SQLColumnExpression[int]) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((kind == wanted, amount), else_=0))

    rows = db.session.execute(
        sa.select(
            LedgerTurnover.month,
            total("income", credit - debit),
            total("spending", debit - credit),
            total("bank", debit),
            total("bank", credit),
        )
        .join(LedgerAccount, LedgerAccount.id == LedgerTurnover.account_id)
        .join(Fund, Fund.id == LedgerAccount.fund_id)
        .where(Fund.host_id == host_id, kind.in_(("income", "spending", "bank")))
        .group_by(LedgerTurnover.month)
    )
    return {month: Sums(*map(int, amounts)) for month, *amounts in rows}


def _closings(host_id: int) -> dict[date, LedgerClosing]:
    wanted = sa.select(LedgerClosing).where(LedgerClosing.host_id == host_id)
    return {row.month: row for row in db.session.scalars(wanted)}


def _unsettled(host_id: int) -> dict[date, int]:
    """How many bank lines of each month wait; a day at a time, so that both databases group alike."""
    rows: Iterable[tuple[date, int]] = db.session.execute(
        sa.select(BankLine.booked_on, sa.func.count())
        .where(BankLine.host_id == host_id, BankLine.state == "open")
        .group_by(BankLine.booked_on)
    ).all()
    found: dict[date, int] = {}
    for day, count in rows:
        found[month_of(day)] = found.get(month_of(day), 0) + count
    return found


def unpaid(host_id: int) -> int:
    """What the funds of a charity promised and have not paid yet, in fen."""
    total = db.session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(LedgerAccount.balance_fen), 0))
        .join(Fund, Fund.id == LedgerAccount.fund_id)
        .where(Fund.host_id == host_id, LedgerAccount.kind == "payable")
    )
    return -int(total or 0)
