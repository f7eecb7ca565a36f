"""Rules that the database itself keeps, on SQLite and on PostgreSQL alike.

Rebuilding a table in a migration drops its triggers silently, so they are not written in migrations:
each migration run ends with `install`, and a start with one missing is refused (`missing`).
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection

from charity_portal.kernel.database import Model


@dataclass(frozen=True)
class Trigger:
    """One rule: its name, its table, and how each database is told."""

    name: str
    table: str
    sqlite: str
    postgresql: str
    function: str = ""  # what PostgreSQL's trigger calls, made anew before it


_triggers: dict[str, Trigger] = {}


def register(trigger: Trigger) -> None:
    """Make a trigger part of the schema."""
    _triggers[trigger.name] = trigger


def append_only(table: str) -> None:
    """Refuse every UPDATE, DELETE, REPLACE and TRUNCATE of `table`, whoever asks."""
    for verb in ("update", "delete"):
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


def frozen_when(table: str, condition: str) -> None:
    """Refuse to write a row of `table` while an SQL condition holds; `{row}` in it is the row.

    It is asked of the row as it was and of the row as it would be.
    """
    for verb, rows in (("insert", ["NEW"]), ("update", ["OLD", "NEW"]), ("delete", ["OLD"])):
        name = f"{table}_frozen_{verb}"
        holds = " OR ".join(f"({condition.format(row=row)})" for row in rows)
        event_of = f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} "
        register(
            Trigger(
                name,
                table,
                f"{event_of}WHEN {holds} BEGIN SELECT RAISE(ABORT, '{table} is frozen'); END",
                f"{event_of}FOR EACH ROW EXECUTE FUNCTION portal_{name}()",
                f"CREATE OR REPLACE FUNCTION portal_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN IF {holds} THEN RAISE EXCEPTION '{table} is frozen'; END IF; "
                f"RETURN {'OLD' if verb == 'delete' else 'NEW'}; END $$",
            )
        )


_REFUSE = """
CREATE OR REPLACE FUNCTION portal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$
"""


def install(connection: Connection) -> None:
    """Create every registered trigger whose table exists and that is not there yet."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.exec_driver_sql(_REFUSE)
    tables = set(sa.inspect(connection).get_table_names())
    for trigger in missing(connection):
        if trigger.table in tables:
            if dialect == "postgresql" and trigger.function:
                connection.exec_driver_sql(trigger.function)
            connection.exec_driver_sql(getattr(trigger, dialect))


def missing(connection: Connection) -> list[Trigger]:
    """The registered triggers that the database does not have."""
    dialect = connection.dialect.name
    listing = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[dialect]
    present = set(connection.exec_driver_sql(listing).scalars())
    return [t for t in _triggers.values() if getattr(t, dialect) and t.name not in present]


@event.listens_for(Model.metadata, "after_create")
def _after_create(_metadata: sa.MetaData, connection: Connection, **_: object) -> None:
    install(connection)
