"""Applications as figures: what choosing within the purse reads, two statements however many."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from charity_portal.kernel.database import db
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Track
from charity_portal.projects.models.screening import Decision


@dataclass(frozen=True)
class Proposal:
    """One application. Amounts in minor units; `track` is its track's key, empty without one.

    `decision` is (outcome, amount, reserve rank, revision) of what is decided about it, if anything is.
    """

    id: int
    number: str
    title: str
    state: str
    organization_id: int
    track: str
    requested: int
    decision: tuple[str, int, int | None, int] | None


def proposals(ids: Iterable[int]) -> dict[int, Proposal]:
    """The applications with these ids (a few thousand at most)."""
    wanted = (
        sa.select(
            Application.id,
            Application.number,
            Application.title,
            Application.state,
            Application.organization_id,
            Track.key,
            Application.amount_requested_fen,
            Decision.outcome,
            Decision.amount_fen,
            Decision.reserve_rank,
            Decision.rev,
        )
        .outerjoin(Track, Track.id == Application.track_id)
        .outerjoin(Decision, Decision.application_id == Application.id)
        .where(Application.id.in_(set(ids)))
    )
    return {row.id: _proposal(row) for row in db.session.execute(wanted)}


def _proposal(row: Any) -> Proposal:
    decided = None if row.rev is None else (row.outcome, row.amount_fen, row.reserve_rank, row.rev)
    return Proposal(
        id=row.id,
        number=row.number or "",
        title=row.title,
        state=row.state,
        organization_id=row.organization_id,
        track=row.key or "",
        requested=row.amount_requested_fen or 0,
        decision=decided,
    )


@dataclass(frozen=True)
class TrackWords:
    """A track of a call: id, key, titles, and its own purse if it has one."""

    id: int
    key: str
    title_zh: str
    title_en: str | None
    purse_fen: int | None


def tracks_of(call_id: int) -> Sequence[TrackWords]:
    """The tracks of a call in their order."""
    columns = (Track.id, Track.key, Track.title_zh, Track.title_en, Track.purse_fen)
    wanted = sa.select(*columns).where(Track.call_id == call_id)
    rows = db.session.execute(wanted.order_by(Track.position, Track.id))
    return [TrackWords(*row) for row in rows]


def owned_by(organization_ids: Iterable[int]) -> Mapping[int, int]:
    """Application id -> organization id, of everything that these organizations handed in."""
    rows = db.session.execute(
        sa.select(Application.id, Application.organization_id).where(
            Application.organization_id.in_(set(organization_ids)),
            Application.submitted_at.is_not(None),
        )
    )
    return {row.id: row.organization_id for row in rows}
