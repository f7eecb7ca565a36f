"""Reading rankings and selections."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from charity_portal.competitions.models.outcomes import Ranking, Selection
from charity_portal.kernel.database import db


def ranking(ranking_id: int) -> Ranking | None:
    """One ranking with its rows."""
    return db.session.get(Ranking, ranking_id, options=[selectinload(Ranking.rows)])


def newest_ranking(edition_id: int) -> Ranking | None:
    """The latest computation of an edition."""
    return db.session.scalar(
        sa.select(Ranking)
        .where(Ranking.edition_id == edition_id)
        .order_by(Ranking.id.desc())
        .limit(1)
        .options(selectinload(Ranking.rows))
    )


def newest_selection(edition_id: int) -> Selection | None:
    """The latest choice within the purse."""
    return db.session.scalar(
        sa.select(Selection)
        .where(Selection.edition_id == edition_id)
        .order_by(Selection.id.desc())
        .limit(1)
        .options(selectinload(Selection.rows), joinedload(Selection.ranking))
    )
