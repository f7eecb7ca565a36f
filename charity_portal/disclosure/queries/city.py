"""The city's charity work at a glance; every figure leads to what it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from charity_portal.disclosure.models import Report, ReportVersion
from charity_portal.disclosure.queries import reports
from charity_portal.funds.queries import public as funds
from charity_portal.funds.queries.public import CityTotals
from charity_portal.kernel.database import db
from charity_portal.organizations import queries as organizations
from charity_portal.projects.queries import calls, notices

SHOWN = 5


@dataclass(frozen=True)
class Glance:
    """Figures and the newest of each kind. `awarded_fen` counts awards in yuan only."""

    open_calls: Sequence[Any]
    running_notices: Sequence[Any]
    results: list[ReportVersion]
    organizations: int
    awards: int
    awarded_fen: int
    funds: CityTotals


def at_a_glance() -> Glance:
    """What the front page shows, in a constant number of statements."""
    awards, awarded = db.session.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(ReportVersion.row_count), 0),
            sa.func.coalesce(sa.func.sum(ReportVersion.total_fen), 0),
        )
        .join(Report)
        .where(ReportVersion.state == "published", ReportVersion.currency == "CNY")
    ).one()
    return Glance(
        open_calls=calls.open_calls(),
        running_notices=notices.running(),
        results=reports.published_page(size=SHOWN).items,
        organizations=organizations.registered_count(),
        awards=int(awards),
        awarded_fen=int(awarded),
        funds=funds.totals(),
    )
