import statistics
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charity_portal.competitions.rules.exact_numbers import (
    decimal,
    mean,
    median,
    normal_tail,
    root,
    rounded,
    variance,
)

fractions = st.fractions(min_value=-100, max_value=100, max_denominator=10_000)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 3), "0.3333"),
        (Fraction(5, 100_000), "0.0001"),
        (Fraction(-5, 100_000), "-0.0001"),
        (Decimal("0.00004999999999999999999999999999999999999999"), "0.0000"),
        (Fraction(0), "0.0000"),
    ],
)
def test_halves_are_rounded_away_from_zero_and_nothing_else_is(
    value: Fraction | Decimal, text: str
) -> None:
    assert str(rounded(value)) == text


@given(fractions)
def test_what_is_rounded_is_never_further_than_half_a_unit(value: Fraction) -> None:
    assert abs(Fraction(rounded(value)) - value) <= Fraction(1, 20_000)


@given(st.lists(fractions, min_size=2, max_size=9))
def test_mean_median_and_variance_are_those_of_statistics(values: list[Fraction]) -> None:
    assert mean(values) == statistics.mean(values)
    assert median(values) == statistics.median(values)
    assert variance(values) == statistics.variance(values)


def test_a_single_value_has_no_variance() -> None:
    assert variance([Fraction(3)]) is None


def test_a_root_has_34_digits() -> None:
    assert str(root(Fraction(2))) == "1.414213562373095048801688724209698"
    assert str(decimal(Fraction(1, 3))) == "0.3333333333333333333333333333333333"


@pytest.mark.parametrize("z", ["0", "0.5", "1.6448536269514722", "3", "5.5"])
def test_the_normal_tail_is_that_of_statistics(z: str) -> None:
    expected = statistics.NormalDist().cdf(-float(z))
    assert float(normal_tail(Decimal(z))) == pytest.approx(expected, rel=1e-9)


def test_the_far_tail_is_nothing() -> None:
    assert normal_tail(Decimal(40)) == 0
