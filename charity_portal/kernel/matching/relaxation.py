"""The linear programme behind an assignment, solved by column generation with dual pricing.

Of a million possible pairs a few tens of thousands matter. The programme starts with the best
pairs of each demand and supply, and takes in every other pair whose reduced cost says that it
could help; none is left out for good (leaving out by score alone breaks minimum loads). Rows over
pairs are taken in when a solution breaks them.
"""

from dataclasses import dataclass, replace

import numpy as np

from charity_portal.kernel.matching import highs as solver
from charity_portal.kernel.matching import pricing
from charity_portal.kernel.matching.highs import INFINITE, Method
from charity_portal.kernel.matching.problem import Mask, Problem, Real, Rows, Whole

PENALTY = 2000.0
"""Price of one missing unit; scores lie in -1..1, so nothing pays for it."""
MANY_COLUMNS = 1000


@dataclass(frozen=True)
class Optimum:
    """A solved relaxation: `chosen` (one number 0..1 a pair), `extras` (one a variable), how much is
    `missing` in demands, supplies and rows together, and a `bound` that no assignment exceeds,
    computed from the duals over all pairs and therefore true whatever the solver did."""

    chosen: Real
    extras: Real
    missing: float
    bound: float
    reduced: Real


class Relaxation:
    """One linear programme that grows and is solved again and again from where it stands.

    A row with a lower bound has a slack column, which counts what is missing there; it costs, so that
    nothing is missing that need not be. `may_miss`: whole solutions may leave something missing too.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.highs = solver.solver()
        self.families: list[Rows] = []
        self.active: list[tuple[int, int]] = []
        self.weights = problem.worth
        self.closed = np.zeros(problem.pairs, bool)
        self.frozen = np.zeros(problem.pairs, bool)
        self.frozen[problem.frozen] = True
        self.column_of_pair = np.full(problem.pairs, -1, np.int64)
        self.pair_of_column = np.zeros(0, np.int64)
        self.extra_columns = np.zeros(0, np.int64)
        self.extra_lower = np.zeros(0)
        self.extra_upper = np.zeros(0)
        self.extra_costs = np.zeros(0)
        self.slack_columns = np.zeros(0, np.int64)
        self.slack_rows = np.zeros(0, np.int64)
        self.may_miss = False
        self.slack_cost = -PENALTY
        self._method = Method.AFRESH
        self._add_sides()
        for family in problem.rows:
            self.require(family)
        self._add_pairs(pricing.first_pairs(problem))

    # --- what is asked ---------------------------------------------------------------------------

    def aim(self, weights: Real, extras: Real | None = None, slack: float = -PENALTY) -> None:
        """Maximise `weights` over pairs plus `extras` over variables; a missing unit costs."""
        self.weights, self.slack_cost = weights, slack
        self.extra_costs = np.zeros(len(self.extra_columns)) if extras is None else extras
        pairs = self.pair_columns
        solver.set_costs(self.highs, pairs, weights[self.pair_of_column[pairs]])
        solver.set_costs(self.highs, self.extra_columns, self.extra_costs)
        slack_costs = np.full(len(self.slack_columns), slack)
        solver.set_costs(self.highs, self.slack_columns, slack_costs)

    def extend(self, lower: Real, upper: Real) -> Whole:
        """Further variables beside the pairs; returns their numbers."""
        numbers = len(self.extra_columns) + np.arange(len(lower))
        columns = self._append(np.zeros(len(lower)), upper, *_no_entries())
        self.extra_columns = np.concatenate([self.extra_columns, columns])
        self.extra_lower = np.concatenate([self.extra_lower, lower])
        self.extra_upper = np.concatenate([self.extra_upper, upper])
        self.extra_costs = np.concatenate([self.extra_costs, np.zeros(len(lower))])
        solver.set_bounds(self.highs, columns, lower, upper)
        return numbers

    def limit(self, extra: int, lower: float, upper: float) -> None:
        """New bounds of one variable."""
        self.extra_lower[extra], self.extra_upper[extra] = lower, upper
        column = self.extra_columns[extra : extra + 1]
        solver.set_bounds(self.highs, column, np.array([lower]), np.array([upper]))

    def close(self, closed: Mask) -> None:
        """Forbid these pairs (and open those closed before)."""
        changed = self.pair_columns
        changed = changed[(self.closed != closed)[self.pair_of_column[changed]]]
        self.closed = closed
        upper = np.where(closed[self.pair_of_column[changed]], 0.0, 1.0)
        solver.set_bounds(self.highs, changed, np.zeros(len(changed)), upper)

    def require(self, family: Rows) -> None:
        """Rows that must hold from now on; each is taken in when a solution breaks it."""
        self.families.append(family)

    def release(self, family: Rows) -> None:
        """These rows hold no longer."""
        number = next(i for i, known in enumerate(self.families) if known is family)
        self.families[number] = replace(
            family,
            lower=np.full(len(family), -np.inf),
            upper=np.full(len(family), np.inf),
        )
        first = self.problem.demands + self.problem.supplies
        for position, (owner, _) in enumerate(self.active):
            if owner == number:
                self.highs.changeRowBounds(first + position, -INFINITE, INFINITE)

    # --- solving ---------------------------------------------------------------------------------

    def solve(self) -> Optimum:
        """Solve over all pairs and all rows."""
        while True:
            values, duals = solver.run_linear(self.highs, self._method)
            duals = self._possible(duals)
            reduced = self._reduced_costs(duals)
            absent = (self.column_of_pair < 0) & ~self.closed
            useful = pricing.useful_pairs(self.problem, reduced, absent)
            if len(useful):
                self._add_pairs(useful)
                continue
            chosen = np.zeros(self.problem.pairs)
            columns = self.pair_columns
            chosen[self.pair_of_column[columns]] = values[columns]
            extras = values[self.extra_columns]
            if self.take_in_broken(chosen, extras):
                continue
            missing = float(values[self.slack_columns].sum())
            return Optimum(chosen, extras, missing, self._bound(duals, reduced), reduced)

    def take_in_broken(self, chosen: Real, extras: Real) -> bool:
        """Take in the rows that this solution breaks; whether there were any."""
        found = False
        for number, family in enumerate(self.families):
            known = {row for owner, row in self.active if owner == number}
            for row in family.broken(chosen, extras, pricing.TOLERANCE).tolist():
                if row not in known:
                    self._add_row(number, row)
                    found = True
        return found

    def basic_pairs(self) -> Whole:
        """The pairs that are basic in the last solution."""
        columns = self.pair_columns
        return self.pair_of_column[columns[solver.basic_columns(self.highs)[columns]]]

    @property
    def pair_columns(self) -> Whole:
        """The columns that stand for pairs."""
        return np.flatnonzero(self.pair_of_column >= 0)

    def take_in_all_pairs(self) -> None:
        """Take in every pair that is not closed: what is then impossible is impossible."""
        absent = np.flatnonzero((self.column_of_pair < 0) & ~self.closed)
        if len(absent):
            self._add_pairs(absent)

    @property
    def has_all_pairs(self) -> bool:
        """Whether every pair that is not closed is a column."""
        return bool(((self.column_of_pair >= 0) | self.closed).all())

    def _row_bounds(self) -> tuple[Real, Real]:
        """Bounds of all rows of the programme: demands, supplies, rows taken in."""
        problem = self.problem
        lower = [self.families[number].lower[row] for number, row in self.active]
        upper = [self.families[number].upper[row] for number, row in self.active]
        return (
            np.concatenate([problem.needs_lower, problem.supply_lower, lower]),
            np.concatenate([problem.needs_upper, problem.supply_upper, upper]),
        )

    def _possible(self, duals: Real) -> Real:
        """The duals without rounding dust of the wrong sign, which would make the bound infinite."""
        lower, upper = self._row_bounds()
        duals = np.where(np.isinf(lower) & (duals < 0), 0.0, duals)
        return np.where(np.isinf(upper) & (duals > 0), 0.0, duals)

    def _reduced_costs(self, duals: Real) -> Real:
        """What one more of each pair would bring, in the objective's unit; shape (E,)."""
        problem = self.problem
        reduced = self.weights - duals[problem.demand]
        reduced -= duals[problem.demands + problem.supply]
        for position, (number, row) in enumerate(self.active):
            dual = duals[problem.demands + problem.supplies + position]
            if dual:
                pairs, coefficients = self.families[number].entries(row)
                reduced[pairs] -= dual * coefficients
        return reduced

    def _bound(self, duals: Real, reduced: Real) -> float:
        """Weak duality, counted over every pair: true for any duals, tight for optimal ones."""
        gain = np.where(self.frozen, reduced, np.maximum(reduced, 0.0))
        gain[self.closed] = 0.0
        extras = self.extra_costs.copy()
        first = self.problem.demands + self.problem.supplies
        for position, (number, row) in enumerate(self.active):
            for extra, factor in self.families[number].extras.get(row, ()):
                extras[extra] -= duals[first + position] * factor
        of_rows = pricing.most(duals, *self._row_bounds())
        return (
            of_rows + float(gain.sum()) + pricing.most(extras, self.extra_lower, self.extra_upper)
        )

    # --- rows and columns ------------------------------------------------------------------------

    def _add_sides(self) -> None:
        """Rows of demands and supplies, each with a column for what is missing."""
        problem = self.problem
        count = problem.demands + problem.supplies
        lower = np.concatenate([problem.needs_lower, problem.supply_lower]).astype(float)
        upper = np.concatenate([problem.needs_upper, problem.supply_upper]).astype(float)
        nothing = np.zeros(0)
        empty = np.zeros(0, np.int32)
        starts = np.zeros(count, np.int32)
        self.highs.addRows(count, lower, upper, 0, starts, empty, nothing)
        rows = np.flatnonzero(lower > 0)
        self._add_slack(rows)

    def _add_slack(self, rows: Whole) -> None:
        size = len(rows)
        columns = self._append(
            np.full(size, self.slack_cost),
            np.full(size, INFINITE),
            np.arange(size),
            rows,
            np.ones(size),
        )
        self.slack_columns = np.concatenate([self.slack_columns, columns])
        self.slack_rows = np.concatenate([self.slack_rows, rows])

    def _append(self, cost: Real, upper: Real, column: Whole, row: Whole, value: Real) -> Whole:
        before = len(self.pair_of_column)
        solver.add_columns(self.highs, cost, upper, column, row, value)
        self.pair_of_column = np.append(self.pair_of_column, np.full(len(cost), -1))
        return before + np.arange(len(cost))

    def _add_pairs(self, pairs: Whole) -> None:
        problem = self.problem
        size = len(pairs)
        place = np.arange(size)
        entries = [
            (place, problem.demand[pairs], np.ones(size)),
            (place, problem.demands + problem.supply[pairs], np.ones(size)),
        ]
        for position, (number, row) in enumerate(self.active):
            members, coefficients = self.families[number].entries(row)
            where = np.searchsorted(pairs, members)
            inside = (where < size) & (pairs[np.minimum(where, size - 1)] == members)
            rows = np.full(int(inside.sum()), problem.demands + problem.supplies + position)
            entries.append((where[inside], rows, coefficients[inside]))
        column, row_of, value = (np.concatenate(part) for part in zip(*entries, strict=True))
        upper = np.where(self.closed[pairs], 0.0, 1.0)
        columns = self._append(self.weights[pairs], upper, column, row_of, value)
        self._method = Method.AFRESH if size > MANY_COLUMNS else Method.AFTER_COLUMNS
        self.pair_of_column[columns] = pairs
        self.column_of_pair[pairs] = columns
        fixed = columns[self.frozen[pairs]]
        solver.set_bounds(self.highs, fixed, np.ones(len(fixed)), np.ones(len(fixed)))

    def _add_row(self, number: int, row: int) -> None:
        family = self.families[number]
        pairs, coefficients = family.entries(row)
        columns = self.column_of_pair[pairs]
        known = columns >= 0
        extras = family.extras.get(row, ())
        of_extras = self.extra_columns[[extra for extra, _ in extras]]
        solver.add_row(
            self.highs,
            family.lower[row],
            family.upper[row],
            np.concatenate([columns[known], of_extras]),
            np.concatenate([coefficients[known], [factor for _, factor in extras]]),
        )
        self.active.append((number, row))
        self._method = Method.AFTER_ROWS
        if family.lower[row] > 0:
            last = self.problem.demands + self.problem.supplies + len(self.active) - 1
            self._add_slack(np.array([last]))


def _no_entries() -> tuple[Whole, Whole, Real]:
    return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
