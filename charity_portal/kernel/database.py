"""The database: column types, the one way to write, and paging that stays fast.

A write begins and ends at an edge (a view's POST, a job, a command) with `transaction()`. Nothing
else commits. On SQLite a write takes its turn in a fair queue and starts with BEGIN IMMEDIATE, so
that it never has to upgrade a read snapshot; on PostgreSQL rows are locked with `locked()`.
"""

import base64
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, mapped_column, registry
from sqlalchemy.sql import operators

from charity_portal.kernel.errors import NotFound

T = TypeVar("T")
BIGGEST_FEN = 10**14
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=15000",
    "recursive_triggers=ON",
    "trusted_schema=OFF",
    "cache_size=-16000",
    "journal_size_limit=67108864",
)


class WriteOutsideTransaction(RuntimeError):
    """Something was about to be written without `transaction()` around it."""


class NestedTransaction(RuntimeError):
    """`transaction()` inside `transaction()`: half a change could survive."""


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class FenType(sa.types.TypeDecorator[int]):
    """Whole minor units of a currency. PostgreSQL would silently round 0.5, so this type refuses it."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        if value is not None and (type(value) is not int or abs(value) > BIGGEST_FEN):
            raise TypeError(f"an amount is a whole number of fen within 10^14, not {value!r}")
        return value


_BIGINT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

Id = Annotated[int, mapped_column(_BIGINT, primary_key=True)]
Stamp = Annotated[datetime, mapped_column(UtcDateTime())]
Fen = Annotated[int, mapped_column(FenType())]
JsonDict = Annotated[dict[str, Any], mapped_column(_JSON)]
JsonList = Annotated[list[Any], mapped_column(_JSON)]


class Model(DeclarativeBase):
    """Base of all tables."""

    registry = registry(
        metadata=sa.MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            int: _BIGINT,
            str: sa.Text(),
            datetime: UtcDateTime(),
        },
    )


M = TypeVar("M", bound=Model)

db = SQLAlchemy(model_class=Model, session_options={"expire_on_commit": False})


def one_of(column: str, values: Sequence[str]) -> sa.CheckConstraint:
    """A CHECK that a text column holds one of `values`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


class _FairLock:
    """A lock that is handed over in the order of asking; SQLite's own waiting starves threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False

    def acquire(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait()

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False


_sqlite_turn = _FairLock()
_before_commit: list[Callable[[Session], None]] = []


def before_commit(hook: Callable[[Session], None]) -> Callable[[Session], None]:
    """Register work that belongs to the end of every transaction (the audit chain)."""
    _before_commit.append(hook)
    return hook


@contextmanager
def transaction() -> Iterator[Session]:
    """The only way to write: everything inside is kept together, or nothing is.

    Raises NestedTransaction when one is already open. Whatever the caller read before is read again,
    so that decisions rest on what the database says now.
    """
    session = db.session()
    if session.info.get("writing"):
        raise NestedTransaction
    session.rollback()
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    if on_sqlite:
        _sqlite_turn.acquire()
    try:
        session.connection(execution_options={"write": True})
        session.info["writing"] = True
        yield session
        session.flush()
        for hook in _before_commit:
            hook(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.clear()
        if on_sqlite:
            _sqlite_turn.release()


@contextmanager
def snapshot() -> Iterator[None]:
    """Read everything inside as it stood at one moment, however many statements that takes."""
    session = db.session()
    if session.info.get("writing"):
        raise NestedTransaction
    session.rollback()
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    options = {"isolation_level": "REPEATABLE READ"} if on_postgresql else {}
    session.connection(execution_options=options)  # SQLite reads a snapshot anyway
    try:
        yield
    finally:
        session.rollback()


def in_transaction() -> bool:
    """Whether a `transaction()` is open here."""
    return bool(db.session().info.get("writing"))


def locked(model: type[M], key: int) -> M:
    """The row, as it is now, kept from others until the transaction ends; NotFound when absent."""
    only_itself = {"of": model}  # what a page loaded beside it may be absent, and cannot be locked
    row = db.session.get(model, key, with_for_update=only_itself, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def insert_if_absent(model: type[Model], **values: Any) -> bool:
    """Insert a row unless a unique key stands in the way; True when it was inserted."""
    dialect = db.session().get_bind().dialect.name
    dialect_insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[dialect]
    insert = dialect_insert(model).values(**values).on_conflict_do_nothing()
    return db.session.execute(insert.returning(sa.literal_column("1"))).first() is not None


@event.listens_for(Session, "before_flush")
def _refuse_stray_flush(session: Session, _context: object, _instances: object) -> None:
    if session.info.get("writing"):
        return
    changed = any(session.is_modified(thing) for thing in session.dirty)
    if changed or session.new or session.deleted:
        raise WriteOutsideTransaction


@event.listens_for(Session, "do_orm_execute")
def _refuse_stray_statement(state: ORMExecuteState) -> None:
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and not state.session.info.get("writing"):
        raise WriteOutsideTransaction


def _tune_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must never BEGIN by itself
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def prepare_engine(engine: Engine) -> Engine:
    """Give an SQLite engine its settings; a PostgreSQL engine needs none."""
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _tune_sqlite):
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def init_app(app: Flask, url: str) -> None:
    """Bind the app to its database."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    options: dict[str, Any] = {"pool_size": 16, "max_overflow": 4}
    if not url.startswith("sqlite"):
        options |= {"pool_pre_ping": True}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


