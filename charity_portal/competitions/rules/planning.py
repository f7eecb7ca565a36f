"""A stage's round as a matching problem, and what the solver says about it.

Hard rules decide which pairs there are; loads, the number of reviewers and the group rules are rows.
Members and applications stand in an order of lots drawn from the round's key, so that the order in
which they were entered decides nothing and the same round gives the same plan.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charity_portal.competitions.errors import PlanRefused, PlanUndecided
from charity_portal.competitions.rules import plan_checks
from charity_portal.competitions.rules.review_rounds import BRIDGES, Entry, Judge, Pair, Round
from charity_portal.kernel.matching import levels
from charity_portal.kernel.matching.problem import Problem, Rows, rows_from_lists
from charity_portal.kernel.matching.shortage import Impossible, Shortage

Whole = NDArray[np.int64]
EMPLOYER = "employer"


@dataclass(frozen=True)
class Solved:
    """What the solver found: the pairs and what it proved, or the shortages of an impossible round."""

    pairs: frozenset[Pair]
    proven: Mapping[str, Any]
    shortages: Mapping[str, Any] | None = None


def solve(of: Round) -> Solved:
    """The plan for a round: reviews that are begun stay, those assigned so far move as little as
    possible; then the worst-off application (when fairness is asked for), the total, bridges, loads.

    PlanUndecided when neither a plan nor its impossibility was found within the solver's limits,
    PlanRefused when what it found breaks a rule.
    """
    board = Board(of)
    keep = board.places(of.given) if of.given else None
    wanted = levels.Wanted(of.wishes.objective == "fair", keep, board.bridges)
    try:
        found = levels.solve(board.problem, wanted)
    except Impossible as problem:
        return Solved(frozenset(), {}, board.shortages(problem.shortage))
    except levels.Undecided as problem:
        raise PlanUndecided from problem
    pairs = frozenset(board.pairs[place] for place in found.pairs.tolist())
    wrong = plan_checks.findings(of, pairs)
    if wrong:
        raise PlanRefused(wrong[0].text)
    proven = {
        "worst": found.worst,
        "worst_bound": found.worst_bound,
        "total": found.total,
        "total_bound": found.total_bound,
        "free_total_bound": found.free_total_bound,
        "fewest": None if keep is None else len(keep) - found.kept_bound,
    }
    return Solved(pairs, proven)


class Board:
    """The round with its members, applications and allowed pairs in the order of their lots."""

    def __init__(self, of: Round) -> None:
        self.of = of
        self.entries = sorted(of.entries, key=_lot(of.key, "application"))
        self.judges = sorted(of.judges, key=_lot(of.key, "member"))
        self.pairs: list[Pair] = [
            (judge.id, entry.id)
            for entry in self.entries
            for judge in self.judges
            if (judge.id, entry.id) not in of.conflicts and (judge.id, entry.id) not in of.barred
        ]
        self.place = {pair: place for place, pair in enumerate(self.pairs)}
        self.families: list[tuple[str, list[int], Rows]] = []
        self._add_groups()

    def places(self, pairs: Iterable[Pair]) -> Whole:
        """Where these pairs stand, ascending; those that are not allowed are left out."""
        known = sorted(self.place[pair] for pair in pairs if pair in self.place)
        return np.array(known, dtype=np.int64)

    @cached_property
    def problem(self) -> Problem:
        """The round in numbers."""
        of = self.of
        begun = Counter(entry for _, entry in of.begun)
        needs = np.array([max(of.wishes.each, begun[e.id]) for e in self.entries], dtype=np.int64)
        row = {judge.id: n for n, judge in enumerate(self.judges)}
        column = {entry.id: n for n, entry in enumerate(self.entries)}
        return Problem(
            needs_lower=needs,
            needs_upper=needs,
            supply_lower=np.array([judge.least for judge in self.judges], dtype=np.int64),
            supply_upper=np.array([judge.most for judge in self.judges], dtype=np.int64),
            demand=np.array([column[entry] for _, entry in self.pairs], dtype=np.int64),
            supply=np.array([row[judge] for judge, _ in self.pairs], dtype=np.int64),
            score=np.array([of.score(pair) for pair in self.pairs], dtype=np.int64),
            frozen=self.places(of.begun),
            rows=tuple(rows for _, _, rows in self.families),
        )

    def _add_groups(self) -> None:
        """Rows for one reviewer of an employer, and for each capacity that is asked for."""
        wishes = self.of.wishes
        if wishes.one_per_employer:
            groups = [(e.id, g) for e in self.entries for g in self._colleagues(e)]
            upper = [max(1, len(self.of.begun & {self.pairs[n] for n in g})) for _, g in groups]
            self._add(EMPLOYER, groups, [0] * len(groups), [float(most) for most in upper])
        for key in wishes.needs:
            able = [j for j in self.judges if key in j.capacities]
            own = [
                (e.id, self.places((judge.id, e.id) for judge in able).tolist())
                for e in self.entries
            ]
            self._add(key, own, [1] * len(own), [np.inf] * len(own))

    def _colleagues(self, entry: Entry) -> list[list[int]]:
        groups: dict[str, list[int]] = {}
        for judge in self.judges:
            if judge.employer is not None and (judge.id, entry.id) in self.place:
                groups.setdefault(judge.employer, []).append(self.place[judge.id, entry.id])
        return [sorted(group) for group in groups.values() if len(group) > 1]

    def _add(
        self, name: str, groups: list[tuple[int, list[int]]], lower: list[int], upper: list[float]
    ) -> None:
        if not groups:
            return
        plain = rows_from_lists([np.array(g, dtype=np.int64) for _, g in groups], 0.0, 0.0)
        rows = Rows(
            plain.starts,
            plain.pairs,
            plain.coefficients,
            np.array(lower, dtype=float),
            np.array(upper, dtype=float),
        )
        self.families.append((name, [entry for entry, _ in groups], rows))

    @property
    def bridges(self) -> Rows | None:
        """Soft rows: so many applications outside the own track for each member who can have them."""
        if not self.of.wishes.bridges:
            return None
        own: dict[int, list[int]] = {}
        for place, pair in enumerate(self.pairs):
            if self.of.outside(pair):
                own.setdefault(pair[0], []).append(place)
        able = [np.array(places) for places in own.values() if len(places) >= BRIDGES]
        return rows_from_lists(able, float(BRIDGES), np.inf) if able else None

    def shortages(self, found: Shortage) -> dict[str, Any]:
        """What is missing at least, by ids, as JSON keeps it."""
        others = [
            [entries[n], name, int(missing)]
            for (name, entries, _), row in zip(self.families, found.rows, strict=True)
            for n, missing in enumerate(row.tolist())
            if missing
        ]
        return {
            "entries": _named(self.entries, found.demands),
            "judges": _named(self.judges, found.supplies),
            "others": sorted(others),
            "relief": _named(self.judges, found.relief),
        }


def _lot(key: str, kind: str) -> Callable[[Judge | Entry], bytes]:
    return lambda thing: hashlib.sha256(f"{key}\x1f{kind}\x1f{thing.id}".encode()).digest()


def _named(things: Iterable[Judge | Entry], numbers: Whole) -> list[list[int]]:
    rows = zip(things, numbers.tolist(), strict=True)
    return [[thing.id, n] for thing, n in sorted(rows, key=lambda row: row[0].code) if n]
