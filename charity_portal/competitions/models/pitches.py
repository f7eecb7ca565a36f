"""Pitch day (路演): a drawn order, a clock, and scoring that opens when the officer says so."""

from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.states import PITCH, SLOT
from charity_portal.kernel import clock
from charity_portal.kernel.database import Id, Model, Stamp, one_of
from charity_portal.kernel.states import StateMachine

REVEALS = ("each", "group", "end")


class Pitch(Model):
    """A pitch session of a stage. Times in seconds; `seed` repeats the drawn order.

    `reveal` says when scores may be shown on the big screen: after each project, each group, or at the
    end; `revealed_at` is when the officer let the last of them out. `rev` grows with every change that the
    screens have to show.
    """

    __tablename__ = "pitch"
    MACHINE: ClassVar[StateMachine] = PITCH
    id: Mapped[Id]
    stage_id: Mapped[int] = mapped_column(sa.ForeignKey("stage.id"), index=True)
    state: Mapped[str] = mapped_column(default=PITCH.initial)
    title: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    held_on: Mapped[date | None]
    present_seconds: Mapped[int] = mapped_column(default=300)
    question_seconds: Mapped[int] = mapped_column(default=180)
    reveal: Mapped[str] = mapped_column(default="end")
    seed: Mapped[str] = mapped_column(default="")
    rev: Mapped[int] = mapped_column(default=0)
    revealed_at: Mapped[Stamp | None]
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)

    stage: Mapped[Stage] = relationship()
    slots: Mapped[list["PitchSlot"]] = relationship(
        back_populates="pitch", order_by="PitchSlot.group_number, PitchSlot.position"
    )

    __table_args__ = (
        PITCH.check(),
        one_of("reveal", REVEALS),
        sa.CheckConstraint("present_seconds > 0 AND question_seconds >= 0", name="clock"),
    )


class PitchSlot(Model):
    """One project's turn. `phase_at` is when the present phase began, `paused_at` when its clock was
    stopped, `spent_seconds` what had run before; scores may be written once `scoring_at` is set."""

    __tablename__ = "pitch_slot"
    MACHINE: ClassVar[StateMachine] = SLOT
    id: Mapped[Id]
    pitch_id: Mapped[int] = mapped_column(sa.ForeignKey("pitch.id"))
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    state: Mapped[str] = mapped_column(default=SLOT.initial)
    group_number: Mapped[int] = mapped_column(default=1)
    position: Mapped[int]
    phase_at: Mapped[Stamp | None]
    paused_at: Mapped[Stamp | None]
    spent_seconds: Mapped[int] = mapped_column(default=0)
    scoring_at: Mapped[Stamp | None]
    revealed_at: Mapped[Stamp | None]

    pitch: Mapped[Pitch] = relationship(back_populates="slots")

    __table_args__ = (SLOT.check(), sa.UniqueConstraint("pitch_id", "application_id"))
