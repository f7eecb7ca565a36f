"""Two people, one draft: what becomes of each field when a save arrives.

Three texts meet in a field: what the sender last saw (base), what the server holds (theirs) and what
the sender has now (mine). Whoever changed it alone wins; when both did, and differently, nothing is
written and the sender is asked. So a text is always either kept or reported, never lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


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
