"""The demo city appears whole or not at all.

Services are called inside `transaction()` as always; here each of these is a savepoint of one outer
transaction, which ends with the city. A city that breaks off leaves the database as it was, and the
disk is waited for once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy.orm import scoped_session, sessionmaker

from charity_portal.kernel.database import db


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Inside, every `transaction()` counts only when the whole block ends well."""
    outside = db.session
    outside.remove()  # it would go on reading what stood there before
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        inside = sessionmaker(
            bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        db.session = cast(Any, scoped_session(inside))
        try:
            yield
        finally:
            db.session.remove()
            db.session = outside
