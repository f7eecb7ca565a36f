"""How an empty test database gets its tables."""

from sqlalchemy.engine import Engine

from charity_portal.kernel.database import Model


def build(engine: Engine) -> None:
    """Create every table in the empty database behind `engine`."""
    Model.metadata.create_all(engine)
