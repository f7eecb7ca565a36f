"""What the demo city is made of: invented names and texts, kept as data beside this module."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "data"
DOMAIN = "ludong.example"
"""Every address of the demo city ends so; nobody can own a name under `.example` (RFC 2606)."""


@cache
def read(name: str) -> dict[str, Any]:
    """One file of the folder, by its name without the ending."""
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def rows(name: str, table: str) -> list[dict[str, Any]]:
    """The rows of one table of a file."""
    found: list[dict[str, Any]] = read(name)[table]
    return found
