"""What a reviewer sees of the own work: how fast it goes, how scores spread. Nobody else's scores."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil

PAUSE = timedelta(minutes=10)
"""A longer time without a change was a pause, not work."""
ENOUGH = 5
"""So many criteria must be scored before anything is said about pace."""
USUAL_MINUTES = Fraction(4)
"""What one criterion takes while the own pace is not known."""


@dataclass(frozen=True)
class Spread:
    """Own totals: how many, their mean, the lowest and the highest (0 to 100)."""

    count: int
    mean: Fraction
    lowest: Fraction
    highest: Fraction


def spread(totals: Iterable[Fraction]) -> Spread | None:
    """How the own totals spread; None while there is none."""
    listed = list(totals)
    if not listed:
        return None
    mean = sum(listed, Fraction(0)) / len(listed)
    return Spread(len(listed), mean, min(listed), max(listed))


def pace(moments: Sequence[datetime], scored: int) -> Fraction | None:
    """Minutes for one criterion, from the moments of all changes (oldest first); None while unknown.

    Time between two changes counts as work unless it is longer than PAUSE.
    """
    if scored < ENOUGH:
        return None
    gaps = (later - earlier for earlier, later in pairwise(moments))
    worked = sum((gap for gap in gaps if gap <= PAUSE), timedelta(0))
    minutes = Fraction(int(worked.total_seconds()), 60)
    return minutes / scored if minutes else None


def minutes_left(criteria_left: int, per_criterion: Fraction | None) -> int:
    """How long the rest takes, rounded up to five minutes."""
    exact = criteria_left * (per_criterion or USUAL_MINUTES)
    return 5 * ceil(exact / 5)


@dataclass(frozen=True)
class Given:
    """What one gave on one criterion elsewhere: how often each value, N/A apart, and their mean."""

    counts: dict[int, int]
    skipped: int
    mean: Fraction | None

    @property
    def count(self) -> int:
        """How many dossiers were answered on this criterion."""
        return sum(self.counts.values()) + self.skipped


def given(values: Iterable[int | None]) -> Given:
    """Count what was given; None is N/A."""
    listed = list(values)
    scored = [value for value in listed if value is not None]
    mean = Fraction(sum(scored), len(scored)) if scored else None
    return Given(dict(sorted(Counter(scored).items())), len(listed) - len(scored), mean)
