"""Why nothing fits: what is missing at least, and the smallest change that would help."""

from dataclasses import dataclass, replace

import numpy as np

from charity_portal.kernel.matching.problem import Problem, Rows, Whole, rows_from_lists
from charity_portal.kernel.matching.relaxation import Relaxation
from charity_portal.kernel.matching.rounding import Effort, whole_pairs

EFFORT = 100_000


@dataclass(frozen=True)
class Shortage:
    """What is missing at least, in units: `demands` (how often each stays unmet), `supplies` (how
    far each stays below its lower bound), `rows` (how far each row of each family is missed); and
    `relief`: the fewest further uses of supplies above their upper bounds that would end it as far
    as that can end it."""

    demands: Whole
    supplies: Whole
    rows: tuple[Whole, ...]
    relief: Whole


class Impossible(Exception):
    """No assignment keeps every rule; `shortage` says what is missing."""

    def __init__(self, shortage: Shortage) -> None:
        super().__init__("no assignment keeps every rule")
        self.shortage = shortage


def explain(problem: Problem) -> None:
    """Raise Impossible when it can be shown that no assignment keeps every rule."""
    relaxation = Relaxation(problem)
    relaxation.may_miss = True
    relaxation.aim(np.zeros(problem.pairs), slack=-1.0)
    optimum = relaxation.solve()
    found = whole_pairs(relaxation, optimum, Effort(EFFORT))
    missing = np.rint(found.missing).astype(np.int64)
    if found.pairs is None or not missing.any():
        return
    if not found.proven and optimum.bound > -0.5:
        return
    demands, supplies, rows = _by_place(relaxation, missing)
    raise Impossible(Shortage(demands, supplies, rows, _relief(problem)))


def _by_place(relaxation: Relaxation, missing: Whole) -> tuple[Whole, Whole, tuple[Whole, ...]]:
    """What is missing, sorted into demands, supplies and the problem's own rows."""
    problem = relaxation.problem
    demands = np.zeros(problem.demands, np.int64)
    supplies = np.zeros(problem.supplies, np.int64)
    rows = tuple(np.zeros(len(family), np.int64) for family in problem.rows)
    for place, count in zip(relaxation.slack_rows.tolist(), missing.tolist(), strict=True):
        if place < problem.demands:
            demands[place] = count
        elif place < problem.demands + problem.supplies:
            supplies[place - problem.demands] = count
        else:
            family, row = relaxation.active[place - problem.demands - problem.supplies]
            rows[family][row] = count
    return demands, supplies, rows


def _relief(problem: Problem) -> Whole:
    """The fewest uses above the upper bounds with which the least is missing."""
    unlimited = np.maximum(problem.supply_upper, problem.demands)
    relaxation = Relaxation(replace(problem, supply_upper=unlimited))
    relaxation.may_miss = True
    size = problem.supplies
    beyond = relaxation.extend(np.zeros(size), np.full(size, float(problem.demands)))
    relaxation.require(_loads_within(problem, beyond))
    relaxation.aim(np.zeros(problem.pairs), -np.ones(size), slack=-float(problem.demands))
    found = whole_pairs(relaxation, relaxation.solve(), Effort(EFFORT))
    if found.pairs is None:
        return np.zeros(size, np.int64)
    further: Whole = np.maximum(problem.loads(found.pairs) - problem.supply_upper, 0)
    return further


def _loads_within(problem: Problem, beyond: Whole) -> Rows:
    """The load of each supply is at most its upper bound plus its variable `beyond`."""
    family = rows_from_lists(problem.pairs_of_supplies, -np.inf, 0.0)
    return replace(
        family,
        upper=problem.supply_upper.astype(float),
        extras={supply: ((int(variable), -1.0),) for supply, variable in enumerate(beyond)},
    )
