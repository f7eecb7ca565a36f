"""Reading what awards are paid in, and what has to come back."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.kernel.database import db
from charity_portal.projects.models.tranches import GrantBar, Reclaim, Tranche


def tranche(tranche_id: int) -> Tranche | None:
    """The row with its application; for this domain's own pages."""
    wanted = sa.select(Tranche).where(Tranche.id == tranche_id)
    return db.session.scalar(wanted.options(joinedload(Tranche.application)))


def tranches(application_id: int) -> list[Tranche]:
    """How an award is paid, the first part first."""
    wanted = sa.select(Tranche).where(Tranche.application_id == application_id)
    return list(db.session.scalars(wanted.order_by(Tranche.position)))


def reclaim(reclaim_id: int) -> Reclaim | None:
    """The row with its application; for this domain's own pages."""
    wanted = sa.select(Reclaim).where(Reclaim.id == reclaim_id)
    return db.session.scalar(wanted.options(joinedload(Reclaim.application)))


def bar(bar_id: int) -> GrantBar | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(GrantBar, bar_id)
