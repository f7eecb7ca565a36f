"""Reading bank statements and their lines. Whom a line names stays sealed until a page opens it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.funds.models.bank import BankLine, BankMatch, BankStatement
from charity_portal.funds.models.ledger import LedgerBook
from charity_portal.funds.rules.bank_files import Movement, Reading, read
from charity_portal.funds.rules.bank_imports import Stored, identities, sort
from charity_portal.funds.rules.months import next_month
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.secrets import blind_index
from charity_portal.organizations import queries as organizations


@dataclass(frozen=True)
class LineFilter:
    """What a list of lines is narrowed down to; empty means all. Both days are included."""

    host_id: int | None = None
    statement_id: int | None = None
    state: str = ""
    way: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Progress:
    """How many lines there are and how many of them are settled."""

    total: int = 0
    settled: int = 0

    @property
    def open(self) -> int:
        """How many wait."""
        return self.total - self.settled


def hosts() -> dict[int, str]:
    """The charities that keep a book, with their names, in the order of the names."""
    found = organizations.names(db.session.scalars(sa.select(LedgerBook.host_id)))
    return dict(sorted(found.items(), key=lambda item: item[1]))


def book(host_id: int) -> LedgerBook | None:
    """The book of a hosting charity."""
    return db.session.get(LedgerBook, host_id)


def statement(statement_id: int) -> BankStatement | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(BankStatement, statement_id)


def statements_page(host_id: int | None = None, after: str | None = None) -> Page[BankStatement]:
    """Statements that were looked through, the newest first."""
    found = sa.select(BankStatement)
    if host_id is not None:
        found = found.where(BankStatement.host_id == host_id)
    return page(found, order=[BankStatement.id.desc()], after=after, size=30)


def line(line_id: int) -> BankLine | None:
    """The row itself, with its statement; for this domain's own pages."""
    wanted = sa.select(BankLine).where(BankLine.id == line_id)
    return db.session.scalar(wanted.options(joinedload(BankLine.statement)))


def matches(line_id: int) -> list[BankMatch]:
    """The entries that a line is."""
    wanted = sa.select(BankMatch).where(BankMatch.line_id == line_id)
    return list(db.session.scalars(wanted.order_by(BankMatch.entry_id)))


def lines_page(filters: LineFilter, after: str | None = None, size: int = 50) -> Page[BankLine]:
    """One screenful of lines, the oldest first, so that work goes on where it stopped."""
    found = sa.select(BankLine).where(*_narrowed(filters)).options(joinedload(BankLine.statement))
    return page(found, order=[BankLine.booked_on, BankLine.id], after=after, size=size)


