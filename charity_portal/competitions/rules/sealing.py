"""Handing a review in: what is still missing, what it amounts to, and what is kept of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from charity_portal.competitions.rules import review_fields, scores
from charity_portal.competitions.rules.aggregation.totals import totals
from charity_portal.competitions.rules.exact_numbers import rounded
from charity_portal.competitions.rules.review_fields import COMMENT, NOTE, REASON, SCORE, Line

PLACES = 4


@dataclass(frozen=True)
class Missing:
    """A field that has to be filled before the review can be handed in. `what`: score or reason."""

    key: str
    criterion: str
    what: str


def missing(criteria: Sequence[Line], texts: Mapping[str, str]) -> list[Missing]:
    """Everything that is missing, in the order of the page."""
    found = []
    for line in criteria:
        score = texts.get(SCORE + line.key, "")
        if not score:
            found.append(Missing(SCORE + line.key, line.key, "score"))
        elif (
            review_fields.wants_reason(line, score) and not texts.get(REASON + line.key, "").strip()
        ):
            found.append(Missing(REASON + line.key, line.key, "reason"))
    return found


def values(criteria: Sequence[Line], texts: Mapping[str, str]) -> dict[str, int | None]:
    """The value of each criterion that was answered; None is N/A."""
    given = {c.key: texts.get(SCORE + c.key, "") for c in criteria}
    return {key: review_fields.value_of(text) for key, text in given.items() if text}


def total(criteria: Sequence[Line], texts: Mapping[str, str]) -> Fraction | None:
    """The review's total from 0 to 100 over what is scored so far; None while nothing is."""
    lines = tuple(scores.Criterion(c.key, c.weight_bp, c.top) for c in criteria)
    stage = scores.Stage("", 10_000, lines)
    given = [scores.Score("", "", key, value) for key, value in values(criteria, texts).items()]
    found = totals(given, scores.Rubric((stage,)), stage)
    return found[0].points if found else None


def points(criteria: Sequence[Line], texts: Mapping[str, str]) -> int | None:
    """The total in ten-thousandths of a point, as it is stored."""
    exact = total(criteria, texts)
    return None if exact is None else int(rounded(exact, PLACES).scaleb(PLACES))


def content(criteria: Sequence[Line], texts: Mapping[str, str]) -> dict[str, Any]:
    """The review as it is kept when it is handed in."""
    return {
        "scores": values(criteria, texts),
        "reasons": {c.key: texts.get(REASON + c.key, "") for c in criteria},
        "comment": texts.get(COMMENT, ""),
        "note": texts.get(NOTE, ""),
        "points": points(criteria, texts),
    }


def fingerprint(kept: Mapping[str, Any]) -> str:
    """SHA-256 over a kept review."""
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
