"""Chance that everybody can repeat: SHA-256 of a published seed, a purpose and a counter."""

import hashlib
from decimal import Decimal, localcontext
from functools import cache

from charity_portal.competitions.rules.exact_numbers import EXACT

LEVELS = 4096  # equally likely values a normal draw can take; the largest is 3.67

# Wichura (1988), algorithm AS 241, routine PPND7: coefficients of numerator and denominator.
_CENTRE = (
    ("3.3871327179", "50.434271938", "159.29113202", "59.109374720"),
    ("1", "17.895169469", "78.757757664", "67.187563600"),
)
_TAIL = (
    ("1.4234372777", "2.7568153900", "1.3067284816", ".17023821103"),
    ("1", ".73700164250", ".12021132975"),
)


def keyed(seed: str, purpose: str, name: str) -> int:
    """A number below 2^256 that depends on all three and on nothing else: the lot of `name`."""
    text = "\x1f".join((seed, purpose, name))
    return int.from_bytes(hashlib.sha256(text.encode()).digest())


class Stream:
    """An endless row of draws. Block number n is SHA-256(seed, purpose, n), read two bytes a draw."""

    def __init__(self, seed: str, purpose: str) -> None:
        self._start = hashlib.sha256("\x1f".join((seed, purpose, "")).encode())
        self._block = 0
        self._waiting: list[Decimal] = []

    def normals(self, count: int) -> list[Decimal]:
        """So many independent draws from the standard normal distribution."""
        table = quantiles()
        while len(self._waiting) < count:
            block = self._start.copy()
            block.update(str(self._block).encode())
            self._block += 1
            data = block.digest()
            for at in range(0, len(data), 2):
                self._waiting.append(table[int.from_bytes(data[at : at + 2]) % LEVELS])
        drawn, self._waiting = self._waiting[:count], self._waiting[count:]
        return drawn


@cache
def quantiles() -> tuple[Decimal, ...]:
    """The normal quantiles of (k + 1/2)/LEVELS for k = 0, 1, …, to six decimals."""
    with localcontext(EXACT):
        upper = [_quantile(Decimal(2 * k + 1) / (2 * LEVELS)) for k in range(LEVELS // 2, LEVELS)]
        return (*(-value for value in reversed(upper)), *upper)


def _quantile(p: Decimal) -> Decimal:
    """AS 241 for 1/2 < p < 0.999 99: relative error below 1e-7."""
    q = p - Decimal("0.5")
    if q <= Decimal("0.425"):
        value = q * _ratio(_CENTRE, Decimal("0.180625") - q * q)
    else:
        value = _ratio(_TAIL, (-(1 - p).ln()).sqrt() - Decimal("1.6"))
    return value.quantize(Decimal("1.000000"))


def _ratio(coefficients: tuple[tuple[str, ...], tuple[str, ...]], x: Decimal) -> Decimal:
    top, bottom = (
        sum((Decimal(c) * x**power for power, c in enumerate(row)), Decimal(0))
        for row in coefficients
    )
    return top / bottom
