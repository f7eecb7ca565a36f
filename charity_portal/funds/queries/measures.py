"""Reading the dated rules that funds are measured against."""

from datetime import date

import sqlalchemy as sa

from charity_portal.funds.models.spending import FundRule
from charity_portal.kernel.database import db


def rule_on(measure: str, day: date, scope: str = "all") -> FundRule | None:
    """The rule of a measure in force on a day: that of the scope, else the one for all."""
    wanted = (
        sa.select(FundRule)
        .where(
            FundRule.measure == measure,
            FundRule.scope.in_((scope, "all")),
            FundRule.since <= day,
            sa.or_(FundRule.until.is_(None), FundRule.until >= day),
        )
        .order_by(FundRule.scope == "all", FundRule.since.desc())
    )
    return db.session.scalar(wanted.limit(1))
