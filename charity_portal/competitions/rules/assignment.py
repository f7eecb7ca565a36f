"""Reviewers for applications, from figures alone: who may, how many, how well they suit.

Solved by `kernel.matching`: pairs in conflict do not exist for the solver, the worst application comes
first (objective "fair"), then the total, then even loads among equals. Reviewers and applications stand in
the order of a keyed hash of their ids, so the order of entering decides nothing. Whatever the solver
answers is counted again here, by code that knows nothing of the solver.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from charity_portal.kernel.matching import levels
from charity_portal.kernel.matching.problem import Mask, Problem, Whole
from charity_portal.kernel.matching.shortage import Impossible

Pair = tuple[str, str]
"""(reviewer, application)"""
Objective = Literal["fair", "total"]
KEY = "1"


@dataclass(frozen=True)
class Reviewer:
    """A reviewer who takes `min` to `max` applications."""

    id: str
    min: int
    max: int


@dataclass(frozen=True)
class Instance:
    """`k` reviewers for each application.

    `scores`: whole numbers, `unit` of them make an affinity of 1; shape (applications, reviewers).
    `conflicts`: pairs that must not be, same shape. `key` decides between equals.
    """

    k: int
    reviewers: tuple[Reviewer, ...]
    applications: tuple[str, ...]
    scores: Whole
    conflicts: Mask
    unit: int
    objective: Objective = "fair"
    key: str = KEY


@dataclass(frozen=True)
class Answer:
    """The pairs, by application, then reviewer; sums of affinities; `worst_bound`, above which no
    assignment lifts its worst application, and `total_bound`, above which none with this worst
    application (with objective "total": none at all) has its total."""

    pairs: tuple[Pair, ...]
    total: float
    worst: float
    worst_bound: float
    total_bound: float
    key: str


@dataclass(frozen=True)
class Violation:
    """A rule that the pairs break: its code, whom it concerns and the count that is wrong."""

    rule: Literal["unknown", "twice", "conflict", "reviewers", "load"]
    reviewer: str | None
    application: str | None
    count: int = 1


class Refused(RuntimeError):
    """The solver's answer breaks rules, or is not worth what was said; it is not handed out."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__(f"the solver's answer was refused: {list(violations[:5])}")
        self.violations = tuple(violations)


class Infeasible(Exception):
    """No assignment keeps every rule. `applications`: how many reviews each lacks; `reviewers`: by how
    much each stays below its minimum; both the least possible in all. `relief`: the fewest further
    reviews above the maximums that would help, and from whom."""

    def __init__(
        self, applications: dict[str, int], reviewers: dict[str, int], relief: dict[str, int]
    ) -> None:
        super().__init__("no assignment keeps every rule")
        self.applications, self.reviewers, self.relief = applications, reviewers, relief


def solve(instance: Instance) -> Answer:
    """The best assignment by the instance's objective; raises Infeasible or levels.Undecided."""
    rows = _order(instance.key, "application", instance.applications)
    columns = _order(instance.key, "reviewer", [r.id for r in instance.reviewers])
    problem = _problem(instance, rows, columns)
    try:
        found = levels.solve(problem, levels.Wanted(fair=instance.objective == "fair"))
    except Impossible as problem_found:
        short = problem_found.shortage
        names = [instance.reviewers[place].id for place in columns.tolist()]
        raise Infeasible(
            _counts([instance.applications[place] for place in rows.tolist()], short.demands),
            _counts(names, short.supplies),
            _counts(names, short.relief),
        ) from problem_found
    chosen_rows = rows[problem.demand[found.pairs]].tolist()
    chosen_columns = columns[problem.supply[found.pairs]].tolist()
    named = sorted(
        (instance.applications[row], instance.reviewers[column].id)
        for row, column in zip(chosen_rows, chosen_columns, strict=True)
    )
    pairs = tuple((reviewer, application) for application, reviewer in named)
    return _believed(instance, pairs, found)


def verify(instance: Instance, pairs: Collection[Pair]) -> list[Violation]:
    """Every rule that these pairs break, counted from the instance alone."""
    row = {name: place for place, name in enumerate(instance.applications)}
    column = {reviewer.id: place for place, reviewer in enumerate(instance.reviewers)}
    wrong = [Violation("unknown", *p) for p in pairs if p[0] not in column or p[1] not in row]
    if wrong:
        return wrong
    for pair, count in Counter(pairs).items():
        if count > 1:
            wrong.append(Violation("twice", *pair, count))
        if instance.conflicts[row[pair[1]], column[pair[0]]]:
            wrong.append(Violation("conflict", *pair))
    received = Counter(application for _, application in pairs)
    for application in instance.applications:
        if received[application] != instance.k:
            wrong.append(Violation("reviewers", None, application, received[application]))
    loads = Counter(reviewer for reviewer, _ in pairs)
    for reviewer in instance.reviewers:
        if not reviewer.min <= loads[reviewer.id] <= reviewer.max:
            wrong.append(Violation("load", reviewer.id, None, loads[reviewer.id]))
    return wrong


def figures(instance: Instance, pairs: Collection[Pair]) -> tuple[int, int]:
    """Total and worst application of these pairs, in the unit of the instance's scores."""
    row = {name: place for place, name in enumerate(instance.applications)}
    column = {reviewer.id: place for place, reviewer in enumerate(instance.reviewers)}
    sums = [0] * len(instance.applications)
    for reviewer, application in pairs:
        sums[row[application]] += int(instance.scores[row[application], column[reviewer]])
    return sum(sums), min(sums, default=0)


def _believed(instance: Instance, pairs: tuple[Pair, ...], found: levels.Solution) -> Answer:
    """The answer with figures counted here; refused when it breaks a rule or beats its bounds."""
    violations = verify(instance, pairs)
    total, worst = figures(instance, pairs)
    if violations or worst > found.worst_bound or total > found.total_bound:
        raise Refused(violations)
    return Answer(
        pairs,
        total / instance.unit,
        worst / instance.unit,
        found.worst_bound / instance.unit,
        found.total_bound / instance.unit,
        instance.key,
    )


def _problem(instance: Instance, rows: Whole, columns: Whole) -> Problem:
    """The instance with applications as demands and reviewers as supplies, in the order given."""
    demand, supply = np.nonzero(~instance.conflicts[np.ix_(rows, columns)])
    needs = np.full(len(rows), instance.k, np.int64)
    ordered = [instance.reviewers[place] for place in columns.tolist()]
    return Problem(
        needs_lower=needs,
        needs_upper=needs,
        supply_lower=np.array([reviewer.min for reviewer in ordered], np.int64),
        supply_upper=np.array([reviewer.max for reviewer in ordered], np.int64),
        demand=demand,
        supply=supply,
        score=instance.scores[rows[demand], columns[supply]],
    )


def _order(key: str, kind: str, names: Sequence[str]) -> Whole:
    """Positions in the order of lots drawn by a keyed hash."""
    secret = hashlib.sha256(f"{kind}\x1f{key}".encode()).digest()
    lots = [hashlib.blake2b(name.encode(), key=secret, digest_size=16).digest() for name in names]
    return np.array(sorted(range(len(names)), key=lambda n: (lots[n], names[n])), np.int64)


def _counts(names: Sequence[str], numbers: Whole) -> dict[str, int]:
    """What is not 0, by name."""
    return {name: n for name, n in sorted(zip(names, numbers.tolist(), strict=True)) if n}
