"""Migrations lead from nothing to what the models say, and back, on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from flask import Flask

from charity_portal import schema
from charity_portal.app import create_app
from charity_portal.kernel.database import Model, db
from tests.support.apps import settings_for
from tests.support.databases import NAMES, empty_database
from tests.support.paths import ROOT

OURS_TO_KEEP = {"alembic_version"}


def blank(name: str, folder: Path) -> Iterator[Flask]:
    """The app on a database in which nothing has ever been."""
    app = create_app(settings_for(empty_database(name, folder), folder))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=NAMES)
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    for app in blank(request.param, tmp_path):
        schema.upgrade()
        yield app


def picture(engine: sa.Engine) -> dict[str, Any]:
    """What a database is made of, CHECK constraints included (alembic does not compare those)."""
    look = sa.inspect(engine)
    return {
        table: {
            "columns": {
                c["name"]: (str(c["type"]), c["nullable"], c["default"])
                for c in look.get_columns(table)
            },
            "checks": {c["name"]: c["sqltext"] for c in look.get_check_constraints(table)},
            "unique": {u["name"]: u["column_names"] for u in look.get_unique_constraints(table)},
            "foreign": {
                f["name"]: (f["constrained_columns"], f["referred_table"], f["options"])
                for f in look.get_foreign_keys(table)
            },
            "indexes": {
                i["name"]: (i["column_names"], bool(i["unique"])) for i in look.get_indexes(table)
            },
        }
        for table in set(look.get_table_names()) - OURS_TO_KEEP
    }


def test_up_gives_what_the_models_say_and_down_gives_nothing(migrated: Flask) -> None:
    command.check(schema.configuration())
    assert schema.problem() is None
    schema.downgrade()
    assert set(sa.inspect(db.engine).get_table_names()) == OURS_TO_KEEP
    schema.upgrade()
    assert schema.problem() is None


def test_migrated_tables_are_those_of_the_models_to_the_last_constraint(
    migrated: Flask, tmp_path: Path
) -> None:
    by_migration = picture(db.engine)
    other = tmp_path / "other"
    other.mkdir()
    for _ in blank(db.engine.dialect.name, other):
        Model.metadata.create_all(db.engine)
        assert by_migration == picture(db.engine)


def test_a_lost_trigger_is_noticed(migrated: Flask) -> None:
    on = "" if db.engine.dialect.name == "sqlite" else " ON audit_entry"
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.exec_driver_sql(f"DROP TRIGGER audit_entry_no_update{on}")
    assert "audit_entry_no_update" in str(schema.problem())


def test_a_database_behind_the_code_is_noticed(migrated: Flask) -> None:
    schema.downgrade()
    assert "upgrade" in str(schema.problem())


def test_the_head_is_pinned_so_that_two_branches_conflict_in_git() -> None:
    scripts = ScriptDirectory.from_config(schema.configuration())
    head = scripts.get_revision(scripts.get_current_head() or "")
    assert (ROOT / "migrations" / "HEAD").read_text().strip() == Path(head.path).stem
