"""What a prompt with the application's rights may not do to the ledger. On SQLite the prompt has
foreign keys and recursive triggers switched off, as the sqlite3 program has.
"""

import sqlite3
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError

from charity_portal.funds.models.ledger import LedgerAccount, LedgerEntry
from charity_portal.funds.queries import ledger
from charity_portal.funds.queries.checking import recount
from charity_portal.funds.rules.establishing import Purpose
from charity_portal.funds.services import funds, months, posting
from charity_portal.kernel.database import db, transaction
from tests.factories.funds import make_fund
from tests.support.ledger_attacks import BOTH, POSTGRESQL, SQLITE, Attack, Scene


@pytest.fixture
def scene(app: Flask) -> Scene:
    fund = make_fund(
        nature="endowed",
        payout_bp=500,
        purposes=(
            Purpose("助老", ("award",)),
            Purpose("急难", ("relief",)),
            Purpose("本金", spendable=False),
        ),
    )
    other = make_fund()
    income = fund.receive(140_00, "gift:1")
    fund.receive(1_000_00, "gift:2", purpose=fund.purposes[2])
    other.receive(100_00, "gift:3")
    allocation = fund.allocate(40_00, "award:1")
    payment = fund.pay(allocation)
    promised = fund.allocate(40_00, "award:2")
    undone = fund.allocate(5_00, "award:3")
    wrong = fund.receive(7_00, "gift:4")
    with transaction():
        posting.reverse(fund.staff, wrong, "v", "记错")
        posting.reverse(fund.staff, undone, "v", "取消")
        months.close_month(fund.staff, fund.host_id, date(2026, 1, 1))
    rows = db.session.execute(
        sa.select(LedgerAccount.code, LedgerAccount.id).where(LedgerAccount.fund_id == fund.fund_id)
    )
    return Scene(
        fund, other, income, allocation, payment, wrong, promised, undone, dict(rows.all())
    )


def prompt(statement: str) -> None:
    """Run a statement as somebody at a prompt would, and keep what it does."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        connection = sqlite3.connect(str(db.engine.url.database), isolation_level=None, timeout=15)
        try:
            assert connection.execute("PRAGMA foreign_keys").fetchone() == (0,)
            connection.execute(statement)
        finally:
            connection.close()
    else:
        with db.engine.begin() as connection:
            connection.exec_driver_sql(statement.replace("%", "%%"))


def contents() -> list[tuple[object, ...]]:
    """All rows of the ledger."""
    db.session.rollback()
    tables = (
        "ledger_book",
        "ledger_closing",
        "ledger_account",
        "ledger_entry",
        "ledger_turnover",
        "ledger_use",
    )
    return [
        tuple(row)
        for table in tables
        for row in db.session.execute(sa.text(f"SELECT * FROM {table} ORDER BY 1, 2"))
    ]


def outcome(scene: Scene, attack: Attack, before: list[tuple[object, ...]]) -> str | None:
    """What went wrong with refusing a statement; None when it was refused without a trace."""
    try:
        prompt(attack(scene))
    except (DatabaseError, sqlite3.Error):
        return None if contents() == before else "was refused and left something behind"
    return "was accepted"


def test_forbidden_statements_are_refused_and_leave_nothing(scene: Scene) -> None:
    own = SQLITE if db.engine.dialect.name == "sqlite" else POSTGRESQL
    before = contents()
    found = {name: outcome(scene, attack, before) for name, attack in (BOTH | own).items()}
    assert {name: text for name, text in found.items() if text} == {}
    assert recount().difference is None
    assert len(found) > 75


def test_the_same_statements_pass_when_they_are_right(scene: Scene) -> None:
    """Otherwise the attacks above might be refused for a slip of the pen."""
    backwards = {
        "kind": "'reversal'",
        "debit_id": scene.account("income", "donation"),
        "credit_id": scene.account("bank"),
    }
    prompt(scene.insert())
    newest = db.session.scalar(sa.select(sa.func.max(LedgerEntry.id)))
    prompt(scene.insert(**backwards, reverses_id=newest, source="'raw:2'"))
    prompt(scene.spend(60_00, source="'raw:3'"))
    prompt(scene.pay(40_00, scene.promised, source="'raw:4'"))
    prompt(scene.refund(10_00, source="'raw:6'"))
    payout = {"kind": "'payout'", "debit_id": scene.account("moved", nth=2)}
    prompt(scene.insert(credit_id=scene.account("moved"), source="'raw:5'", **payout))
    prompt(
        "INSERT INTO ledger_closing (host_id, month, closed_by, by_system, closed_at) VALUES"
        f" ({scene.fund.host_id}, '2026-02-01', {scene.fund.staff.user_id}, '0', '2026-03-02')"
    )
    assert recount().difference is None
    assert ledger.balance(scene.fund.fund_id).available_fen == 11_00


def test_an_ended_fund_takes_nothing(scene: Scene) -> None:
    empty = make_fund(host_id=scene.fund.host_id)
    with transaction():
        funds.end(empty.staff, empty.fund_id, "协议期满")
    rows = db.session.execute(
        sa.select(LedgerAccount.code, LedgerAccount.id).where(
            LedgerAccount.fund_id == empty.fund_id
        )
    )
    ended = Scene(empty, scene.other, 0, 0, 0, 0, 0, 0, dict(rows.all()))
    with pytest.raises((DatabaseError, sqlite3.Error), match="does not fit"):
        prompt(ended.insert())
