"""Reading the expert pool."""

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from charity_portal.competitions.models.experts import Expert
from charity_portal.kernel.database import db


def expert(expert_id: int) -> Expert | None:
    """One expert with employers."""
    return db.session.get(Expert, expert_id, options=[selectinload(Expert.employments)])


def expert_of(user_id: int) -> Expert | None:
    """The expert that this person is."""
    return db.session.scalar(
        sa.select(Expert).where(Expert.user_id == user_id).options(selectinload(Expert.employments))
    )
