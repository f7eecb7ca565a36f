"""The one place that speaks to the solver HiGHS; what it answers is a claim until it is counted.

One thread and no clock: limits are counted in nodes and iterations, so a loaded machine gives the
same answer as an idle one.
"""

from dataclasses import dataclass
from enum import Enum

import highspy
import numpy as np

from charity_portal.kernel.matching.problem import Mask, Real, Whole

INFINITE = highspy.kHighsInf
OPTIMAL = highspy.HighsModelStatus.kOptimal
INFEASIBLE = highspy.HighsModelStatus.kInfeasible
DUAL, PRIMAL = 1, 4  # HiGHS's numbers for its simplex strategies


class Method(Enum):
    """How to go on from the last solution.

    After few new columns the old solution is still feasible (primal simplex), after new rows still
    optimal (dual simplex). After thousands of new columns starting afresh is 20 times faster than
    either: from the empty basis the dual simplex needs no first phase.
    """

    AFRESH = "afresh"
    AFTER_COLUMNS = "after columns"
    AFTER_ROWS = "after rows"
    AFRESH_PRIMAL = "afresh, primal"


@dataclass(frozen=True)
class WholeResult:
    """Column values (None when none were found), whether the search came to its end (the values are
    the best there are, or it is certain that there are none), and how much work it was."""

    values: Real | None
    proven: bool
    iterations: int


class SolverFailed(RuntimeError):
    """HiGHS ended in a state that the model cannot have; nothing is concluded from it."""


def solver() -> highspy.Highs:
    """An empty, silent, single-threaded maximisation."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
        highs.setOptionValue(option, value)
    highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
    return highs


def add_columns(
    highs: highspy.Highs, cost: Real, upper: Real, column: Whole, row: Whole, value: Real
) -> None:
    """Append columns between 0 and `upper`; entries (column counted from the first new one)."""
    order = np.lexsort((row, column))
    starts = np.searchsorted(column[order], np.arange(len(cost)))
    highs.addCols(
        len(cost),
        cost.astype(np.float64),
        np.zeros(len(cost)),
        upper.astype(np.float64),
        len(row),
        starts.astype(np.int32),
        row[order].astype(np.int32),
        value[order].astype(np.float64),
    )


def add_row(highs: highspy.Highs, lower: float, upper: float, columns: Whole, value: Real) -> None:
    """Append one row over existing columns."""
    highs.addRow(lower, upper, len(columns), columns.astype(np.int32), value)


def set_costs(highs: highspy.Highs, columns: Whole, cost: Real) -> None:
    """Change the objective's coefficients of these columns."""
    highs.changeColsCost(len(columns), columns.astype(np.int32), cost.astype(np.float64))


def set_bounds(highs: highspy.Highs, columns: Whole, lower: Real, upper: Real) -> None:
    """Change the bounds of these columns."""
    highs.changeColsBounds(
        len(columns),
        columns.astype(np.int32),
        lower.astype(np.float64),
        upper.astype(np.float64),
    )


def run_linear(highs: highspy.Highs, method: Method) -> tuple[Real, Real]:
    """Solve the linear programme: column values, row duals.

    When the solver loses its way (rounding), it begins afresh, and then once more by the primal
    simplex; the order of trials is always the same.
    """
    highs.setOptionValue("presolve", "off")
    for trial in (method, Method.AFRESH, Method.AFRESH_PRIMAL):
        if trial in (Method.AFRESH, Method.AFRESH_PRIMAL):
            highs.clearSolver()
        primal = trial in (Method.AFTER_COLUMNS, Method.AFRESH_PRIMAL)
        highs.setOptionValue("simplex_strategy", PRIMAL if primal else DUAL)
        highs.run()
        if highs.getModelStatus() == OPTIMAL:
            solution = highs.getSolution()
            return np.asarray(solution.col_value), np.asarray(solution.row_dual)
    raise SolverFailed(f"linear programme: {highs.getModelStatus()}")


def basic_columns(highs: highspy.Highs) -> Mask:
    """Which columns are basic in the last solution; the others stand at a bound."""
    basic = highspy.HighsBasisStatus.kBasic
    return np.array([status == basic for status in highs.getBasis().col_status], bool)


def copy_with_whole(highs: highspy.Highs, columns: Whole) -> highspy.Highs:
    """The same model with these columns whole-numbered."""
    copy = solver()
    copy.passModel(highs.getLp())
    kinds = np.full(len(columns), highspy.HighsVarType.kInteger.value, np.uint8)
    copy.changeColsIntegrality(len(columns), columns.astype(np.int32), kinds)
    return copy


def run_whole(highs: highspy.Highs, nodes: int, gap: float) -> WholeResult:
    """Solve the whole-numbered programme within `nodes` branches, to a relative `gap`."""
    for option, value in (("mip_max_nodes", nodes), ("mip_rel_gap", gap), ("presolve", "on")):
        highs.setOptionValue(option, value)
    highs.run()
    status = highs.getModelStatus()
    info = highs.getInfo()
    iterations = int(info.simplex_iteration_count)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return WholeResult(None, status == INFEASIBLE, iterations)
    values = np.asarray(highs.getSolution().col_value)
    return WholeResult(values, status == OPTIMAL, iterations)
