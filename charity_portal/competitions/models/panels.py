"""A panel: its draw, its members, what they declare, and whom they may not judge."""

from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.experts import Expert
from charity_portal.competitions.states import PANELIST
from charity_portal.kernel import clock
from charity_portal.kernel.database import Id, JsonDict, JsonList, Model, Stamp, one_of
from charity_portal.kernel.states import StateMachine
from charity_portal.kernel.triggers import append_only

TIES = ("employed", "member", "adviser", "family", "funding", "dispute", "other")
FOUND = ("declared", "detected", "officer", "recused")
_USER = "user_account.id"

append_only("draw")


class Draw(Model):
    """A random draw from the pool, with everything that repeats it: seed, pool and strata in, order out.

    `pool` lists the candidates as anonymous codes with their strata, `result` the codes as drawn.
    """

    __tablename__ = "draw"
    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    seed: Mapped[str]
    wanted: Mapped[JsonDict]
    pool: Mapped[JsonList]
    result: Mapped[JsonList]
    drawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey(_USER))
    drawn_at: Mapped[Stamp] = mapped_column(default=clock.now)


class Panelist(Model):
    """An expert's place on an edition's panel. `code` ("J03") stands for the person in all scores.

    `min_load` and `max_load` bound the reviews in one stage. Ties must be declared (`declared_at`) and
    confidentiality agreed (`agreed_at`) before any dossier is shown. `track_id` is the track whose
    expertise the member was drawn for.
    """

    __tablename__ = "panelist"
    MACHINE: ClassVar[StateMachine] = PANELIST
    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"))
    expert_id: Mapped[int] = mapped_column(sa.ForeignKey("expert.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(_USER), index=True)
    track_id: Mapped[int | None] = mapped_column(sa.ForeignKey("call_track.id"))
    draw_id: Mapped[int | None] = mapped_column(sa.ForeignKey("draw.id"))
    code: Mapped[str]
    state: Mapped[str] = mapped_column(default=PANELIST.initial)
    position: Mapped[int]
    min_load: Mapped[int] = mapped_column(default=0)
    max_load: Mapped[int] = mapped_column(default=20)
    invited_at: Mapped[Stamp | None]
    answer_due_at: Mapped[Stamp | None]
    answered_at: Mapped[Stamp | None]
    answer_reason: Mapped[str | None]
    agreed_at: Mapped[Stamp | None]
    declared_at: Mapped[Stamp | None]
    stands_in_for_id: Mapped[int | None] = mapped_column(sa.ForeignKey("panelist.id"))

    edition: Mapped[Edition] = relationship()
    expert: Mapped[Expert] = relationship()

    __table_args__ = (
        PANELIST.check(),
        sa.UniqueConstraint("edition_id", "expert_id"),
        sa.UniqueConstraint("edition_id", "code"),
        sa.CheckConstraint("min_load >= 0 AND max_load >= min_load", name="load"),
    )


class Tie(Model):
    """A relation to an organization that a panel member declared, before any applicant was named."""

    __tablename__ = "tie"
    id: Mapped[Id]
    panelist_id: Mapped[int] = mapped_column(sa.ForeignKey("panelist.id"), index=True)
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    kind: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    declared_at: Mapped[Stamp] = mapped_column(default=clock.now)
    retracted_at: Mapped[Stamp | None]

    __table_args__ = (one_of("kind", TIES),)


class Conflict(Model):
    """A panel member must not judge, see, find or export this application.

    `found` says how it came to light, `code` the ground (a tie's kind, or "phone", "address", "membership",
    "past_award"). Only an approver lifts one, with a reason; it stays in the register.
    """

    __tablename__ = "conflict"
    id: Mapped[Id]
    panelist_id: Mapped[int] = mapped_column(sa.ForeignKey("panelist.id"))
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    found: Mapped[str]
    code: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey(_USER))
    made_at: Mapped[Stamp] = mapped_column(default=clock.now)
    lifted_by: Mapped[int | None] = mapped_column(sa.ForeignKey(_USER))
    lifted_at: Mapped[Stamp | None]
    lifted_reason: Mapped[str | None]

    panelist: Mapped[Panelist] = relationship()

    __table_args__ = (
        one_of("found", FOUND),
        sa.Index(
            "ix_conflict_in_force",
            "panelist_id",
            "application_id",
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        ),
    )
