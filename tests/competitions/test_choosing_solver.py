import itertools
import random

import pytest

from charity_portal.competitions.rules.choosing.solver import Row, settled, solve


def test_a_programme_without_a_solution_has_none() -> None:
    assert solve([1, 1], [Row({0: 1, 1: 1}, 3, None)], [0, 0], [1, 1]) is None
    assert solve([], [], [], []) == []
    assert solve([], [Row({}, 1, None)], [], []) is None


def test_bounds_are_kept() -> None:
    assert solve([5, 1], [Row({0: 1, 1: 1}, None, 1)], [0, 1], [1, 1]) == [0, 1]


@pytest.mark.parametrize("seed", range(30))
def test_what_is_settled_is_so_in_every_best_solution(seed: int) -> None:
    dice = random.Random(seed)
    gains = [dice.randrange(-5, 20) for _ in range(9)]
    rows = [
        Row({k: dice.randrange(1, 9) for k in range(9)}, None, 20),
        Row(dict.fromkeys(range(9), 1), 2, 5),
    ]
    values = {}
    for x in itertools.product((0, 1), repeat=9):
        sums = [sum(c * x[k] for k, c in row.coefficients.items()) for row in rows]
        if all((r.lower or 0) <= s <= (r.upper or 99) for r, s in zip(rows, sums, strict=True)):
            values[x] = sum(g * xk for g, xk in zip(gains, x, strict=True))
    best = max(values.values())
    low, high = settled(gains, rows, [0] * 9, [1] * 9, best)
    for x, value in values.items():
        if value == best:
            assert all(a <= xk <= b for a, xk, b in zip(low, x, high, strict=True))
    found = solve(gains, rows, low, high)
    assert found is not None
    assert values[tuple(found)] == best
