"""Sixty-four people at one fund at once (10,000 attempts: `python -m tests.bench.crowd`)."""

import sqlalchemy as sa
from flask import Flask

from charity_portal.funds.queries.checking import recount
from charity_portal.kernel.database import db
from tests.factories.funds import make_fund
from tests.support import crowd

PEOPLE, ATTEMPTS = 64, 256


def test_sixty_four_who_do_everything_at_once_lose_double_and_overdraw_nothing(app: Flask) -> None:
    fund = crowd.endowed_fund()
    before = recount().entries
    first = db.session.scalar(sa.text("SELECT max(id) FROM ledger_entry"))
    people = crowd.Crowd(fund)
    db.session.rollback()
    with crowd.connections(PEOPLE):
        outcomes = crowd.together(app, PEOPLE, ATTEMPTS, people.act)
    done = sum(count for outcome, count in outcomes.items() if outcome.endswith("done"))
    refused = {outcome.rpartition(": ")[2] for outcome in outcomes} - {"done", "as before"}
    assert refused <= {
        "Overdrawn", "AlreadyPaid", "AlreadyReversed", "NotReversible", "NotFound", "PortalError",
    }, outcomes  # fmt: skip
    assert sum(outcomes.values()) == ATTEMPTS and done > 40, outcomes
    assert people.lost_and_doubled(first) == (0, 0)
    assert crowd.wrong_balances() == []
    verdict = recount()
    assert (verdict.entries, verdict.difference) == (before + done, None)
    assert app.test_cli_runner().invoke(args=["funds", "check"]).exit_code == 0


def spend_naively(app: Flask) -> int:
    """How much is left of 300 fen when 16 people look first and then spend 100, again and again."""
    fund = make_fund()
    fund.receive(300, "gift:1")
    act = crowd.naive_spending(fund, 100)
    db.session.remove()
    with crowd.connections(16):
        outcomes = crowd.together(app, 16, 48, act)
    assert outcomes["accepted"] >= 3, outcomes
    return 300 - 100 * outcomes["accepted"]


def test_who_looks_first_and_then_writes_is_stopped_by_the_database(app: Flask) -> None:
    assert spend_naively(app) == 0
    assert crowd.wrong_balances() == []
