"""Review totals: what one reviewer gives one application in one stage, from 0 to 100, exactly."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from charity_portal.competitions.rules.scores import Candidate, Criterion, Rubric, Score, Stage


@dataclass(frozen=True)
class Total:
    """One review brought down to one figure. `parts`: criterion -> share of its top value, 0 to 1."""

    application: str
    reviewer: str
    points: Fraction
    parts: dict[str, Fraction] = field(compare=False)


def applying(stage: Stage, candidate: Candidate) -> list[Criterion]:
    """The criteria of a stage by which this application is judged."""
    return [c for c in stage.criteria if c.track in (None, candidate.track)]


def totals(scores: Sequence[Score], rubric: Rubric, stage: Stage) -> list[Total]:
    """All reviews of a stage, by application and reviewer.

    Total = 100 · Σ weight · value / top over the criteria that were scored, divided by the sum of their
    weights: a criterion that does not apply (N/A) is left out, it does not count as zero. A review in
    which nothing applies has no total.
    """
    weights = {c.key: (c.weight_bp, c.top) for c in stage.criteria}
    reviews: dict[tuple[str, str], dict[str, Fraction]] = defaultdict(dict)
    for score in scores:
        if score.value is not None and rubric.stage_of(score) == stage.key:
            share = Fraction(score.value, weights[score.criterion][1])
            reviews[score.application, score.reviewer][score.criterion] = share
    found = []
    for (application, reviewer), parts in sorted(reviews.items()):
        weight = sum(weights[key][0] for key in parts)
        points = sum((weights[key][0] * share for key, share in parts.items()), Fraction(0))
        found.append(Total(application, reviewer, 100 * points / weight, parts))
    return found


def by_application(reviews: Sequence[Total]) -> dict[str, list[Total]]:
    """The reviews of each application that has any."""
    grouped: dict[str, list[Total]] = defaultdict(list)
    for review in reviews:
        grouped[review.application].append(review)
    return dict(grouped)


def by_reviewer(reviews: Sequence[Total]) -> dict[str, list[Total]]:
    """The reviews of each reviewer, reviewers in order."""
    grouped: dict[str, list[Total]] = defaultdict(list)
    for review in sorted(reviews, key=lambda r: (r.reviewer, r.application)):
        grouped[review.reviewer].append(review)
    return dict(grouped)