def _narrowed(f: LineFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if f.host_id is not None:
        conditions.append(BankLine.host_id == f.host_id)
    if f.statement_id is not None:
        conditions.append(BankLine.statement_id == f.statement_id)
    if f.state:
        conditions.append(BankLine.state == f.state)
    if f.way:
        conditions.append(BankLine.amount_fen > 0 if f.way == "in" else BankLine.amount_fen < 0)
    if f.since:
        conditions.append(BankLine.booked_on >= f.since)
    if f.until:
        conditions.append(BankLine.booked_on <= f.until)
    return conditions


def progress(filters: LineFilter) -> Progress:
    """How far the lines of a list are settled, whatever state it shows."""
    narrowed = _narrowed(LineFilter(**{**filters.__dict__, "state": ""}))
    total, left = db.session.execute(_counts().where(*narrowed)).one()
    return Progress(total, total - int(left or 0))


def progress_of(column: str, keys: Iterable[int]) -> dict[int, Progress]:
    """The same for several charities (`host_id`) or statements (`statement_id`) in one statement."""
    wanted = BankLine.__table__.c[column]
    rows = db.session.execute(
        _counts().add_columns(wanted).where(wanted.in_(set(keys))).group_by(wanted)
    )
    return {key: Progress(total, total - int(left or 0)) for total, left, key in rows}


def _counts() -> sa.Select[int, int]:
    left = sa.func.sum(sa.case((BankLine.state == "open", 1), else_=0))
    return sa.select(sa.func.count(BankLine.id), left)


def next_open(host_id: int, behind: BankLine | None = None) -> BankLine | None:
    """The open line that follows another one, else the first that is open."""
    found = sa.select(BankLine).where(BankLine.host_id == host_id, BankLine.state == "open")
    order = (BankLine.booked_on, BankLine.id)
    if behind is not None:
        later = sa.tuple_(*order) > sa.tuple_(sa.literal(behind.booked_on), sa.literal(behind.id))
        following = db.session.scalar(found.where(later).order_by(*order).limit(1))
        if following is not None:
            return following
    return db.session.scalar(found.order_by(*order).limit(1))


def open_batch(host_id: int, size: int) -> list[BankLine]:
    """The oldest open lines of a charity, with their words."""
    found = sa.select(BankLine).where(BankLine.host_id == host_id, BankLine.state == "open")
    return list(db.session.scalars(found.order_by(BankLine.booked_on, BankLine.id).limit(size)))


def settled_together(host_id: int, user_id: int, moment: object) -> list[BankLine]:
    """The lines that somebody settled in one go."""
    found = sa.select(BankLine).where(
        BankLine.host_id == host_id,
        BankLine.state == "matched",
        BankLine.settled_by == user_id,
        BankLine.settled_at == moment,
    )
    return list(db.session.scalars(found.order_by(BankLine.booked_on, BankLine.id)))


def stored_lines(host_id: int, tail: str, since: date, until: date) -> list[Stored]:
    """What is kept of an account's days, as the rules compare it."""
    rows = db.session.execute(
        sa.select(
            BankLine.fingerprint,
            BankLine.booked_on,
            BankLine.amount_fen,
            BankLine.balance_fen,
            BankLine.serial,
        )
        .join(BankStatement, BankStatement.id == BankLine.statement_id)
        .where(
            BankLine.host_id == host_id,
            BankStatement.account_tail == tail,
            BankLine.booked_on.between(since, until),
        )
    )
    return [
        Stored(fingerprint, (day, amount, stands), bool(serial))
        for fingerprint, day, amount, stands, serial in rows
    ]


def kept_before(host_id: int, sha256: str) -> BankStatement | None:
    """The statement that the same file was kept as."""
    wanted = sa.select(BankStatement).where(
        BankStatement.host_id == host_id,
        BankStatement.sha256 == sha256,
        BankStatement.state == "kept",
    )
    return db.session.scalar(wanted.limit(1))


def ended_before(statement: BankStatement) -> BankStatement | None:
    """The kept statement of the same account that ends last before another begins."""
    if statement.since is None:
        return None
    wanted = sa.select(BankStatement).where(
        BankStatement.host_id == statement.host_id,
        BankStatement.account_tail == statement.account_tail,
        BankStatement.state == "kept",
        BankStatement.until < statement.since,
    )
    return db.session.scalar(
        wanted.order_by(BankStatement.until.desc(), BankStatement.id.desc()).limit(1)
    )


def open_lines(host_id: int, month: date) -> int:
    """How many lines up to the end of a month (named by its first day) nobody has settled yet."""
    wanted = sa.select(sa.func.count()).select_from(BankLine)
    found = db.session.scalar(
        wanted.where(
            BankLine.host_id == host_id,
            BankLine.state == "open",
            BankLine.booked_on < next_month(month),
        )
    )
    return found or 0


@dataclass(frozen=True)
class Preview:
    """What keeping a statement would do, as things stand."""

    grid: list[tuple[int, list[str]]]
    reading: Reading
    new: list[tuple[Movement, str]]
    known: int


def preview(statement: BankStatement) -> Preview | None:
    """What keeping a statement would add; None once its content is gone."""
    content = statement.content
    if content is None:
        return None
    grid = [(int(number), list(cells)) for number, cells in json.loads(content)]
    reading = read(grid)
    if not reading.movements:
        return Preview(grid, reading, [], 0)
    days = [movement.day for movement in reading.movements]
    tail = statement.account_tail
    stored = stored_lines(statement.host_id, tail, min(days), max(days))
    prints = [blind_index("bank_line", told) for told in identities(reading.movements, tail)]
    found = sort(reading.movements, prints, stored)
    return Preview(grid, reading, found.new, len(found.known))
