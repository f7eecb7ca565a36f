"""The public notice (公示) of proposed awards, and objections to it."""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, Model, Stamp, one_of
from charity_portal.kernel.secrets import Encrypted, SealedRow
from charity_portal.kernel.states import StateMachine
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.states import NOTICE, OBJECTION


class PublicNotice(Model):
    """Proposed awards shown for `workdays` working days; the last one is `ends_on`, to its midnight."""

    __tablename__ = "public_notice"
    MACHINE: ClassVar[StateMachine] = NOTICE
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("call.id"), index=True)
    state: Mapped[str] = mapped_column(default=NOTICE.initial)
    supplementary: Mapped[bool] = mapped_column(default=False)
    workdays: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    started_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    started_at: Mapped[Stamp] = mapped_column(default=clock.now)
    closed_at: Mapped[Stamp | None]

    call: Mapped[Call] = relationship()

    __table_args__ = (
        NOTICE.check(),
        sa.CheckConstraint("starts_on <= ends_on", name="period"),
        sa.Index("ix_public_notice_running", "state", "ends_on"),
    )


class NoticeItem(Model):
    """One application named in a notice, as it was proposed there: it stays so whatever follows."""

    __tablename__ = "notice_item"
    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("public_notice.id"), primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), primary_key=True)
    outcome: Mapped[str]
    amount_fen: Mapped[Fen] = mapped_column(default=0)
    reserve_rank: Mapped[int | None]

    application: Mapped[Application] = relationship()

    __table_args__ = (one_of("outcome", ("award", "partial", "reserve")),)


class Objection(SealedRow, Model):
    """A named person's objection. Who it is, how to reach them, what they wrote and what was found are
    sealed and never published; `public_outcome` is. `code_hash` lets the objector alone follow it.
    """

    __tablename__ = "objection"
    MACHINE: ClassVar[StateMachine] = OBJECTION
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("public_notice.id"), index=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    state: Mapped[str] = mapped_column(default=OBJECTION.initial)
    person = Encrypted("objection.person")
    contact = Encrypted("objection.contact")
    text = Encrypted("objection.text")
    evidence_file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    code_hash: Mapped[str]
    received_at: Mapped[Stamp] = mapped_column(default=clock.now)
    due_on: Mapped[date]
    finding = Encrypted("objection.finding")
    public_outcome: Mapped[str | None]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    decided_at: Mapped[Stamp | None]

    application: Mapped[Application] = relationship()
    notice: Mapped[PublicNotice] = relationship()

    __table_args__ = (OBJECTION.check(), sa.Index("ix_objection_open", "state", "due_on"))
