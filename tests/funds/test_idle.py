"""Idle money is told, and only idle money."""

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.funds.models.spending import FundRule
from charity_portal.funds.queries import funds, ledger
from charity_portal.funds.queries.idle import idle_funds, idle_of
from charity_portal.funds.rules.idle import Idle, idle, whole_months
from charity_portal.funds.services import posting
from charity_portal.kernel.database import db, transaction
from tests.factories.funds import Settled, make_fund


@pytest.mark.parametrize(
    ("since", "today", "months"),
    [
        ("2026-01-31", "2026-02-28", 0),
        ("2026-01-15", "2026-02-15", 1),
        ("2025-03-02", "2026-03-01", 11),
        ("2025-03-02", "2026-03-02", 12),
        ("2026-03-02", "2026-01-01", 0),
    ],
)
def test_only_whole_months_count(since: str, today: str, months: int) -> None:
    assert whole_months(date.fromisoformat(since), date.fromisoformat(today)) == months


def test_a_fund_is_idle_only_while_it_runs_and_could_spend() -> None:
    began, today = date(2025, 1, 1), date(2026, 3, 2)
    assert idle("active", 1, began, None, 12, today) == Idle(began, 14)
    assert idle("active", 0, began, None, 12, today) is None
    assert idle("suspended", 1, began, None, 12, today) is None
    assert idle("active", 1, began, date(2025, 6, 1), 12, today) is None
    assert idle("active", 1, began, date(2025, 2, 1), 12, today) == Idle(date(2025, 2, 1), 13)
    assert idle("active", 1, None, None, 12, today) is None
    assert idle("active", 1, began, None, None, today) is None


def judged(fund: Settled) -> Idle | None:
    row = funds.fund(fund.fund_id)
    assert row is not None
    return idle_of(row, ledger.balance(row.id).available_fen)


def test_a_promise_that_was_taken_back_is_no_spending(app: Flask, clock) -> None:
    fund, empty = make_fund(), make_fund()
    fund.receive(100_00, "gift:1")
    clock.set("2026-06-01 10:00")
    kept = fund.allocate(10_00, "award:1")
    clock.set("2027-04-01 10:00")
    assert judged(fund) is None and idle_funds() == []
    with transaction():
        posting.reverse(fund.staff, kept, "冲", "取消")
    assert judged(fund) == Idle(date(2026, 3, 2), 12)
    (found,) = idle_funds()
    assert (found.fund.id, found.available_fen) == (fund.fund_id, 100_00)
    assert judged(empty) is None
    fund.allocate(10_00, "award:2")
    assert idle_funds() == []


def test_without_a_rule_nothing_is_called_idle(app: Flask, clock) -> None:
    fund = make_fund()
    fund.receive(100_00, "gift:1")
    with transaction():
        db.session.execute(
            sa.update(FundRule)
            .where(FundRule.measure == "idle_months")
            .values(until=date(2026, 12, 31))
        )
    clock.set("2030-01-01 10:00")
    assert judged(fund) is None and idle_funds() == []
