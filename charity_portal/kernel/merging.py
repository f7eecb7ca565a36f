"""Two people (or two tabs), one text: what becomes of each field when a save arrives.

Three texts meet in a field: what the sender last saw (base), what the server holds (theirs) and what
the sender has now (mine). Whoever changed it alone wins; when both did, and differently, nothing is
written and the sender is asked. So a text is always either kept or reported, never lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ONE_CHANGE = timedelta(seconds=60)
"""What one person changes in a field within this time is one entry of its history."""
HARDEST_LIMIT = 20_000
"""No field holds more characters than this; the limits that people read are lower."""


@dataclass(frozen=True)
class Held:
    """A field as the server holds it: its text and the revision that gave it."""

    value: str
    rev: int


@dataclass(frozen=True)
class Step:
    """One recorded change: it took the field from `before`, in revisions `first_rev` to `rev`.

    Quick changes by one person are recorded as one step, whose inner texts are not kept.
    """

    first_rev: int
    rev: int
    before: str


@dataclass(frozen=True)
class Clash:
    """Both sides changed a field, differently. `base` is None when it is no longer known."""

    base: str | None
    theirs: str
    mine: str


@dataclass(frozen=True)
class Merge:
    """What to do: `saved` is to be written, `merged` is to be shown to the sender, `conflicts` to be
    decided by the sender."""

    saved: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, Clash] = field(default_factory=dict)


@dataclass(frozen=True)
class Conflict:
    """A field that both sides changed: nothing was written, the person has to choose."""

    mine: str
    theirs: str
    changed_by: int | None
    at: datetime


@dataclass(frozen=True)
class Saved:
    """What became of a save; `rev` is the revision now."""

    rev: int
    at: datetime
    saved: list[str] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)

    def editors(self) -> Iterable[int | None]:
        """Who wrote the other versions."""
        return (conflict.changed_by for conflict in self.conflicts.values())


def clean(text: str) -> str:
    """Line ends as one character, and nothing that no keyboard types (a database refuses NUL)."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in plain if c >= " " or c in "\n\t")


def base_at(rev: int, held: Held | None, steps: Sequence[Step]) -> str | None:
    """What the field said at revision `rev`; None when that moment lies inside a recorded step.

    `steps` are the field's changes later than `rev`, oldest first. A field never written is empty.
    """
    if held is None:
        return ""
    if held.rev <= rev:
        return held.value
    first = steps[0]
    return first.before if first.first_rev > rev else None


def merge(
    rev: int,
    mine: Mapping[str, str],
    held: Mapping[str, Held],
    steps: Mapping[str, Sequence[Step]],
) -> Merge:
    """Merge a save that was written against revision `rev`.

    `mine` holds the fields that were sent; fields that changed elsewhere meanwhile come back in
    `merged` whether they were sent (unchanged) or not.
    """
    result = Merge()
    for key, value in mine.items():
        theirs = held[key].value if key in held else ""
        if value == theirs:
            continue
        base = base_at(rev, held.get(key), steps.get(key, ()))
        if base == theirs:
            result.saved[key] = value
        elif base == value:
            result.merged[key] = theirs
        else:
            result.conflicts[key] = Clash(base, theirs, value)
    for key, there in held.items():
        if there.rev > rev and key not in mine:
            result.merged[key] = there.value
    return result
