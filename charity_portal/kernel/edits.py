"""The editable content of a record as units that can be compared and merged.

A unit is one field, or one list of rows as a whole. A form carries the print of every unit as it was
when the form was drawn; so a late save can tell what its own person changed, what somebody else
changed meanwhile, and where both touched the same unit.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Draft:
    """What people may change: `units` maps the name of each unit to its value.

    A list of rows is a list of mappings; a row that is saved already has its `id`, a new one None.
    """

    units: Mapping[str, Any]

    def rows(self, unit: str) -> Sequence[Row]:
        """The rows of one list."""
        rows: Sequence[Row] = self.units[unit]
        return rows

    def with_units(self, **changes: Any) -> "Draft":
        """The same with some units replaced."""
        return replace(self, units={**self.units, **changes})

    def prints(self) -> dict[str, str]:
        """A short print of every unit."""
        return {unit: _print(value) for unit, value in self.units.items()}

    def changed_from(self, other: "Draft") -> list[str]:
        """The units that differ."""
        mine, theirs = self.prints(), other.prints()
        return [unit for unit in self.units if mine[unit] != theirs[unit]]


@dataclass(frozen=True)
class Merged:
    """What came of two edits: the draft to save, what only others changed, and the clashes."""

    draft: Draft
    taken_over: list[str]
    clashes: list[str]


def merge(mine: Draft, theirs: Draft, base: Mapping[str, str]) -> Merged:
    """Put `mine` on top of `theirs`, knowing the prints that `mine` started from.

    A unit that only one side changed is taken from that side. One that both changed differently is a
    clash, as is one whose start is unknown; the draft then holds my version.
    """
    ours, others = mine.prints(), theirs.prints()
    units = dict(mine.units)
    taken_over, clashes = [], []
    for unit in units:
        if ours[unit] == others[unit] or base.get(unit) == others[unit]:
            continue
        if base.get(unit) == ours[unit]:
            units[unit] = theirs.units[unit]
            taken_over.append(unit)
        else:
            clashes.append(unit)
    return Merged(Draft(units), taken_over, clashes)


def _print(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def fresh_key(letter: str, taken: set[str]) -> str:
    """A key that is not taken yet: q1, q2, …"""
    n = 1
    while f"{letter}{n}" in taken:
        n += 1
    return f"{letter}{n}"
