"""The file of an assignment: what it may say, and exactly what is wrong with it."""

import io
import json
from typing import Any

import pytest

from charity_portal.competitions.rules.assignment import Answer, Infeasible
from charity_portal.competitions.rules.assignment_files import (
    Malformed,
    answer_json,
    read,
    shortages_json,
)

GOOD: dict[str, Any] = {
    "k": 1,
    "reviewers": [{"id": "r1", "min": 0, "max": 2}, {"id": "评委 “2”", "max": 1}],
    "applications": ["a1", "a]2,[", ""],
    "affinity": [["r1", "a1", 0.25], ["评委 “2”", "a]2,[", 1], ["r1", "", 1e-9]],
    "conflicts": [["r1", "a]2,["]],
    "objective": "total",
}


def told(data: bytes | dict[str, Any]) -> list[tuple[str, str]]:
    """Places and reasons of a refusal."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    with pytest.raises(Malformed) as refusal:
        read(io.BytesIO(raw))
    return [(problem.place, problem.why.in_source()) for problem in refusal.value.problems]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_ids_are_any_strings_and_blanks_do_not_matter(indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(GOOD, indent=indent, ensure_ascii=ascii_only)
    instance = read(io.BytesIO(b"\xef\xbb\xbf" + text.encode() + b"\n "))
    assert [r.id for r in instance.reviewers] == ["r1", "评委 “2”"]
    assert instance.applications == ("a1", "a]2,[", "")
    assert instance.scores.tolist() == [[250_000_000, 0], [0, 10**9], [1, 0]]
    assert instance.conflicts.tolist() == [[False, False], [True, False], [False, False]]
    assert (instance.unit, instance.objective, instance.key) == (10**9, "total", "1")
    assert (instance.reviewers[1].min, instance.reviewers[1].max) == (0, 1)


def test_the_order_of_members_does_not_matter() -> None:
    backwards = dict(reversed(GOOD.items()))
    one, other = (read(io.BytesIO(json.dumps(each).encode())) for each in (GOOD, backwards))
    assert one.scores.tolist() == other.scores.tolist()
    assert one.conflicts.tolist() == other.conflicts.tolist()


def test_what_may_be_left_out() -> None:
    least = {name: GOOD[name] for name in ("k", "reviewers", "applications", "affinity")}
    instance = read(io.BytesIO(json.dumps(least).encode()))
    assert instance.objective == "fair" and not instance.conflicts.any()


def test_large_and_negative_affinities_keep_their_digits() -> None:
    wide = GOOD | {"affinity": [["r1", "a1", 87.5], ["r1", "", -3]]}
    instance = read(io.BytesIO(json.dumps(wide).encode()))
    assert instance.unit == 10**7
    assert instance.scores[:, 0].tolist() == [875_000_000, 0, -30_000_000]


@pytest.mark.parametrize(
    ("change", "place", "why"),
    [
        ({"k": 0}, "k", "应为不小于 1 的整数。"),
        ({"k": True}, "k", "应为不小于 1 的整数。"),
        ({"k": 2.0}, "k", "应为不小于 1 的整数。"),
        ({"conflict": []}, "conflict", "没有这一项。"),
        ({"objective": "best"}, "objective", "只能是 “fair” 或 “total”。"),
        ({"key": 7}, "key", "应为字符串。"),
        ({"reviewers": {}}, "reviewers", "应为列表。"),
        ({"reviewers": ["r1"]}, "reviewers[0]", "应为含 id、min、max 的对象。"),
        ({"reviewers": [{"id": "r", "max": "3"}]}, "reviewers[0].max", "应为不小于 0 的整数。"),
        ({"reviewers": [{"id": "r"}]}, "reviewers[0].max", "应为不小于 0 的整数。"),
        ({"reviewers": [{"id": "r", "min": 3, "max": 2}]}, "reviewers[0].min", "大于 max。"),
        ({"reviewers": [{"id": "r", "max": 2, "mx": 1}]}, "reviewers[0].mx", "没有这一项。"),
        ({"reviewers": [{"id": 3, "max": 2}]}, "reviewers[0]", "编号应为字符串。"),
        ({"applications": "a1"}, "applications", "应为列表。"),
        ({"applications": ["a1", "a1"]}, "applications[1]", "编号 a1 重复。"),
        ({"applications": ["a1", None]}, "applications[1]", "编号应为字符串。"),
        ({"affinity": {}}, "affinity", "应为列表。"),
        ({"affinity": [["r1", "a1", 1], "r1a"]}, "affinity[1]", "应为 [评委, 申请, 分数]。"),
        ({"affinity": [["r1", "a1"]]}, "affinity[0]", "应为 [评委, 申请, 分数]。"),
        ({"affinity": [["r1", "a1", True]]}, "affinity[0]", "应为 [评委, 申请, 分数]。"),
        ({"affinity": [["r1", "a1", "1"]]}, "affinity[0]", "应为 [评委, 申请, 分数]。"),
        ({"affinity": [["r1", "a1", 1e7]]}, "affinity[0]", "应为不超过一百万的数。"),
        ({"affinity": [["r1", "a1", 1e999]]}, "affinity[0]", "应为不超过一百万的数。"),
        ({"affinity": [["r1", "a1", 1], ["r1", "a1", 1]]}, "affinity[1]", "这一对已在前面给出。"),
        ({"affinity": [["r1", "a1", 1], ["x", "a1", 1]]}, "affinity[1]", "评委 x 不在名单中。"),
        ({"affinity": [["r1", "x", 1]]}, "affinity[0]", "申请 x 不在名单中。"),
        ({"conflicts": [["r1", "x"]]}, "conflicts[0]", "申请 x 不在名单中。"),
        ({"conflicts": [["r1", "a1", 1]]}, "conflicts[0]", "应为 [评委, 申请]。"),
        ({"conflicts": None}, "conflicts", "应为列表。"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(change: dict[str, Any], place: str, why: str) -> None:
    text = json.dumps(GOOD | change).replace("Infinity", "1e999")
    assert told(text.encode()) == [(place, why)]


def test_several_problems_are_told_together() -> None:
    broken = {name: GOOD[name] for name in ("k", "affinity")}
    assert [place for place, _ in told(broken)] == ["reviewers", "applications"]
    assert len(told(GOOD | {"k": -1, "objective": 1, "applications": [1, 2]})) == 4


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"", "line 1, column 1"),
        (b"[]", "line 1, column 1"),
        (b'{"k": 3,\n "k": 3}', "line 2, column 5"),
        (b'{"k": 3,\n "affinity": [["a", "b", NaN]]}', "line 2, column 15"),
        (b'{"k": 3,\n "affinity": [["a", "b", 1]["c"]]}', "line 2, column 28"),
        (b'{"k": 3} {}', "line 1, column 10"),
        (b'{"k": 3', "line 1, column 8"),
        (b'{"k": "\xff"}', "byte 7"),
        (b'{"affinity": ' + b"[" * 100_000, "line 1, column 15"),
    ],
)
def test_what_is_no_json_is_told_with_line_and_column(data: bytes, place: str) -> None:
    assert [found for found, _ in told(data)] == [place]


def test_the_result_reads_back_and_names_the_key_only_when_it_was_chosen() -> None:
    answer = Answer((("r“1", "a1"), ("r2", "a1")), 1.5, 0.5, 0.75, 1.5, "1")
    assert json.loads(answer_json(answer)) == {
        "assignment": [["r“1", "a1"], ["r2", "a1"]],
        "total": 1.5,
        "worst": 0.5,
        "worst_bound": 0.75,
        "violations": 0,
    }
    nobody = Answer((), 0.0, 0.0, 0.0, 0.0, "mine")
    assert json.loads(answer_json(nobody))["assignment"] == []
    assert json.loads(answer_json(nobody))["key"] == "mine"


def test_shortages_read_back() -> None:
    told_back = json.loads(shortages_json(Infeasible({"a1": 2}, {"r1": 1}, {"r2": 2})))
    assert told_back == {
        "shortages": {"applications": [["a1", 2]], "reviewers": [["r1", 1]]},
        "relief": [["r2", 2]],
    }