@dataclass(frozen=True)
class Page(Generic[T]):
    """One screenful: `items`, and the cursors of its neighbours (None at an end)."""

    items: list[T]
    next_cursor: str | None
    first: bool


def page(
    statement: sa.Select[Any], order: Sequence[Any], after: str | None = None, size: int = 50
) -> Page[Any]:
    """Cut `statement` into pages that cost the same however deep one reads (keyset paging).

    `order` holds columns, `.desc()` where wanted; together they must be unique and never NULL. `after`
    is the cursor of the page before. Items are entities when one entity is selected, else rows.
    """
    columns, _ = _directions(order)
    if after:
        statement = statement.where(beyond(order, after))
    wanted = len(statement.column_descriptions)
    keyed = statement.add_columns(*columns).order_by(*order).limit(size + 1)
    rows = db.session.execute(keyed).all()
    more = len(rows) > size
    items = [row[0] if wanted == 1 else row[:wanted] for row in rows[:size]]
    cursor = _encode_cursor(rows[size - 1][wanted:]) if more else None
    return Page(items, cursor, first=not after)


def beyond(order: Sequence[Any], after: str) -> sa.ColumnElement[bool]:
    """What lies behind a cursor in this order: for the parts of a list that is put together from
    several, each cut by an index of its own. `order` as in `page`."""
    columns, falling = _directions(order)
    return _beyond(columns, falling, _decode_cursor(after, len(columns)))


def _directions(order: Sequence[Any]) -> tuple[list[Any], list[bool]]:
    columns = [key.element if isinstance(key, sa.UnaryExpression) else key for key in order]
    falling = [isinstance(k, sa.UnaryExpression) and k.modifier is operators.desc_op for k in order]
    return columns, falling


def _beyond(columns: list[Any], falling: list[bool], values: list[Any]) -> sa.ColumnElement[bool]:
    """(a, b) after (x, y), written out because directions may differ.

    The bound on the first column alone says nothing new, but lets an index be entered in the middle.
    """
    cases = []
    for i, column in enumerate(columns):
        same = [columns[j] == values[j] for j in range(i)]
        step = column < values[i] if falling[i] else column > values[i]
        cases.append(sa.and_(*same, step))
    bound = columns[0] <= values[0] if falling[0] else columns[0] >= values[0]
    return sa.and_(bound, sa.or_(*cases))


def _encode_cursor(values: Sequence[Any]) -> str:
    plain = [_plain(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    return {"d": value.isoformat()} if isinstance(value, date) else value


def _decode_cursor(text: str, length: int) -> list[Any]:
    try:
        raw = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        values = [_value(part) for part in raw]
    except (ValueError, TypeError, KeyError) as broken:
        raise NotFound from broken
    if len(values) != length:
        raise NotFound
    return values


def _value(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    return datetime.fromisoformat(part["t"]) if "t" in part else date.fromisoformat(part["d"])
