"""The model against an independent one: dense matrices, floats, Fisher scoring, nothing shared."""

from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from charity_portal.competitions.rules.aggregation.equations import (
    Design,
    Factor,
    connected_groups,
    with_ridge,
)
from charity_portal.competitions.rules.aggregation.mixed import Mixed, Variances, design_of, fit
from charity_portal.competitions.rules.aggregation.totals import Total
from charity_portal.competitions.rules.exact_numbers import EXACT
from charity_portal.competitions.rules.seeded import Stream
from tests.factories.contests import make_totals


@pytest.fixture(autouse=True)
def exactly() -> Iterator[None]:
    with localcontext(EXACT):
        yield


def panel(
    seed: int, applications: int = 25, judges: int = 8, reviews: int = 3, severity: float = 6
) -> list[Total]:
    dice = Random(seed)
    bias = [dice.gauss(0, severity) for _ in range(judges)]
    table: dict[str, dict[str, int]] = {}
    for n in range(applications):
        quality = dice.gauss(60, 9)
        table[f"A{n:02}"] = {
            f"J{j}": round(quality + bias[j] + dice.gauss(0, 7))
            for j in dice.sample(range(judges), reviews if n else 1)
        }
    return make_totals(table)


class Dense:
    """REML by Fisher scoring on n × n matrices (Searle, Casella & McCulloch 1992, chapter 6)."""

    def __init__(self, reviews: list[Total], judges: bool = True) -> None:
        self.y = np.array([float(r.points) for r in reviews])
        self.parts = [_incidence([r.application for r in reviews])]
        if judges:
            self.parts.append(_incidence([r.reviewer for r in reviews]))
        self.parts.append(np.eye(len(reviews)))
        self.theta = np.full(len(self.parts), self.y.var() / len(self.parts))
        for _ in range(40):
            self._step()

    def _step(self) -> None:
        p, kernels = self.projection(), [z @ z.T for z in self.parts]
        score = [-(np.trace(p @ k) - self.y @ p @ k @ p @ self.y) / 2 for k in kernels]
        information = [[np.trace(p @ a @ p @ b) / 2 for b in kernels] for a in kernels]
        self.theta = np.maximum(self.theta + np.linalg.solve(information, score), 1e-9)

    def variance(self) -> np.ndarray:
        return sum(t * z @ z.T for t, z in zip(self.theta, self.parts, strict=True))

    def projection(self) -> np.ndarray:
        inverse = np.linalg.inv(self.variance())
        ones = np.ones((len(self.y), 1))
        return inverse - inverse @ ones @ ones.T @ inverse / (ones.T @ inverse @ ones)

    def deviance(self) -> float:
        v = self.variance()
        ones = np.ones((len(self.y), 1))
        information = (ones.T @ np.linalg.solve(v, ones)).item()
        quadratic = self.y @ self.projection() @ self.y
        return float(np.linalg.slogdet(v)[1] + np.log(information) + quadratic)

    def mean(self) -> float:
        inverse = np.linalg.inv(self.variance())
        return float(inverse.sum(axis=0) @ self.y / inverse.sum())

    def predicted(self, part: int) -> np.ndarray:
        return self.theta[part] * self.parts[part].T @ self.projection() @ self.y

    def deviations(self) -> np.ndarray:
        """Of μ + q: from the inverse of Henderson's full equations."""
        x = np.hstack([np.ones((len(self.y), 1)), self.parts[0], self.parts[1]])
        ridge = np.diag(
            [0.0]
            + [self.theta[2] / self.theta[0]] * self.parts[0].shape[1]
            + [self.theta[2] / self.theta[1]] * self.parts[1].shape[1]
        )
        inverse = np.linalg.inv(x.T @ x + ridge) * self.theta[2]
        count = self.parts[0].shape[1]
        pick = np.hstack(
            [np.ones((count, 1)), np.eye(count), np.zeros((count, self.parts[1].shape[1]))]
        )
        return np.sqrt(np.diag(pick @ inverse @ pick.T))


def _incidence(names: list[str]) -> np.ndarray:
    known = sorted(set(names))
    return np.array([[float(name == other) for other in known] for name in names])


