"""Reading bank statements and their lines."""

import sqlalchemy as sa

from charity_portal.funds.models.bank import BankLine, BankMatch, BankStatement
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
