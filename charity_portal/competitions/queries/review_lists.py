"""All reviews of an edition for its staff: how far each is; points only of what was handed in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.models.editions import Criterion, Edition, Stage, StageEntry
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.models.reviews import Review, ReviewField, Score
from charity_portal.competitions.rules import rubric
from charity_portal.competitions.rules.review_fields import SCORE
from charity_portal.kernel.database import Page, db, page
from charity_portal.projects.queries import briefs
from charity_portal.projects.queries.briefs import Brief


@dataclass(frozen=True)
class Row:
    """One review with the people and the application behind the codes. `points` None until sealed."""

    review: Review
    code: str
    brief: Brief | None
    judge: str
    judge_code: str
    answered: int
    criteria: int
    points: int | None


_ENTRY = sa.and_(
    StageEntry.stage_id == Review.stage_id, StageEntry.application_id == Review.application_id
)


def page_of(
    edition: Edition,
    names: Mapping[int, str],
    stage_id: int | None,
    state: str,
    judge: int | None,
    after: str | None,
) -> Page[Row]:
    """A page of the edition's reviews, by stage, application code and judge; `names` by panel member. Four
    statements."""
    wanted: Any = (
        sa.select(Review, StageEntry.code, Panelist.code, Review.stage_id)
        .join(StageEntry, _ENTRY)
        .join(Panelist, Panelist.id == Review.panelist_id)
        .where(Panelist.edition_id == edition.id)
    )
    if stage_id is not None:
        wanted = wanted.where(Review.stage_id == stage_id)
    if state:
        wanted = wanted.where(Review.state == state)
    if judge is not None:
        wanted = wanted.where(Review.panelist_id == judge)
    found = page(wanted, order=[Review.stage_id, StageEntry.code, Review.id], after=after)
    return Page(_rows(edition, found.items, names), found.next_cursor, found.first)


def _rows(edition: Edition, items: Sequence[Any], names: Mapping[int, str]) -> list[Row]:
    known = briefs.briefs(review.application_id for review, *_ in items)
    answered = _answered([review.id for review, *_ in items])
    stages = {stage.id: stage for stage in edition.stages}
    rows = []
    for review, code, judge_code, stage_id in items:
        brief = known.get(review.application_id)
        criteria = rubric.criteria_for(stages[stage_id], brief.track_id if brief else None)
        sealed = review.state == "sealed"
        rows.append(
            Row(
                review=review,
                code=code,
                brief=brief,
                judge=names.get(review.panelist_id, ""),
                judge_code=judge_code,
                answered=answered.get(review.id, 0),
                criteria=len(criteria),
                points=review.points if sealed else None,
            )
        )
    return rows


def _answered(review_ids: Sequence[int]) -> dict[int, int]:
    rows: Any = db.session.execute(
        sa.select(ReviewField.review_id, sa.func.count())
        .where(
            ReviewField.review_id.in_(review_ids),
            ReviewField.key.startswith(SCORE, autoescape=True),
            ReviewField.value != "",
        )
        .group_by(ReviewField.review_id)
    )
    return dict(rows.all())


def counts(edition_id: int) -> dict[int, dict[str, int]]:
    """How many reviews are in which state, by stage."""
    rows = db.session.execute(
        sa.select(Review.stage_id, Review.state, sa.func.count())
        .join(Stage, Stage.id == Review.stage_id)
        .where(Stage.edition_id == edition_id)
        .group_by(Review.stage_id, Review.state)
    )
    found: dict[int, dict[str, int]] = {}
    for stage_id, state, number in rows:
        found.setdefault(stage_id, {})[state] = number
    return found


def edition_with_rubric(edition_id: int) -> Edition | None:
    """An edition with its stages and criteria, and nothing else."""
    return db.session.get(
        Edition, edition_id, options=[selectinload(Edition.stages).joinedload(Stage.criteria)]
    )


def judges(edition_id: int) -> list[tuple[int, str, str]]:
    """The panel members who have reviews: id, code, name."""
    rows = db.session.execute(
        sa.select(Panelist.id, Panelist.code, Panelist.user_id)
        .where(
            Panelist.edition_id == edition_id,
            sa.exists().where(Review.panelist_id == Panelist.id),
        )
        .order_by(Panelist.code)
    ).all()
    names = accounts.names(user_id for _id, _code, user_id in rows)
    return [(key, code, names.get(user_id, "")) for key, code, user_id in rows]


def sealed_scores(stage: Stage) -> Iterator[dict[str, Any]]:
    """One row for each sealed review of a stage: who, what, the value under each criterion's key (None
    for N/A or where it does not apply), the total. Three statements; values are read in one pass."""
    values: dict[int, dict[str, int | None]] = {}
    scored = (
        sa.select(Score.review_id, Criterion.key, Score.value)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(Criterion.stage_id == stage.id)
    )
    for review_id, key, value in db.session.execute(scored):
        values.setdefault(review_id, {})[key] = value
    rows = db.session.execute(
        sa.select(
            Review.id,
            Review.application_id,
            Review.points,
            Review.version,
            Review.sealed_at,
            StageEntry.code,
            Panelist.code,
        )
        .join(StageEntry, _ENTRY)
        .join(Panelist, Panelist.id == Review.panelist_id)
        .where(Review.stage_id == stage.id, Review.state == "sealed")
        .order_by(StageEntry.code, Panelist.code)
    ).all()
    known = briefs.briefs({row[1] for row in rows})
    for review_id, application_id, points, version, sealed_at, code, judge in rows:
        yield {
            "number": known[application_id].number,
            "code": code,
            "track": known[application_id].track,
            "judge": judge,
            "version": version,
            "sealed_at": sealed_at,
            "points": points,
            "values": values.get(review_id, {}),
        }
