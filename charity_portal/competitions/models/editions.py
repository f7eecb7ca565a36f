"""An edition of a competition: how the applications of one call are judged and chosen."""

from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from charity_portal.competitions.states import EDITION, STAGE
from charity_portal.kernel import clock
from charity_portal.kernel.database import Fen, Id, JsonDict, JsonList, Model, Stamp, one_of
from charity_portal.kernel.states import StateMachine
from charity_portal.kernel.triggers import frozen_when

METHODS = ("mean", "trimmed", "standardised", "mixed")
CHOICES = ("rank", "exact")
STAGE_KINDS = ("papers", "visit", "pitch")
REASONS = ("never", "extremes", "always")
FEEDBACK = ("none", "points", "full")
_CALL, _USER = "call.id", "user_account.id"

# Once an edition is open its rubric stands, whoever asks.
frozen_when(
    "criterion",
    "(SELECT e.state FROM stage s JOIN edition e ON e.id = s.edition_id WHERE s.id = {row}.stage_id)"
    " <> 'draft'",
)


class Edition(Model):
    """One edition (届). Everything that decides the outcome is fixed when it opens (`opened_at`).

    `seed` is the published text from which draws, orders and lots are derived. `method` says how scores
    are brought together, `choice` how the purse is spent; `limits` holds what `rules.selection` reads
    (counts, partial awards, caps), `tie_rules` the keys of the tie rules in order. `calibrated` says
    that a correction of judges was announced. `purse_fen` None: the call's purse. `feedback`: what an
    applicant reads about its own application once the result is out (nothing, its points and place, or the
    reviewers' comments as well).
    """

    __tablename__ = "edition"
    MACHINE: ClassVar[StateMachine] = EDITION
    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    call_id: Mapped[int] = mapped_column(sa.ForeignKey(_CALL), unique=True)
    state: Mapped[str] = mapped_column(default=EDITION.initial)
    title_zh: Mapped[str]
    title_en: Mapped[str | None]
    about_zh: Mapped[str] = mapped_column(default="")
    about_en: Mapped[str | None]
    blind: Mapped[bool] = mapped_column(default=True)
    seed: Mapped[str] = mapped_column(default="")
    method: Mapped[str] = mapped_column(default="mean")
    calibrated: Mapped[bool] = mapped_column(default=False)
    choice: Mapped[str] = mapped_column(default="rank")
    purse_fen: Mapped[Fen | None]
    limits: Mapped[JsonDict] = mapped_column(default=dict)
    tie_rules: Mapped[JsonList] = mapped_column(default=list)
    panel_size: Mapped[int] = mapped_column(default=7)
    standby_size: Mapped[int] = mapped_column(default=3)
    feedback: Mapped[str] = mapped_column(default="full")
    rev: Mapped[int] = mapped_column(default=0)
    copied_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("edition.id"))
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey(_USER))
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    opened_at: Mapped[Stamp | None]
    published_at: Mapped[Stamp | None]

    stages: Mapped[list["Stage"]] = relationship(
        back_populates="edition", order_by="Stage.position, Stage.id"
    )
    tracks: Mapped[list["EditionTrack"]] = relationship(order_by="EditionTrack.track_id")
    bonuses: Mapped[list["Bonus"]] = relationship(order_by="Bonus.position, Bonus.id")

    __table_args__ = (
        EDITION.check(),
        one_of("method", METHODS),
        one_of("choice", CHOICES),
        one_of("feedback", FEEDBACK),
        sa.CheckConstraint("panel_size > 0 AND standby_size >= 0", name="panel"),
    )


class EditionTrack(Model):
    """What an edition adds to a track of its call: the fewest and most winners, and the expertise that
    its reviewers should have (keys of `rules.expertise`)."""

    __tablename__ = "edition_track"
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), primary_key=True)
    track_id: Mapped[int] = mapped_column(sa.ForeignKey("call_track.id"), primary_key=True)
    min_winners: Mapped[int] = mapped_column(default=0)
    max_winners: Mapped[int | None]
    expertise: Mapped[JsonList] = mapped_column(default=list)

    __table_args__ = (
        sa.CheckConstraint("min_winners >= 0 AND max_winners >= min_winners", name="winners"),
    )


