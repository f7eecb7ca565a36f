"""The file that an assignment is computed from, and the one that it is written to.

In:  {"k": 3, "reviewers": [{"id", "min", "max"}], "applications": ["id"],
      "affinity": [["reviewer", "application", score]], "conflicts": [["reviewer", "application"]],
      "objective": "fair" | "total"}
Out: {"assignment": [["reviewer", "application"]], "total", "worst", "worst_bound", "violations": 0}
     or {"shortages": {"applications": [["id", missing]], "reviewers": [["id", missing]]},
         "relief": [["id", more]]}

Ids are any strings. A pair without affinity counts 0 and may be chosen unless it is in conflict.
Affinities may have any size up to a million; they are rounded to the ninth decimal (larger ones to
fewer). `min` is 0 when absent, `objective` is "fair"; `key` (a string) decides between equals.
"""

import json
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from charity_portal.competitions.rules.assignment import (
    KEY,
    Answer,
    Infeasible,
    Instance,
    Objective,
    Reviewer,
)
from charity_portal.competitions.rules.json_members import BrokenJson, Member, Tuples, members
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.matching.problem import Mask, Whole

REQUIRED = ("k", "reviewers", "applications", "affinity")
KNOWN = {*REQUIRED, "conflicts", "objective", "key"}
LONG = {"affinity": 3, "conflicts": 2}
"""Members that may have a million entries, with the length of an entry."""
LARGEST = 1_000_000
DIGITS = 9
MOST_COUNTED = 1_000_000_000
"""No count in the file is larger."""


@dataclass(frozen=True)
class Problem:
    """What is wrong and where: `affinity[17]`, `reviewers[2].max`, `line 3, column 14`."""

    place: str
    why: Text


