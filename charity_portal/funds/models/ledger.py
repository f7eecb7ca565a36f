"""The ledger. Its rows are written by `services.posting`; what keeps them true is in `guards`.

An entry is one row: one account debited, one credited, one positive amount. So an unbalanced entry
cannot be said, an entry cannot lack a leg, and nothing can be added to it later. A journal with
postings and a seal would hold as well, but needs a deferred check at every commit to reach the same;
and each thing that happens to a fund moves one amount. What belongs to one bank transfer but several
purposes is several entries with one voucher.

What an entry moves is added to the balance on the account's row and to the account's sums of the
month, in the same statement, so that a balance is one row to read however long the ledger grows.
"""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from charity_portal.funds.models.guards import guard_ledger
from charity_portal.funds.rules.accounts import (
    ACCOUNTS,
    CREDIT_SIDE,
    DEBIT_SIDE,
    ENTRIES,
    INCOME_SOURCES,
    REFUNDED,
    SPENDS,
    USES,
)
from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, Model, Stamp, one_of

CURRENCY = "CNY"

guard_ledger()


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


class LedgerBook(Model):
    """The book of one hosting charity, in fen. Its funds are its restricted sub-ledgers."""

    __tablename__ = "ledger_book"
    host_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organization.id"), primary_key=True, autoincrement=False
    )
    currency: Mapped[str] = mapped_column(default=CURRENCY)
    opened_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (one_of("currency", (CURRENCY,)),)


class LedgerClosing(Model):
    """A month that was closed, named by its first day: nothing dated in it or before follows."""

    __tablename__ = "ledger_closing"
    id: Mapped[Id]
    host_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_book.host_id"))
    month: Mapped[date]
    closed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    by_system: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (
        sa.CheckConstraint("closed_by IS NOT NULL OR by_system", name="closed_by"),
        sa.UniqueConstraint("host_id", "month"),
    )


class LedgerAccount(Model):
    """One account of a fund; `code` is its name within the fund (rules.accounts).

    `balance_fen` is debits minus credits; `last_entry_id` is the entry that moved it last.
    """

    __tablename__ = "ledger_account"
    id: Mapped[Id]
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"))
    code: Mapped[str]
    kind: Mapped[str]
    purpose_id: Mapped[int | None] = mapped_column(sa.ForeignKey("fund_purpose.id"))
    income_source: Mapped[str | None]
    purse_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_account.id"))
    balance_fen: Mapped[Fen] = mapped_column(default=0)
    last_entry_id: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        one_of("kind", list(ACCOUNTS)),
        sa.CheckConstraint(
            f"(kind IN ({_listed(DEBIT_SIDE)}) AND balance_fen >= 0)"
            f" OR (kind IN ({_listed(CREDIT_SIDE)}) AND balance_fen <= 0) OR kind = 'moved'",
            name="balance_fen",
        ),
        sa.CheckConstraint(
            f"(kind = 'income' AND income_source IN ({_listed(tuple(INCOME_SOURCES))}))"
            " OR (kind <> 'income' AND income_source IS NULL)",
            name="income_source",
        ),
        sa.UniqueConstraint("fund_id", "code"),
    )


class LedgerEntry(Model):
    """One thing that happened to a fund's money. `source` says what caused it (`award:7`), and one
    cause makes one entry. It names no person: what is never erased must not need to be.

    `settles_id` is the allocation that a payment pays; `reverses_id` what a reversal takes back.
    """

    __tablename__ = "ledger_entry"
    id: Mapped[Id]
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"))
    purpose_id: Mapped[int] = mapped_column(sa.ForeignKey("fund_purpose.id"))
    kind: Mapped[str]
    debit_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_account.id"))
    credit_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_account.id"))
    amount_fen: Mapped[Fen]
    booked_on: Mapped[date]
    source: Mapped[str] = mapped_column(unique=True)
    voucher: Mapped[str]
    description: Mapped[str]
    spent_on: Mapped[str | None]
    payee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organization.id"))
    settles_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_entry.id"), index=True)
    reverses_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_entry.id"), unique=True)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    by_system: Mapped[bool] = mapped_column(default=False)
    posted_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (
        one_of("kind", list(ENTRIES)),
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
        sa.CheckConstraint("amount_fen <= 100000000000000", name="amount_bound"),
        sa.CheckConstraint("debit_id <> credit_id", name="two_accounts"),
        sa.CheckConstraint(
            "length(trim(source)) > 0 AND length(trim(voucher)) > 0"
            " AND length(trim(description)) > 0",
            name="told",
        ),
        sa.CheckConstraint("actor_id IS NOT NULL OR by_system", name="actor_id"),
        sa.CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reverses_id"),
        sa.CheckConstraint("(kind = 'payment') = (settles_id IS NOT NULL)", name="settles_id"),
        sa.CheckConstraint(
            f"(kind IN ({_listed(SPENDS)})) = (spent_on IS NOT NULL)", name="spent_on_given"
        ),
        sa.CheckConstraint(f"spent_on IN ({_listed(tuple(USES))})", name="spent_on"),
        sa.Index("ix_ledger_entry_day", "fund_id", "booked_on", "id"),
        sa.Index("ix_ledger_entry_purpose", "fund_id", "purpose_id", "booked_on", "id"),
        sa.Index("ix_ledger_entry_kind", "fund_id", "kind", "booked_on", "id"),
        sa.Index("ix_ledger_entry_debit", "debit_id", "booked_on", "id"),
        sa.Index("ix_ledger_entry_credit", "credit_id", "booked_on", "id"),
        sa.Index("ix_ledger_entry_purpose_kind", "purpose_id", "kind", "booked_on", "id"),
        sa.Index("ix_ledger_entry_purpose_use", "purpose_id", "spent_on", "booked_on", "id"),
        sa.Index(
            "ix_ledger_entry_use",
            "fund_id",
            "spent_on",
            "booked_on",
            "id",
            sqlite_where=sa.text("spent_on IS NOT NULL"),
            postgresql_where=sa.text("spent_on IS NOT NULL"),
        ),
    )


class LedgerTurnover(Model):
    """What one account took and gave in one month (named by its first day)."""

    __tablename__ = "ledger_turnover"
    account_id: Mapped[int] = mapped_column(
        sa.ForeignKey("ledger_account.id"), primary_key=True, autoincrement=False
    )
    month: Mapped[date] = mapped_column(primary_key=True)
    debit_fen: Mapped[Fen] = mapped_column(default=0)
    credit_fen: Mapped[Fen] = mapped_column(default=0)
    last_entry_id: Mapped[int] = mapped_column(default=0)


class LedgerUse(Model):
    """What one purpose spent on one kind of use in one month (named by its first day), less what was
    taken back; what came back without a use of its own stands under `refunded`, below zero.
    """

    __tablename__ = "ledger_use"
    purpose_id: Mapped[int] = mapped_column(
        sa.ForeignKey("fund_purpose.id"), primary_key=True, autoincrement=False
    )
    month: Mapped[date] = mapped_column(primary_key=True)
    spent_on: Mapped[str] = mapped_column(primary_key=True)
    amount_fen: Mapped[Fen] = mapped_column(default=0)
    last_entry_id: Mapped[int] = mapped_column(default=0)

    __table_args__ = (one_of("spent_on", [*USES, REFUNDED]),)
