"""How a migration runs: through the app's own connection, whole or not at all, triggers put back.

Called by `charity_portal.schema` inside an app context, or by the `alembic` command outside one;
then the app is built from the environment.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import has_app_context
from sqlalchemy.engine import Connection

from charity_portal.app import create_app
from charity_portal.kernel import triggers
from charity_portal.kernel.database import Model, db

# Two processes that start at once must not migrate at once. Any number will do, if it stays.
ADVISORY_LOCK = 7_320_001


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | bool:
    """Write column types as what they are stored as: a migration must not move with our classes.

    BIGINT and JSON are defined at the head of each migration (script.py.mako).
    """
    if kind != "type":
        return False
    ours = isinstance(item, sa.types.TypeDecorator)
    stored = item.impl_instance if ours else item
    if isinstance(stored, sa.BigInteger) and "sqlite" in stored._variant_mapping:
        return "BIGINT"  # a plain INTEGER on SQLite, where only that can number rows by itself
    if isinstance(stored, sa.JSON):
        return "JSON"
    return f"sa.{stored!r}" if ours else False


def number_revision(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Give a new revision the next number instead of a random name."""
    for script in directives:
        head = context.script.get_current_head()
        script.rev_id = f"{int(head or 0) + 1:04d}"


def migrate(connection: Connection) -> None:
    """Run what was asked for inside one transaction."""
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=sqlite,
        transactional_ddl=True,
        compare_type=True,
        compare_server_default=True,
        render_item=render_item,
        process_revision_directives=number_revision,
    )
    if not sqlite:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
    context.run_migrations()
    triggers.install(connection)
    if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise RuntimeError(f"the migration would leave references to nothing: {broken[:5]}")


def run() -> None:
    """Open the connection as the database needs it, and migrate."""
    if context.is_offline_mode():
        raise SystemExit("migrations need a database to look at; they cannot be printed as SQL")
    with nullcontext() if has_app_context() else create_app().app_context():
        connection = db.engine.connect().execution_options(write=True)
        with connection, without_foreign_keys(connection), connection.begin():
            migrate(connection)


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Batch mode rebuilds tables on SQLite; with foreign keys on, dropping the old one would take
    its children along. The switch only works outside a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


run()
