"""Reading rankings and selections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from charity_portal.competitions.models.editions import Criterion, Edition, Stage, StageEntry
from charity_portal.competitions.models.outcomes import (
    Advancement,
    Bundle,
    Ranking,
    RankingRow,
    Selection,
    SelectionRow,
)
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.models.reviews import Review, ReviewField, Score
from charity_portal.kernel.database import Page, db, page


def ranking(ranking_id: int) -> Ranking | None:
    """One ranking with its rows."""
    return db.session.get(Ranking, ranking_id, options=[selectinload(Ranking.rows)])


def newest_ranking(
    edition_id: int, stage_id: int | None = None, rows: bool = True
) -> Ranking | None:
    """The latest computation of an edition as a whole, or of one of its stages."""
    wanted = (
        sa.select(Ranking)
        .where(Ranking.edition_id == edition_id, Ranking.stage_id.is_not_distinct_from(stage_id))
        .order_by(Ranking.id.desc())
        .limit(1)
    )
    return db.session.scalar(wanted.options(selectinload(Ranking.rows)) if rows else wanted)


def newest_selection(edition_id: int, rows: bool = True) -> Selection | None:
    """The latest choice within the purse."""
    wanted = (
        sa.select(Selection)
        .where(Selection.edition_id == edition_id)
        .order_by(Selection.id.desc())
        .limit(1)
    )
    if rows:
        wanted = wanted.options(selectinload(Selection.rows), joinedload(Selection.ranking))
    return db.session.scalar(wanted)


def selection_page(selection_id: int, after: str | None, size: int = 30) -> Page[SelectionRow]:
    """One screenful of a proposal, in order of rank."""
    wanted = sa.select(SelectionRow).where(SelectionRow.selection_id == selection_id)
    return page(wanted, [SelectionRow.position], after, size)


def reserves_of(selection_id: int) -> list[int]:
    """Who stands by, in order."""
    wanted = sa.select(SelectionRow.application_id).where(
        SelectionRow.selection_id == selection_id, SelectionRow.outcome == "reserve"
    )
    return list(db.session.scalars(wanted.order_by(SelectionRow.position)))


def edition_with_rubric(edition_id: int) -> Edition | None:
    """An edition with stages and criteria, and nothing else: what a list needs."""
    whole = selectinload(Edition.stages).selectinload(Stage.criteria)
    return db.session.get(Edition, edition_id, options=[whole])


def selection(selection_id: int) -> Selection | None:
    """One choice with its rows and its ranking."""
    return db.session.get(
        Selection,
        selection_id,
        options=[selectinload(Selection.rows), joinedload(Selection.ranking)],
    )


def rows_page(ranking_id: int, after: str | None, size: int = 30) -> Page[RankingRow]:
    """One screenful of a ranking, in order of rank."""
    wanted = sa.select(RankingRow).where(RankingRow.ranking_id == ranking_id)
    return page(wanted, [RankingRow.rank], after, size)


def all_rows(ranking_id: int) -> list[RankingRow]:
    """The whole ranking."""
    wanted = sa.select(RankingRow).where(RankingRow.ranking_id == ranking_id)
    return list(db.session.scalars(wanted.order_by(RankingRow.rank)))


def row_of(ranking_id: int, application_id: int) -> RankingRow | None:
    """One application's place."""
    return db.session.get(RankingRow, (ranking_id, application_id))


def bundle_of(edition_id: int) -> Bundle | None:
    """The published recompute bundle with its file."""
    return db.session.scalar(
        sa.select(Bundle).where(Bundle.edition_id == edition_id).options(joinedload(Bundle.file))
    )


def advancements(edition: Edition) -> dict[int, Advancement]:
    """The latest decision who goes on, by stage id."""
    rows = db.session.scalars(
        sa.select(Advancement)
        .where(Advancement.stage_id.in_([stage.id for stage in edition.stages]))
        .order_by(Advancement.id)
    )
    return {row.stage_id: row for row in rows}


@dataclass(frozen=True)
class StageProgress:
    """How far a stage is: applications in its field, those without a sealed review, reviews by state."""

    stage: Stage
    field: int
    without: Sequence[int]
    open: int
    sealed: int
    abstained: int


