"""What is read from the ledger, and that reading costs the same however long it is."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.funds.models.ledger import LedgerAccount
from charity_portal.funds.queries import ledger
from charity_portal.funds.queries.checking import recount
from charity_portal.funds.queries.ledger import EntryFilter, MonthSum
from charity_portal.funds.rules.accounts import Address
from charity_portal.funds.services.moving import Paper
from charity_portal.kernel.database import db, transaction
from tests.factories.funds import Settled, make_fund
from tests.support.statements import counted

FEW, MANY = 500, 5_000
AT_A_TIME = 100  # PostgreSQL keeps each version of a balance until the transaction ends
OF_A_FUND = (
    200  # rows that a plan may look at however few entries there are: a fund has 23 accounts
)
MIDDLE = b64encode(json.dumps([{"d": "2026-01-20"}, 10**9]).encode()).decode()


def on(day: str) -> Paper:
    return Paper("v", "d", date.fromisoformat(day))


def test_entries_are_read_day_by_day_and_narrowed_down(app: Flask) -> None:
    fund = make_fund()
    _first, second = fund.purposes
    ids = {
        "a": fund.receive(300, "gift:1", paper=on("2026-02-01")),
        "b": fund.receive(200, "gift:2", paper=on("2026-01-05"), purpose=second),
        "c": fund.allocate(100, "award:1", paper=on("2026-02-20")),
        "d": fund.receive(50, "gift:3", paper=on("2026-02-01")),
    }

    def seen(after: str | None = None, size: int = 50, **narrowed: Any) -> list[str]:
        names = {entry_id: name for name, entry_id in ids.items()}
        cut = ledger.entries_page(fund.fund_id, EntryFilter(**narrowed), after, size)
        found = [names[line.id] for line in cut.items]
        return found + seen(cut.next_cursor, size, **narrowed) if cut.next_cursor else found

    assert seen() == seen(size=1) == ["c", "d", "a", "b"]
    assert seen(purpose_id=second) == ["b"]
    assert seen(kind="income") == seen(kind="income", size=2) == ["d", "a", "b"]
    assert seen(since=date(2026, 2, 1), until=date(2026, 2, 1)) == ["d", "a"]
    assert ledger.entries_page(make_fund().fund_id).items == []


def test_sums_by_purpose_and_month_are_what_was_posted(app: Flask) -> None:
    fund = make_fund()
    first, second = fund.purposes
    fund.receive(300, "gift:1", paper=on("2026-01-31"))
    fund.receive(200, "gift:2", paper=on("2026-02-01"), income_source="sale")
    fund.receive(10, "gift:3", paper=on("2026-02-28"), purpose=second, in_kind=True)
    fund.allocate(150, "award:1", paper=on("2026-02-03"))
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    both = [
        MonthSum(first, january, 300, 0),
        MonthSum(first, february, 200, 150),
        MonthSum(second, february, 10, 0),
    ]
    assert ledger.sums_by_purpose_and_month(fund.fund_id) == both
    assert ledger.sums_by_purpose_and_month(fund.fund_id, until=date(2026, 1, 9)) == both[:1]
    assert ledger.sums_by_purpose_and_month(fund.fund_id, since=date(2026, 2, 9)) == both[1:]
    assert ledger.income_by_source(fund.fund_id)["sale"] == 200


def test_balances_of_many_funds_are_one_statement(app: Flask) -> None:
    funds = [make_fund() for _ in range(3)]
    for number, fund in enumerate(funds, 1):
        fund.receive(number, f"gift:{number}")
    with counted(app) as statements:
        found = ledger.balances(fund.fund_id for fund in funds)
    assert [found[fund.fund_id].available_fen for fund in funds] == [1, 2, 3]
    assert len(statements) == 1


def fill(fund: Settled, up_to: int) -> None:
    """Post income until there are so many entries, as a prompt would: the triggers do the rest."""
    codes = dict(
        db.session.execute(
            sa.select(LedgerAccount.code, LedgerAccount.id).where(
                LedgerAccount.fund_id == fund.fund_id
            )
        ).all()
    )
    there = db.session.scalar(sa.text("SELECT count(*) FROM ledger_entry")) or 0
    statement = sa.text(
        "INSERT INTO ledger_entry (fund_id, purpose_id, kind, debit_id, credit_id, amount_fen,"
        " booked_on, source, voucher, description, actor_id, by_system, posted_at) VALUES"
        " (:fund, :purpose, 'income', :bank, :income, 1, :day, :source, 'v', 'd', :actor, :no, :at)"
    ).bindparams(sa.bindparam("day", type_=sa.Date), sa.bindparam("no", type_=sa.Boolean))
    fixed = {
        "fund": fund.fund_id, "purpose": fund.purpose, "bank": codes["bank"],
        "income": codes[Address("income", fund.purpose, "donation").code],
        "actor": fund.staff.user_id, "no": False, "at": "2026-03-02 02:00:00",
    }  # fmt: skip
    for first in range(there, up_to, AT_A_TIME):
        rows = [
            fixed | {"source": f"gift:{n}", "day": date(2026, 1 + n % 2, 1 + n % 28)}
            for n in range(first, min(first + AT_A_TIME, up_to))
        ]
        with transaction():
            db.session.execute(statement, rows)


def work(read: Callable[[], Any], app: Flask) -> int:
    """What reading costs: steps of SQLite's machine, or rows that PostgreSQL's plans look at."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        steps = [0]

        def step() -> int:
            steps[0] += 1
            return 0

        driver: Any = db.session.connection().connection.driver_connection
        driver.set_progress_handler(step, 1)
        try:
            read()
        finally:
            driver.set_progress_handler(None, 0)
        return steps[0]
    return sum(_rows(text, values) for text, values in _statements(read))


