"""What stands behind a figure is found by an index in the order of days: nothing is sorted or scanned."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.funds.queries import figures
from charity_portal.funds.queries.statements import statement
from charity_portal.funds.rules.figures import Narrowing
from charity_portal.kernel.database import db
from tests.factories.public_funds import Lived, lived

FEBRUARY = date(2026, 2, 1)
WANTED = {
    "everything": (Narrowing(), {"ix_ledger_entry_day"}),
    "months": (Narrowing(since=FEBRUARY, until=FEBRUARY), {"ix_ledger_entry_day"}),
    "kind": (Narrowing("payment"), {"ix_ledger_entry_kind"}),
    "income": (Narrowing("income"), {"ix_ledger_entry_debit", "ix_ledger_entry_credit"}),
    "source and month": (
        Narrowing("income", source="sale", since=FEBRUARY, until=FEBRUARY),
        {"ix_ledger_entry_credit"},
    ),
    "bank": (Narrowing("bank"), {"ix_ledger_entry_debit", "ix_ledger_entry_credit"}),
    "use": (Narrowing("spending", use="award"), {"ix_ledger_entry_purpose_use"}),
}


@pytest.fixture
def fund(app: Flask) -> Lived:
    found = lived()
    db.session.rollback()
    return found


def plans(read: Callable[[], Any]) -> str:
    """The plans of all statements that read entries, as the database would run them on a large table."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, text: str, values: Any, *_rest: Any) -> None:
        if "FROM ledger_entry" in text and "reverses_id IN" not in text:
            seen.append((text, values))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        read()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    connection = db.session.connection()
    if db.engine.dialect.name == "sqlite":
        rows = [
            row.detail
            for text, values in seen
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        ]
        return "\n".join(rows)
    for setting in ("seqscan", "bitmapscan", "sort"):  # as when the table is large
        connection.exec_driver_sql(f"SET LOCAL enable_{setting} = off")
    found = [
        connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {text}", values).scalar_one()
        for text, values in seen
    ]
    db.session.rollback()
    return json.dumps(found)


def test_pages_of_entries_are_cut_by_an_index(fund: Lived) -> None:
    key = fund.fund.fund_id
    deep = figures.entries(key, Narrowing(), None, 3).next_cursor
    for after in (None, deep):
        for name, (wanted, indexes) in WANTED.items():
            plan = plans(lambda: figures.entries(key, wanted, after, 2))  # noqa: B023
            exactly = db.engine.dialect.name == "sqlite"  # PostgreSQL weighs few rows differently
            ours = indexes if exactly else {"ix_ledger_entry_"}
            assert all(index in plan for index in ours), (name, after, plan)
            assert "SCAN ledger_entry" not in plan and "Seq Scan" not in plan, (name, after, plan)


def test_a_figure_and_a_statement_read_no_entries(fund: Lived) -> None:
    key = fund.fund.fund_id
    for name in ("income", "bank", "use"):
        wanted, _indexes = WANTED[name]
        assert plans(lambda: figures.figure(key, wanted)) in ("", "[]")  # noqa: B023
    assert plans(lambda: statement(key, FEBRUARY, FEBRUARY)) in ("", "[]")
