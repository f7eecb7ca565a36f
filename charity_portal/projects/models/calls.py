"""A call for projects and what it asks for."""

from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, JsonDict, JsonList, Model, Stamp, one_of
from charity_portal.kernel.states import StateMachine
from charity_portal.projects.states import CALL

KINDS = ("standard", "micro")
FUND_SOURCES = ("fiscal", "lottery", "charity")
QUESTION_KINDS = ("short", "long", "number", "choice", "multi", "date", "yes_no")
NEEDS = ("required", "secondary", "optional")


class Call(Model):
    """A published invitation to apply, with its purse, its rules and its form.

    Shares are in basis points (1000 = 10 %). `eligibility` is read by `rules.eligibility`. A call
    taken over from a funder's history has an `external_ref` and starts out concluded. `rev` counts
    changes of the draft, so that two officers cannot overwrite each other unseen.
    """

    __tablename__ = "call"
    MACHINE: ClassVar[StateMachine] = CALL
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=CALL.initial)
    kind: Mapped[str] = mapped_column(default="standard")
    title_zh: Mapped[str]
    title_en: Mapped[str | None]
    summary_zh: Mapped[str] = mapped_column(default="")
    summary_en: Mapped[str | None]
    body_zh: Mapped[str] = mapped_column(default="")
    body_en: Mapped[str | None]
    fund_source: Mapped[str] = mapped_column(default="charity")
    source_note: Mapped[str | None]
    funder_name: Mapped[str | None]
    funder_ref: Mapped[str | None]
    currency: Mapped[str] = mapped_column(default="CNY")
    purse_fen: Mapped[Fen | None]
    floor_fen: Mapped[Fen | None]
    cap_fen: Mapped[Fen | None]
    min_awards: Mapped[int | None]
    max_awards: Mapped[int | None]
    own_contribution_min_bp: Mapped[int | None]
    management_cost_max_bp: Mapped[int | None]
    opens_at: Mapped[Stamp | None]
    closes_at: Mapped[Stamp | None]
    per_organization_limit: Mapped[int] = mapped_column(default=1)
    eligibility: Mapped[JsonDict] = mapped_column(default=dict)
    notice_workdays: Mapped[int] = mapped_column(default=5)
    contact: Mapped[str] = mapped_column(default="")
    copied_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("call.id"))
    external_ref: Mapped[str | None] = mapped_column(unique=True)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    rev: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[Stamp] = mapped_column(default=clock.now)
    published_at: Mapped[Stamp | None]
    concluded_at: Mapped[Stamp | None]

    tracks: Mapped[list["Track"]] = relationship(order_by="Track.position, Track.id")
    questions: Mapped[list["Question"]] = relationship(order_by="Question.position, Question.id")
    categories: Mapped[list["BudgetCategory"]] = relationship(
        order_by="BudgetCategory.position, BudgetCategory.id"
    )
    slots: Mapped[list["Slot"]] = relationship(order_by="Slot.position, Slot.id")

    __table_args__ = (
        CALL.check(),
        one_of("kind", KINDS),
        one_of("fund_source", FUND_SOURCES),
        sa.CheckConstraint("closes_at IS NULL OR opens_at < closes_at", name="window"),
        sa.CheckConstraint(
            "floor_fen IS NULL OR cap_fen IS NULL OR floor_fen <= cap_fen", name="range"
        ),
        sa.Index("ix_call_window", "state", "closes_at", "id"),
    )


class Track(Model):
    """A subject area (赛道) within a call."""

    __tablename__ = "call_track"
    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("call.id"), index=True)
    key: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str | None]
    purse_fen: Mapped[Fen | None]
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.UniqueConstraint("call_id", "key"),)


class Question(Model):
    """A question of the application form. `choices` holds {"key", "zh", "en"} rows."""

    __tablename__ = "call_question"
    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("call.id"), index=True)
    key: Mapped[str]
    kind: Mapped[str] = mapped_column(default="long")
    label_zh: Mapped[str]
    label_en: Mapped[str | None]
    help_zh: Mapped[str | None]
    help_en: Mapped[str | None]
    required: Mapped[bool] = mapped_column(default=True)
    longest: Mapped[int | None]
    choices: Mapped[JsonList] = mapped_column(default=list)
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.UniqueConstraint("call_id", "key"), one_of("kind", QUESTION_KINDS))


class BudgetCategory(Model):
    """A budget heading; `cap_bp` bounds its share of the grant, management costs are marked."""

    __tablename__ = "call_budget_category"
    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("call.id"), index=True)
    key: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str | None]
    cap_bp: Mapped[int | None]
    is_management: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.UniqueConstraint("call_id", "key"),)


class Slot(Model):
    """A named place for papers: required (主要), secondary (次要, may follow later) or optional.

    `kinds` lists accepted file kinds as `kernel.files` names them.
    """

    __tablename__ = "call_slot"
    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("call.id"), index=True)
    key: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str | None]
    help_zh: Mapped[str | None]
    help_en: Mapped[str | None]
    need: Mapped[str] = mapped_column(default="required")
    kinds: Mapped[JsonList] = mapped_column(default=list)
    max_files: Mapped[int] = mapped_column(default=3)
    max_mb: Mapped[int] = mapped_column(default=20)
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.UniqueConstraint("call_id", "key"), one_of("need", NEEDS))


class Extension(Model):
    """A later closing time for one applicant, with the reason."""

    __tablename__ = "call_extension"
    id: Mapped[Id]
    call_id: Mapped[int] = mapped_column(sa.ForeignKey("call.id"), index=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    until: Mapped[Stamp]
    reason: Mapped[str]
    granted_by: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    granted_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (sa.UniqueConstraint("call_id", "organization_id"),)
