"""The clock of a presentation: what has run, what is left. All times are the server's."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

TIMED = ("presenting", "questioning")
ACTIVE = (*TIMED, "scoring")
OVER = ("done", "absent")


class Timed(Protocol):
    """What the clock reads of a slot: `phase_at` is when the present stretch began, `spent_seconds`
    what had run before it, `paused_at` when the clock was stopped (None: it runs)."""

    state: str
    phase_at: datetime | None
    paused_at: datetime | None
    spent_seconds: int


@dataclass(frozen=True)
class Lengths:
    """How long the phases last, in seconds."""

    present: int
    question: int

    def of(self, state: str) -> int:
        """The length of a phase; 0 for what has no clock."""
        return {"presenting": self.present, "questioning": self.question}.get(state, 0)


def elapsed(slot: Timed, now: datetime) -> int:
    """Whole seconds that the present phase has run."""
    if slot.phase_at is None or slot.paused_at is not None:
        return slot.spent_seconds
    return slot.spent_seconds + max(0, int((now - slot.phase_at).total_seconds()))


def remaining(slot: Timed, lengths: Lengths, now: datetime) -> int | None:
    """Whole seconds that are left, negative in overtime; None when no clock runs in this phase."""
    if slot.state not in TIMED:
        return None
    return lengths.of(slot.state) - elapsed(slot, now)


def shown(seconds: int) -> str:
    """Minutes and seconds: 04:59; overtime with a plus sign: +00:12."""
    minutes, rest = divmod(abs(seconds), 60)
    return f"{'+' if seconds < 0 else ''}{minutes:02d}:{rest:02d}"
