"""Bank statements of a hosting charity, line by line, and which entries each line is.

Whom a line names is sealed: a transfer's counterparty and remark are often a person's.
"""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.funds.rules.explaining import EXPLANATIONS
from charity_portal.funds.states import BANK_LINE, BANK_STATEMENT
from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, Model, Stamp
from charity_portal.kernel.secrets import Encrypted, SealedRow
from charity_portal.kernel.states import StateMachine
from charity_portal.kernel.triggers import fixed, kept

kept("bank_statement", "id")
fixed("bank_statement", "id", "host_id", "sha256", "account_tail")
kept("bank_line", "id")
fixed(
    "bank_line", "id", "statement_id", "host_id", "position", "booked_on", "amount_fen", "balance_fen",
    "serial", "fingerprint",
)  # fmt: skip


class BankStatement(SealedRow, Model):
    """A file from the bank: looked through first, then kept. Balances in fen where the file tells them.

    `content` is the file's table while somebody looks it through, and nothing afterwards: of what the
    bank says the portal keeps the lines, without the accounts of others.
    """

    __tablename__ = "bank_statement"
    MACHINE: ClassVar[StateMachine] = BANK_STATEMENT
    id: Mapped[Id]
    host_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_book.host_id"))
    sha256: Mapped[str]
    account_tail: Mapped[str]
    state: Mapped[str] = mapped_column(default=BANK_STATEMENT.initial)
    content = Encrypted("bank_statement.content")
    since: Mapped[date | None]
    until: Mapped[date | None]
    opening_fen: Mapped[Fen | None]
    closing_fen: Mapped[Fen | None]
    lines: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    faulty: Mapped[int] = mapped_column(default=0)
    imported_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    imported_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (
        BANK_STATEMENT.check(),
        sa.CheckConstraint("since <= until", name="period"),
        sa.CheckConstraint(
            "state <> 'kept' OR (since IS NOT NULL AND until IS NOT NULL)", name="kept_period"
        ),
        sa.Index("ix_bank_statement_host", "host_id", "id"),
    )


class BankLine(SealedRow, Model):
    """One movement on the account; positive came in. `fingerprint` is what the bank says of it, so
    that the same movement in two files is one line.
    """

    __tablename__ = "bank_line"
    MACHINE: ClassVar[StateMachine] = BANK_LINE
    id: Mapped[Id]
    statement_id: Mapped[int] = mapped_column(sa.ForeignKey("bank_statement.id"))
    host_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_book.host_id"))
    position: Mapped[int]
    booked_on: Mapped[date]
    amount_fen: Mapped[Fen]
    balance_fen: Mapped[Fen | None]
    serial: Mapped[str | None]
    counterparty = Encrypted("bank_line.counterparty")
    counterparty_index: Mapped[str | None]
    remark = Encrypted("bank_line.remark")
    fingerprint: Mapped[str]
    state: Mapped[str] = mapped_column(default=BANK_LINE.initial)
    explained_as: Mapped[str | None]
    explanation = Encrypted("bank_line.explanation")
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    settled_at: Mapped[Stamp | None]

    statement: Mapped[BankStatement] = relationship()

    __table_args__ = (
        BANK_LINE.check(),
        sa.UniqueConstraint("host_id", "fingerprint"),
        sa.CheckConstraint("amount_fen <> 0", name="amount_fen"),
        sa.CheckConstraint(
            f"explained_as IN ({', '.join(repr(e) for e in EXPLANATIONS)})", name="explained_as"
        ),
        sa.CheckConstraint(
            "state <> 'explained' OR explained_as IS NOT NULL", name="explained_state"
        ),
        sa.Index("ix_bank_line_state", "host_id", "state", "booked_on", "id"),
        sa.Index("ix_bank_line_statement", "statement_id", "position"),
    )


class BankMatch(Model):
    """An entry that a line is (or is part of): each entry belongs to one line."""

    __tablename__ = "bank_match"
    entry_id: Mapped[int] = mapped_column(
        sa.ForeignKey("ledger_entry.id"), primary_key=True, autoincrement=False
    )
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("bank_line.id"), index=True)
    matched_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    matched_at: Mapped[Stamp] = mapped_column(default=clock.now)


class BankUnmoved(Model):
    """An entry and its reversal that never reached the bank: a mistake, taken back before anything was
    paid. Neither waits for a line any longer."""

    __tablename__ = "bank_unmoved"
    entry_id: Mapped[int] = mapped_column(
        sa.ForeignKey("ledger_entry.id"), primary_key=True, autoincrement=False
    )
    reversal_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_entry.id"), unique=True)
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    settled_at: Mapped[Stamp] = mapped_column(default=clock.now)
