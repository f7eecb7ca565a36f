"""The trail is written with the change, cannot be altered, and shows where it was."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError

from charity_portal.kernel import audit
from charity_portal.kernel.audit import Anchor, AuditEntry, AuditHead
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import SYSTEM, Actor

OFFICER = Actor(user_id=None, name="officer")


def write(n: int) -> None:
    for i in range(n):
        with transaction():
            audit.record(SYSTEM, "thing.done", None, before={"n": i}, after={"n": i + 1})


def tamper(statement: str) -> None:
    """Do what the triggers forbid, as somebody would who owns the database."""
    with transaction():
        connection = db.session.connection()
        if connection.dialect.name == "sqlite":
            rules = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'"
            ).all()
            for name, _ in rules:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.exec_driver_sql(statement)
            for _, sql in rules:
                connection.exec_driver_sql(sql)
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql(statement)


def test_an_entry_is_kept_with_the_change_and_lost_with_it(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        audit.record(SYSTEM, "thing.done", None)
        _ = 1 // 0
    assert audit.head() == Anchor(0, audit.GENESIS)
    write(1)
    assert audit.head().seq == 1


def test_an_untouched_trail_is_whole(app: Flask) -> None:
    write(5)
    assert audit.verify() == audit.Verdict(5)


def test_entries_of_one_transaction_follow_each_other(app: Flask) -> None:
    with transaction():
        audit.record(SYSTEM, "first", None)
        audit.record(OFFICER, "second", None, reason="because")
    actions = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert actions == ["first", "second"]
    assert audit.verify().whole


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET hash = hash",
    ],
)
def test_the_database_refuses_to_alter_the_trail(app: Flask, statement: str) -> None:
    write(2)
    with pytest.raises(DatabaseError, match="append-only"), transaction():
        db.session.connection().exec_driver_sql(statement)
    assert audit.verify() == audit.Verdict(2)


def test_replacing_an_entry_is_refused(app: Flask) -> None:
    write(1)
    with pytest.raises(DatabaseError), transaction():
        connection = db.session.connection()
        columns = "seq, at, by_system, action, subject_kind, prev_hash, hash"
        insert = "INSERT OR REPLACE" if connection.dialect.name == "sqlite" else "INSERT"
        connection.exec_driver_sql(
            f"{insert} INTO audit_entry ({columns}) SELECT {columns} FROM audit_entry"
        )
    assert audit.verify() == audit.Verdict(1)


TAMPERS: list[tuple[str, str, int]] = [
    ("edited", "UPDATE audit_entry SET action = 'forged' WHERE seq = 3", 3),
    ("actor changed", "UPDATE audit_entry SET actor_id = 77 WHERE seq = 2", 2),
    ("time moved", "UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE seq = 4", 4),
    ("content emptied", "UPDATE audit_entry SET after = NULL WHERE seq = 1", 1),
    ("removed", "DELETE FROM audit_entry WHERE seq = 3", 3),
    ("first removed", "DELETE FROM audit_entry WHERE seq = 1", 1),
    ("tail cut", "DELETE FROM audit_entry WHERE seq = 5", 5),
    ("renumbered", "UPDATE audit_entry SET seq = 9 WHERE seq = 5", 5),
]


@pytest.mark.parametrize(("what", "statement", "place"), TAMPERS, ids=[t[0] for t in TAMPERS])
def test_the_first_broken_link_is_named(app: Flask, what: str, statement: str, place: int) -> None:
    write(5)
    tamper(statement)
    assert audit.verify().broken_at == place


def test_a_tail_cut_together_with_its_head_shows_against_an_anchor(app: Flask) -> None:
    write(5)
    printed = audit.head()
    last_kept = db.session.get_one(AuditEntry, 3)
    kept_hash = last_kept.hash
    tamper("DELETE FROM audit_entry WHERE seq > 3")
    with transaction():
        head = db.session.get_one(AuditHead, 1)
        head.seq, head.hash = 3, kept_hash
    assert audit.verify().whole
    assert audit.verify([printed]).broken_at == 5


def test_a_chain_rewritten_with_another_key_shows(app: Flask) -> None:
    write(3)
    original = app.config["AUDIT_KEY"]
    app.config["AUDIT_KEY"] = b"another key"
    try:
        assert audit.verify().broken_at == 1
    finally:
        app.config["AUDIT_KEY"] = original


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (lambda head: [], 0, "Whole: 3"),
        (lambda head: ["--anchor", str(head)], 0, "Whole: 3"),
        (lambda head: ["--anchor", f"3:{'0' * 64}"], 1, "Broken at entry 3"),
        (lambda head: ["--anchor", "nonsense"], 2, "SEQ:HASH"),
    ],
)
def test_the_command_proves_the_trail_or_names_the_break(
    app: Flask, arguments: Callable[[Anchor], list[str]], status: int, says: str
) -> None:
    write(3)
    done = app.test_cli_runner().invoke(args=["audit", "verify", *arguments(audit.head())])
    assert done.exit_code == status
    assert says in done.output
