"""How far an edition has come, in figures; a number of statements that does not grow with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.models.editions import (
    Bonus,
    BonusGrant,
    Edition,
    Stage,
    StageEntry,
)
from charity_portal.competitions.models.outcomes import Selection
from charity_portal.competitions.models.panels import Conflict, Draw, Panelist
from charity_portal.competitions.models.reviews import Review
from charity_portal.kernel.database import Page, db, page
from charity_portal.projects.queries import judging
from charity_portal.projects.queries.judging import Contestant


@dataclass(frozen=True)
class Progress:
    """A stage in figures: its field, and its reviews by state (those that were voided left out).

    `short`: applications with fewer live reviews than wanted; `unscored`: those without a sealed one.
    """

    entries: int = 0
    left: int = 0
    short: int = 0
    unscored: int = 0
    by_state: Mapping[str, int] = field(default_factory=dict)

    @property
    def reviews(self) -> int:
        """All reviews that were assigned."""
        return sum(self.by_state.values())

    @property
    def sealed(self) -> int:
        """Handed in."""
        return self.by_state.get("sealed", 0)

    @property
    def open(self) -> int:
        """Not handed in yet."""
        return self.by_state.get("open", 0)


@dataclass(frozen=True)
class Desk:
    """An edition in figures: panel members by state, those still to declare, conflicts in force."""

    panel: Mapping[str, int]
    undeclared: int
    conflicts: int
    stages: Mapping[int, Progress]

    def members(self, *states: str) -> int:
        """How many panel members are in these states."""
        return sum(self.panel.get(state, 0) for state in states)

    @property
    def sealed(self) -> int:
        """Reviews handed in, of all stages."""
        return sum(p.sealed for p in self.stages.values())

    @property
    def reviews(self) -> int:
        """Reviews assigned, of all stages."""
        return sum(p.reviews for p in self.stages.values())


def desk(edition: Edition) -> Desk:
    """The figures of one edition; six statements."""
    waiting = sa.or_(Panelist.agreed_at.is_(None), Panelist.declared_at.is_(None))
    rows = db.session.execute(
        sa.select(Panelist.state, sa.func.count(), sa.func.sum(sa.case((waiting, 1), else_=0)))
        .where(Panelist.edition_id == edition.id)
        .group_by(Panelist.state)
    ).all()
    conflicts = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(Conflict)
        .join(Panelist, Panelist.id == Conflict.panelist_id)
        .where(Panelist.edition_id == edition.id, Conflict.lifted_at.is_(None))
    )
    return Desk(
        panel={state: n for state, n, _ in rows},
        undeclared=next((int(n or 0) for state, _, n in rows if state == "accepted"), 0),
        conflicts=conflicts or 0,
        stages=progress(edition.stages),
    )


def progress(stages: Iterable[Stage]) -> dict[int, Progress]:
    """The figures of these stages; three statements."""
    wanted = {stage.id: stage.reviews_each for stage in stages}
    states: dict[int, dict[str, int]] = {key: {} for key in wanted}
    counted = (
        sa.select(Review.stage_id, Review.state, sa.func.count())
        .where(Review.stage_id.in_(wanted), Review.state != "void")
        .group_by(Review.stage_id, Review.state)
    )
    for stage_id, state, n in db.session.execute(counted):
        states[stage_id][state] = n
    gone = dict(
        db.session.execute(
            sa.select(StageEntry.stage_id, sa.func.count())
            .where(StageEntry.stage_id.in_(wanted), StageEntry.left_at.is_not(None))
            .group_by(StageEntry.stage_id)
        ).all()
    )
    live = (
        sa.select(
            StageEntry.stage_id,
            sa.func.count(sa.case((Review.state.in_(("open", "sealed")), 1))).label("live"),
            sa.func.count(sa.case((Review.state == "sealed", 1))).label("sealed"),
        )
        .outerjoin(
            Review,
            sa.and_(
                Review.stage_id == StageEntry.stage_id,
                Review.application_id == StageEntry.application_id,
            ),
        )
        .where(StageEntry.stage_id.in_(wanted), StageEntry.left_at.is_(None))
        .group_by(StageEntry.stage_id, StageEntry.application_id)
        .subquery()
    )
    each: dict[int, list[tuple[int, int]]] = {key: [] for key in wanted}
    for stage_id, reviews, sealed in db.session.execute(sa.select(live)):
        each[stage_id].append((reviews, sealed))
    return {
        key: Progress(
            entries=len(each[key]),
            left=gone.get(key, 0),
            short=sum(reviews < wanted[key] for reviews, _ in each[key]),
            unscored=sum(sealed == 0 for _, sealed in each[key]),
            by_state=states[key],
        )
        for key in wanted
    }


def entries_page(stage: Stage, after: str | None = None, size: int = 50) -> Page[StageEntry]:
    """The field of a stage by code."""
    wanted = sa.select(StageEntry).where(StageEntry.stage_id == stage.id)
    return page(wanted, [StageEntry.code, StageEntry.application_id], after=after, size=size)


def entered(stage: Stage) -> list[int]:
    """The applications that take part in a stage."""
    return list(
        db.session.scalars(
            sa.select(StageEntry.application_id)
            .where(StageEntry.stage_id == stage.id, StageEntry.left_at.is_(None))
            .order_by(StageEntry.code)
        )
    )


def behind(stage: Stage, code: str) -> int | None:
    """The application that takes part in a stage under this code."""
    return db.session.scalar(
        sa.select(StageEntry.application_id).where(
            StageEntry.stage_id == stage.id, StageEntry.code == code, StageEntry.left_at.is_(None)
        )
    )


def reviews_of(stage: Stage, application_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Reviews by state for each of these applications."""
    counted = (
        sa.select(Review.application_id, Review.state, sa.func.count())
        .where(
            Review.stage_id == stage.id,
            Review.application_id.in_(application_ids),
            Review.state != "void",
        )
        .group_by(Review.application_id, Review.state)
    )
    found: dict[int, dict[str, int]] = {key: {} for key in application_ids}
    for application_id, state, n in db.session.execute(counted):
        found[application_id][state] = n
    return found


