"""Reading editions with their stages and rubrics."""

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.kernel.database import db

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


def stage(stage_id: int) -> Stage | None:
    """One stage with its criteria and its edition."""
    return db.session.get(
        Stage, stage_id, options=[selectinload(Stage.edition), selectinload(Stage.criteria)]
    )
