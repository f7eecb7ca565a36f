"""From a stage's round to the engine's problem and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from charity_portal.competitions.rules.review_rounds import Pair


@dataclass(frozen=True)
class Solved:
    """What the engine found: the pairs and what it proved, or the shortages of an impossible round."""

    pairs: frozenset[Pair]
    proven: Mapping[str, Any]
    shortages: Mapping[str, Any] | None = None