class Stage(Model):
    """A round of judging. Weights of an edition's stages add up to 10,000 basis points.

    `reviews_each` is k, the reviews an application gets; `advance` how many applications go on from it
    (None: all). `due_at` is what reviewers are told; scoring ends when an officer closes the stage.
    """

    __tablename__ = "stage"
    MACHINE: ClassVar[StateMachine] = STAGE
    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"))
    key: Mapped[str]
    kind: Mapped[str] = mapped_column(default="papers")
    state: Mapped[str] = mapped_column(default=STAGE.initial)
    title_zh: Mapped[str]
    title_en: Mapped[str | None]
    weight_bp: Mapped[int]
    reviews_each: Mapped[int] = mapped_column(default=3)
    advance: Mapped[int | None]
    due_at: Mapped[Stamp | None]
    position: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[Stamp | None]
    closed_at: Mapped[Stamp | None]

    edition: Mapped[Edition] = relationship(back_populates="stages")
    criteria: Mapped[list["Criterion"]] = relationship(order_by="Criterion.position, Criterion.id")

    __table_args__ = (
        STAGE.check(),
        one_of("kind", STAGE_KINDS),
        sa.UniqueConstraint("edition_id", "key"),
        sa.CheckConstraint("weight_bp BETWEEN 0 AND 10000", name="weight"),
        sa.CheckConstraint("reviews_each > 0", name="reviews"),
    )


class StageEntry(Model):
    """An application that takes part in a stage; written when the stage's field is settled.

    `code` is what reviewers see in its place ("P-07"): random, so that it tells nothing of arrival.
    `left_at` is set when it leaves the competition (withdrawn), with the reason.
    """

    __tablename__ = "stage_entry"
    stage_id: Mapped[int] = mapped_column(sa.ForeignKey("stage.id"), primary_key=True)
    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id"), primary_key=True, index=True
    )
    code: Mapped[str]
    left_at: Mapped[Stamp | None]
    left_reason: Mapped[str | None]

    __table_args__ = (sa.UniqueConstraint("stage_id", "code"),)


class Criterion(Model):
    """One line of the rubric. `track_id` None: for every track. Weights of the criteria that apply to a
    track add up to 10,000 basis points within the stage. A score is a whole number from 0 to `top`.

    `anchors` says in words what a value stands for: [{"value", "zh", "en"}]. `looks_at` names the part
    of the dossier that it judges (a field key of the application form, or a slot as "slot:<key>").
    """

    __tablename__ = "criterion"
    id: Mapped[Id]
    stage_id: Mapped[int] = mapped_column(sa.ForeignKey("stage.id"))
    track_id: Mapped[int | None] = mapped_column(sa.ForeignKey("call_track.id"))
    key: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str | None]
    help_zh: Mapped[str | None]
    help_en: Mapped[str | None]
    weight_bp: Mapped[int]
    top: Mapped[int] = mapped_column(default=5)
    anchors: Mapped[JsonList] = mapped_column(default=list)
    reason_when: Mapped[str] = mapped_column(default="extremes")
    may_skip: Mapped[bool] = mapped_column(default=False)
    looks_at: Mapped[str | None]
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        one_of("reason_when", REASONS),
        sa.UniqueConstraint("stage_id", "key"),
        sa.CheckConstraint("weight_bp BETWEEN 1 AND 10000", name="weight"),
        sa.CheckConstraint("top BETWEEN 1 AND 100", name="top"),
    )


class Bonus(Model):
    """Points that may be added to a project's total (matching money, special merits): at most `most`
    hundredths of a point, announced beforehand."""

    __tablename__ = "bonus"
    id: Mapped[Id]
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"), index=True)
    key: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str | None]
    basis_zh: Mapped[str] = mapped_column(default="")
    basis_en: Mapped[str | None]
    most: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        sa.UniqueConstraint("edition_id", "key"),
        sa.CheckConstraint("most > 0", name="most"),
    )


class BonusGrant(Model):
    """The points (hundredths) that one application was given under a bonus rule, and why."""

    __tablename__ = "bonus_grant"
    bonus_id: Mapped[int] = mapped_column(sa.ForeignKey("bonus.id"), primary_key=True)
    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("application.id"), primary_key=True, index=True
    )
    points: Mapped[int]
    reason: Mapped[str]
    given_by: Mapped[int | None] = mapped_column(sa.ForeignKey(_USER))
    given_at: Mapped[Stamp] = mapped_column(default=clock.now)

    __table_args__ = (sa.CheckConstraint("points >= 0", name="points"),)