@dataclass(frozen=True)
class Unsealed:
    """A panel member with reviews that are not handed in: (review id, code) each."""

    panelist: Panelist
    reviews: Sequence[tuple[int, str]]


def unsealed(stage: Stage) -> list[Unsealed]:
    """Who still owes reviews of a stage, in the order of the panel; one statement."""
    rows: Any = db.session.execute(
        sa.select(Panelist, Review.id, StageEntry.code)
        .join(Review, Review.panelist_id == Panelist.id)
        .join(
            StageEntry,
            sa.and_(
                StageEntry.stage_id == Review.stage_id,
                StageEntry.application_id == Review.application_id,
            ),
        )
        .where(
            Review.stage_id == stage.id,
            Review.state == "open",
            Review.conflict_id.is_(None),
            StageEntry.left_at.is_(None),
            Panelist.state == "accepted",
        )
        .order_by(Panelist.position, Panelist.id, Review.position)
    )
    found: dict[int, tuple[Panelist, list[tuple[int, str]]]] = {}
    for panelist, review_id, code in rows:
        found.setdefault(panelist.id, (panelist, []))[1].append((review_id, code))
    return [Unsealed(panelist, reviews) for panelist, reviews in found.values()]


@dataclass(frozen=True)
class Owing:
    """A panel member by name with the number of reviews not handed in."""

    panelist: Panelist
    name: str
    reviews: int


def owing(stage: Stage) -> list[Owing]:
    """Who still owes reviews of a stage, most first."""
    late = unsealed(stage)
    names = accounts.names(member.panelist.user_id for member in late)
    found = [Owing(m.panelist, names.get(m.panelist.user_id, ""), len(m.reviews)) for m in late]
    return sorted(found, key=lambda one: -one.reviews)


def grants(edition: Edition, application_ids: Sequence[int]) -> dict[tuple[int, int], BonusGrant]:
    """Bonus points by (application, bonus)."""
    found = db.session.scalars(
        sa.select(BonusGrant)
        .join(Bonus, Bonus.id == BonusGrant.bonus_id)
        .where(Bonus.edition_id == edition.id, BonusGrant.application_id.in_(application_ids))
    )
    return {(grant.application_id, grant.bonus_id): grant for grant in found}


def described(application_ids: Iterable[int]) -> dict[int, Contestant]:
    """Number, title and applicant of these applications; for the office only."""
    return judging.described(application_ids)


def drawn(edition_id: int) -> bool:
    """Whether a panel was drawn by lot: from then on the seed stands."""
    return (
        db.session.scalar(sa.select(Draw.id).where(Draw.edition_id == edition_id).limit(1))
        is not None
    )


def chosen(edition_id: int) -> bool:
    """Whether a selection was confirmed: from then on bonus points stand."""
    confirmed = sa.select(Selection.id).where(
        Selection.edition_id == edition_id, Selection.confirmed_at.is_not(None)
    )
    return db.session.scalar(confirmed.limit(1)) is not None
