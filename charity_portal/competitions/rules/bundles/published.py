"""An outcome as plain values: what is published, and what a recomputation is compared with.

All figures and codes of `findings.Outcome`, field by field; sentences are left out, because they may be
reworded and are said in two languages. Decimals become text, so that no reader rounds them.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from charity_portal.competitions.rules.findings import Outcome
from charity_portal.kernel.i18n import Text

FORMAT = 1
SENTENCES = ("why", "text")


def published(outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON can hold it."""
    return {"format": FORMAT, **_plain(outcome)}


def as_json(value: Any) -> str:
    """JSON in one form only: keys in order, a space of indentation, text as it is."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def first_difference(told: Any, found: Any, where: str = "") -> tuple[str, Any, Any] | None:
    """(place, published, recomputed) of the first value that differs; None when all are equal."""
    if isinstance(told, dict) and isinstance(found, dict):
        for key in sorted({*told, *found}, key=_reading_order):
            inner = f"{where}.{key}" if where else str(key)
            difference = first_difference(told.get(key), found.get(key), inner)
            if difference:
                return difference
        return None
    if isinstance(told, list) and isinstance(found, list):
        for at in range(max(len(told), len(found))):
            mine, theirs = (side[at] if at < len(side) else None for side in (told, found))
            difference = first_difference(mine, theirs, f"{where}[{at}]")
            if difference:
                return difference
        return None
    same = type(told) is type(found) and told == found
    return None if same else (where, told, found)


def _reading_order(key: str) -> tuple[int, str]:
    """What people look at first comes first."""
    first = ("format", "ranking", "selection", "rank", "application")
    return (first.index(key) if key in first else len(first), key)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.name not in SENTENCES
        }
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, Decimal):
        return f"{value:f}"
    assert not isinstance(value, Text), "a sentence is published under another name"
    return value
