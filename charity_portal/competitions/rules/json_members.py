"""The members of a JSON object, where some are lists of a million short tuples.

`json.loads` needs 300 bytes for each ["reviewer", "application", 0.25]; here they are read one by one
into columns of numbers, 16 bytes each.
"""

import json
import re
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from charity_portal.kernel.i18n import Text, say

_BLANK = re.compile(r"[ \t\n\r]*")
Member = Any
"""A value as json.loads gives it, or Tuples."""


@dataclass
class Tuples:
    """Entries [first, second] or [first, second, number]: for each the numbers of its two names, in
    the order in which names appeared. `strange`: the first entry that is something else."""

    firsts: "array[int]" = field(default_factory=lambda: array("i"))
    seconds: "array[int]" = field(default_factory=lambda: array("i"))
    numbers: "array[float]" = field(default_factory=lambda: array("d"))
    first_names: dict[str, int] = field(default_factory=dict)
    second_names: dict[str, int] = field(default_factory=dict)
    strange: int | None = None

    def take(self, entry: Any, width: int) -> bool:
        """Add an entry; False when it is not one."""
        if type(entry) is not list or len(entry) != width:
            return False
        first, second = entry[0], entry[1]
        if type(first) is not str or type(second) is not str:
            return False
        if width == 3:
            number = entry[2]
            if type(number) is not float and type(number) is not int:
                return False
            self.numbers.append(float(number))
        names, others = self.first_names, self.second_names
        self.firsts.append(names.setdefault(first, len(names)))
        self.seconds.append(others.setdefault(second, len(others)))
        return True


class BrokenJson(Exception):
    """Not the JSON of an object; `place` and `why` tell where and what."""

    def __init__(self, place: str, why: Text) -> None:
        super().__init__(place)
        self.place, self.why = place, why


def members(file: BinaryIO, long: Mapping[str, int]) -> dict[str, Member]:
    """The object's members; those named in `long` become Tuples of that width when they are lists."""
    try:
        text = file.read().decode("utf-8-sig")  # nothing holds the bytes any longer
    except UnicodeDecodeError as problem:
        raise BrokenJson(f"byte {problem.start}", say("不是 UTF-8 编码。")) from problem
    reader = _Reader(text)
    try:
        return reader.members(long)
    except (StopIteration, ValueError, RecursionError, OverflowError) as problem:
        reached = problem.pos if isinstance(problem, json.JSONDecodeError) else reader.position
        place = f"line {text.count(chr(10), 0, reached) + 1}"
        place += f", column {reached - text.rfind(chr(10), 0, reached)}"
        raise BrokenJson(place, say("JSON 语法有误。")) from problem


def _refuse(constant: str) -> float:
    raise ValueError(constant)


class _Reader:
    """Walks through the outermost object; each value is scanned by the standard library."""

    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0
        decoder = json.JSONDecoder(parse_constant=_refuse)
        self.scan: Callable[[str, int], tuple[Any, int]] = decoder.scan_once  # type: ignore[attr-defined]

    def members(self, long: Mapping[str, int]) -> dict[str, Member]:
        found: dict[str, Member] = {}
        self._expect("{")
        while not self._meets("}"):
            if found:
                self._expect(",")
            name = self._value()
            if not isinstance(name, str) or name in found:
                raise ValueError(name)
            self._expect(":")
            starts_list = self._next() == "["
            found[name] = (
                self._tuples(long[name]) if name in long and starts_list else self._value()
            )
        self._expect("}")
        if self._next():
            raise ValueError("more than one value")
        return found

    def _tuples(self, width: int) -> Tuples:
        """A list read entry by entry; after a strange one the rest is only walked through."""
        found = Tuples()
        self._expect("[")
        count = 0
        scan, text, take = self.scan, self.text, found.take
        while not self._meets("]"):
            if count:
                self._expect(",")
                self._next()
            entry, self.position = scan(text, self.position)
            if found.strange is None and not take(entry, width):
                found.strange = count
            count += 1
        self._expect("]")
        return found

    def _value(self) -> Any:
        self._next()
        value, self.position = self.scan(self.text, self.position)
        return value

    def _next(self) -> str:
        """The next sign that is not blank; "" at the end."""
        text, at = self.text, self.position
        sign = text[at : at + 1]
        if sign in " \t\n\r" and sign:
            match = _BLANK.match(text, at)
            at = self.position = match.end() if match else at
            sign = text[at : at + 1]
        return sign

    def _meets(self, sign: str) -> bool:
        return self._next() == sign

    def _expect(self, sign: str) -> None:
        if self._next() != sign:
            raise ValueError(sign)
        self.position += 1
