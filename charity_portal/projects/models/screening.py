"""What the office found, asked for, granted and decided about an application."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, JsonList, Model, Stamp, one_of

OUTCOMES = ("award", "partial", "reserve", "refuse")


class CorrectionRequest(Model):
    """A one-time notice (一次性告知) of every defect, with the day until which it can be mended.

    `defects` holds {"key": field or slot, "text": what is wrong} rows.
    """

    __tablename__ = "correction_request"
    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    defects: Mapped[JsonList]
    due_at: Mapped[Stamp]
    requested_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    requested_at: Mapped[Stamp] = mapped_column(default=clock.now)
    answered_at: Mapped[Stamp | None]
    lapsed_at: Mapped[Stamp | None]


class ConditionalAcceptance(Model):
    """容缺受理: accepted while secondary papers are missing, against a signed promise and a deadline.

    `missing` lists slot keys. Without the promise or the papers by `due_at` it lapses by itself.
    """

    __tablename__ = "conditional_acceptance"
    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    missing: Mapped[JsonList]
    due_at: Mapped[Stamp]
    granted_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    granted_at: Mapped[Stamp] = mapped_column(default=clock.now)
    promised_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    promised_at: Mapped[Stamp | None]
    completed_at: Mapped[Stamp | None]
    lapsed_at: Mapped[Stamp | None]


class Screening(Model):
    """One completeness check: every item with its finding, and what came of it.

    `findings` holds {"item", "holds": bool, "note"} rows.
    """

    __tablename__ = "screening"
    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    version: Mapped[int]
    findings: Mapped[JsonList]
    outcome: Mapped[str]
    reason: Mapped[str | None]
    screened_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    screened_at: Mapped[Stamp] = mapped_column(default=clock.now)


class Decision(Model):
    """What was decided, by whom and why; replaced until it is published, each change audited.

    `rev` counts the replacements, so that nobody overwrites a decision that they have not seen.
    """

    __tablename__ = "decision"
    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), unique=True)
    rev: Mapped[int] = mapped_column(default=1)
    outcome: Mapped[str]
    amount_fen: Mapped[Fen] = mapped_column(default=0)
    reserve_rank: Mapped[int | None]
    reason: Mapped[str]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_at: Mapped[Stamp] = mapped_column(default=clock.now)
    published_at: Mapped[Stamp | None]

    __table_args__ = (
        one_of("outcome", OUTCOMES),
        sa.CheckConstraint("(outcome IN ('award', 'partial')) = (amount_fen > 0)", name="amount"),
    )


class Award(Model):
    """The grant itself, final: amount, day, and the plan it was given for."""

    __tablename__ = "award"
    id: Mapped[Id]
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), unique=True)
    amount_fen: Mapped[Fen]
    awarded_on: Mapped[date]
    planned_start: Mapped[date | None]
    planned_end: Mapped[date | None]
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (sa.CheckConstraint("amount_fen >= 0", name="amount"),)
