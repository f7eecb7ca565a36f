"""The database's shape: brought up to date by migrations, and checked before anybody is served."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from charity_portal.kernel import triggers
from charity_portal.kernel.database import db

ROOT = Path(__file__).resolve().parent.parent


def configuration() -> Config:
    """How migrations are run; the connection comes from the app."""
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def upgrade(revision: str = "head") -> None:
    """Bring the database to a revision (the newest by default)."""
    if db.engine.dialect.name == "sqlite":
        Path(db.engine.url.database or "").parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(configuration(), revision)


def downgrade(revision: str = "base") -> None:
    """Take the database back to a revision."""
    command.downgrade(configuration(), revision)


def problem() -> str | None:
    """What stands in the way of serving: an old schema, a missing trigger; None when all is well."""
    wanted = ScriptDirectory.from_config(configuration()).get_current_head()
    with db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current != wanted:
            return (
                f"the database is at revision {current or 'none'}, the code needs {wanted}: "
                "run `flask --app charity_portal.app database upgrade`"
            )
        lost = [trigger.name for trigger in triggers.missing(connection)]
    return f"the database has lost its triggers {', '.join(lost)}" if lost else None


def is_empty() -> bool:
    """Whether nothing but the schema is there: no account yet."""
    return db.session.scalar(sa.text("SELECT 1 FROM user_account LIMIT 1")) is None