@pytest.mark.parametrize("seed", [1, 2])
def test_the_fit_is_that_of_an_independent_dense_one(seed: int) -> None:
    reviews = panel(seed)
    full, null = fit(design_of(reviews))
    dense, without = Dense(reviews), Dense(reviews, judges=False)
    found = [float(v) for v in (full.quality, full.judge, full.rest)]
    assert found == pytest.approx(dense.theta, rel=1e-3)
    # The two deviances differ by a constant that drops out of the likelihood ratio.
    ours = float(null.deviance - full.deviance)
    assert ours == pytest.approx(without.deviance() - dense.deviance(), abs=1e-6)

    mixed = Mixed(reviews, full)
    points = [float(p) for p in mixed.points().values()]
    assert points == pytest.approx(dense.mean() + dense.predicted(0), abs=1e-3)
    assert [float(e) for e in mixed.effects().values()] == pytest.approx(
        dense.predicted(1), abs=1e-3
    )
    assert [float(d) for d in mixed.deviations.values()] == pytest.approx(
        dense.deviations(), rel=1e-3
    )


def test_no_point_of_the_neighbourhood_is_likelier() -> None:
    reviews = panel(4)
    full, _ = fit(design_of(reviews))
    dense = Dense(reviews)
    dense.theta = np.array([float(v) for v in (full.quality, full.judge, full.rest)])
    best = dense.deviance()
    for at in range(3):
        for factor in (0.98, 1.02):
            theta = dense.theta.copy()
            dense.theta = dense.theta * np.array([factor if k == at else 1 for k in range(3)])
            assert dense.deviance() > best
            dense.theta = theta


def test_without_severity_the_judges_variance_vanishes() -> None:
    reviews = panel(5, severity=0, applications=60)
    full, null = fit(design_of(reviews))
    assert full.judge_share < Decimal("0.02")
    assert null.deviance - full.deviance < Decimal("1.5")


def test_a_constant_added_to_a_judge_moves_the_effect_and_hardly_the_points() -> None:
    reviews = panel(6, applications=60, reviews=4)
    raised = [
        Total(r.application, r.reviewer, r.points + (12 if r.reviewer == "J3" else 0), {})
        for r in reviews
    ]
    before, after = (Mixed(rs, fit(design_of(rs))[0]) for rs in (reviews, raised))
    moved = [abs(after.points()[a] - p) for a, p in before.points().items()]
    common = sum(after.points().values(), Decimal(0)) - sum(before.points().values(), Decimal(0))
    assert after.effects()["J3"] - before.effects()["J3"] > 8
    assert max(moved) - abs(common) / len(moved) < 2  # the plain means move by up to 3
    order = sorted(before.points(), key=before.points().__getitem__)
    again = sorted(after.points(), key=after.points().__getitem__)
    swaps = sum(abs(order.index(a) - again.index(a)) for a in order) / len(order)
    assert swaps < 2


def test_draws_have_the_mean_and_the_spread_that_are_told() -> None:
    reviews = panel(7)
    mixed = Mixed(reviews, fit(design_of(reviews))[0])
    stream = Stream("seed", "test")
    drawn = [mixed.draw(stream) for _ in range(600)]
    for application, points in mixed.points().items():
        values = np.array([float(d[application]) for d in drawn])
        spread = float(mixed.deviations[application])
        assert abs(values.mean() - float(points)) < 0.2 * spread
        assert values.std() == pytest.approx(spread, rel=0.12)


def test_draws_of_applications_with_common_judges_go_together() -> None:
    """The joint distribution, not one of each: shared judges make neighbours move alike."""
    reviews = panel(7, severity=15)
    mixed = Mixed(reviews, fit(design_of(reviews))[0])
    stream = Stream("seed", "test")
    drawn = np.array([[float(v) for v in mixed.draw(stream).values()] for _ in range(400)])
    together = np.corrcoef(drawn.T)[np.triu_indices(drawn.shape[1], 1)]
    assert together.mean() > 0.02