def _statements(read: Callable[[], Any]) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        seen.append((statement, values))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        read()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    return seen


def _rows(text: str, values: Any) -> int:
    explain = f"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) {text}"
    found = db.session.connection().exec_driver_sql(explain, values).scalar_one()
    plan = found if isinstance(found, list) else json.loads(found)
    return _looked_at(plan[0]["Plan"])


def _looked_at(node: dict[str, Any]) -> int:
    removed = sum(count for name, count in node.items() if name.startswith("Rows Removed"))
    own = (node["Actual Rows"] + removed) * node["Actual Loops"]
    return int(own) + sum(_looked_at(below) for below in node.get("Plans", []))


@pytest.fixture
def reads(app: Flask) -> tuple[Settled, dict[str, Callable[[], Any]]]:
    fund = make_fund()
    key = fund.fund_id

    def deep(filters: EntryFilter) -> Callable[[], Any]:
        return lambda: ledger.entries_page(key, filters, MIDDLE)

    return fund, {
        "balance": lambda: ledger.balance(key),
        "purses": lambda: ledger.purses(key),
        "sums": lambda: ledger.sums_by_purpose_and_month(key),
        "first page": lambda: ledger.entries_page(key),
        "first page of a purpose": lambda: ledger.entries_page(
            key, EntryFilter(purpose_id=fund.purpose)
        ),
        "first page of a kind": lambda: ledger.entries_page(key, EntryFilter(kind="income")),
        "deep page": deep(EntryFilter()),
        "deep page of a purpose": deep(EntryFilter(purpose_id=fund.purpose)),
        "deep page of a kind": deep(EntryFilter(kind="income")),
    }


def test_reading_costs_the_same_however_long_the_ledger_is(
    app: Flask, reads: tuple[Settled, dict[str, Callable[[], Any]]]
) -> None:
    fund, ways = reads
    costs: list[dict[str, tuple[int, int]]] = []
    for length in (FEW, MANY):
        fill(fund, length)
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
        cost = {}
        for name, read in ways.items():
            with counted(app) as statements:
                read()
            cost[name] = (len(statements), work(read, app))
        costs.append(cost)
    assert ledger.balance(fund.fund_id).available_fen == MANY
    assert recount().difference is None
    few, many = costs
    for name, (statements, rows) in many.items():
        assert statements == few[name][0] <= 2, name
        if db.engine.dialect.name == "sqlite" or rows > OF_A_FUND:
            assert rows <= few[name][1] * 1.5, (name, few[name], many[name])
