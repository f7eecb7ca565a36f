"""Entries that touch the bank, and what could tell which line of a statement each of them is."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from charity_portal.funds.models.bank import BankLine, BankMatch, BankStatement, BankUnmoved
from charity_portal.funds.models.donations import Donation, Donor, Pledge
from charity_portal.funds.models.funds import Fund
from charity_portal.funds.models.ledger import LedgerAccount, LedgerEntry
from charity_portal.funds.queries import funds
from charity_portal.funds.queries.bank import open_batch
from charity_portal.funds.rules.accounts import REVERSAL
from charity_portal.funds.rules.giving import name_key
from charity_portal.funds.rules.reconciling import NEAR_DAYS, WINDOW_DAYS, Candidate, Line, certain
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.secrets import blind_index
from charity_portal.organizations import queries as organizations

MOST_CANDIDATES = 400


@dataclass(frozen=True)
class BankEntry:
    """An entry as the bank would show it: positive came in."""

    id: int
    fund_id: int
    kind: str
    day: date
    amount_fen: int
    voucher: str
    description: str
    payee_id: int | None
    reverses_id: int | None


@dataclass(frozen=True)
class UnmovedPair:
    """An entry and its reversal of which neither has a line."""

    entry: BankEntry
    reversal_id: int
    reversed_on: date


def _funds(host_id: int) -> sa.Select[int]:
    return sa.select(Fund.id).where(Fund.host_id == host_id)


def bank_accounts(host_id: int) -> sa.Select[int]:
    """The ids of the accounts that are a charity's money at the bank."""
    wanted = sa.select(LedgerAccount.id).where(LedgerAccount.kind == "bank")
    return wanted.where(LedgerAccount.fund_id.in_(_funds(host_id)))


def signed(host_id: int) -> sa.ColumnElement[int]:
    """An entry's amount as the bank sees it."""
    came = LedgerEntry.debit_id.in_(bank_accounts(host_id))
    return sa.case((came, LedgerEntry.amount_fen), else_=-LedgerEntry.amount_fen)


def touching(host_id: int) -> list[sa.ColumnElement[bool]]:
    """What makes an entry one that the bank must know of."""
    accounts = bank_accounts(host_id)
    return [
        LedgerEntry.fund_id.in_(_funds(host_id)),
        sa.or_(LedgerEntry.debit_id.in_(accounts), LedgerEntry.credit_id.in_(accounts)),
    ]


def without_line() -> list[sa.ColumnElement[bool]]:
    """What makes an entry wait: no line is it, and it is not known to have never reached the bank."""
    return [
        ~sa.exists().where(BankMatch.entry_id == LedgerEntry.id),
        ~sa.exists().where(BankUnmoved.entry_id == LedgerEntry.id),
        ~sa.exists().where(BankUnmoved.reversal_id == LedgerEntry.id),
    ]


def columns(host_id: int) -> list[Any]:
    """What `BankEntry` is made of, in its order."""
    e = LedgerEntry
    return [
        e.id, e.fund_id, e.kind, e.booked_on, signed(host_id), e.voucher, e.description, e.payee_id,
        e.reverses_id,
    ]  # fmt: skip


def first_day(host_id: int) -> date | None:
    """The day that a charity's statements begin: what was booked before stands in the first balance."""
    wanted = sa.select(sa.func.min(BankStatement.since)).where(
        BankStatement.host_id == host_id, BankStatement.state == "kept"
    )
    return db.session.scalar(wanted)


def entries(host_id: int, ids: Iterable[int]) -> list[BankEntry]:
    """These entries as the bank would show them; those that do not touch it are left out."""
    rows: Any = db.session.execute(
        sa.select(*columns(host_id))
        .where(*touching(host_id), LedgerEntry.id.in_(set(ids)))
        .order_by(LedgerEntry.booked_on, LedgerEntry.id)
    )
    return [BankEntry(*row) for row in rows]


def waiting_among(host_id: int, ids: Iterable[int]) -> dict[int, int]:
    """Those of these entries that no line is yet, with their amounts as the bank sees them."""
    rows: Any = db.session.execute(
        sa.select(LedgerEntry.id, signed(host_id)).where(
            *touching(host_id), *without_line(), LedgerEntry.id.in_(set(ids))
        )
    )
    return {key: int(amount) for key, amount in rows}


def waiting_page(
    host_id: int,
    fund_id: int | None = None,
    until: date | None = None,
    after: str | None = None,
    size: int = 50,
) -> Page[BankEntry]:
    """One screenful of entries that wait for a line, the oldest first."""
    found = sa.select(*columns(host_id)).where(*waiting(host_id, fund_id, until))
    cut = page(found, order=[LedgerEntry.booked_on, LedgerEntry.id], after=after, size=size)
    return Page([BankEntry(*row) for row in cut.items], cut.next_cursor, cut.first)


