"""Integer programmes with whole coefficients and variables of 0 or 1, solved to the proven optimum.

One thread, no gap, no limit of time: the answer does not depend on the machine or its load. Answers
are rounded to whole numbers here and checked by whoever asked; the solver's own figures are not used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

MOST_NODES = 1_000_000
OPTIONS = (
    ("threads", 1),
    ("mip_rel_gap", 0.0),
    ("mip_abs_gap", 0.0),
    ("mip_feasibility_tolerance", 1e-9),
    ("mip_max_nodes", MOST_NODES),
)


class Unsolved(RuntimeError):
    """The solver ended without an answer."""


@dataclass(frozen=True)
class Row:
    """lower <= Σ coefficient · x <= upper; None: no bound."""

    coefficients: Mapping[int, int]
    lower: int | None
    upper: int | None


def solve(
    gains: Sequence[int], rows: Sequence[Row], low: Sequence[int], high: Sequence[int]
) -> list[int] | None:
    """x with low <= x <= high (0 or 1) and the greatest Σ gain · x; None when there is none.

    Raises Unsolved.
    """
    if not gains:
        met = all((row.lower or 0) <= 0 <= (0 if row.upper is None else row.upper) for row in rows)
        return [] if met else None
    solver = _run(_model(gains, rows, low, high, whole=True))
    return [round(x) for x in solver.getSolution().col_value] if solver else None


def settled(
    gains: Sequence[int],
    rows: Sequence[Row],
    low: Sequence[int],
    high: Sequence[int],
    best: int,
) -> tuple[list[int], list[int]]:
    """The bounds (low, high), closed for every variable that has the same value in all solutions worth
    `best`, as far as the continuous relaxation proves it: one whose reduced cost exceeds the room
    between relaxation and `best` cannot change. The margin of one unit outweighs rounding.
    """
    low, high = list(low), list(high)
    if not gains:
        return low, high
    solver = _run(_model(gains, rows, low, high, whole=False))
    if solver is None:
        raise Unsolved("a solved programme has no relaxation")
    room = solver.getObjectiveValue() - best + 1
    found = solver.getSolution()
    for k, (x, price) in enumerate(zip(found.col_value, found.col_dual, strict=True)):
        if abs(price) > room:
            low[k] = high[k] = round(x)
    return low, high


def _run(model: highspy.HighsLp) -> highspy.Highs | None:
    """The solver at the optimum; None when there is none."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    for option, value in OPTIONS:
        solver.setOptionValue(option, value)
    solver.passModel(model)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise Unsolved(solver.modelStatusToString(status))
    return solver


def _model(
    gains: Sequence[int],
    rows: Sequence[Row],
    low: Sequence[int],
    high: Sequence[int],
    whole: bool,
) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(gains), len(rows)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.array(gains, dtype=np.double)
    model.col_lower_ = np.array(low, dtype=np.double)
    model.col_upper_ = np.array(high, dtype=np.double)
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(gains)
    model.row_lower_ = np.array(
        [-highspy.kHighsInf if row.lower is None else row.lower for row in rows], dtype=np.double
    )
    model.row_upper_ = np.array(
        [highspy.kHighsInf if row.upper is None else row.upper for row in rows], dtype=np.double
    )
    entries = [pair for row in rows for pair in row.coefficients.items()]
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(row.coefficients) for row in rows)])
    model.a_matrix_.index_ = np.array([at for at, _ in entries], dtype=np.int32)
    model.a_matrix_.value_ = np.array([value for _, value in entries], dtype=np.double)
    return model
