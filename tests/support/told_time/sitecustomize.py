"""Runs first in each process of a portal under test: its clock stands where a file says.

Python imports a module of this name at start when it finds one; `support/stage.py` puts this folder
on its way. The product knows nothing of it.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

from charity_portal.kernel import clock


class Told(list[datetime]):
    """In place of the moments that `clock.freeze` keeps: the last one is what the file says."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, _position: object) -> datetime:  # type: ignore[override]
        return datetime.fromisoformat(self._file.read_text()).astimezone(UTC)


if "TOLD_TIME" in os.environ:
    clock._frozen = Told(Path(os.environ["TOLD_TIME"]))
