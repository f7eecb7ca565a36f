"""Many at once at one fund, and a process that dies in the middle."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal import schema
from charity_portal.app import create_app
from charity_portal.funds.errors import MonthClosed, Overdrawn
from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.funds.queries import ledger
from charity_portal.funds.queries.checking import recount
from charity_portal.funds.services import funds, months, moving, posting
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, PortalError
from tests.factories.funds import PAPER, Settled, make_fund, make_staff
from tests.support.apps import settings_for
from tests.support.at_once import at_once
from tests.support.databases import NAMES, empty_database
from tests.support.posters import Posters

THREADS, ATTEMPTS, MONEY_FOR = 32, 128, 40


def overspend(app: Flask, fund: Settled) -> Counter[str]:
    """So many threads, so many attempts to promise one yuan each; what became of them."""
    outcomes: Counter[str] = Counter()
    numbers = iter(range(ATTEMPTS))
    turn, start = threading.Lock(), threading.Barrier(THREADS)

    def take() -> int | None:
        with turn:
            return next(numbers, None)

    def spend() -> None:
        with app.app_context():
            start.wait(20)
            while (number := take()) is not None:
                try:
                    fund.allocate(100, f"award:{number}")
                    outcome = "accepted"
                except Overdrawn:
                    outcome = "overdrawn"
                with turn:
                    outcomes[outcome] += 1
            db.session.remove()

    threads = [threading.Thread(target=spend) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return outcomes


def test_thirty_two_who_spend_from_one_fund_never_overdraw_it(app: Flask) -> None:
    fund = make_fund()
    fund.receive(MONEY_FOR * 100, "gift:1")
    db.session.rollback()
    outcomes = overspend(app, fund)
    assert outcomes == {"accepted": MONEY_FOR, "overdrawn": ATTEMPTS - MONEY_FOR}
    db.session.rollback()
    assert ledger.balance(fund.fund_id).available_fen == 0
    assert recount().difference is None


def test_sixteen_who_post_one_cause_make_one_entry(app: Flask) -> None:
    fund = make_fund()
    fund.receive(100_00, "gift:1")

    def post() -> int:
        return moving.allocate(
            fund.staff, fund.fund_id, None, 10_00, fund.purpose, "award:7", PAPER
        ).id

    results = at_once(app, *[post] * 16)
    assert len(set(results)) == 1 and isinstance(results[0], int), results
    assert ledger.balance(fund.fund_id).available_fen == 90_00


def test_eight_who_reverse_one_entry_reverse_it_once(app: Flask) -> None:
    fund = make_fund()
    entry_id = fund.receive(100_00, "gift:1")
    results = at_once(app, *[lambda: posting.reverse(fund.staff, entry_id, "v", "记错").id] * 8)
    assert sum(isinstance(result, int) for result in results) == 1
    assert sum(isinstance(result, PortalError) for result in results) == 7
    assert ledger.balance(fund.fund_id).available_fen == 0


def test_a_closing_and_entries_at_once_leave_no_entry_behind_the_closing(app: Flask) -> None:
    fund = make_fund()
    paper = moving.Paper("v", "d", date(2026, 1, 31))

    def receive(number: int):
        return lambda: (
            moving.receive(fund.staff, fund.fund_id, 1, fund.purpose, f"gift:{number}", paper).id
        )

    def close() -> int:
        return months.close_month(fund.staff, fund.host_id, date(2026, 1, 1)).id

    results = at_once(app, *[receive(n) for n in range(6)], close, *[receive(n) for n in (7, 8)])
    refused = [r for r in results if not isinstance(r, int)]
    assert all(isinstance(r, MonthClosed) for r in refused), refused
    with pytest.raises(MonthClosed):
        fund.receive(1, "gift:late", paper=paper)
    assert ledger.balance(fund.fund_id).received_fen == 8 - len(refused)


def test_an_end_and_a_gift_at_once_never_both_happen(app: Flask) -> None:
    fund = make_fund()
    results = at_once(
        app,
        lambda: moving.receive(fund.staff, fund.fund_id, 1, fund.purpose, "gift:1", PAPER).id,
        lambda: funds.end(fund.staff, fund.fund_id, "协议期满").id,
    )
    refused = [result for result in results if isinstance(result, PortalError)]
    assert len(refused) == 1, results


@pytest.fixture(params=NAMES)
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The portal on a database that another process may use and die on."""
    app = create_app(settings_for(empty_database(request.param, tmp_path), tmp_path))
    with app.app_context():
        schema.upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def posters(own: Flask) -> Iterator[Posters]:
    started = Posters(own)
    yield started
    started.close()


def test_a_process_killed_while_posting_leaves_a_whole_ledger(own: Flask, posters: Posters) -> None:
    fund = make_fund()
    fund.receive(1_000_000_00, "gift:1")
    told: list[str] = []
    for run, lines in enumerate((5, 17, 30)):
        db.session.remove()
        told += posters.killed(fund, run, lines)
        stored = set(db.session.scalars(sa.select(LedgerEntry.source)))
        assert set(told) <= stored
        assert recount().difference is None
        fund.allocate(1, f"award:after-{run}")
    assert len(told) == len(set(told)) >= 52


def test_an_approver_takes_back_a_promise_and_nothing_else(app: Flask) -> None:
    fund, approver = make_fund(), make_staff("approver")
    income = fund.receive(500, "donation:1")
    promised = fund.allocate(200, "award:1")
    with transaction():
        posting.reverse(approver, promised, "v", "不再拨付")
    with pytest.raises(Forbidden), transaction():
        posting.reverse(approver, income, "v", "记错")
    assert ledger.balance(fund.fund_id).available_fen == 500
