"""A reviewer's desk: what waits, in one's own fixed order, and how far one has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from charity_portal.competitions.models.editions import Criterion, Edition, Stage, StageEntry
from charity_portal.competitions.models.panels import Conflict, Panelist
from charity_portal.competitions.models.reviews import Review, ReviewField
from charity_portal.competitions.queries import identities
from charity_portal.competitions.queries.reviews import SHOWN
from charity_portal.competitions.rules import own_scores, review_fields, rubric, sealing
from charity_portal.competitions.rules.own_scores import Spread
from charity_portal.competitions.rules.review_fields import SCORE
from charity_portal.kernel import clock
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import Text
from charity_portal.kernel.time_left import remaining
from charity_portal.projects.queries import judging
from charity_portal.projects.queries.judging import Contestant


@dataclass(frozen=True)
class Row:
    """One review on the desk. `answered` of `criteria` have a score or N/A; `total` is what it amounts
    to once everything is there. `writable`: it can be written now."""

    review: Review
    code: str
    title: str
    rubric: tuple[Criterion, ...]
    scores: Mapping[str, str]
    answered: int
    missing: int
    total: Fraction | None
    writable: bool

    @property
    def id(self) -> int:
        """The review's id."""
        return self.review.id

    @property
    def criteria(self) -> int:
        """By how many criteria it judges."""
        return len(self.rubric)

    @property
    def started(self) -> bool:
        """Whether anything was written."""
        return self.review.rev > 0


@dataclass(frozen=True)
class StageDesk:
    """One stage of an edition with all of one's own reviews, in one's own order."""

    stage: Stage
    rows: tuple[Row, ...]
    left: Text | None
    minutes: int
    spread: Spread | None

    def in_state(self, *states: str) -> list[Row]:
        """The rows in these states."""
        return [row for row in self.rows if row.review.state in states]

    @property
    def open(self) -> list[Row]:
        """What is to be done, what was begun first."""
        return sorted(self.in_state("open"), key=lambda row: not row.started)

    @property
    def next(self) -> Row | None:
        """Where to go on."""
        return next((row for row in self.open if row.writable), None)


@dataclass(frozen=True)
class Seat:
    """One's place on the panel of an edition, and the stages that one has reviews in."""

    panelist: Panelist
    edition: Edition
    stages: tuple[StageDesk, ...]

    @property
    def has_pitches(self) -> bool:
        """Whether one of the own stages is a pitch day."""
        return any(desk.stage.kind == "pitch" for desk in self.stages)

    @property
    def ready(self) -> bool:
        """Whether confidentiality is agreed and ties are declared."""
        return self.panelist.agreed_at is not None and self.panelist.declared_at is not None


def seats(user_id: int) -> list[Seat]:
    """All of a person's places, newest first; invitations among them (state `invited`)."""
    wanted = _with_edition().where(
        Panelist.user_id == user_id,
        Panelist.state.in_(("invited", "accepted")),
        Edition.state.not_in(("draft", "cancelled")) | (Panelist.state == "invited"),
    )
    panelists = list(db.session.scalars(wanted.order_by(Edition.id.desc())))
    ready = [p for p in panelists if p.state == "accepted" and p.agreed_at and p.declared_at]
    found = stage_desks(ready)
    return [Seat(p, p.edition, tuple(found.get(p.id, ()))) for p in panelists]


def own_stage(user_id: int, stage_id: int) -> StageDesk | None:
    """One's own reviews in one stage; None without any."""
    stage = sa.select(Stage.edition_id).where(Stage.id == stage_id).scalar_subquery()
    wanted = _with_edition().where(
        Panelist.user_id == user_id, Panelist.state == "accepted", Panelist.edition_id == stage
    )
    panelists = [p for p in db.session.scalars(wanted) if p.agreed_at and p.declared_at]
    found = stage_desks(panelists, stage_id)
    return next((desk for desks in found.values() for desk in desks), None)


def _with_edition() -> sa.Select[Any]:
    whole = contains_eager(Panelist.edition).selectinload(Edition.stages)
    return sa.select(Panelist).join(Panelist.edition).options(whole.joinedload(Stage.criteria))


