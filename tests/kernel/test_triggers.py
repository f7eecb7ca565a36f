"""The database keeps its own rules, and a start without them is refused."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError

from charity_portal.kernel import triggers
from charity_portal.kernel.database import db
from tests.factories.competitions import make_edition


def test_every_registered_trigger_is_there(app: Flask) -> None:
    with db.engine.connect() as connection:
        assert triggers.missing(connection) == []


def test_a_lost_trigger_is_missed_and_put_back(app: Flask) -> None:
    with db.engine.connect() as connection:
        on_table = " ON audit_entry" if connection.dialect.name == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER audit_entry_no_update{on_table}")
        assert [t.name for t in triggers.missing(connection)] == ["audit_entry_no_update"]
        triggers.install(connection)
        assert triggers.missing(connection) == []
        connection.rollback()


def test_emptying_an_append_only_table_is_refused(app: Flask) -> None:
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(
                sa.text(
                    "INSERT INTO audit_entry (seq, at, by_system, action, subject_kind, prev_hash, hash)"
                    " VALUES (1, '2026-01-01', 1, 'a', 'b', 'c', 'd')"
                )
            )
        statement = {"sqlite": "DELETE FROM audit_entry", "postgresql": "TRUNCATE audit_entry"}
        with pytest.raises(DatabaseError, match="append-only"):
            connection.exec_driver_sql(statement[connection.dialect.name])
        connection.rollback()


def test_a_frozen_row_is_neither_written_nor_changed_nor_removed(app: Flask) -> None:
    stage = make_edition().stages[0]
    assert len(stage.criteria) == 3
    columns = "stage_id, key, title_zh, weight_bp, top, anchors, reason_when, may_skip, position"
    copied = f"INSERT INTO criterion ({columns}) SELECT {columns.replace('key', chr(39) + 'x' + chr(39))}"
    for statement in (
        "UPDATE criterion SET weight_bp = 1",
        "DELETE FROM criterion",
        f"{copied} FROM criterion WHERE position = 0",
    ):
        with db.engine.connect() as connection, pytest.raises(DatabaseError, match="frozen"):
            connection.exec_driver_sql(statement)


def test_a_row_whose_condition_does_not_hold_is_free(app: Flask) -> None:
    make_edition(state="draft")
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE criterion SET weight_bp = 1")
        assert connection.exec_driver_sql("DELETE FROM criterion").rowcount == 3
