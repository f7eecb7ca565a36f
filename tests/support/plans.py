"""How a database would run the statements of a piece of work on a large table."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from charity_portal.kernel.database import db


def plans(read: Callable[[], Any], containing: str) -> str:
    """The plans of all statements that contain a text (`FROM donation `)."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, text: str, values: Any, *_rest: Any) -> None:
        if containing in " ".join(text.split()) + " ":
            seen.append((text, values))

    db.session.rollback()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        read()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    connection = db.session.connection()
    if db.engine.dialect.name == "sqlite":
        rows = [
            row.detail
            for text, values in seen
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        ]
        return "\n".join(rows)
    for setting in ("seqscan", "bitmapscan", "sort"):
        connection.exec_driver_sql(f"SET LOCAL enable_{setting} = off")
    found = [
        connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {text}", values).scalar_one()
        for text, values in seen
    ]
    db.session.rollback()
    return json.dumps(found)