def progress(edition: Edition) -> list[StageProgress]:
    """All stages of an edition; one statement."""
    ids = [stage.id for stage in edition.stages]
    entries: dict[int, set[int]] = {key: set() for key in ids}
    sealed: dict[int, set[int]] = {key: set() for key in ids}
    counts: dict[tuple[int, str], int] = {}
    mine = sa.and_(
        Review.stage_id == StageEntry.stage_id,
        Review.application_id == StageEntry.application_id,
        Review.conflict_id.is_(None),
    )
    for stage_id, application_id, state, number in db.session.execute(
        sa.select(
            StageEntry.stage_id, StageEntry.application_id, Review.state, sa.func.count(Review.id)
        )
        .outerjoin(Review, mine)
        .where(StageEntry.stage_id.in_(ids), StageEntry.left_at.is_(None))
        .group_by(StageEntry.stage_id, StageEntry.application_id, Review.state)
    ):
        entries[stage_id].add(application_id)
        counts[stage_id, state] = counts.get((stage_id, state), 0) + number
        if state == "sealed":
            sealed[stage_id].add(application_id)
    return [
        StageProgress(
            stage,
            len(entries[stage.id]),
            sorted(entries[stage.id] - sealed[stage.id]),
            *(counts.get((stage.id, state), 0) for state in ("open", "sealed", "abstained")),
        )
        for stage in edition.stages
    ]


@dataclass(frozen=True)
class WrittenReview:
    """A sealed review of one application: its scores and words by criterion key. `points` in 1e-4."""

    review_id: int
    stage_id: int
    code: str
    user_id: int
    points: int | None
    state: str
    scores: Mapping[str, int | None]
    reasons: Mapping[str, str]
    comment: str
    note: str


def reviews_of(edition: Edition, application_id: int) -> list[WrittenReview]:
    """Every review of an application, by stage and judge's code, voided ones left out; three statements."""
    ids = [stage.id for stage in edition.stages]
    rows = db.session.execute(
        sa.select(Review, Panelist.code, Panelist.user_id)
        .join(Panelist, Panelist.id == Review.panelist_id)
        .where(
            Review.stage_id.in_(ids),
            Review.application_id == application_id,
            Review.state != "void",
            Review.conflict_id.is_(None),
        )
        .order_by(Review.stage_id, Panelist.code)
    ).all()
    keys = [review.id for review, *_ in rows]
    scores = _scores(keys)
    words = _words(keys)
    return [
        WrittenReview(
            review_id=review.id,
            stage_id=review.stage_id,
            code=code,
            user_id=user_id,
            points=review.points if review.state == "sealed" else None,
            state=review.state,
            scores=scores.get(review.id, {}),
            reasons=_reasons(words.get(review.id, {})),
            comment=words.get(review.id, {}).get("comment", ""),
            note=words.get(review.id, {}).get("note", ""),
        )
        for review, code, user_id in rows
    ]


def _scores(review_ids: Sequence[int]) -> dict[int, dict[str, int | None]]:
    found: dict[int, dict[str, int | None]] = {}
    rows = db.session.execute(
        sa.select(Score.review_id, Criterion.key, Score.value)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(Score.review_id.in_(review_ids))
    )
    for review_id, key, value in rows:
        found.setdefault(review_id, {})[key] = value
    return found


def _words(review_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    rows = db.session.execute(
        sa.select(ReviewField.review_id, ReviewField.key, ReviewField.value).where(
            ReviewField.review_id.in_(review_ids)
        )
    )
    for review_id, key, value in rows:
        found.setdefault(review_id, {})[key] = value
    return found


def _reasons(words: Mapping[str, str]) -> dict[str, str]:
    return {
        key.removeprefix("reason:"): text
        for key, text in words.items()
        if key.startswith("reason:") and text.strip()
    }


@dataclass(frozen=True)
class JudgeTotal:
    """What one judge gave one application in one stage; points in 1e-4 of 100."""

    stage_id: int
    application_id: int
    points: int | None


def totals_of_judge(edition: Edition, code: str) -> list[JudgeTotal]:
    """All sealed totals of a judge, by stage and points."""
    rows = db.session.execute(
        sa.select(Review.stage_id, Review.application_id, Review.points)
        .join(Panelist, Panelist.id == Review.panelist_id)
        .where(
            Panelist.edition_id == edition.id,
            Panelist.code == code,
            Review.state == "sealed",
            Review.conflict_id.is_(None),
        )
        .order_by(Review.stage_id, Review.points.desc(), Review.id)
    )
    return [JudgeTotal(*row) for row in rows]
