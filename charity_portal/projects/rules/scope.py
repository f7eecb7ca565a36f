"""What an applicant may change at a moment: everything in a draft, what was named in a correction
request, or only the papers still owed under a conditional acceptance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from charity_portal.projects.rules import budget


@dataclass(frozen=True)
class Scope:
    """Open fields and slots; None stands for all of them."""

    fields: frozenset[str] | None = frozenset()
    slots: frozenset[str] | None = frozenset()

    def field(self, key: str) -> bool:
        """Whether a draft field may change. The budget is open as a whole: its lines must add up."""
        if self.fields is None:
            return True
        if key == budget.ORDER or budget.cell_of(key) is not None or key == "budget":
            return "budget" in self.fields
        return key in self.fields

    def slot(self, key: str) -> bool:
        """Whether papers may be added to or taken from a slot."""
        return self.slots is None or key in self.slots


EVERYTHING = Scope(None, None)
NOTHING = Scope()


def of_correction(defects: Iterable[Mapping[str, Any]]) -> Scope:
    """What the defects of a correction request ({"key", "text"} rows) open.

    The statement of truth is always open: it is given anew with each submission.
    """
    keys = {str(defect["key"]) for defect in defects}
    slots = {key.removeprefix("slot:") for key in keys if key.startswith("slot:")}
    fields = {"budget" if key.startswith("budget") else key for key in keys}
    return Scope(frozenset(fields | {"confirmed"}), frozenset(slots))


def of_missing(slots: Iterable[str]) -> Scope:
    """The slots whose papers are owed, with or without the prefix `slot:`."""
    return Scope(frozenset(), frozenset(slot.removeprefix("slot:") for slot in slots))
