"""Single entries of a bundle's files: JSON objects read key by key, and texts read as typed values.

A `Fault` says which entry is not as documented and how; `reading` adds the file and the row.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from charity_portal.kernel.i18n import Text, say

AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,2}))?")
POINTS = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4})?")
LONGEST_TEXT = 2_000
REQUIRED: Any = object()


class Fault(Exception):
    """A value that is not as documented; `field` and `why` say which and how."""

    def __init__(self, field: str, why: Text) -> None:
        super().__init__(field)
        self.field, self.why = field, why


class Entries:
    """A JSON object that is read key by key; what nobody asked for is a fault (a typing error, say)."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise Fault(where or "—", say("应为 JSON 对象。"))
        self._left = dict(value)
        self._where = where

    def path(self, key: str) -> str:
        """How an entry is named in a fault: `selection.tracks[0].least`."""
        return f"{self._where}.{key}" if self._where else key

    def get(self, key: str, read: Callable[[Any, str], Any], default: Any = None) -> Any:
        """The value under a key as `read` makes it; null counts as absent."""
        value = self._left.pop(key, None)
        if value is not None:
            return read(value, self.path(key))
        if default is REQUIRED:
            raise Fault(self.path(key), say("缺少该项。"))
        return default

    def each(self, key: str, read: Callable[["Entries"], Any]) -> tuple[Any, ...]:
        """The objects of a list, each read and left empty."""
        found = []
        for at, value in enumerate(self.get(key, listed, [])):
            inner = Entries(value, f"{self.path(key)}[{at}]")
            found.append(read(inner))
            inner.finish()
        return tuple(found)

    def finish(self) -> None:
        """Nothing may be left."""
        for key in self._left:
            raise Fault(self.path(str(key)[:80]), say("不认识该项。"))


def word(value: Any, where: str) -> str:
    """Text that is not empty."""
    if not isinstance(value, str) or not value or len(value) > LONGEST_TEXT:
        raise Fault(where, say("应为文本。"))
    return value


def whole(value: Any, where: str) -> int:
    """A whole number of 0 or more; true and false are none."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**12:
        raise Fault(where, say("应为不小于 0 的整数。"))
    return value


def truth(value: Any, where: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Fault(where, say("应为 true 或 false。"))
    return value


def listed(value: Any, where: str) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        raise Fault(where, say("应为列表。"))
    return value


def fen(value: Any, where: str) -> int:
    """Yuan as text or a whole number, in fen."""
    match = AMOUNT.fullmatch(str(value)) if isinstance(value, str | int) else None
    if match is None:
        raise Fault(where, say("应为以元为单位的金额，最多两位小数。"))
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def points(value: Any, where: str) -> Decimal:
    """Points as text or a whole number, at most four decimals."""
    if not isinstance(value, str | int) or not POINTS.fullmatch(str(value)):
        raise Fault(where, say("应为最多四位小数的分数。"))
    return Decimal(value)
