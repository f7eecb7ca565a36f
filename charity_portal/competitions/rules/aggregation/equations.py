"""The mixed model's equations, reduced to the judges: small, symmetric, solved in `Decimal`.

y_ij = μ + q_i + b_j + e_ij for application i and judge j; q, b, e normal with variances that enter as
ratios to the variance of e. Henderson's equations have one diagonal block, the applications, which is
eliminated (Schur complement); what is left has a row for μ and one for each judge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

Vector = list[Decimal]
Matrix = list[Vector]


@dataclass(frozen=True)
class Row:
    """One application: its judges (as numbers), how many they are, and the sum of their totals."""

    application: str
    judges: tuple[int, ...]
    count: int
    total: Decimal


@dataclass(frozen=True)
class Reduced:
    """The equations without the applications: `left` · (μ, b) = `right`; `squares` is y'y, reduced."""

    left: Matrix
    right: Vector
    squares: Decimal


class Design:
    """Who scored what, and the sums that all equations are made of. Totals in points, 0 to 100."""

    def __init__(self, reviews: Sequence[tuple[str, str, Decimal]]) -> None:
        """`reviews`: (application, reviewer, points), each pair once, at least one."""
        ordered = sorted(reviews)
        self.judges = sorted({reviewer for _, reviewer, _ in ordered})
        number = {reviewer: at for at, reviewer in enumerate(self.judges)}
        # Counted from a first total, so that nothing is lost in differences of large squares.
        self.origin = ordered[0][2]
        grouped: dict[str, list[tuple[int, Decimal]]] = {}
        for application, reviewer, points in ordered:
            grouped.setdefault(application, []).append((number[reviewer], points - self.origin))
        self.rows = [
            Row(
                application,
                tuple(judge for judge, _ in own),
                len(own),
                sum((points for _, points in own), Decimal(0)),
            )
            for application, own in grouped.items()
        ]
        self.size = len(ordered)
        self._squares = sum(
            ((points - self.origin) * (points - self.origin) for _, _, points in ordered),
            Decimal(0),
        )
        self._by_judge = [[Decimal(0), Decimal(0)] for _ in self.judges]  # reviews, sum of totals
        for own in grouped.values():
            for judge, points in own:
                self._by_judge[judge][0] += 1
                self._by_judge[judge][1] += points

    @property
    def all_equal(self) -> bool:
        """Whether there is no variation at all to explain."""
        return not self._squares

    def weight(self, row: Row, ratio: Decimal) -> Decimal:
        """1 / (n + 1/ratio): what the elimination of an application takes out of the others."""
        return ratio / (1 + row.count * ratio)

    def reduced(self, ratio: Decimal) -> Reduced:
        """The equations for one ratio σ²_q/σ²_e, without the ridge that the judges' variance adds."""
        size = len(self.judges) + 1
        left = [[Decimal(0)] * size for _ in range(size)]
        right = [Decimal(0)] * size
        left[0][0] = Decimal(self.size)
        for at, (count, total) in enumerate(self._by_judge, start=1):
            left[at][at] = left[at][0] = count
            right[at] = total
            right[0] += total
        squares = self._squares
        for row in self.rows:
            weight = self.weight(row, ratio)
            shared = weight * row.total
            squares -= shared * row.total
            left[0][0] -= weight * row.count * row.count
            right[0] -= shared * row.count
            for place, judge in enumerate(row.judges):
                line = left[judge + 1]
                line[0] -= weight * row.count
                right[judge + 1] -= shared
                for other in row.judges[: place + 1]:
                    line[other + 1] -= weight
        return Reduced(left, right, squares)


class Factor:
    """L D L' of a symmetric positive definite matrix, of which the lower half is read."""

    def __init__(self, matrix: Matrix, size: int) -> None:
        self.lower: Matrix = []
        self.pivots: Vector = []
        for at in range(size):
            raw: Vector = []  # the row of L D
            row: Vector = []  # the row of L
            for column in range(at):
                known = self.lower[column]
                value = matrix[at][column]
                for k in range(column):
                    value -= raw[k] * known[k]
                raw.append(value)
                row.append(value / self.pivots[column])
            pivot = matrix[at][at]
            for scaled, plain in zip(raw, row, strict=True):
                pivot -= scaled * plain
            self.lower.append(row)
            self.pivots.append(pivot)

    def log_determinant(self) -> Decimal:
        """The natural logarithm of the determinant."""
        product = Decimal(1)
        for pivot in self.pivots:
            product *= pivot
        return product.ln()

    def forward(self, right: Sequence[Decimal]) -> Vector:
        """z with L z = right."""
        found: Vector = []
        for at, row in enumerate(self.lower):
            value = right[at]
            for known, factor in zip(found, row, strict=True):
                value -= factor * known
            found.append(value)
        return found

    def backward(self, right: Sequence[Decimal]) -> Vector:
        """x with L' x = right."""
        found = list(right[: len(self.pivots)])
        for at in range(len(found) - 1, 0, -1):
            for column, factor in enumerate(self.lower[at]):
                found[column] -= factor * found[at]
        return found

    def solve(self, right: Sequence[Decimal]) -> Vector:
        """x with L D L' x = right."""
        scaled = [z / d for z, d in zip(self.forward(right), self.pivots, strict=True)]
        return self.backward(scaled)

    def inverse_form(self, vector: Sequence[Decimal]) -> Decimal:
        """v' (L D L')⁻¹ v."""
        halves = zip(self.forward(vector), self.pivots, strict=True)
        return sum((z * z / d for z, d in halves), Decimal(0))


def with_ridge(reduced: Reduced, judge_ratio: Decimal) -> Factor:
    """The factored equations for a ratio σ²_b/σ²_e; a ratio of zero leaves the judges out."""
    if not judge_ratio:
        return Factor(reduced.left, 1)
    size = len(reduced.right)
    left = [row[:] for row in reduced.left]
    for at in range(1, size):
        left[at][at] += 1 / judge_ratio
    return Factor(left, size)


def connected_groups(reviews: Sequence[tuple[str, str]]) -> int:
    """How many parts the graph of applications and reviewers falls into; joined by each review."""
    parent: dict[str, str] = {}

    def head(node: str) -> str:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for application, reviewer in reviews:
        ends = sorted((head(f"a{application}"), head(f"r{reviewer}")))
        for first, second in pairwise(ends):
            parent[second] = first
    return len({head(node) for node in list(parent)})
