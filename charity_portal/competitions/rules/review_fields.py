"""What a review consists of: a score and a reason for each criterion, a comment and a note.

Fields are texts under keys: "score:<criterion>" (a whole number, "na", or empty), "reason:<criterion>",
"comment" (to the applicant) and "note" (to the panel). A draft may hold any part of them.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from charity_portal.kernel.i18n import Text, say

SCORE, REASON, COMMENT, NOTE = "score:", "reason:", "comment", "note"
NOT_APPLICABLE = "na"
LONGEST = {REASON: 2000, COMMENT: 5000, NOTE: 5000}
_WAYS_TO_SAY_NA = frozenset({"na", "n/a", "n.a.", "不适用"})


class Line(Protocol):
    """A criterion as the rules need it."""

    key: Any
    weight_bp: Any
    top: Any
    may_skip: Any
    reason_when: Any


def keys(criteria: Iterable[Line]) -> list[str]:
    """All fields of a review, in the order of the page."""
    own = [prefix + c.key for c in criteria for prefix in (SCORE, REASON)]
    return [*own, COMMENT, NOTE]


def criterion_of(key: str) -> str | None:
    """The criterion that a field belongs to; None for comment and note."""
    prefix, colon, criterion = key.partition(":")
    return criterion if colon and prefix + colon in (SCORE, REASON) else None


def read(criteria: Sequence[Line], key: str, text: str) -> tuple[str, Text | None]:
    """A field as it is kept, and what is wrong with it, if anything.

    Scores are understood however they were typed ("５", " 4 ", "N/A", "不适用").
    """
    if key not in keys(criteria):
        return text, say("评分表中没有这一项。")
    if key.startswith(SCORE):
        line = next(c for c in criteria if c.key == key.removeprefix(SCORE))
        return _score(line, text)
    longest = LONGEST[REASON if key.startswith(REASON) else key]
    return text, say("不能超过 %(n)s 个字。", n=longest) if len(text) > longest else None


def _score(line: Line, text: str) -> tuple[str, Text | None]:
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in _WAYS_TO_SAY_NA:
        problem = None if line.may_skip else say("这一项不能选“不适用”。")
        return NOT_APPLICABLE, problem
    if not plain:
        return "", None
    if plain.isascii() and plain.isdigit() and len(plain) <= 4 and int(plain) <= line.top:
        return str(int(plain)), None
    return text, say("请填 0 到 %(top)s 的整数。", top=line.top)


def value_of(text: str) -> int | None:
    """The number in a kept score; None for N/A and for none."""
    return int(text) if text.isdigit() else None


def answered(criteria: Iterable[Line], texts: Mapping[str, str]) -> int:
    """How many criteria have a score or N/A."""
    return sum(1 for c in criteria if texts.get(SCORE + c.key, ""))


def is_extreme(line: Line, text: str) -> bool:
    """Whether this is the lowest or the highest score there is."""
    return value_of(text) in (0, line.top)


def wants_reason(line: Line, text: str) -> bool:
    """Whether this score (or N/A) has to be explained."""
    if not text or line.reason_when == "never":
        return False
    return line.reason_when == "always" or is_extreme(line, text)
