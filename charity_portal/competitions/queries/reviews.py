"""Reading reviews: one with what is written in it, and what its author wrote elsewhere."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.competitions.models.editions import Criterion, Stage, StageEntry
from charity_portal.competitions.models.reviews import (
    Reopening,
    Review,
    ReviewChange,
    ReviewField,
    ReviewVersion,
)
from charity_portal.competitions.rules import own_scores, review_fields, rubric
from charity_portal.competitions.rules.own_scores import Given
from charity_portal.competitions.rules.review_fields import SCORE
from charity_portal.kernel.database import db
from charity_portal.kernel.merging import Held, Step
from charity_portal.projects.queries import judging

SHOWN = ("open", "sealed", "abstained")
"""What reviewers find among their own; the rest is behind the wall."""


def review(review_id: int) -> Review | None:
    """One review with its stage, rubric, edition and panel member."""
    return db.session.get(
        Review,
        review_id,
        options=[
            joinedload(Review.stage).joinedload(Stage.edition),
            joinedload(Review.stage).selectinload(Stage.criteria),
            joinedload(Review.panelist),
        ],
    )


def held_back(review_id: int) -> Review | None:
    """The same, with its row kept from others until the transaction ends."""
    stage = joinedload(Review.stage, innerjoin=True)
    return db.session.get(
        Review,
        review_id,
        options=[
            stage.joinedload(Stage.edition, innerjoin=True),
            stage.selectinload(Stage.criteria),
            joinedload(Review.panelist, innerjoin=True),
        ],
        with_for_update={"of": Review},
        populate_existing=True,
    )


def criteria_of(review: Review) -> list[Criterion]:
    """The criteria by which this review judges: those of the stage that fit the track."""
    stage = review.stage
    if all(c.track_id is None for c in stage.criteria):
        return list(stage.criteria)
    (contestant,) = judging.described([review.application_id]).values()
    return rubric.criteria_for(stage, contestant.track_id)


def held(review_id: int) -> dict[str, ReviewField]:
    """All fields of a review, by key."""
    wanted = sa.select(ReviewField).where(ReviewField.review_id == review_id)
    return {field.key: field for field in db.session.scalars(wanted)}


def texts(review_id: int) -> dict[str, str]:
    """What a review says, by key."""
    return texts_of([review_id]).get(review_id, {})


def texts_of(review_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """What several reviews say: by review, by key."""
    wanted = sa.select(ReviewField.review_id, ReviewField.key, ReviewField.value)
    found: dict[int, dict[str, str]] = {}
    for review_id, key, value in db.session.execute(
        wanted.where(ReviewField.review_id.in_(review_ids))
    ):
        found.setdefault(review_id, {})[key] = value
    return found


def facts(fields: Mapping[str, ReviewField]) -> dict[str, Held]:
    """Fields as the merging rules want them."""
    return {key: Held(field.value, field.rev) for key, field in fields.items()}


def steps_since(review_id: int, rev: int) -> dict[str, list[Step]]:
    """What happened to each field later than revision `rev`, oldest first."""
    wanted = (
        sa.select(ReviewChange.key, ReviewChange.first_rev, ReviewChange.rev, ReviewChange.before)
        .where(ReviewChange.review_id == review_id, ReviewChange.rev > rev)
        .order_by(ReviewChange.rev, ReviewChange.id)
    )
    found: dict[str, list[Step]] = {}
    for key, first_rev, last_rev, before in db.session.execute(wanted):
        found.setdefault(key, []).append(Step(first_rev, last_rev, before))
    return found


def newest_changes(review_id: int, keys: Collection[str]) -> dict[str, ReviewChange]:
    """The latest recorded change of each of these fields, by key."""
    newest = (
        sa.select(sa.func.max(ReviewChange.id))
        .where(ReviewChange.review_id == review_id, ReviewChange.key.in_(keys))
        .group_by(ReviewChange.key)
    )
    rows = db.session.scalars(sa.select(ReviewChange).where(ReviewChange.id.in_(newest)))
    return {row.key: row for row in rows}


@dataclass(frozen=True)
class Neighbour:
    """One of the author's reviews in the same stage, in the author's own order."""

    id: int
    state: str
    code: str


def neighbours(review: Review) -> list[Neighbour]:
    """All reviews that the author finds in this stage, this one included."""
    rows = db.session.execute(
        sa.select(Review.id, Review.state, StageEntry.code)
        .join(
            StageEntry,
            sa.and_(
                StageEntry.stage_id == Review.stage_id,
                StageEntry.application_id == Review.application_id,
            ),
        )
        .where(
            Review.stage_id == review.stage_id,
            Review.panelist_id == review.panelist_id,
            Review.state.in_(SHOWN),
            Review.conflict_id.is_(None),
        )
        .order_by(Review.position, Review.id)
    )
    return [Neighbour(*row) for row in rows]


def code_of(review: Review) -> str:
    """What stands for the application in this stage ("P-07")."""
    return db.session.scalar(
        sa.select(StageEntry.code).where(
            StageEntry.stage_id == review.stage_id,
            StageEntry.application_id == review.application_id,
        )
    ) or str(review.position)


def given_elsewhere(review: Review) -> dict[str, Given]:
    """What the author gave on each criterion in other reviews of this stage."""
    rows = db.session.execute(
        sa.select(ReviewField.key, ReviewField.value)
        .join(Review, Review.id == ReviewField.review_id)
        .where(
            Review.stage_id == review.stage_id,
            Review.panelist_id == review.panelist_id,
            Review.id != review.id,
            Review.state.in_(("open", "sealed")),
            Review.conflict_id.is_(None),
            ReviewField.key.startswith(SCORE, autoescape=True),
            ReviewField.value != "",
        )
    )
    values: dict[str, list[int | None]] = {}
    for key, value in rows:
        values.setdefault(key.removeprefix(SCORE), []).append(review_fields.value_of(value))
    return {key: own_scores.given(found) for key, found in values.items()}


def versions(review_id: int) -> list[ReviewVersion]:
    """What was handed in, newest first."""
    wanted = sa.select(ReviewVersion).where(ReviewVersion.review_id == review_id)
    return list(db.session.scalars(wanted.order_by(ReviewVersion.version.desc())))


def reopenings(review_id: int) -> list[Reopening]:
    """How often it was given back, newest first."""
    wanted = sa.select(Reopening).where(Reopening.review_id == review_id)
    return list(db.session.scalars(wanted.order_by(Reopening.id.desc())))
