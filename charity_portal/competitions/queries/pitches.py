"""Reading pitch sessions: for the desk of whoever runs them, for the big screen, for the judges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from charity_portal.competitions.models.editions import Stage, StageEntry
from charity_portal.competitions.models.panels import Conflict, Panelist
from charity_portal.competitions.models.pitches import Pitch, PitchSlot
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import identities
from charity_portal.competitions.rules.pitch_clock import ACTIVE, OVER
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import Text, say

OPEN_FOR_SCORES = ("scoring", "done")


def pitch(pitch_id: int) -> Pitch | None:
    """One session with its stage, edition and slots."""
    return db.session.get(
        Pitch,
        pitch_id,
        options=[
            joinedload(Pitch.stage).joinedload(Stage.edition),
            selectinload(Pitch.slots),
        ],
    )


def pitches_of(stage_id: int) -> list[Pitch]:
    """The sessions of a stage with their slots, in the order of their days."""
    wanted = sa.select(Pitch).where(Pitch.stage_id == stage_id).options(selectinload(Pitch.slots))
    return list(db.session.scalars(wanted.order_by(Pitch.held_on, Pitch.id)))


def unplanned(stage_id: int) -> list[StageEntry]:
    """The stage's participants that have no turn in any session yet."""
    taken = sa.select(PitchSlot.application_id).join(Pitch).where(Pitch.stage_id == stage_id)
    return list(
        db.session.scalars(
            sa.select(StageEntry)
            .where(
                StageEntry.stage_id == stage_id,
                StageEntry.left_at.is_(None),
                StageEntry.application_id.not_in(taken),
            )
            .order_by(StageEntry.code)
        )
    )


@dataclass(frozen=True)
class Progress:
    """How far the judges are with one project: how many of `judges` have handed in."""

    judges: int
    sealed: int


@dataclass(frozen=True)
class Outcome:
    """What the judges gave: the mean of the sealed totals in 1e-4 points of 100, and of how many."""

    points: int
    reviews: int


def progress(stage_id: int, application_ids: Iterable[int]) -> dict[int, Progress]:
    """Numbers only, never values; one statement."""
    sealed = sa.func.coalesce(sa.func.sum(sa.case((Review.state == "sealed", 1), else_=0)), 0)
    rows = db.session.execute(
        sa.select(Review.application_id, sa.func.count(), sealed)
        .where(
            Review.stage_id == stage_id,
            Review.application_id.in_(set(application_ids)),
            Review.state.in_(("open", "sealed")),
            Review.conflict_id.is_(None),
        )
        .group_by(Review.application_id)
    )
    return {key: Progress(judges, int(done)) for key, judges, done in rows}


