"""The additive mixed model: points = μ + application + judge + rest, fitted by REML.

Restricted maximum likelihood after Patterson & Thompson (1971, Biometrika 58); the points of an
application are its best linear unbiased prediction μ + q_i (Henderson 1975), which leaves out what is
put down to the severity of its judges and draws few reviews towards the mean. Model and use follow
Heyard et al. (2022, Statistics and Public Policy 9), as done at the Swiss National Science Foundation.

The variance ratios are searched on a lattice of powers of e in a fixed order (a coarse grid, then ever
smaller steps from the best point), so that every machine finds the same ones.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from charity_portal.competitions.rules.aggregation.equations import (
    Design,
    Factor,
    Reduced,
    Row,
    with_ridge,
)
from charity_portal.competitions.rules.aggregation.totals import Total
from charity_portal.competitions.rules.exact_numbers import decimal, rounded
from charity_portal.competitions.rules.findings import Caveat
from charity_portal.competitions.rules.seeded import Stream

STEPS_PER_UNIT = 2**16  # the lattice of ln(ratio)
BOUND = 12 * STEPS_PER_UNIT  # ratios from e^-12 to e^12
COARSE = tuple(k * STEPS_PER_UNIT for k in (-8, -4, -2, 0, 2))
ZERO_RATIO = -BOUND - 1  # stands for a ratio of exactly zero


@dataclass(frozen=True)
class Variances:
    """σ² of applications, judges and rest (points²), their ratios, and -2 ln of the REML likelihood."""

    quality: Decimal
    judge: Decimal
    rest: Decimal
    quality_ratio: Decimal
    judge_ratio: Decimal
    deviance: Decimal

    @property
    def judge_share(self) -> Decimal:
        """The judges' part of the whole variance, 0 to 1."""
        return self.judge / (self.quality + self.judge + self.rest)