def test_without_a_judge_the_variances_stay_and_the_others_are_solved_again() -> None:
    reviews = panel(8)
    full, _ = fit(design_of(reviews))
    left = [r for r in reviews if r.reviewer != "J2"]
    assert Mixed(reviews, full).without("J2") == Mixed(left, full).points()


def test_without_the_only_judge_nothing_is_left() -> None:
    alone = make_totals({"A1": {"J1": 50}, "A2": {"J1": 60}})
    known = Variances(*(Decimal(1) for _ in range(5)), deviance=Decimal(0))
    assert Mixed(alone, known).without("J1") == {}


def test_scores_that_fit_the_model_exactly_still_give_numbers() -> None:
    """No rest at all: the ratios run to the edge of the lattice, and everything stays finite."""
    reviews = make_totals(
        {f"A{n}": {f"J{j}": 20 + 5 * n + 3 * j for j in range(4)} for n in range(6)}
    )
    full, _ = fit(design_of(reviews))
    points = list(Mixed(reviews, full).points().values())
    assert all(p.is_finite() for p in points)
    gaps = [float(b - a) for a, b in pairwise(points)]
    assert gaps == pytest.approx([5] * 5, abs=0.01)


def test_the_origin_of_the_scale_does_not_matter() -> None:
    reviews = panel(9)
    moved = [Total(r.application, r.reviewer, r.points + Fraction(1, 3), {}) for r in reviews]
    ours, theirs = (Mixed(rs, fit(design_of(rs))[0]).points() for rs in (reviews, moved))
    for application, points in ours.items():
        assert abs(theirs[application] - points - Decimal(1) / 3) <= Decimal("0.0001")


# --- The equations ---------------------------------------------------------------------------------


def test_the_reduced_equations_are_the_schur_complement() -> None:
    reviews = panel(10)
    design = design_of(reviews)
    reduced = design.reduced(Decimal("0.7"))
    z = _incidence([r.application for r in reviews])
    x = np.hstack([np.ones((len(reviews), 1)), _incidence([r.reviewer for r in reviews])])
    y = np.array([float(r.points - Fraction(design.origin)) for r in reviews])
    weight = np.linalg.inv(z.T @ z + np.eye(z.shape[1]) / 0.7)
    left = x.T @ x - x.T @ z @ weight @ z.T @ x
    right = x.T @ y - x.T @ z @ weight @ z.T @ y
    found = np.array([[float(v) for v in row] for row in reduced.left])
    assert np.tril(found) == pytest.approx(np.tril(left), abs=1e-9)
    assert [float(v) for v in reduced.right] == pytest.approx(right, abs=1e-7)
    assert float(reduced.squares) == pytest.approx(y @ y - y @ z @ weight @ z.T @ y)


def test_a_factor_solves_what_it_was_made_of() -> None:
    matrix = [[Decimal(4)], [Decimal(2), Decimal(5)], [Decimal(1), Decimal(3), Decimal(6)]]
    factor = Factor(matrix, 3)
    dense = np.array([[4, 2, 1], [2, 5, 3], [1, 3, 6.0]])
    right = [Decimal(1), Decimal(2), Decimal(3)]
    expected = np.linalg.solve(dense, [1, 2, 3])
    assert [float(v) for v in factor.solve(right)] == pytest.approx(expected)
    assert float(factor.log_determinant()) == pytest.approx(np.log(np.linalg.det(dense)))
    assert float(factor.inverse_form(right)) == pytest.approx(np.array([1, 2, 3]) @ expected)


def test_no_judges_variance_leaves_the_mean_alone() -> None:
    design = Design([("A1", "J1", Decimal(1)), ("A2", "J2", Decimal(5))])
    assert len(with_ridge(design.reduced(Decimal(1)), Decimal(0)).pivots) == 1


def test_groups_are_counted_by_shared_reviews() -> None:
    assert connected_groups([("A", "1"), ("B", "1"), ("B", "2")]) == 1
    assert connected_groups([("A", "1"), ("B", "2")]) == 2
    assert connected_groups([("1", "1"), ("2", "2"), ("2", "1")]) == 1
    assert connected_groups([]) == 0
