"""A test client that finds what a passing assertion would hide.

After each request it fails when something was left unsaved in the session, when a GET wrote, or
when the test itself still held a transaction. Every request has an app context of its own, as in
life.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from charity_portal.kernel.database import db, in_transaction

READING = ("SELECT", "WITH", "BEGIN", "PRAGMA", "SHOW", "SAVEPOINT", "RELEASE", "EXPLAIN", "SET")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

_written: ContextVar[list[str] | None] = ContextVar("written", default=None)
_left_over: ContextVar[list[str] | None] = ContextVar("left_over", default=None)


def watch(app: Flask) -> None:
    """Let the clients of `app` see what its requests write and leave behind."""
    app.test_client_class = PortalClient
    app.teardown_appcontext(_note_leftovers)
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _note_write)


@contextmanager
def writes() -> Iterator[list[str]]:
    """Collect the writing statements that run inside, in this context."""
    seen: list[str] = []
    token = _written.set(seen)
    try:
        yield seen
    finally:
        _written.reset(token)


class PortalClient(FlaskClient):
    """See the module."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        assert not in_transaction(), "the test still holds a transaction; close it before a request"
        db.session.rollback()
        try:
            # An empty context: with the test's app context in place Flask would reuse it, and `g`,
            # the signed-in person and the session would leak from one request into the next.
            return Context().run(self._watched_open, *args, **kwargs)
        finally:
            db.session.expire_all()

    def _watched_open(self, *args: Any, **kwargs: Any) -> TestResponse:
        left_over: list[str] = []
        _left_over.set(left_over)
        with writes() as written:
            response = super().open(*args, **kwargs)
        assert not left_over, f"left in the session without a commit: {left_over}"
        method = response.request.method
        assert method not in SAFE_METHODS or not written, f"{method} wrote: {written}"
        return response


def _note_write(
    _connection: Any, _cursor: Any, statement: str, _params: Any, _context: Any, _many: bool
) -> None:
    seen = _written.get()
    if seen is not None and not statement.lstrip(" (\n").upper().startswith(READING):
        seen.append(statement)


def _note_leftovers(_error: BaseException | None) -> None:
    left_over = _left_over.get()
    if left_over is None:
        return
    session = db.session()
    if session.info.get("writing"):
        left_over.append("an open transaction")
    changed = [thing for thing in session.dirty if session.is_modified(thing)]
    left_over.extend(repr(thing) for thing in [*session.new, *changed, *session.deleted])