def outcomes(pitch: Pitch) -> dict[int, Outcome]:
    """What may be shown: only of projects whose scores were revealed. Others are not even read."""
    revealed = [slot.application_id for slot in pitch.slots if slot.revealed_at is not None]
    if not revealed:
        return {}
    rows = db.session.execute(
        sa.select(Review.application_id, sa.func.sum(Review.points), sa.func.count(Review.points))
        .where(
            Review.stage_id == pitch.stage_id,
            Review.application_id.in_(revealed),
            Review.state == "sealed",
            Review.conflict_id.is_(None),
            Review.points.is_not(None),
        )
        .group_by(Review.application_id)
    )
    return {key: Outcome((2 * int(total or 0) + n) // (2 * n), n) for key, total, n in rows}


@dataclass(frozen=True)
class Turn:
    """One project's turn, as screens show it."""

    slot: PitchSlot
    code: str
    title: str


def turns(pitch: Pitch) -> list[Turn]:
    """All turns in order; titles as reviewers read them, for they are in the room."""
    ids = [slot.application_id for slot in pitch.slots]
    edition = pitch.stage.edition
    titles = identities.shown_titles(edition.id, edition.blind, ids)
    rows = db.session.execute(
        sa.select(StageEntry.application_id, StageEntry.code).where(
            StageEntry.stage_id == pitch.stage_id, StageEntry.application_id.in_(ids)
        )
    )
    codes = dict(rows.all())
    return [
        Turn(s, codes.get(s.application_id, ""), titles.get(s.application_id, ""))
        for s in pitch.slots
    ]


def current(slots: Sequence[PitchSlot]) -> PitchSlot | None:
    """The project on stage."""
    return next((slot for slot in slots if slot.state in ACTIVE), None)


def following(slots: Sequence[PitchSlot]) -> PitchSlot | None:
    """The next project in the queue."""
    return next((slot for slot in slots if slot.state == "waiting"), None)


def revealable(pitch: Pitch) -> list[PitchSlot]:
    """The projects whose scores may be shown now by the session's rule and are not shown yet."""
    slots = pitch.slots
    over = {slot.id for slot in slots if slot.state in OVER}
    if pitch.reveal == "group":
        unfinished = {slot.group_number for slot in slots if slot.id not in over}
        over = {slot.id for slot in slots if slot.group_number not in unfinished}
    elif pitch.reveal == "end" and len(over) < len(slots):
        over = set()
    return [s for s in slots if s.id in over and s.state == "done" and s.revealed_at is None]


@dataclass(frozen=True)
class Pulse:
    """What changes when a screen has to change: one statement, so that many may ask often."""

    pitch_id: int
    rev: int
    sealed: int

    @property
    def mark(self) -> str:
        """The state in one word."""
        return f"{self.pitch_id}.{self.rev}.{self.sealed}"


def pulse(pitch_id: int) -> Pulse | None:
    """Where a session stands; None when there is none."""
    sealed = (
        sa.select(sa.func.count())
        .where(Review.stage_id == Pitch.stage_id, Review.state == "sealed")
        .correlate(Pitch)
        .scalar_subquery()
    )
    row = db.session.execute(
        sa.select(Pitch.id, Pitch.rev, sealed).where(Pitch.id == pitch_id)
    ).first()
    return Pulse(*row) if row else None


@dataclass(frozen=True)
class Seats:
    """Everybody who judges at a session, by account."""

    pulse: Pulse
    by_user: Mapping[int, int]


def seats(pitch_id: int) -> Seats | None:
    """The accepted members of the session's panel; two statements."""
    found = pulse(pitch_id)
    if found is None:
        return None
    rows = db.session.execute(
        sa.select(Panelist.user_id, Panelist.id)
        .join(Stage, Stage.edition_id == Panelist.edition_id)
        .join(Pitch, Pitch.stage_id == Stage.id)
        .where(Pitch.id == pitch_id, Panelist.state == "accepted")
    )
    return Seats(found, dict(rows.all()))


@dataclass(frozen=True)
class Current:
    """What a judge's telephone shows first: the project on stage, and whether it may be scored."""

    pitch_id: int
    pitch_title: str
    review_id: int
    code: str
    state: str
    may_score: bool

    @property
    def word(self) -> Text:
        """What the phase is called."""
        return PitchSlot.MACHINE.word(self.state)


def current_for(panelist_id: int) -> Current | None:
    """The project on stage in a running session that this member judges; None when there is none, and
    none either when a conflict of interest stands between them."""
    wall = sa.exists().where(
        Conflict.panelist_id == Review.panelist_id,
        Conflict.application_id == Review.application_id,
        Conflict.lifted_at.is_(None),
    )
    row = db.session.execute(
        sa.select(Pitch.id, Pitch.title, Review.id, StageEntry.code, PitchSlot.state)
        .join(PitchSlot, PitchSlot.pitch_id == Pitch.id)
        .join(
            Review,
            sa.and_(
                Review.stage_id == Pitch.stage_id,
                Review.application_id == PitchSlot.application_id,
            ),
        )
        .join(
            StageEntry,
            sa.and_(
                StageEntry.stage_id == Review.stage_id,
                StageEntry.application_id == Review.application_id,
            ),
        )
        .where(
            Review.panelist_id == panelist_id,
            Review.conflict_id.is_(None),
            Review.state != "void",
            ~wall,
            Pitch.state == "running",
            PitchSlot.state.in_(ACTIVE),
        )
        .order_by(Pitch.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    return Current(*row, may_score=row[4] in OPEN_FOR_SCORES)


@dataclass(frozen=True)
class Session:
    """A running session in which somebody judges, and what is on stage for them."""

    pitch_id: int
    title: str
    current: Current | None

    @property
    def mark(self) -> str:
        """What this judge may know of it, in one word."""
        return mark_of(self.current)


def mark_of(current: Current | None) -> str:
    """The word that changes when something changes for a judge, and not for what is behind a wall."""
    if current is None:
        return "none"
    return f"{current.review_id}.{current.state}"


def running_for(panelist_ids: Iterable[int]) -> list[Session]:
    """The sessions that go on now and in which these places on panels have something to judge."""
    rows = db.session.execute(
        sa.select(Pitch.id, Pitch.title, sa.func.min(Review.panelist_id))
        .join(Review, Review.stage_id == Pitch.stage_id)
        .where(Pitch.state == "running", Review.panelist_id.in_(set(panelist_ids)))
        .group_by(Pitch.id, Pitch.title)
        .order_by(Pitch.id)
    ).all()
    found = []
    for pitch_id, title, panelist_id in rows:
        current = current_for(panelist_id)
        here = current if current and current.pitch_id == pitch_id else None
        found.append(Session(pitch_id, title, here))
    return found


def closed_because(review: Review) -> Text | None:
    """Why this review of a pitch stage cannot be scored yet; None when it can, or needs no session."""
    if review.stage.kind != "pitch":
        return None
    state = db.session.execute(
        sa.select(PitchSlot.state, PitchSlot.scoring_at)
        .join(Pitch, Pitch.id == PitchSlot.pitch_id)
        .where(Pitch.stage_id == review.stage_id, PitchSlot.application_id == review.application_id)
        .order_by(PitchSlot.id.desc())
        .limit(1)
    ).first()
    if state is None:
        return say("这个项目的路演还没有排定，现在不能评分。")
    if state.scoring_at is None or state.state not in OPEN_FOR_SCORES:
        return say("这个项目还没有开放评分，请等主持人宣布。")
    return None
