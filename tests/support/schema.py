"""How an empty test database gets its tables: by the same migrations as everywhere."""

from sqlalchemy.engine import Engine

from charity_portal import schema


def build(engine: Engine) -> None:
    """Create every table in the empty database behind `engine`, the current app's."""
    engine.dispose()
    schema.upgrade()
