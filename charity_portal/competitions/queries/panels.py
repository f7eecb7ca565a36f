"""Reading panels: members, their loads, what they declared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.experts import Expert
from charity_portal.competitions.models.panels import Conflict, Panelist, Tie
from charity_portal.competitions.models.reviews import Review
from charity_portal.kernel.database import db
from charity_portal.organizations import queries as organizations

SEATED = ("invited", "accepted")
RUNNING = ("draft", "judging")


def panelist(panelist_id: int) -> Panelist | None:
    """One place on a panel with its edition and expert."""
    return db.session.get(
        Panelist, panelist_id, options=[joinedload(Panelist.edition), joinedload(Panelist.expert)]
    )


def conflict(conflict_id: int) -> Conflict | None:
    """One conflict with its panel member."""
    return db.session.get(
        Conflict,
        conflict_id,
        options=[joinedload(Conflict.panelist).joinedload(Panelist.edition)],
    )


def in_force(edition_id: int) -> set[tuple[int, int]]:
    """All pairs (panelist id, application id) of an edition that a conflict forbids."""
    rows = db.session.execute(
        sa.select(Conflict.panelist_id, Conflict.application_id)
        .join(Panelist, Panelist.id == Conflict.panelist_id)
        .where(Panelist.edition_id == edition_id, Conflict.lifted_at.is_(None))
    )
    return {(panelist_id, application_id) for panelist_id, application_id in rows}


@dataclass(frozen=True)
class Member:
    """Somebody on a panel."""

    panelist: Panelist
    name: str
    expert: Expert


def members(edition_id: int, states: Sequence[str] = ("accepted",)) -> list[Member]:
    """The places of an edition in these states, in the order drawn; three statements."""
    found = db.session.scalars(
        sa.select(Panelist)
        .where(Panelist.edition_id == edition_id, Panelist.state.in_(states))
        .options(joinedload(Panelist.expert), joinedload(Panelist.edition))
        .order_by(Panelist.position, Panelist.id)
    ).all()
    people = accounts.people(p.user_id for p in found)
    return [Member(p, people[p.user_id].name, p.expert) for p in found]


def everybody(edition_id: int) -> list[Member]:
    """All places of an edition, whatever became of them."""
    return members(edition_id, tuple(Panelist.MACHINE.states))


def ready(panelist: Panelist) -> bool:
    """Whether dossiers may be shown: accepted, bound to confidentiality, ties declared."""
    return (
        panelist.state == "accepted"
        and panelist.agreed_at is not None
        and panelist.declared_at is not None
    )


def seats_open(edition: Edition) -> int:
    """How many seats nobody holds or was asked to take."""
    taken = db.session.scalar(
        sa.select(sa.func.count()).where(
            Panelist.edition_id == edition.id, Panelist.state.in_(SEATED)
        )
    )
    return max(edition.panel_size - (taken or 0), 0)


def waiting(edition_id: int) -> list[Panelist]:
    """Who stands by, in the order drawn; whoever is no longer in the pool is passed over."""
    return list(
        db.session.scalars(
            sa.select(Panelist)
            .join(Panelist.expert)
            .where(
                Panelist.edition_id == edition_id,
                Panelist.state == "standby",
                Expert.state == "admitted",
            )
            .order_by(Panelist.position, Panelist.id)
        )
    )


@dataclass(frozen=True)
class Work:
    """How many reviews somebody was given, and how many of them are sealed."""

    given: int
    sealed: int


def work(edition_id: int) -> Mapping[int, Work]:
    """The reviews of each member by panelist id, those that were voided left out."""
    rows = db.session.execute(
        sa.select(
            Review.panelist_id,
            sa.func.count(),
            sa.func.sum(sa.case((Review.state == "sealed", 1), else_=0)),
        )
        .join(Panelist, Panelist.id == Review.panelist_id)
        .where(Panelist.edition_id == edition_id, Review.state != "void")
        .group_by(Review.panelist_id)
    )
    return {key: Work(given, int(sealed or 0)) for key, given, sealed in rows}


def own(user_id: int) -> list[Panelist]:
    """A reviewer's places that were offered, the latest first."""
    return list(
        db.session.scalars(
            sa.select(Panelist)
            .where(Panelist.user_id == user_id, Panelist.invited_at.is_not(None))
            .options(joinedload(Panelist.edition).selectinload(Edition.stages))
            .order_by(Panelist.invited_at.desc(), Panelist.id.desc())
        )
    )


@dataclass(frozen=True)
class Declared:
    """A tie with the organization's name for the reader."""

    tie: Tie
    organization: str


def ties(panelist_id: int) -> list[Declared]:
    """What a member declared and did not take back, in the order declared."""
    found = db.session.scalars(
        sa.select(Tie)
        .where(Tie.panelist_id == panelist_id, Tie.retracted_at.is_(None))
        .order_by(Tie.id)
    ).all()
    names = organizations.names(t.organization_id for t in found)
    return [Declared(t, names.get(t.organization_id, "")) for t in found]


def tie_counts(edition_id: int) -> Mapping[int, int]:
    """How many ties each member declared."""
    rows = db.session.execute(
        sa.select(Tie.panelist_id, sa.func.count())
        .join(Panelist, Panelist.id == Tie.panelist_id)
        .where(Panelist.edition_id == edition_id, Tie.retracted_at.is_(None))
        .group_by(Tie.panelist_id)
    )
    return dict(rows.all())
