"""What else is proof beside the ledger: gifts, bulletins, what the bank said, who hosts a fund. Nobody
at a prompt deletes it or changes what it states.
"""

import sqlite3
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError

from charity_portal.kernel.database import Model, db
from tests.factories import bank, campaigns, donations
from tests.factories.funds import make_fund
from tests.support.clocks import FrozenClock

STATED = {
    "donation": ("number", "cause", "fund_id", "purpose_id", "amount_fen", "entry_id", "received_on"),
    "bank_statement": ("host_id", "sha256", "account_tail"),
    "bank_line": (
        "statement_id", "host_id", "position", "booked_on", "amount_fen", "balance_fen", "serial",
        "fingerprint",
    ),
    "fund": ("number", "host_id", "nature", "created_at"),
    "fund_purpose": ("fund_id", "spendable"),
}  # fmt: skip
KEPT = (
    "donor",
    "donation",
    "bank_statement",
    "bank_line",
    "campaign_bulletin",
    "fund",
    "fund_purpose",
)
OTHER = {  # values of the right type that no row of the scene has
    "text": "'other'", "number": "98765", "day": "'2020-01-01'", "moment": "'2020-01-01 00:00:00'",
    "truth": "'0'",
}  # fmt: skip


@pytest.fixture
def scene(app: Flask, clock: FrozenClock) -> None:
    fund = make_fund()
    donations.make_donation(fund, donor=donations.make_donor())
    campaigns.make_bulletin(campaigns.make_emergency())
    bank.make_line()


def kind_of(column: sa.Column[object]) -> str:
    kind = type(column.type).__name__
    if kind in ("Date", "UtcDateTime"):
        return "day" if kind == "Date" else "moment"
    if kind == "Boolean":
        return "truth"
    return "text" if kind in ("Text", "String") else "number"


def statements() -> Iterator[str]:
    for table, columns in STATED.items():
        for name in columns:
            column = Model.metadata.tables[table].c[name]
            yield f"UPDATE {table} SET {name} = {OTHER[kind_of(column)]}"
    for table in KEPT:
        yield f"DELETE FROM {table}"
    for column in Model.metadata.tables["campaign_bulletin"].c:
        yield f"UPDATE campaign_bulletin SET {column.name} = {OTHER[kind_of(column)]}"
    if db.engine.dialect.name == "sqlite":
        yield from (f"REPLACE INTO {table} SELECT * FROM {table}" for table in KEPT)
    else:
        yield from (f"TRUNCATE {table} CASCADE" for table in KEPT)


def refusal(statement: str) -> str:
    """Who refused, at a prompt without foreign keys; empty when it was accepted."""
    db.session.rollback()
    try:
        if db.engine.dialect.name == "sqlite":
            connection = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
            try:
                connection.execute(statement)
            finally:
                connection.close()
        else:
            with db.engine.begin() as prompt:
                prompt.exec_driver_sql(statement)
    except (DatabaseError, sqlite3.Error) as error:
        return str(error)
    return ""


def test_what_was_stated_cannot_be_changed_or_deleted_at_a_prompt(scene: None) -> None:
    for table in {*STATED, *KEPT}:
        assert db.session.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one(), table
    said = {statement: refusal(statement) for statement in statements()}
    words = ("never change", "append-only", "already")
    wrong = {s: text for s, text in said.items() if not any(word in text for word in words)}
    assert wrong == {}
    assert len(said) > 40
