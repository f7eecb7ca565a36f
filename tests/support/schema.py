"""How an empty test database gets its tables."""

from sqlalchemy.engine import Engine

import charity_portal.kernel.files  # noqa: F401  (its table, whatever the app registers)
from charity_portal.kernel.database import Model


def build(engine: Engine) -> None:
    """Create every table in the empty database behind `engine`."""
    Model.metadata.create_all(engine)
