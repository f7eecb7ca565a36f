"""Contests on plain values: random ones from a seed, and small ones written out."""

import io
import random
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from charity_portal.competitions.rules.aggregation.totals import Total
from charity_portal.competitions.rules.bundles.files import KNOWN
from charity_portal.competitions.rules.scores import (
    Candidate,
    Criterion,
    Material,
    Method,
    Rubric,
    Score,
    SelectionRule,
    Stage,
    TrackLimit,
)

YUAN = 100
POINTS = Rubric((Stage("papers", 10_000, (Criterion("all", 10_000, 100),)),))
TWO_CRITERIA = Rubric(
    (Stage("papers", 10_000, (Criterion("need", 6_000, 5), Criterion("design", 4_000, 10))),)
)


def make_rule(purse_yuan: int, rule: str = "rank", **limits: Any) -> SelectionRule:
    return SelectionRule(rule, purse_yuan * YUAN, **limits)


def make_method(aggregation: str = "mean", **given: Any) -> Method:
    given.setdefault("selection", make_rule(1_000_000))
    given.setdefault("announced", True)
    given.setdefault("draws", 50)
    return Method(aggregation, given.pop("seed", "spring-2026"), **given)


def make_scores(
    table: Mapping[str, Mapping[str, int | None]], criterion: str = "all"
) -> list[Score]:
    """application -> reviewer -> value."""
    return [
        Score(application, reviewer, criterion, value)
        for application, row in table.items()
        for reviewer, value in row.items()
    ]


def make_candidates(
    scores: Sequence[Score], yuan: int = 100_000, track: str = "T1"
) -> list[Candidate]:
    return [Candidate(code, track, yuan * YUAN) for code in sorted({s.application for s in scores})]


def make_totals(table: Mapping[str, Mapping[str, int]]) -> list[Total]:
    """Review totals from application -> reviewer -> points."""
    return [
        Total(application, reviewer, Fraction(points), {})
        for application, row in sorted(table.items())
        for reviewer, points in sorted(row.items())
    ]


def random_contest(
    seed: int,
    applications: int = 20,
    judges: int = 8,
    reviews: int = 3,
    severity: float = 6,
    aggregation: str = "mixed",
    rule: str = "exact",
    **given: Any,
) -> Material:
    """Applications of differing quality, judges of differing severity, three tracks."""
    dice = random.Random(seed)
    bias = [dice.gauss(0, severity) for _ in range(judges)]
    scores, candidates = [], []
    for number in range(applications):
        quality = dice.gauss(60, 9)
        code = f"A-{number:03}"
        for judge in dice.sample(range(judges), reviews):
            for criterion, top in (("need", 5), ("design", 10)):
                share = min(max((quality + bias[judge] + dice.gauss(0, 9)) / 100, 0), 1)
                value = None if dice.random() < 0.03 else round(share * top)
                scores.append(Score(code, f"J{judge:02}", criterion, value))
        yuan = dice.randrange(50, 200) * 1_000
        bonus = Decimal(dice.randrange(0, 8)) / 4
        candidates.append(Candidate(code, f"T{dice.randrange(3)}", yuan * YUAN, bonus))
    given.setdefault(
        "selection",
        make_rule(
            applications * 25_000,
            rule,
            least=min(applications, applications // 6),
            most=max(1, applications // 3),
            tracks=tuple(TrackLimit(track, 1) for track in sorted({c.track for c in candidates})),
        ),
    )
    method = make_method(aggregation, ties=("criterion:need", "median", "requested"), **given)
    return Material(tuple(scores), TWO_CRITERIA, tuple(candidates), method)


def shuffled(material: Material, seed: int) -> Material:
    """The same contest with every list in another order."""
    dice = random.Random(seed)
    scores, applications = list(material.scores), list(material.applications)
    dice.shuffle(scores)
    dice.shuffle(applications)
    return replace(material, scores=tuple(scores), applications=tuple(applications))


BY_HAND = {  # a bundle as somebody types it from the documentation
    "scores.csv": """\
application,reviewer,criterion,score
A1,J1,need,4
A1,J2,need,
A2,J1,need,5
A2,J2,need,3
""",
    "rubric.json": """\
{"stages": [{"key": "papers", "criteria": [{"key": "need", "weight_bp": 1, "top": 5}]}]}
""",
    "applications.csv": """\
application,track,requested
A1,T1,50000
A2,T1,8000.50
""",
    "method.json": """\
{"aggregation": "mean", "seed": "x", "selection": {"rule": "rank", "purse": 60000}}
""",
}


def by_hand(**changes: str | None) -> dict[str, str]:
    """That bundle with some files replaced (`scores` for scores.csv …) or left out (None)."""
    names = {name.split(".")[0]: name for name in KNOWN}
    files: dict[str, str | None] = {
        **BY_HAND,
        **{names[key]: text for key, text in changes.items()},
    }
    return {name: text for name, text in files.items() if text is not None}


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
