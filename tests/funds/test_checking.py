"""The recount finds what the triggers could not prevent: an owner of the database at work."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from charity_portal.funds.queries.checking import recount
from charity_portal.funds.rules import checking
from charity_portal.funds.rules.checking import Kept, Sums
from charity_portal.kernel import triggers
from charity_portal.kernel.database import db
from tests.factories.funds import Settled, make_fund

TABLES = ("ledger_account", "ledger_entry", "ledger_turnover", "ledger_use")


@contextmanager
def as_owner() -> Iterator[None]:
    """Without the triggers, which come back at the end."""
    db.session.rollback()
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        for trigger in triggers._triggers.values():
            if trigger.table in TABLES and getattr(trigger, db.engine.dialect.name):
                on = "" if db.engine.dialect.name == "sqlite" else f" ON {trigger.table}"
                connection.exec_driver_sql(f"DROP TRIGGER {trigger.name}{on}")
    try:
        yield
    finally:
        with db.engine.connect().execution_options(write=True) as connection, connection.begin():
            triggers.install(connection)


def tamper(statement: str) -> None:
    with (
        as_owner(),
        db.engine.connect().execution_options(write=True) as connection,
        connection.begin(),
    ):
        connection.exec_driver_sql(statement)


@pytest.fixture
def fund(app: Flask) -> Settled:
    fund = make_fund()
    fund.receive(100_00, "gift:1")
    fund.pay(fund.allocate(40_00, "award:1"))
    return fund


def said(app: Flask) -> tuple[int, str]:
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=["funds", "check"])
    return result.exit_code, result.output


def test_a_whole_ledger_is_told_so(app: Flask, fund: Settled, monkeypatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert said(app) == (0, "账目相符：23 个科目，3 笔账。\n")


TAMPERED = {
    "a balance": "UPDATE ledger_account SET balance_fen = balance_fen + 1 WHERE code = 'bank'",
    "two balances": (
        "UPDATE ledger_account SET balance_fen = balance_fen + 100 WHERE code IN ('bank', 'goods')"
    ),
    "a purse": "UPDATE ledger_account SET balance_fen = balance_fen - 1 WHERE kind = 'purse'",
    "an entry": "UPDATE ledger_entry SET amount_fen = amount_fen + 1 WHERE kind = 'income'",
    "an entry is gone": "DELETE FROM ledger_entry WHERE kind = 'payment'",
    "another day": "UPDATE ledger_entry SET booked_on = '2026-02-01' WHERE kind = 'income'",
    "a sum": "UPDATE ledger_turnover SET debit_fen = debit_fen + 1",
    "a sum is gone": "DELETE FROM ledger_turnover",
    "a sum of a use": "UPDATE ledger_use SET amount_fen = amount_fen + 1",
    "a sum of a use is gone": "DELETE FROM ledger_use",
}


@pytest.mark.parametrize(
    "statement", TAMPERED.values(), ids=[k.replace(" ", "-") for k in TAMPERED]
)
def test_a_tampered_ledger_is_found(app: Flask, fund: Settled, statement: str) -> None:
    assert recount().difference is None
    tamper(statement)
    code, output = said(app)
    assert code == 1 and "JJ-2026-0001" in output, output


def test_the_first_difference_is_named() -> None:
    bank = Kept(1, 9, "JJ-1", "bank", "bank", None, 100)
    purse = Kept(2, 9, "JJ-1", "purse:3", "purse", None, -90)
    income = Kept(3, 9, "JJ-1", "income:3:sale", "income", 2, -100)
    sums = {1: Sums(debit_fen=100), 3: Sums(credit_fen=100)}
    (found,) = checking.balance_differences([bank, purse, income], sums)
    assert found.params["account"] == "purse:3"
    assert list(checking.fund_differences([bank, purse, income]))
    assert list(checking.balance_differences([bank], {1: Sums(100), 7: Sums(1)}))
