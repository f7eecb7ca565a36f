"""The entries behind a figure, and the figure itself.

Nothing here adds entries up: a figure is read from the sums of months, and the entries behind it are
put together from the first screenful of each account's index, so that neither grows with the ledger.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from charity_portal.funds.models.funds import FundPurpose
from charity_portal.funds.models.ledger import (
    LedgerAccount,
    LedgerEntry,
    LedgerTurnover,
    LedgerUse,
)
from charity_portal.funds.queries import ledger
from charity_portal.funds.queries.ledger import EntryLine
from charity_portal.funds.rules import figures as rules
from charity_portal.funds.rules.accounts import REFUNDED
from charity_portal.funds.rules.figures import Narrowing
from charity_portal.kernel.database import Page, beyond, db, page

ORDER: tuple[Any, ...] = (LedgerEntry.booked_on.desc(), LedgerEntry.id.desc())


@dataclass(frozen=True)
class FigureLine:
    """An entry, and what it adds to the figure that it stands behind, in fen (None: behind none)."""

    entry: EntryLine
    moved_fen: int | None


@dataclass(frozen=True)
class _Account:
    """An account of a figure, and what it took and gave in the months wanted."""

    id: int
    purpose_id: int | None
    debit_fen: int
    credit_fen: int


def figure(fund_id: int, wanted: Narrowing) -> int | None:
    """What the figure comes to in fen, from sums of months; None when none was asked for."""
    if not wanted.figure:
        return None
    if wanted.use:
        return _of_use(fund_id, wanted)
    sums = _accounts(fund_id, wanted)
    return rules.sign(wanted.figure) * sum(a.debit_fen - a.credit_fen for a in sums)


def entries(
    fund_id: int, wanted: Narrowing, after: str | None = None, size: int = 50
) -> Page[FigureLine]:
    """One screenful of the entries behind a figure (or of all), the latest day first."""
    accounts = _accounts(fund_id, wanted) if wanted.figure else []
    branches = list(_branches(fund_id, wanted, accounts))
    if not branches:
        return Page([], None, first=not after)
    if len(branches) == 1:
        found = sa.select(LedgerEntry).where(*branches[0], *_months(wanted))
    else:
        ids = sa.union(*(_first_ids(b, wanted, after, size) for b in branches)).subquery()
        found = sa.select(LedgerEntry).where(LedgerEntry.id.in_(sa.select(ids.c.id)))
    cut = page(found, order=ORDER, after=after, size=size)
    own = {account.id for account in accounts}
    lines = [
        FigureLine(line, _moved(row, own, wanted) if wanted.figure else None)
        for row, line in zip(cut.items, ledger.lines(cut.items), strict=True)
    ]
    return Page(lines, cut.next_cursor, cut.first)


def payees(lines: Iterable[FigureLine]) -> set[int]:
    """The organizations that these entries name."""
    return {line.entry.payee_id for line in lines if line.entry.payee_id is not None}


def more_than(fund_id: int, wanted: Narrowing, count: int) -> bool:
    """Whether there are more entries than that; looks at no more of them than it must."""
    accounts = _accounts(fund_id, wanted) if wanted.figure else []
    branches = list(_branches(fund_id, wanted, accounts))
    if not branches:
        return False
    ids = sa.union(*(_first_ids(branch, wanted, None, count) for branch in branches)).subquery()
    return (db.session.scalar(sa.select(sa.func.count()).select_from(ids)) or 0) > count


def _branches(
    fund_id: int, wanted: Narrowing, accounts: list[_Account]
) -> Iterator[list[sa.ColumnElement[bool]]]:
    """Conditions that an index answers in the order of days; together they are what is wanted."""
    if wanted.use:
        for account in accounts:
            yield from _use_branches(wanted.use, account)
    elif wanted.figure:
        for account in accounts:
            if account.debit_fen:
                yield [LedgerEntry.debit_id == account.id]
            if account.credit_fen:
                yield [LedgerEntry.credit_id == account.id]
    else:
        yield [LedgerEntry.fund_id == fund_id, *_plain(wanted)]


def _use_branches(use: str, account: _Account) -> Iterator[list[sa.ColumnElement[bool]]]:
    """What one purpose spent on a use, and what took it back: reversals stand on the other side of the
    same account and say nothing of the use themselves."""
    original = aliased(LedgerEntry)
    of_use = original.kind == "refund" if use == REFUNDED else original.spent_on == use
    reversed_one = sa.exists().where(original.id == LedgerEntry.reverses_id, of_use)
    if use == REFUNDED:
        spent = [LedgerEntry.kind == "refund"]
        other_side = LedgerEntry.debit_id
    else:
        spent = [LedgerEntry.spent_on == use]
        other_side = LedgerEntry.credit_id
    yield [LedgerEntry.purpose_id == account.purpose_id, *spent]
    yield [other_side == account.id, LedgerEntry.kind == "reversal", reversed_one]


def _plain(wanted: Narrowing) -> list[sa.ColumnElement[bool]]:
    conditions = []
    if wanted.purpose_id is not None:
        conditions.append(LedgerEntry.purpose_id == wanted.purpose_id)
    if wanted.kind:
        conditions.append(LedgerEntry.kind == wanted.kind)
    return conditions


def _months(wanted: Narrowing) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.since:
        conditions.append(LedgerEntry.booked_on >= wanted.since)
    if wanted.last_day:
        conditions.append(LedgerEntry.booked_on <= wanted.last_day)
    return conditions


def _first_ids(
    branch: list[sa.ColumnElement[bool]], wanted: Narrowing, after: str | None, size: int
) -> sa.Select[int]:
    """The entries of one branch that may stand on the page."""
    found = sa.select(LedgerEntry.id).where(*branch, *_months(wanted))
    if after:
        found = found.where(beyond(ORDER, after))
    first = found.order_by(*ORDER).limit(size + 1).subquery()
    return sa.select(first.c.id)


def _moved(row: LedgerEntry, accounts: set[int], wanted: Narrowing) -> int:
    sides = (row.debit_id in accounts) - (row.credit_id in accounts)
    return rules.sign(wanted.figure) * sides * row.amount_fen


def _accounts(fund_id: int, wanted: Narrowing) -> list[_Account]:
    """The accounts of a figure that moved in the months wanted, with their sums of these months."""
    debit, credit = sa.func.sum(LedgerTurnover.debit_fen), sa.func.sum(LedgerTurnover.credit_fen)
    found = (
        sa.select(LedgerAccount.id, LedgerAccount.purpose_id, debit, credit)
        .join(LedgerTurnover, LedgerTurnover.account_id == LedgerAccount.id)
        .where(
            LedgerAccount.fund_id == fund_id,
            LedgerAccount.kind.in_(rules.account_kinds(wanted.figure)),
        )
        .group_by(LedgerAccount.id, LedgerAccount.purpose_id)
        .order_by(LedgerAccount.id)
    )
    if wanted.figure in ("available", "principal"):
        found = found.join(FundPurpose, FundPurpose.id == LedgerAccount.purpose_id).where(
            FundPurpose.spendable.is_(wanted.figure == "available")
        )
    if wanted.purpose_id is not None:
        found = found.where(LedgerAccount.purpose_id == wanted.purpose_id)
    if wanted.source:
        found = found.where(LedgerAccount.income_source == wanted.source)
    if wanted.since:
        found = found.where(LedgerTurnover.month >= wanted.since)
    if wanted.until:
        found = found.where(LedgerTurnover.month <= wanted.until)
    rows = db.session.execute(found)
    return [_Account(key, purpose, int(d), int(c)) for key, purpose, d, c in rows]


def _of_use(fund_id: int, wanted: Narrowing) -> int:
    found = (
        sa.select(sa.func.coalesce(sa.func.sum(LedgerUse.amount_fen), 0))
        .join(FundPurpose, FundPurpose.id == LedgerUse.purpose_id)
        .where(FundPurpose.fund_id == fund_id, LedgerUse.spent_on == wanted.use)
    )
    if wanted.purpose_id is not None:
        found = found.where(LedgerUse.purpose_id == wanted.purpose_id)
    if wanted.since:
        found = found.where(LedgerUse.month >= wanted.since)
    if wanted.until:
        found = found.where(LedgerUse.month <= wanted.until)
    return int(db.session.scalar(found) or 0)
