"""The four files of a bundle as typed values. Whatever is not as documented is refused by its place.

Amounts are yuan with at most two decimals (`12000` or `"12000.50"`), points decimals with at most four.
Nothing is ever read as a binary float: `0.1` in JSON must be written as text.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

from charity_portal.competitions.rules.bundles.entries import (
    REQUIRED,
    Entries,
    Fault,
    fen,
    listed,
    points,
    truth,
    whole,
    word,
)
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
            fen(row.text("requested"), "requested"),
            points(row.text("bonus") or "0", "bonus"),
            row.text("applicant"),
        )
    except Fault as fault:
        raise row.wrong(fault.field, fault.why) from fault


# --- JSON ------------------------------------------------------------------------------------------


def parsed(files: Mapping[str, bytes], name: str) -> Any:
    """The JSON of a file; numbers are whole, keys of an object differ. Raises Malformed."""
    try:
        return json.loads(
            _text(files, name),
            parse_float=_no_float,
            parse_constant=_no_float,
            object_pairs_hook=_unique,
        )
    except Fault as fault:
        raise Malformed([Problem(name, None, fault.field, fault.why)]) from fault
    except (ValueError, RecursionError) as broken:
        raise Malformed([Problem(name, None, "—", say("不是完好的 JSON。"))]) from broken


def _of_json(files: Mapping[str, bytes], name: str, read: Callable[[Entries], Any]) -> Any:
    value = parsed(files, name)
    try:
        found = Entries(value, "")
        result = read(found)
        found.finish()
    except Fault as fault:
        raise Malformed([Problem(name, None, fault.field, fault.why)]) from fault
    return result


def _no_float(text: str) -> NoReturn:
    raise Fault(text[:40], say("小数须写成文本（加引号）。"))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Fault("—", say("同一对象中有重复的项。"))
    return found


def _text(files: Mapping[str, bytes], name: str) -> str:
    try:
        return files[name].decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise Malformed([Problem(name, None, "—", say("不是 UTF-8 文本。"))]) from broken


def _rubric(of: Entries) -> Rubric:
    return Rubric(of.each("stages", _stage))


def _stage(of: Entries) -> Stage:
    return Stage(
        of.get("key", word, REQUIRED),
        of.get("weight_bp", whole, 10_000),
        of.each("criteria", _criterion),
    )


def _criterion(of: Entries) -> Criterion:
    return Criterion(
        of.get("key", word, REQUIRED),
        of.get("weight_bp", whole, REQUIRED),
        of.get("top", whole, REQUIRED),
        of.get("track", word),
    )


def _method(of: Entries) -> Method:
    selection = of.get("selection", Entries, REQUIRED)
    method = Method(
        aggregation=of.get("aggregation", word, REQUIRED),
        seed=of.get("seed", word, REQUIRED),
        selection=_selection(selection),
        announced=of.get("announced", truth, False),
        ties=tuple(word(name, of.path("ties")) for name in of.get("ties", listed, [])),
        bonus_most=of.get("bonus_most", points),
        draws=of.get("draws", whole, 200),
        in_bp=of.get("in_bp", whole, 9_000),
        out_bp=of.get("out_bp", whole, 1_000),
        overrides=of.each("overrides", _override),
    )
    selection.finish()
    return method


def _selection(of: Entries) -> SelectionRule:
    return SelectionRule(
        rule=of.get("rule", word, REQUIRED),
        purse_fen=of.get("purse", fen, REQUIRED),
        cut=of.get("cut", word, "skip"),
        least=of.get("least", whole, 0),
        most=of.get("most", whole),
        floor=of.get("floor", points),
        award_cap_fen=of.get("award_cap", fen),
        per_group=of.get("per_applicant", whole),
        partial_bp=of.get("partial_bp", whole),
        fixed_in_bp=of.get("fixed_in_bp", whole),
        tracks=of.each("tracks", _track),
    )


def _track(of: Entries) -> TrackLimit:
    return TrackLimit(
        of.get("track", word, REQUIRED),
        of.get("least", whole, 0),
        of.get("most", whole),
        of.get("purse", fen),
    )


def _override(of: Entries) -> Override:
    return Override(
        of.get("application", word, REQUIRED),
        of.get("decision", word, REQUIRED),
        of.get("reason", word, REQUIRED),
        of.get("award", fen),
    )
