"""A round of reviews as it stands: who may judge, what is to be judged, and what is asked of the plan.

A `Round` is what one distribution of reviews is computed from. It is kept with its result, so that
the same round gives the same plan again, and its fingerprint tells whether anything changed since.
Scores are whole micro-units (1,000,000 is a perfect fit).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Pair = tuple[int, int]
"""A panel member's id and an application's id."""
BRIDGES = 2
"""So many applications outside the own track each member should read, where that is possible."""


@dataclass(frozen=True)
class Judge:
    """A panel member who takes part, with the fewest and most reviews and who employs them."""

    id: int
    code: str
    least: int
    most: int
    track_id: int | None = None
    employer: str | None = None
    capacities: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Entry:
    """An application of the stage's field."""

    id: int
    code: str
    track_id: int | None = None


@dataclass(frozen=True)
class Wishes:
    """What an officer asks of the plan.

    `each`: reviews an application gets. `needs`: capacities of which every application has at least one
    reviewer.
    """

    objective: str = "fair"
    each: int = 3
    bridges: bool = True
    one_per_employer: bool = True
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Round:
    """Everything that a plan depends on.

    `scores`: by member and track (None: no track). `conflicts` and `barred` (abstained from) are pairs
    that must not be; `begun` are reviews that somebody has begun or handed in: they stay; `given` are all
    that are assigned so far.
    """

    judges: tuple[Judge, ...]
    entries: tuple[Entry, ...]
    scores: Mapping[tuple[int, int | None], int]
    conflicts: frozenset[Pair] = frozenset()
    barred: frozenset[Pair] = frozenset()
    begun: frozenset[Pair] = frozenset()
    given: frozenset[Pair] = frozenset()
    wishes: Wishes = field(default_factory=Wishes)
    key: str = ""

    @cached_property
    def judge_by_id(self) -> dict[int, Judge]:
        """The members by id."""
        return {judge.id: judge for judge in self.judges}

    @cached_property
    def entry_by_id(self) -> dict[int, Entry]:
        """The applications by id."""
        return {entry.id: entry for entry in self.entries}

    @property
    def wanted(self) -> int:
        """How many reviews the round needs."""
        return len(self.entries) * self.wishes.each

    def score(self, pair: Pair) -> int:
        """How well the two suit each other."""
        return self.scores[pair[0], self.entry_by_id[pair[1]].track_id]

    def knows(self, pair: Pair) -> bool:
        """Whether both take part."""
        return pair[0] in self.judge_by_id and pair[1] in self.entry_by_id

    def outside(self, pair: Pair) -> bool:
        """Whether the application lies outside the member's own track; False when either has none."""
        own, other = self.judge_by_id[pair[0]].track_id, self.entry_by_id[pair[1]].track_id
        return own is not None and other is not None and own != other

    def dump(self) -> dict[str, Any]:
        """The round as JSON keeps it; `load` gives it back."""
        return {
            "judges": [
                [j.id, j.code, j.least, j.most, j.track_id, j.employer, sorted(j.capacities)]
                for j in self.judges
            ],
            "entries": [[e.id, e.code, e.track_id] for e in self.entries],
            "scores": [[judge, track, score] for (judge, track), score in self._sorted_scores()],
            "conflicts": _listed(self.conflicts),
            "barred": _listed(self.barred),
            "begun": _listed(self.begun),
            "given": _listed(self.given),
            "wishes": {
                "objective": self.wishes.objective,
                "each": self.wishes.each,
                "bridges": self.wishes.bridges,
                "one_per_employer": self.wishes.one_per_employer,
                "needs": list(self.wishes.needs),
            },
            "key": self.key,
        }

    def _sorted_scores(self) -> list[tuple[tuple[int, int | None], int]]:
        return sorted(self.scores.items(), key=lambda item: (item[0][0], item[0][1] or 0))

    @cached_property
    def fingerprint(self) -> str:
        """The same for equal rounds, different as soon as anything differs."""
        text = json.dumps(self.dump(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def load(stored: Mapping[str, Any]) -> Round:
    """What `Round.dump` wrote."""
    wishes = stored["wishes"]
    return Round(
        judges=tuple(
            Judge(key, code, least, most, track, employer, frozenset(capacities))
            for key, code, least, most, track, employer, capacities in stored["judges"]
        ),
        entries=tuple(Entry(*row) for row in stored["entries"]),
        scores={(judge, track): score for judge, track, score in stored["scores"]},
        conflicts=pairs_of(stored["conflicts"]),
        barred=pairs_of(stored["barred"]),
        begun=pairs_of(stored["begun"]),
        given=pairs_of(stored["given"]),
        wishes=Wishes(**(wishes | {"needs": tuple(wishes["needs"])})),
        key=stored["key"],
    )


def pairs_of(listed: Iterable[Iterable[int]]) -> frozenset[Pair]:
    """Pairs as JSON keeps them."""
    return frozenset((judge, entry) for judge, entry in listed)


def _listed(pairs: Iterable[Pair]) -> list[list[int]]:
    return [list(pair) for pair in sorted(pairs)]


@dataclass(frozen=True)
class Standing:
    """What a set of pairs amounts to. Sums of scores in micro-units."""

    total: int
    worst: int
    worst_entries: tuple[int, ...]
    reviews: int
    short: int
    loads: Mapping[int, int]
    outside: Mapping[int, int]

    def dump(self) -> dict[str, Any]:
        """The figures as JSON keeps them."""
        return {
            "total": self.total,
            "worst": self.worst,
            "worst_entries": list(self.worst_entries),
            "reviews": self.reviews,
            "short": self.short,
        }


def standing(of: Round, pairs: Iterable[Pair]) -> Standing:
    """Add up what these pairs give: per application the sum of its reviewers' scores, loads, bridges.

    `short` counts the reviews that are missing.
    """
    sums = dict.fromkeys(of.entry_by_id, 0)
    counts = dict.fromkeys(of.entry_by_id, 0)
    loads: Counter[int] = Counter()
    outside: Counter[int] = Counter()
    for pair in pairs:
        sums[pair[1]] += of.score(pair)
        counts[pair[1]] += 1
        loads[pair[0]] += 1
        outside[pair[0]] += of.outside(pair)
    worst = min(sums.values(), default=0)
    return Standing(
        total=sum(sums.values()),
        worst=worst,
        worst_entries=tuple(sorted(key for key, value in sums.items() if value == worst)),
        reviews=sum(counts.values()),
        short=sum(max(of.wishes.each - n, 0) for n in counts.values()),
        loads={judge.id: loads[judge.id] for judge in of.judges},
        outside={judge.id: outside[judge.id] for judge in of.judges},
    )


@dataclass(frozen=True)
class Difference:
    """What a plan changes in what is assigned: pairs that come, pairs that go, pairs that stay."""

    added: frozenset[Pair]
    removed: frozenset[Pair]
    kept: frozenset[Pair]


def difference(before: Iterable[Pair], after: Iterable[Pair]) -> Difference:
    """From one set of pairs to another."""
    old, new = frozenset(before), frozenset(after)
    return Difference(new - old, old - new, old & new)
