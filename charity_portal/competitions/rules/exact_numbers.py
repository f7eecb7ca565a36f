"""Arithmetic that gives the same digits on every machine.

Published figures are made of integers, `fractions.Fraction` and `decimal.Decimal` in the context
below, never of floats: +, -, ×, ÷, sqrt, ln and exp of `decimal` are correctly rounded by
definition, so their results depend on no processor, library or order of threads. What is published
is rounded half up to four decimals, and ranks are taken from the rounded values.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from fractions import Fraction

EXACT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
PLACES = 4
ZERO = Decimal("0.0000")
_TWO_PI = Decimal("6.283185307179586476925286766559005768")


def rounded(value: Fraction | Decimal, places: int = PLACES) -> Decimal:
    """The value with so many decimals, halves away from zero; exact before it is rounded."""
    exact = value if isinstance(value, Fraction) else Fraction(value)
    scaled = abs(exact) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-whole if exact < 0 else whole).scaleb(-places, EXACT)


def decimal(value: Fraction) -> Decimal:
    """The fraction to 34 digits."""
    return EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))


def mean(values: Iterable[Fraction]) -> Fraction:
    """The arithmetic mean of one value or more."""
    listed = list(values)
    return sum(listed, Fraction(0)) / len(listed)


def median(values: Iterable[Fraction]) -> Fraction:
    """The middle value; of an even number of values, the mean of the middle two."""
    listed = sorted(values)
    half = len(listed) // 2
    return listed[half] if len(listed) % 2 else (listed[half - 1] + listed[half]) / 2


def variance(values: Iterable[Fraction]) -> Fraction | None:
    """The sample variance (divisor n - 1); None for fewer than two values."""
    listed = list(values)
    if len(listed) < 2:
        return None
    middle = mean(listed)
    return sum(((v - middle) ** 2 for v in listed), Fraction(0)) / (len(listed) - 1)


def root(value: Fraction) -> Decimal:
    """The square root to 34 digits."""
    return EXACT.sqrt(decimal(value))


def normal_tail(z: Decimal) -> Decimal:
    """P(Z > z) of the standard normal for z >= 0, good to twenty decimals and more; 0 beyond z = 9.

    Series of Marsaglia (2004): P(Z <= z) = 1/2 + φ(z)(z + z³/3 + z⁵/(3·5) + …), all terms positive.
    """
    if z > 9:
        return Decimal(0)
    term = total = z
    odd = 1
    while term > Decimal("1e-36"):
        odd += 2
        term = EXACT.divide(EXACT.multiply(term, EXACT.multiply(z, z)), Decimal(odd))
        total = EXACT.add(total, term)
    height = EXACT.divide(
        EXACT.exp(EXACT.divide(EXACT.multiply(-z, z), Decimal(2))), EXACT.sqrt(_TWO_PI)
    )
    return EXACT.subtract(Decimal("0.5"), EXACT.multiply(height, total))
