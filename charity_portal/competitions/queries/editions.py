"""Reading editions with their stages and rubrics."""

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.kernel.database import Page, db, page

_WHOLE = (
    selectinload(Edition.stages).selectinload(Stage.criteria),
    selectinload(Edition.tracks),
    selectinload(Edition.bonuses),
)


def edition(edition_id: int) -> Edition | None:
    """One edition with its stages, criteria, tracks and bonus rules."""
    return db.session.get(Edition, edition_id, options=_WHOLE)


def edition_of_call(call_id: int) -> Edition | None:
    """The edition that judges this call's applications."""
    return db.session.scalar(sa.select(Edition).where(Edition.call_id == call_id).options(*_WHOLE))


def by_number(number: str) -> Edition | None:
    """The edition of that number (CT-…)."""
    return db.session.scalar(sa.select(Edition).where(Edition.number == number).options(*_WHOLE))


def public_edition(number: str) -> Edition | None:
    """The edition of that number once its rules are public."""
    found = by_number(number)
    return found if found is not None and found.opened_at is not None else None


def stage(stage_id: int) -> Stage | None:
    """One stage with its criteria and its edition."""
    return db.session.get(
        Stage, stage_id, options=[selectinload(Stage.edition), selectinload(Stage.criteria)]
    )


def editions_page(state: str = "", after: str | None = None, size: int = 30) -> Page[Edition]:
    """All editions, the newest first; stages loaded."""
    wanted = sa.select(Edition).options(selectinload(Edition.stages))
    if state:
        wanted = wanted.where(Edition.state == state)
    return page(wanted, [Edition.id.desc()], after=after, size=size)


def public_page(after: str | None = None, size: int = 20) -> Page[Edition]:
    """Editions whose rules are public, the one opened last first; stages loaded."""
    wanted = (
        sa.select(Edition)
        .where(Edition.opened_at.is_not(None))
        .options(selectinload(Edition.stages))
    )
    return page(wanted, [Edition.opened_at.desc(), Edition.id.desc()], after=after, size=size)


def earlier(edition_id: int | None = None, limit: int = 30) -> list[Edition]:
    """Editions whose rubric and rules may be copied, the newest first."""
    wanted = sa.select(Edition).order_by(Edition.id.desc()).limit(limit)
    if edition_id is not None:
        wanted = wanted.where(Edition.id != edition_id)
    return list(db.session.scalars(wanted))