def stage_desks(
    panelists: Sequence[Panelist], stage_id: int | None = None
) -> dict[int, list[StageDesk]]:
    """The stages of these panel members by panel member, in a fixed number of statements."""
    reviews = _reviews([p.id for p in panelists], stage_id) if panelists else []
    if not reviews:
        return {}
    stages = {stage.id: stage for p in panelists for stage in p.edition.stages}
    known = judging.described(review.application_id for review, _code in reviews)
    titles = _titles([review for review, _code in reviews], stages, known)
    written = _written([review.id for review, _code in reviews])
    rows: dict[tuple[int, int], list[Row]] = {}
    moments: dict[tuple[int, int], list[datetime]] = {}
    for review, code in reviews:
        key, stage = (review.panelist_id, review.stage_id), stages[review.stage_id]
        texts, changed = written.get(review.id, ({}, []))
        contestant = known[review.application_id]
        criteria = rubric.criteria_for(stage, contestant.track_id)
        row = _row(review, stage, code, titles[contestant.id], criteria, texts)
        rows.setdefault(key, []).append(row)
        moments.setdefault(key, []).extend(changed)
    return {
        p.id: [
            _desk(stage, rows[p.id, stage.id], moments[p.id, stage.id])
            for stage in p.edition.stages
            if (p.id, stage.id) in rows
        ]
        for p in panelists
    }


def _reviews(panelist_ids: Sequence[int], stage_id: int | None) -> list[tuple[Review, str]]:
    """One's own reviews in one's own order; a conflict in force is a wall."""
    wanted = (
        sa.select(Review, StageEntry.code)
        .join(
            StageEntry,
            sa.and_(
                StageEntry.stage_id == Review.stage_id,
                StageEntry.application_id == Review.application_id,
            ),
        )
        .where(
            Review.panelist_id.in_(panelist_ids),
            Review.state.in_(SHOWN),
            Review.conflict_id.is_(None),
            StageEntry.left_at.is_(None),
            ~_barred(),
        )
        .order_by(Review.position, Review.id)
    )
    if stage_id is not None:
        wanted = wanted.where(Review.stage_id == stage_id)
    return [(review, code) for review, code in db.session.execute(wanted)]


def _barred() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Conflict.panelist_id == Review.panelist_id,
        Conflict.application_id == Review.application_id,
        Conflict.lifted_at.is_(None),
    )


def _titles(
    reviews: Sequence[Review], stages: Mapping[int, Stage], known: Mapping[int, Contestant]
) -> dict[int, str]:
    """Titles as reviewers read them, by application; each belongs to one edition."""
    editions: dict[Edition, set[int]] = {}
    for review in reviews:
        own = editions.setdefault(stages[review.stage_id].edition, set())
        own.add(review.application_id)
    titles: dict[int, str] = {}
    for edition, ids in editions.items():
        found = {key: known[key] for key in ids}
        blind = identities.blind_titles(edition.id, found) if edition.blind else None
        titles.update(blind or {key: c.title for key, c in found.items()})
    return titles


def _written(review_ids: Sequence[int]) -> dict[int, tuple[dict[str, str], list[datetime]]]:
    """What stands in each review, and when each field was changed last: scores, and of each reason
    the beginning; long texts stay where they are."""
    beginning = sa.func.substr(sa.func.trim(ReviewField.value), 1, 4)
    wanted = sa.select(
        ReviewField.review_id, ReviewField.key, beginning, ReviewField.changed_at
    ).where(ReviewField.review_id.in_(review_ids))
    found: dict[int, tuple[dict[str, str], list[datetime]]] = {}
    for review_id, key, value, at in db.session.execute(wanted):
        texts, moments = found.setdefault(review_id, ({}, []))
        texts[key] = value
        moments.append(at)
    return found


def _row(
    review: Review,
    stage: Stage,
    code: str,
    title: str,
    criteria: Sequence[Criterion],
    texts: Mapping[str, str],
) -> Row:
    absent = len(sealing.missing(criteria, texts))
    done = review.state == "sealed" or (review.state == "open" and not absent)
    return Row(
        review=review,
        code=code,
        title=title,
        rubric=tuple(criteria),
        scores={c.key: texts.get(SCORE + c.key, "") for c in criteria},
        answered=review_fields.answered(criteria, texts),
        missing=absent,
        total=sealing.total(criteria, texts) if done else None,
        writable=review.state == "open" and stage.state == "open",
    )


def _desk(stage: Stage, rows: Sequence[Row], moments: Sequence[datetime]) -> StageDesk:
    waiting = sum(row.criteria - row.answered for row in rows if row.review.state == "open")
    pace = own_scores.pace(sorted(moments), sum(row.answered for row in rows))
    due = stage.due_at if stage.state == "open" else None
    return StageDesk(
        stage=stage,
        rows=tuple(rows),
        left=remaining(due, clock.now()) if due else None,
        minutes=own_scores.minutes_left(waiting, pace),
        spread=own_scores.spread(row.total for row in rows if row.total is not None),
    )
