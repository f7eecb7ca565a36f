"""What an award is paid in, what has to come back, and who may not apply again for a while."""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, Model, Stamp, one_of
from charity_portal.kernel.states import StateMachine
from charity_portal.projects.models.applications import Application
from charity_portal.projects.rules.paying import CONDITIONS
from charity_portal.projects.states import RECLAIM, TRANCHE


class Tranche(Model):
    """One part of an award, paid from a purpose of a fund once its condition is met.

    `allocation_id` and `payment_id` are entries of the ledger; there is no other way to pay. Ids are
    not used again: entries and the audit trail name them.
    """

    __tablename__ = "tranche"
    MACHINE: ClassVar[StateMachine] = TRANCHE
    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"))
    position: Mapped[int]
    state: Mapped[str] = mapped_column(default=TRANCHE.initial)
    condition: Mapped[str]
    amount_fen: Mapped[Fen]
    due_on: Mapped[date]
    fund_id: Mapped[int] = mapped_column(sa.ForeignKey("fund.id"), index=True)
    purpose_id: Mapped[int] = mapped_column(sa.ForeignKey("fund_purpose.id"))
    evidence: Mapped[str | None]
    evidence_file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    released_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    released_at: Mapped[Stamp | None]
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    allocation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_entry.id"), unique=True)
    payment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_entry.id"), unique=True)
    planned_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    planned_at: Mapped[Stamp] = mapped_column(default=clock.now)

    application: Mapped[Application] = relationship()

    __table_args__ = (
        TRANCHE.check(),
        one_of("condition", list(CONDITIONS)),
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
        sa.UniqueConstraint("application_id", "position"),
        sa.Index("ix_tranche_due", "state", "due_on", "id"),
        {"sqlite_autoincrement": True},
    )


class Reclaim(Model):
    """Money of an award that has to come back; what came back are refunds in the ledger whose source
    names it (`reclaim:7:1`)."""

    __tablename__ = "reclaim"
    MACHINE: ClassVar[StateMachine] = RECLAIM
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    state: Mapped[str] = mapped_column(default=RECLAIM.initial)
    amount_fen: Mapped[Fen]
    returned_fen: Mapped[Fen] = mapped_column(default=0)
    reason: Mapped[str]
    due_on: Mapped[date]
    demanded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    demanded_at: Mapped[Stamp] = mapped_column(default=clock.now)

    application: Mapped[Application] = relationship()

    __table_args__ = (
        RECLAIM.check(),
        sa.CheckConstraint("amount_fen > 0", name="amount_fen"),
        sa.CheckConstraint("returned_fen BETWEEN 0 AND amount_fen", name="returned_fen"),
    )


class GrantBar(Model):
    """Days during which an organization may not apply, with the reason; lifted, never deleted."""

    __tablename__ = "grant_bar"
    id: Mapped[Id]
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"))
    since: Mapped[date]
    until: Mapped[date]
    reason: Mapped[str]
    barred_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    barred_at: Mapped[Stamp] = mapped_column(default=clock.now)
    lifted_at: Mapped[Stamp | None]
    lifted_reason: Mapped[str | None]

    __table_args__ = (
        sa.CheckConstraint("since <= until", name="period"),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_reason IS NULL)", name="lifted_reason"),
    )
