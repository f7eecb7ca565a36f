"""Which funds' money lies idle today, by the dated rule `idle_months`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from charity_portal.funds.models.funds import Fund
from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.funds.queries import ledger
from charity_portal.funds.queries.measures import rule_on
from charity_portal.funds.rules import idle as rules
from charity_portal.funds.rules.accounts import SPENDS
from charity_portal.funds.rules.idle import Idle
from charity_portal.kernel import clock
from charity_portal.kernel.database import db


@dataclass(frozen=True)
class IdleFund:
    """A fund whose money lies idle, what it could spend in fen, and for how long."""

    fund: Fund
    available_fen: int
    idle: Idle


def idle_of(fund: Fund, available_fen: int) -> Idle | None:
    """Whether this fund's money lies idle today."""
    spent = _last_spent([fund.id]).get(fund.id)
    return _judge(fund, available_fen, spent, _limit())


def idle_funds() -> list[IdleFund]:
    """All funds whose money lies idle today, the longest first; four statements for all of them."""
    limit = _limit()
    if limit is None:
        return []
    funds = list(db.session.scalars(sa.select(Fund).where(Fund.state == "active")))
    ids = [fund.id for fund in funds]
    balances, spent = ledger.balances(ids), _last_spent(ids)
    found = []
    for fund in funds:
        available = balances[fund.id].available_fen
        idle = _judge(fund, available, spent.get(fund.id), limit)
        if idle is not None:
            found.append(IdleFund(fund, available, idle))
    return sorted(found, key=lambda entry: (entry.idle.since, entry.fund.id))


def _judge(fund: Fund, available_fen: int, spent: date | None, limit: int | None) -> Idle | None:
    began = fund.activated_on
    return rules.idle(fund.state, available_fen, began, spent, limit, clock.today())


def _limit() -> int | None:
    rule = rule_on("idle_months", clock.today())
    return rule.value if rule else None


def _last_spent(fund_ids: Iterable[int]) -> dict[int, date]:
    """The last day on which each fund promised money or handed goods out, what was taken back left
    aside; for each fund and kind one look at the end of an index."""
    entry, reversal = aliased(LedgerEntry), aliased(LedgerEntry)
    days = [
        sa.select(entry.booked_on)
        .where(
            entry.fund_id == Fund.id,
            entry.kind == kind,
            ~sa.exists().where(reversal.reverses_id == entry.id),
        )
        .order_by(entry.booked_on.desc(), entry.id.desc())
        .limit(1)
        .correlate(Fund)
        .scalar_subquery()
        for kind in SPENDS
    ]
    rows = db.session.execute(sa.select(Fund.id, *days).where(Fund.id.in_(set(fund_ids))))
    latest = {key: max((day for day in found if day), default=None) for key, *found in rows}
    return {key: day for key, day in latest.items() if day is not None}