class Malformed(Invalid):
    """The file does not describe an assignment; `problems` is never empty."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(say("评审分配文件有误，未作计算。"))
        self.problems = problems


@dataclass
class _Reading:
    """The members of the file with everything found wrong so far."""

    values: Mapping[str, Member]
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, place: str, why: Text) -> None:
        """Note a problem."""
        self.problems.append(Problem(place, why))

    def stop_if_wrong(self) -> None:
        """Raise Malformed when something was noted."""
        if self.problems:
            raise Malformed(*self.problems)


def read(file: BinaryIO) -> Instance:
    """The instance in a file; raises Malformed with what is wrong: names first, then lists, then the
    pairs that refer to them."""
    try:
        reading = _Reading(members(file, LONG))
    except BrokenJson as problem:
        raise Malformed(Problem(problem.place, problem.why)) from problem
    _names(reading)
    reading.stop_if_wrong()
    reviewers = tuple(_reviewers(reading))
    applications = tuple(_ids(reading, "applications", reading.values["applications"]))
    k = _whole(reading, "k", reading.values["k"], 1)
    objective, key = _choices(reading)
    reading.stop_if_wrong()
    known = (tuple(reviewer.id for reviewer in reviewers), applications)
    scores, unit = _scores(reading, *known)
    conflicts = _conflicts(reading, *known)
    reading.stop_if_wrong()
    return Instance(k, reviewers, applications, scores, conflicts, unit, objective, key)


def answer_json(answer: Answer) -> str:
    """The result as a file, one pair a line."""
    figures: dict[str, float | str] = {
        "total": answer.total,
        "worst": answer.worst,
        "worst_bound": answer.worst_bound,
        "violations": 0,
    }
    if answer.key != KEY:
        figures["key"] = answer.key
    pairs = ",\n  ".join(json.dumps(pair, ensure_ascii=False) for pair in answer.pairs)
    rest = json.dumps(figures, ensure_ascii=False)[1:]
    return (
        f'{{"assignment": [\n  {pairs}\n],\n{rest}\n' if pairs else f'{{"assignment": [], {rest}\n'
    )


def shortages_json(problem: Infeasible) -> str:
    """What is missing, as a file."""
    told = {
        "shortages": {
            "applications": [[name, n] for name, n in problem.applications.items()],
            "reviewers": [[name, n] for name, n in problem.reviewers.items()],
        },
        "relief": [[name, n] for name, n in problem.relief.items()],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _names(reading: _Reading) -> None:
    for name in reading.values:
        if name not in KNOWN:
            reading.wrong(name, say("没有这一项。"))
    for name in REQUIRED:
        if name not in reading.values:
            reading.wrong(name, say("缺少这一项。"))


def _choices(reading: _Reading) -> tuple[Objective, str]:
    """Objective and key."""
    objective = reading.values.get("objective", "fair")
    if objective not in ("fair", "total"):
        reading.wrong("objective", say("只能是 “fair” 或 “total”。"))
    key = reading.values.get("key", KEY)
    if not isinstance(key, str):
        reading.wrong("key", say("应为字符串。"))
    return objective, key


def _reviewers(reading: _Reading) -> Iterator[Reviewer]:
    listed = reading.values["reviewers"]
    if not isinstance(listed, list):
        reading.wrong("reviewers", say("应为列表。"))
        return
    for place, item in enumerate(listed):
        here = f"reviewers[{place}]"
        if not isinstance(item, dict):
            reading.wrong(here, say("应为含 id、min、max 的对象。"))
            continue
        for name in item.keys() - {"id", "min", "max"}:
            reading.wrong(f"{here}.{name}", say("没有这一项。"))
        least = _whole(reading, f"{here}.min", item.get("min", 0), 0)
        most = _whole(reading, f"{here}.max", item.get("max"), 0)
        if least > most:
            reading.wrong(f"{here}.min", say("大于 max。"))
        yield Reviewer(str(item.get("id")), least, most)
    ids = [item.get("id") for item in listed if isinstance(item, dict)]
    list(_ids(reading, "reviewers", ids))


def _ids(reading: _Reading, name: str, listed: Member) -> Iterator[str]:
    """Strings, each once."""
    if not isinstance(listed, list):
        reading.wrong(name, say("应为列表。"))
        return
    seen: set[str] = set()
    for place, item in enumerate(listed):
        if not isinstance(item, str):
            reading.wrong(f"{name}[{place}]", say("编号应为字符串。"))
        elif item in seen:
            reading.wrong(f"{name}[{place}]", say("编号 %(id)s 重复。", id=item))
        else:
            seen.add(item)
            yield item


def _whole(reading: _Reading, place: str, value: Any, least: int) -> int:
    if type(value) is not int or not least <= value <= MOST_COUNTED:
        reading.wrong(place, say("应为不小于 %(least)s 的整数。", least=least))
        return least
    return value


def _scores(
    reading: _Reading, reviewers: tuple[str, ...], applications: tuple[str, ...]
) -> tuple[Whole, int]:
    """Affinities as whole numbers (applications x reviewers) and how many make 1."""
    scores = np.zeros((len(applications), len(reviewers)), np.int64)
    triples = _tuples(reading, "affinity")
    if triples is None:
        return scores, 1
    rows, columns = _places(reading, "affinity", triples, reviewers, applications)
    values = np.frombuffer(triples.numbers, dtype=np.float64) if triples.numbers else np.zeros(0)
    unfit = np.flatnonzero(~(np.abs(values) <= LARGEST))
    if len(unfit):
        reading.wrong(f"affinity[{unfit[0]}]", say("应为不超过一百万的数。"))
    if reading.problems:
        return scores, 1
    flat = rows * len(reviewers) + columns
    order = np.argsort(flat, kind="stable")
    again = order[1:][flat[order[1:]] == flat[order[:-1]]]
    if len(again):
        reading.wrong(f"affinity[{again.min()}]", say("这一对已在前面给出。"))
    largest = max(1.0, float(np.abs(values).max(initial=0)))
    unit = 10 ** (DIGITS - int(np.ceil(np.log10(largest))))
    scores[rows, columns] = np.rint(values * unit).astype(np.int64)
    return scores, unit


def _conflicts(
    reading: _Reading, reviewers: tuple[str, ...], applications: tuple[str, ...]
) -> Mask:
    conflicts = np.zeros((len(applications), len(reviewers)), bool)
    pairs = _tuples(reading, "conflicts")
    if pairs is not None:
        rows, columns = _places(reading, "conflicts", pairs, reviewers, applications)
        if not reading.problems:
            conflicts[rows, columns] = True
    return conflicts


def _tuples(reading: _Reading, name: str) -> Tuples | None:
    listed = reading.values.get(name, Tuples())
    if not isinstance(listed, Tuples):
        reading.wrong(name, say("应为列表。"))
        return None
    if listed.strange is not None:
        shape = (
            say("应为 [评委, 申请, 分数]。") if name == "affinity" else say("应为 [评委, 申请]。")
        )
        reading.wrong(f"{name}[{listed.strange}]", shape)
        return None
    return listed


def _places(
    reading: _Reading,
    name: str,
    listed: Tuples,
    reviewers: tuple[str, ...],
    applications: tuple[str, ...],
) -> tuple[Whole, Whole]:
    """For each entry the places of its application and its reviewer."""
    columns = _known(reading, name, listed.firsts, listed.first_names, reviewers, say("评委"))
    rows = _known(reading, name, listed.seconds, listed.second_names, applications, say("申请"))
    return rows, columns


def _known(
    reading: _Reading,
    name: str,
    numbers: "array[int]",
    names: Mapping[str, int],
    known: tuple[str, ...],
    kind: Text,
) -> Whole:
    """Numbers in the order of appearance turned into places in the list; unknown names are told."""
    place = {known_name: n for n, known_name in enumerate(known)}
    translated = np.array([place.get(each, -1) for each in names], np.int64)
    found = translated[np.frombuffer(numbers, dtype=np.int32)] if numbers else np.zeros(0, np.int64)
    unknown = np.flatnonzero(found < 0)
    if len(unknown):
        at = int(unknown[0])
        strange = list(names)[numbers[at]]
        why = say("%(kind)s %(id)s 不在名单中。", kind=kind, id=strange)
        reading.wrong(f"{name}[{at}]", why)
    return found
