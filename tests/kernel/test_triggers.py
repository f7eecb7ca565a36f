"""The database keeps its own rules, and a start without them is refused."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError

from charity_portal.kernel import triggers
from charity_portal.kernel.database import db


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
