"""Which texts of a published call may still be corrected: those that change no condition.

What is asked, of whom, how much and until when stays as it was published. Explanations, the contact
and the English versions may be put right, each time with a reason that everybody can read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TEXTS = (
    "summary_zh",
    "body_zh",
    "contact",
    "source_note",
    "title_en",
    "summary_en",
    "body_en",
)
MUST_STAY = ("summary_zh", "body_zh", "contact")
PARTS: dict[str, tuple[str, ...]] = {
    "tracks": ("title_en",),
    "questions": ("label_en", "help_zh", "help_en"),
    "categories": ("title_en",),
    "slots": ("title_en", "help_zh", "help_en"),
}


@dataclass(frozen=True)
class Texts:
    """The texts after a correction: of the call itself, and of its parts by list and id."""

    call: Mapping[str, str | None]
    parts: Mapping[tuple[str, int], Mapping[str, str | None]]


def plain(value: Any) -> str | None:
    """A text without white space around it; None when nothing is left."""
    return (value or "").strip() or None
