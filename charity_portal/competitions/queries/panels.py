"""Reading panels, declarations and conflicts."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.competitions.models.panels import Conflict, Panelist
from charity_portal.kernel.database import db


def panelist(panelist_id: int) -> Panelist | None:
    """One place on a panel with its edition and expert."""
    return db.session.get(
        Panelist, panelist_id, options=[joinedload(Panelist.edition), joinedload(Panelist.expert)]
    )


def conflict(conflict_id: int) -> Conflict | None:
    """One conflict with its panel member."""
    return db.session.get(Conflict, conflict_id, options=[joinedload(Conflict.panelist)])


def in_force(edition_id: int) -> set[tuple[int, int]]:
    """All pairs (panelist id, application id) of an edition that a conflict forbids."""
    rows = db.session.execute(
        sa.select(Conflict.panelist_id, Conflict.application_id)
        .join(Panelist, Panelist.id == Conflict.panelist_id)
        .where(Panelist.edition_id == edition_id, Conflict.lifted_at.is_(None))
    )
    return {(panelist_id, application_id) for panelist_id, application_id in rows}
