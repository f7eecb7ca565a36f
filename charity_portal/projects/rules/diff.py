"""What changed between two texts, as pieces to read: Chinese by characters, the rest by words."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED = "same", "added", "removed"
MOST_COMPARISONS = 4_000_000
"""Beyond this product of lengths whole lines are compared instead, so that no text makes a page wait."""

_WORDS = re.compile(r"[0-9A-Za-z_\u00C0-\u024F]+|[ \t]+|.", re.DOTALL)
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class Piece:
    """A run of text that stayed (`same`), came (`added`) or went (`removed`)."""

    kind: str
    text: str


def diff(before: str, after: str) -> list[Piece]:
    """The pieces that lead from `before` to `after`; what was removed stands before what came."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) * len(new) > MOST_COMPARISONS:
        old, new = _LINES.findall(before), _LINES.findall(after)
    pieces: list[Piece] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(SAME, "".join(old[old_from:old_to])))
            continue
        if old_to > old_from:
            pieces.append(Piece(REMOVED, "".join(old[old_from:old_to])))
        if new_to > new_from:
            pieces.append(Piece(ADDED, "".join(new[new_from:new_to])))
    return pieces