def waiting(
    host_id: int, fund_id: int | None = None, until: date | None = None
) -> list[sa.ColumnElement[bool]]:
    """What makes an entry wait for a line since the statements begin."""
    conditions = [*touching(host_id), *without_line()]
    start = first_day(host_id)
    if start is not None:
        conditions.append(LedgerEntry.booked_on >= start)
    if fund_id is not None:
        conditions.append(LedgerEntry.fund_id == fund_id)
    if until is not None:
        conditions.append(LedgerEntry.booked_on <= until)
    return conditions


def waiting_near(host_id: int, day: date, amount_fen: int) -> list[BankEntry]:
    """Entries that wait and that a person may choose from: the nearest before and after a day, and
    all of an amount. The nearest comes first."""
    low, high = (day + timedelta(days=n) for n in (-WINDOW_DAYS, WINDOW_DAYS))
    e = LedgerEntry
    wanted = sa.select(*columns(host_id)).where(*touching(host_id), *without_line())
    after = wanted.where(e.booked_on.between(day, high)).order_by(e.booked_on, e.id)
    before = wanted.where(e.booked_on >= low, e.booked_on < day)
    before = before.order_by(e.booked_on.desc(), e.id.desc())
    equal = wanted.where(e.booked_on.between(low, high), e.amount_fen == abs(amount_fen))
    found: dict[int, BankEntry] = {}
    for statement in (after, before, equal):
        rows: Any = db.session.execute(statement.limit(MOST_CANDIDATES // 2))
        found |= {row[0]: BankEntry(*row) for row in rows}
    return sorted(found.values(), key=lambda entry: (abs((entry.day - day).days), entry.id))


def waiting_between(host_id: int, since: date, until: date) -> list[BankEntry]:
    """Entries that wait in a span of days."""
    rows: Any = db.session.execute(
        sa.select(*columns(host_id))
        .where(*touching(host_id), *without_line(), LedgerEntry.booked_on.between(since, until))
        .order_by(LedgerEntry.booked_on, LedgerEntry.id)
    )
    return [BankEntry(*row) for row in rows]


def candidates(found: Iterable[BankEntry]) -> list[Candidate]:
    """Entries as the rules rank them: with the numbers a payer may write and blind indexes of names.

    A reversal is known by what it takes back. Three statements, however many entries.
    """
    listed = list(found)
    told_by = {e.id: e.reverses_id or e.id for e in listed}
    references, names = _gifts(set(told_by.values()))
    payees = organizations.names({e.payee_id for e in listed if e.payee_id is not None})
    for e in listed:
        references[told_by[e.id]].append(("voucher", e.voucher))
        if e.payee_id in payees:
            names[told_by[e.id]].add(name_index(payees[e.payee_id]))
    return [
        Candidate(
            e.id,
            e.day,
            e.amount_fen,
            e.kind,
            tuple(dict.fromkeys(references[told_by[e.id]])),
            frozenset(names[told_by[e.id]]),
        )
        for e in listed
    ]


def name_index(name: str) -> str:
    """The blind index that donors are found by."""
    return blind_index("donor.name", name_key(name))


def _gifts(
    entry_ids: set[int],
) -> tuple[dict[int, list[tuple[str, str]]], dict[int, set[str]]]:
    """What donations tell of entries: numbers and blind indexes of donors."""
    references: dict[int, list[tuple[str, str]]] = defaultdict(list)
    names: dict[int, set[str]] = defaultdict(set)
    rows: Any = db.session.execute(
        sa.select(
            Donation.entry_id,
            Donor.name_index,
            Donation.number,
            Donation.receipt_number,
            Pledge.number,
            Pledge.agreement_number,
        )
        .outerjoin(Donor, Donor.id == Donation.donor_id)
        .outerjoin(Pledge, Pledge.id == Donation.pledge_id)
        .where(Donation.entry_id.in_(entry_ids))
    )
    for entry_id, index, *numbers in rows:
        kinds = ("donation", "receipt", "pledge", "agreement")
        told = zip(kinds, numbers, strict=True)
        references[entry_id] += [(kind, number) for kind, number in told if number]
        if index:
            names[entry_id].add(index)
    return references, names


def unmoved_pairs(host_id: int, most: int = 50) -> list[UnmovedPair]:
    """Entries taken back of which neither side has a line, the oldest first."""
    reversal = aliased(LedgerEntry)
    rows: Any = db.session.execute(
        sa.select(*columns(host_id), reversal.id, reversal.booked_on)
        .join(reversal, reversal.reverses_id == LedgerEntry.id)
        .where(
            *waiting(host_id),
            reversal.fund_id.in_(_funds(host_id)),
            reversal.kind == REVERSAL,
            ~sa.exists().where(BankMatch.entry_id == reversal.id),
        )
        .order_by(LedgerEntry.booked_on, LedgerEntry.id)
        .limit(most)
    )
    return [UnmovedPair(BankEntry(*row[:-2]), row[-2], row[-1]) for row in rows]


def pair_of(entry_id: int) -> tuple[LedgerEntry, LedgerEntry] | None:
    """An entry and the reversal that took it back."""
    reversal = aliased(LedgerEntry)
    row = db.session.execute(
        sa.select(LedgerEntry, reversal)
        .join(reversal, reversal.reverses_id == LedgerEntry.id)
        .where(LedgerEntry.id == entry_id)
    ).first()
    return None if row is None else (row[0], row[1])


def unmoved(host_id: int, after: str | None = None) -> Page[BankEntry]:
    """Entries that were settled as never having reached the bank, the newest first."""
    found = (
        sa.select(*columns(host_id))
        .join(BankUnmoved, BankUnmoved.entry_id == LedgerEntry.id)
        .where(LedgerEntry.fund_id.in_(_funds(host_id)))
    )
    cut = page(found, order=[LedgerEntry.id.desc()], after=after, size=20)
    return Page([BankEntry(*row) for row in cut.items], cut.next_cursor, cut.first)


def line_of(entry_id: int) -> BankLine | None:
    """The line that an entry is."""
    wanted = sa.select(BankLine).join(BankMatch, BankMatch.line_id == BankLine.id)
    return db.session.scalar(wanted.where(BankMatch.entry_id == entry_id))


def open_pledges(host_id: int, amount_fen: int, index: str | None) -> list[Pledge]:
    """Promises that a line of this amount, or from whoever has this name, may keep."""
    same_name = Donor.name_index == index if index else sa.false()
    wanted = (
        sa.select(Pledge)
        .join(Donor, Donor.id == Pledge.donor_id)
        .where(
            Pledge.fund_id.in_(_funds(host_id)),
            Pledge.state == "open",
            sa.or_(Pledge.amount_fen == amount_fen, same_name),
        )
        .order_by(Pledge.due_on, Pledge.id)
    )
    return list(db.session.scalars(wanted.limit(10)))


def unpaid_allocations(host_id: int, amount_fen: int) -> list[LedgerEntry]:
    """Approved and not yet paid, of exactly this amount: the payment may only lack its entry."""
    payment, back = aliased(LedgerEntry), aliased(LedgerEntry)
    standing = ~sa.exists().where(back.reverses_id == payment.id)
    paid = sa.exists().where(payment.settles_id == LedgerEntry.id, standing)
    gone = aliased(LedgerEntry)
    wanted = sa.select(LedgerEntry).where(
        LedgerEntry.fund_id.in_(_funds(host_id)),
        LedgerEntry.kind == "allocation",
        LedgerEntry.amount_fen == amount_fen,
        ~paid,
        ~sa.exists().where(gone.reverses_id == LedgerEntry.id),
    )
    return list(db.session.scalars(wanted.order_by(LedgerEntry.booked_on.desc()).limit(5)))


def line_facts(line: BankLine) -> Line:
    """A line as the rules look at it; opens its words."""
    told = (line.remark, line.counterparty, line.serial)
    text = " | ".join(part for part in told if part)
    return Line(line.id, line.booked_on, line.amount_fen, line.counterparty_index, text)


def certain_pairs(host_id: int, size: int = 500) -> list[tuple[BankLine, BankEntry]]:
    """Of the oldest open lines those of whose entry there can be no doubt, in their order."""
    waiting_lines = open_batch(host_id, size)
    if not waiting_lines:
        return []
    days = [line.booked_on for line in waiting_lines]
    near = timedelta(days=NEAR_DAYS)
    found = {e.id: e for e in waiting_between(host_id, min(days) - near, max(days) + near)}
    amounts = {line.amount_fen for line in waiting_lines}
    possible = candidates(e for e in found.values() if e.amount_fen in amounts)
    sure = certain((line_facts(line) for line in waiting_lines), possible)
    return [(line, found[sure[line.id]]) for line in waiting_lines if line.id in sure]


def funds_of(host_id: int) -> dict[int, str]:
    """The funds of a charity by id, with number and name."""
    wanted = sa.select(Fund.id).where(Fund.host_id == host_id).order_by(Fund.id)
    found = funds.cards(set(db.session.scalars(wanted)))
    return {key: f"{card.number} {card.name}" for key, card in sorted(found.items())}


def host_of(fund_id: int) -> int:
    """The charity that hosts a fund."""
    return db.session.get_one(Fund, fund_id).host_id
