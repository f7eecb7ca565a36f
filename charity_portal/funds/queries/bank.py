"""Reading bank statements and their lines."""

from datetime import date

import sqlalchemy as sa

from charity_portal.funds.models.bank import BankLine, BankMatch, BankStatement
from charity_portal.funds.rules.months import next_month
from charity_portal.kernel.database import db


def statement(statement_id: int) -> BankStatement | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(BankStatement, statement_id)


def line(line_id: int) -> BankLine | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(BankLine, line_id)


def matches(line_id: int) -> list[BankMatch]:
    """The entries that a line is."""
    wanted = sa.select(BankMatch).where(BankMatch.line_id == line_id)
    return list(db.session.scalars(wanted.order_by(BankMatch.entry_id)))


def open_lines(host_id: int, month: date) -> int:
    """How many lines up to the end of a month (named by its first day) nobody has settled yet."""
    wanted = sa.select(sa.func.count()).select_from(BankLine)
    return (
        db.session.scalar(
            wanted.where(
                BankLine.host_id == host_id,
                BankLine.state == "open",
                BankLine.booked_on < next_month(month),
            )
        )
        or 0
    )
