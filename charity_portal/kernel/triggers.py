"""Rules that the database itself keeps, on SQLite and on PostgreSQL alike.

Rebuilding a table in a migration drops its triggers silently, so they are not written in migrations:
each migration run ends with `install`, and a start with one missing is refused (`missing`).

A rule is told once, as steps: `Demand` (a condition that must be true, in SQL that both databases
read) and `Do` (a statement). Where the databases differ, the caller builds the steps by dialect.
On SQLite a rule must not rely on foreign keys or recursive triggers: a prompt has them switched off,
and `OR IGNORE` or `OR FAIL` on the outer statement lets a constraint that fails inside a trigger pass
or keeps half of the change; a demand always takes the whole statement back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection

from charity_portal.kernel.database import Model


@dataclass(frozen=True)
class Trigger:
    """One rule: its name, its table, and how each database is told.

    `function` is what PostgreSQL needs besides; it is brought up to date by every `install`.
    """

    name: str
    table: str
    sqlite: str
    postgresql: str
    function: str = ""


@dataclass(frozen=True)
class Demand:
    """A condition on NEW and OLD without which the change is refused, with this message."""

    condition: str
    message: str


@dataclass(frozen=True)
class Do:
    """A statement that belongs to the change."""

    statement: str


Step = Demand | Do

_triggers: dict[str, Trigger] = {}


def register(trigger: Trigger) -> None:
    """Make a trigger part of the schema."""
    _triggers[trigger.name] = trigger


def rule(name: str, table: str, moment: str, steps: Callable[[str], Sequence[Step]]) -> None:
    """Take `steps(dialect)` for each row at `moment` (`BEFORE INSERT`, `AFTER UPDATE`, …)."""
    sqlite = " ".join(_in_sqlite(step) for step in steps("sqlite"))
    postgresql = " ".join(_in_postgresql(step) for step in steps("postgresql"))
    kept = "OLD" if "DELETE" in moment else "NEW"
    register(
        Trigger(
            name,
            table,
            f"CREATE TRIGGER {name} {moment} ON {table} BEGIN {sqlite} END",
            f"CREATE TRIGGER {name} {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {postgresql} RETURN {kept}; END $$",
        )
    )


def _in_sqlite(step: Step) -> str:
    if isinstance(step, Do):
        return f"{step.statement};"
    return f"SELECT RAISE(ABORT, '{step.message}') WHERE ({step.condition}) IS NOT TRUE;"


def _in_postgresql(step: Step) -> str:
    if isinstance(step, Do):
        return f"{step.statement};"
    refuse = f"RAISE EXCEPTION USING MESSAGE = '{step.message}', ERRCODE = 'check_violation'"
    return f"IF ({step.condition}) IS NOT TRUE THEN {refuse}; END IF;"


def append_only(table: str, *keys: str) -> None:
    """Refuse every UPDATE, DELETE, REPLACE and TRUNCATE of `table`, whoever asks.

    `keys` as in `kept`.
    """
    _refuse("update", table)
    kept(table, *keys)


def kept(table: str, *keys: str) -> None:
    """Refuse every DELETE and TRUNCATE of `table`; its rows may still change.

    `keys` are its unique keys (`"id"`, `"account_id, month"`): SQLite's REPLACE removes the row that
    stands in the way without telling any DELETE trigger, so a second row of one key is refused
    before.
    """
    _refuse("delete", table)
    name = f"{table}_no_truncate"
    register(
        Trigger(
            name,
            table,
            "",
            f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse()",
        )
    )
    if keys:
        register(Trigger(f"{table}_no_replace", table, _no_replace(table, keys), ""))


def fixed(table: str, *columns: str) -> None:
    """Refuse to change these columns of a row once it is written."""
    same = " AND ".join(f"NEW.{c} IS NOT DISTINCT FROM OLD.{c}" for c in columns)
    in_sqlite = same.replace("IS NOT DISTINCT FROM", "IS")

    def steps(dialect: str) -> list[Step]:
        condition = in_sqlite if dialect == "sqlite" else same
        return [Demand(condition, f"{table}: {', '.join(columns)} never change")]

    rule(f"{table}_fixed", table, "BEFORE UPDATE", steps)


def _refuse(verb: str, table: str) -> None:
    name = f"{table}_no_{verb}"
    register(
        Trigger(
            name,
            table,
            f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
            f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION portal_refuse()",
        )
    )


def _no_replace(table: str, keys: Sequence[str]) -> str:
    there = [
        " AND ".join(f"{column.strip()} = NEW.{column.strip()}" for column in key.split(","))
        for key in keys
    ]
    steps = " ".join(
        f"SELECT RAISE(ABORT, '{table} has this row already') "
        f"WHERE EXISTS (SELECT 1 FROM {table} WHERE {same});"
        for same in there
    )
    return f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} BEGIN {steps} END"


def frozen_when(table: str, condition: str) -> None:
    """Refuse to write a row of `table` while an SQL condition holds; `{row}` in it is the row.

    It is asked of the row as it was and of the row as it would be.
    """
    for verb, rows in (("insert", ["NEW"]), ("update", ["OLD", "NEW"]), ("delete", ["OLD"])):
        holds = " OR ".join(f"({condition.format(row=row)})" for row in rows)
        thawed = Demand(f"({holds}) IS NOT TRUE", f"{table} is frozen")
        rule(f"{table}_frozen_{verb}", table, f"BEFORE {verb.upper()}", partial(_same, [thawed]))


def _same(steps: list[Step], _dialect: str) -> list[Step]:
    """Steps that both databases read."""
    return steps


_REFUSE = """
CREATE OR REPLACE FUNCTION portal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$
"""


def install(connection: Connection) -> None:
    """Create every registered trigger whose table exists and that is not there yet."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.exec_driver_sql(_REFUSE)
        for trigger in _triggers.values():
            if trigger.function:
                connection.exec_driver_sql(trigger.function)
    tables = set(sa.inspect(connection).get_table_names())
    for trigger in missing(connection):
        if trigger.table in tables:
            if dialect == "postgresql" and trigger.function:
                connection.exec_driver_sql(trigger.function)
            connection.exec_driver_sql(getattr(trigger, dialect))


def missing(connection: Connection) -> list[Trigger]:
    """The registered triggers that the database does not have, or has switched off."""
    dialect = connection.dialect.name
    listing = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }[dialect]
    present = set(connection.exec_driver_sql(listing).scalars())
    return [t for t in _triggers.values() if getattr(t, dialect) and t.name not in present]


@event.listens_for(Model.metadata, "after_create")
def _after_create(_metadata: sa.MetaData, connection: Connection, **_: object) -> None:
    install(connection)
