"""The four files of a bundle as typed values. Whatever is not as documented is refused by its place.

Amounts are yuan with at most two decimals (`12000` or `"12000.50"`), points decimals with at most four.
Nothing is ever read as a binary float: `0.1` in JSON must be written as text.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NoReturn

from charity_portal.competitions.rules.score_checks import (
    APPLICATIONS,
    METHOD,
    MOST_APPLICATIONS,
    MOST_SCORES,
    RUBRIC,
    SCORES,
    Malformed,
    Problem,
)
from charity_portal.competitions.rules.scores import (
    Candidate,
    Criterion,
    Material,
    Method,
    Override,
    Rubric,
    Score,
    SelectionRule,
    Stage,
    TrackLimit,
)
from charity_portal.kernel.i18n import Text, say

SCORE_COLUMNS = ("application", "reviewer", "criterion", "score")
APPLICATION_COLUMNS = ("application", "track", "requested")
WHOLE = re.compile(r"[0-9]{1,9}")
AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,2}))?")
POINTS = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4})?")
LONGEST_TEXT = 2_000


class _Fault(Exception):
    """A value that is not as documented; `field` and `why` say which and how."""

    def __init__(self, field: str, why: Text) -> None:
        super().__init__(field)
        self.field, self.why = field, why


def material(files: Mapping[str, bytes]) -> Material:
    """What the files hold, each value in range of its type. Raises Malformed."""
    return Material(
        tuple(_score(row) for row in _rows(files, SCORES, SCORE_COLUMNS, MOST_SCORES, ("stage",))),
        _of_json(files, RUBRIC, _rubric),
        tuple(
            _candidate(row)
            for row in _rows(
                files, APPLICATIONS, APPLICATION_COLUMNS, MOST_APPLICATIONS, ("bonus", "applicant")
            )
        ),
        _of_json(files, METHOD, _method),
    )


# --- Tables ----------------------------------------------------------------------------------------


class _Cells:
    """One row of a table, asked for by column."""

    def __init__(self, file: str, row: int, cells: Mapping[str, str]) -> None:
        self.file, self.row, self.cells = file, row, cells

    def text(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def wrong(self, column: str, why: Text) -> Malformed:
        return Malformed([Problem(self.file, self.row, column, why)])


def _rows(
    files: Mapping[str, bytes],
    name: str,
    needed: tuple[str, ...],
    most: int,
    optional: tuple[str, ...],
) -> Iterator[_Cells]:
    """The rows below the heading, numbered from 1; empty lines are passed over."""
    lines = csv.reader(io.StringIO(_text(files, name), newline=""), strict=True)
    row = 0
    try:
        heading = [cell.strip() for cell in next(lines, [])]
        if tuple(heading[: len(needed)]) != needed or not set(heading[len(needed) :]) <= {
            *optional
        }:
            why = say("表头应为：%(columns)s。", columns=", ".join(needed))
            raise Malformed([Problem(name, None, "—", why)])
        if len(set(heading)) != len(heading):
            raise Malformed([Problem(name, None, "—", say("表头有重复的列。"))])
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            row += 1
            if row > most:
                raise Malformed([Problem(name, row, "—", say("最多 %(n)s 行。", n=most))])
            if len(cells) != len(heading):
                why = say("应有 %(n)s 列。", n=len(heading))
                raise Malformed([Problem(name, row, "—", why)])
            yield _Cells(name, row, dict(zip(heading, cells, strict=True)))
    except csv.Error as broken:
        raise Malformed([Problem(name, row + 1, "—", say("不是完好的 CSV。"))]) from broken


def _score(row: _Cells) -> Score:
    value = row.text("score")
    if value and not WHOLE.fullmatch(value):
        raise row.wrong("score", say("应为不小于 0 的整数；不适用时留空。"))
    return Score(
        row.text("application"),
        row.text("reviewer"),
        row.text("criterion"),
        int(value) if value else None,
        row.text("stage"),
    )


def _candidate(row: _Cells) -> Candidate:
    try:
        return Candidate(
            row.text("application"),
            row.text("track"),
            _fen(row.text("requested"), "requested"),
            _points(row.text("bonus") or "0", "bonus"),
            row.text("applicant"),
        )
    except _Fault as fault:
        raise row.wrong(fault.field, fault.why) from fault


# --- JSON ------------------------------------------------------------------------------------------


class _Object:
    """A JSON object that is read key by key; what nobody asked for is a fault (a typing error, say)."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise _Fault(where or "—", say("应为 JSON 对象。"))
        self._left = dict(value)
        self._where = where

    def path(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key

    def get(self, key: str, read: Callable[[Any, str], Any], default: Any = None) -> Any:
        """The value under a key as `read` makes it; null counts as absent."""
        value = self._left.pop(key, None)
        if value is not None:
            return read(value, self.path(key))
        if default is REQUIRED:
            raise _Fault(self.path(key), say("缺少该项。"))
        return default

    def each(self, key: str, read: Callable[["_Object"], Any]) -> tuple[Any, ...]:
        """The objects of a list, each read and left empty."""
        found = []
        for at, value in enumerate(self.get(key, _list, [])):
            inner = _Object(value, f"{self.path(key)}[{at}]")
            found.append(read(inner))
            inner.finish()
        return tuple(found)

    def finish(self) -> None:
        """Nothing may be left."""
        for key in self._left:
            raise _Fault(self.path(str(key)[:80]), say("不认识该项。"))


REQUIRED: Any = object()


def parsed(files: Mapping[str, bytes], name: str) -> Any:
    """The JSON of a file; numbers are whole, keys of an object differ. Raises Malformed."""
    try:
        return json.loads(
            _text(files, name),
            parse_float=_no_float,
            parse_constant=_no_float,
            object_pairs_hook=_unique,
        )
    except _Fault as fault:
        raise Malformed([Problem(name, None, fault.field, fault.why)]) from fault
    except (ValueError, RecursionError) as broken:
        raise Malformed([Problem(name, None, "—", say("不是完好的 JSON。"))]) from broken


def _of_json(files: Mapping[str, bytes], name: str, read: Callable[[_Object], Any]) -> Any:
    value = parsed(files, name)
    try:
        found = _Object(value, "")
        result = read(found)
        found.finish()
    except _Fault as fault:
        raise Malformed([Problem(name, None, fault.field, fault.why)]) from fault
    return result


def _no_float(text: str) -> NoReturn:
    raise _Fault(text[:40], say("小数须写成文本（加引号）。"))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Fault("—", say("同一对象中有重复的项。"))
    return found


def _text(files: Mapping[str, bytes], name: str) -> str:
    try:
        return files[name].decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise Malformed([Problem(name, None, "—", say("不是 UTF-8 文本。"))]) from broken


def _rubric(of: _Object) -> Rubric:
    return Rubric(of.each("stages", _stage))


def _stage(of: _Object) -> Stage:
    return Stage(
        of.get("key", _word, REQUIRED),
        of.get("weight_bp", _whole, 10_000),
        of.each("criteria", _criterion),
    )


def _criterion(of: _Object) -> Criterion:
    return Criterion(
        of.get("key", _word, REQUIRED),
        of.get("weight_bp", _whole, REQUIRED),
        of.get("top", _whole, REQUIRED),
        of.get("track", _word),
    )


def _method(of: _Object) -> Method:
    selection = of.get("selection", _Object, REQUIRED)
    method = Method(
        aggregation=of.get("aggregation", _word, REQUIRED),
        seed=of.get("seed", _word, REQUIRED),
        selection=_selection(selection),
        announced=of.get("announced", _truth, False),
        ties=tuple(_word(name, of.path("ties")) for name in of.get("ties", _list, [])),
        bonus_most=of.get("bonus_most", _points),
        draws=of.get("draws", _whole, 200),
        in_bp=of.get("in_bp", _whole, 9_000),
        out_bp=of.get("out_bp", _whole, 1_000),
        overrides=of.each("overrides", _override),
    )
    selection.finish()
    return method


def _selection(of: _Object) -> SelectionRule:
    return SelectionRule(
        rule=of.get("rule", _word, REQUIRED),
        purse_fen=of.get("purse", _fen, REQUIRED),
        cut=of.get("cut", _word, "skip"),
        least=of.get("least", _whole, 0),
        most=of.get("most", _whole),
        floor=of.get("floor", _points),
        award_cap_fen=of.get("award_cap", _fen),
        per_group=of.get("per_applicant", _whole),
        partial_bp=of.get("partial_bp", _whole),
        fixed_in_bp=of.get("fixed_in_bp", _whole),
        tracks=of.each("tracks", _track),
    )


def _track(of: _Object) -> TrackLimit:
    return TrackLimit(
        of.get("track", _word, REQUIRED),
        of.get("least", _whole, 0),
        of.get("most", _whole),
        of.get("purse", _fen),
    )


def _override(of: _Object) -> Override:
    return Override(
        of.get("application", _word, REQUIRED),
        of.get("decision", _word, REQUIRED),
        of.get("reason", _word, REQUIRED),
        of.get("award", _fen),
    )


def _word(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value or len(value) > LONGEST_TEXT:
        raise _Fault(where, say("应为文本。"))
    return value


def _whole(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**12:
        raise _Fault(where, say("应为不小于 0 的整数。"))
    return value


def _truth(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise _Fault(where, say("应为 true 或 false。"))
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise _Fault(where, say("应为列表。"))
    return value


def _fen(value: Any, where: str) -> int:
    """Yuan as text or a whole number, in fen."""
    match = AMOUNT.fullmatch(str(value)) if isinstance(value, str | int) else None
    if match is None:
        raise _Fault(where, say("应为以元为单位的金额，最多两位小数。"))
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def _points(value: Any, where: str) -> Decimal:
    if not isinstance(value, str | int) or not POINTS.fullmatch(str(value)):
        raise _Fault(where, say("应为最多四位小数的分数。"))
    return Decimal(value)
