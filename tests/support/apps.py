"""Apps for tests: the real one, on a test database, with its files in a folder of its own."""

from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from flask import Flask

from charity_portal.app import create_app
from charity_portal.kernel.database import db
from config import Settings
from tests.support import schema
from tests.support.client import watch
from tests.support.databases import (
    Database,
    PostgresDatabase,
    SqliteDatabase,
    fast_folder,
    prepare,
)


def settings_for(url: str, data_dir: Path, **changes: Any) -> Settings:
    """Settings of a portal under test; `changes` replace single fields."""
    values: dict[str, Any] = {
        "database_url": url,
        "secret_key": "a key that is only good for tests, and long enough for them",
        "data_dir": data_dir,
        "public_url": "http://localhost",
        "testing": True,
    }
    return Settings(**(values | changes))


@dataclass(frozen=True)
class Portal:
    """An app and its database, built once and put back before each test."""

    app: Flask
    database: Database
    data_dir: Path

    def restore(self) -> None:
        """Forget everything: rows and files."""
        self.database.restore()
        for path in self.data_dir.iterdir():
            rmtree(path) if path.is_dir() else path.unlink()


def build(name: str) -> Portal:
    """The portal on `sqlite` or `postgresql`."""
    folder = fast_folder()
    data_dir = folder / "data"
    data_dir.mkdir()
    database = SqliteDatabase(folder) if name == "sqlite" else PostgresDatabase()
    app = create_app(settings_for(database.url, data_dir))
    app.config["WTF_CSRF_ENABLED"] = False  # the fixture `csrf` puts it back
    with app.app_context():
        prepare(database, db.engine, schema.build)
    watch(app)
    return Portal(app, database, data_dir)