class _Likelihood:
    """-2 ln REML as a function of two lattice points; each is computed once."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self._reduced: dict[int, Reduced] = {}
        self._known: dict[tuple[int, int], tuple[Decimal, Decimal]] = {}
        self._sizes = Counter(row.count for row in design.rows)

    def at(self, quality: int, judge: int) -> tuple[Decimal, Decimal]:
        """(deviance, σ²_e) with σ²_e already at its best for these ratios."""
        if (quality, judge) not in self._known:
            self._known[quality, judge] = self._compute(quality, judge)
        return self._known[quality, judge]

    def _compute(self, quality: int, judge: int) -> tuple[Decimal, Decimal]:
        ratio = ratio_at(quality)
        if quality not in self._reduced:
            self._reduced[quality] = self.design.reduced(ratio)
        reduced = self._reduced[quality]
        factor = with_ridge(reduced, ratio_at(judge))
        freedom = self.design.size - 1
        explained = factor.inverse_form(reduced.right[: len(factor.pivots)])
        rest = (reduced.squares - explained) / freedom
        deviance = freedom * rest.ln() + factor.log_determinant()
        for size, times in sorted(self._sizes.items()):
            deviance += times * (1 + size * ratio).ln()
        if judge != ZERO_RATIO:
            deviance += len(self.design.judges) * Decimal(judge) / STEPS_PER_UNIT
        return deviance, rest


def ratio_at(point: int) -> Decimal:
    """The ratio that a lattice point stands for."""
    return Decimal(0) if point == ZERO_RATIO else (Decimal(point) / STEPS_PER_UNIT).exp()


def fit(design: Design) -> tuple[Variances, Variances]:
    """The variances with judges, and those of the model without them (for the likelihood ratio).

    The design must have at least two applications and totals that are not all equal.
    """
    likelihood = _Likelihood(design)
    full = _search(likelihood, judges=True)
    return full, _search(likelihood, judges=False)


def _search(likelihood: _Likelihood, judges: bool) -> Variances:
    def value(point: tuple[int, int]) -> Decimal:
        return likelihood.at(*point)[0]

    starts = [(q, b) for q in COARSE for b in (COARSE if judges else (ZERO_RATIO,))]
    best = min(starts, key=lambda point: (value(point), point))
    step = STEPS_PER_UNIT
    while step:
        closer = min(_around(best, step, judges), key=lambda point: (value(point), point))
        if value(closer) < value(best):
            best = closer
        else:
            step //= 2
    deviance, rest = likelihood.at(*best)
    quality_ratio, judge_ratio = (ratio_at(point) for point in best)
    return Variances(
        quality_ratio * rest, judge_ratio * rest, rest, quality_ratio, judge_ratio, deviance
    )


def _around(point: tuple[int, int], step: int, judges: bool) -> Iterator[tuple[int, int]]:
    quality, judge = point
    for change in (-step, step):
        if abs(quality + change) <= BOUND:
            yield quality + change, judge
        if judges and abs(judge + change) <= BOUND:
            yield quality, judge + change


class Mixed:
    """The points of a stage by the fitted model; the same for all the ways it is asked."""

    used = "mixed"
    caveats: tuple[Caveat, ...] = ()

    def __init__(self, reviews: Sequence[Total], variances: Variances) -> None:
        self.reviews = tuple(reviews)
        self._variances = variances
        self._design = design_of(reviews)
        self._factor, self._solution = self._solve(self._design)
        self.deviations = {row.application: self._deviation(row) for row in self._design.rows}

    def points(self) -> dict[str, Decimal]:
        """Application -> μ + q_i, 1e-4 point."""
        return self._rounded(self._design, self._solution)

    def effects(self) -> dict[str, Decimal]:
        """Judge -> b_j: by how much the model says this judge scores above (+) the others."""
        return dict(zip(self._design.judges, self._solution[1:], strict=True))

    def draw(self, stream: Stream) -> dict[str, Decimal]:
        """One draw from the joint distribution of all points given the scores and the variances."""
        sigma = self._variances.rest.sqrt()
        pivots = self._factor.pivots
        normals = stream.normals(len(pivots) + len(self._design.rows))
        noise = self._factor.backward(
            [z * sigma / d.sqrt() for z, d in zip(normals, pivots, strict=False)]
        )
        effects = [known + by for known, by in zip(self._solution, noise, strict=True)]
        found = {}
        for row, z in zip(self._design.rows, normals[len(pivots) :], strict=True):
            weight = self._design.weight(row, self._variances.quality_ratio)
            point = self._prediction(self._design, row, effects)
            found[row.application] = point + z * sigma * weight.sqrt()
        return found

    def without(self, reviewer: str) -> dict[str, Decimal]:
        """The points had this reviewer not taken part, with the variances of the whole panel."""
        left = [review for review in self.reviews if review.reviewer != reviewer]
        if not left:
            return {}
        design = design_of(left)
        return self._rounded(design, self._solve(design)[1])

    def _solve(self, design: Design) -> tuple[Factor, list[Decimal]]:
        reduced = design.reduced(self._variances.quality_ratio)
        factor = with_ridge(reduced, self._variances.judge_ratio)
        return factor, factor.solve(reduced.right)

    def _prediction(self, design: Design, row: Row, effects: Sequence[Decimal]) -> Decimal:
        severity = sum((effects[judge + 1] for judge in row.judges), Decimal(0))
        rest = row.total - row.count * effects[0] - severity
        weight = design.weight(row, self._variances.quality_ratio)
        return design.origin + effects[0] + weight * rest

    def _rounded(self, design: Design, effects: Sequence[Decimal]) -> dict[str, Decimal]:
        return {
            row.application: rounded(self._prediction(design, row, effects)) for row in design.rows
        }

    def _deviation(self, row: Row) -> Decimal:
        """σ_e · sqrt(w + c' S⁻¹ c), c being how the point depends on μ and the judges."""
        weight = self._design.weight(row, self._variances.quality_ratio)
        dependence = [Decimal(0)] * len(self._solution)
        dependence[0] = 1 - weight * row.count
        for judge in row.judges:
            dependence[judge + 1] = -weight
        spread = weight + self._factor.inverse_form(dependence)
        return (self._variances.rest * spread).sqrt()


def design_of(reviews: Sequence[Total]) -> Design:
    """The model's design for review totals."""
    return Design([(r.application, r.reviewer, decimal(r.points)) for r in reviews])
