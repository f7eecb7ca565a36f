"""What stands in the way of opening: every defect is named, with its place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from charity_portal.competitions.rules.edition_templates import method, stages_of
from charity_portal.competitions.rules.opening import (
    Facts,
    MemberFacts,
    TrackFacts,
    advice,
    blockers,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
_STAGES = [
    {**s, "id": n, "due_at": NOW + timedelta(days=n)}
    for n, s in enumerate(stages_of("three", 2), 1)
]
TRACK = {"id": 1, "min_winners": 1, "max_winners": None, "expertise": ["elderly"]}
MEMBER = MemberFacts(agreed=True, declared=True, max_load=20)


def facts(**changes: Any) -> Facts:
    """An edition with three tracks and nothing in its way; `changes` replace facts, or single units."""
    rules = method(None, None)
    units: dict[str, Any] = {
        "title_zh": "第七届", "title_en": "Seventh", "seed": "417", "panel_size": 5,
        "tracks": [TRACK],
        "stages": _STAGES, "bonuses": [], "purse_fen": None, "least": None, "most": 15,
        "method": rules["method"], "calibrated": False, "tie_rules": rules["tie_rules"],
    }  # fmt: skip
    known = Facts(
        now=NOW,
        units=units,
        rubrics={stage["id"]: stage["criteria"] for stage in _STAGES},
        criterion_keys=frozenset({"c1"}),
        looks_at=frozenset({"summary", "budget"}),
        currency="CNY",
        call_purse_fen=100_000_000,
        call_floor_fen=3_000_000,
        call_closed=True,
        applications=10,
        in_screening=0,
        tracks=[TrackFacts(1, "为老服务", None, 10, 2)],
        members=[MEMBER] * 5,
    )
    own = {name: value for name, value in changes.items() if name in units}
    rest = {name: value for name, value in changes.items() if name not in units}
    return replace(known, **({"units": units | own} | rest))


def criteria(**changes: Any) -> dict[int, Any]:
    """The rubrics with the first criterion of the first stage changed."""
    first, *rest = _STAGES[0]["criteria"]
    return {s["id"]: s["criteria"] for s in _STAGES} | {1: [{**first, **changes}, *rest]}


def test_an_edition_with_everything_may_open() -> None:
    assert blockers(facts()) == [] and advice(facts()) == []


@pytest.mark.parametrize(
    ("changes", "part", "anchor", "words"),
    [
        ({"title_zh": ""}, "basics", "title_zh", "请填写名称"),
        ({"seed": " "}, "basics", "seed", "随机种子"),
        ({"stages": []}, "stages", "stages", "至少需要一个"),
        ({"stages": _STAGES[:2]}, "stages", "stages", "合计为 70.00%，应为 100%"),
        ({"stages": [{**_STAGES[0], "due_at": None}, *_STAGES[1:]]}, "stages", "stages-0-due_at", "截止时间"),
        ({"stages": [{**_STAGES[0], "due_at": NOW}, *_STAGES[1:]]}, "stages", "stages-0-due_at", "晚于现在"),
        ({"stages": [{**_STAGES[0], "advance": 1}, *_STAGES[1:]]}, "stages", "stages-1-advance", "多于上一阶段"),
        ({"stages": [*_STAGES[:2], {**_STAGES[2], "advance": 1}]}, "stages", "stages-2-advance", "没有晋级"),
        ({"rubrics": criteria() | {1: []}}, "rubric", "criteria", "没有评分标准"),
        ({"rubrics": criteria(weight_bp=1)}, "rubric", "criteria", "80.01%"),
        ({"rubrics": criteria(title_zh="")}, "rubric", "criteria-0-title_zh", "名称"),
        ({"rubrics": criteria(anchors=[])}, "rubric", "criteria-0-anchors", "0 分代表什么"),
        ({"rubrics": criteria(top=10)}, "rubric", "criteria-0-anchors", "10 分代表什么"),
        ({"rubrics": criteria(looks_at="answer:gone")}, "rubric", "criteria-0-looks_at", "已经没有"),
        ({"bonuses": [{"title_zh": "配捐", "basis_zh": ""}]}, "bonuses", "bonuses-0-basis_zh", "依据"),
        ({"method": "trimmed"}, "method", "method", "至少要有 5 份"),
        ({"method": "mixed"}, "method", "calibrated", "事先公告"),
        ({"tie_rules": []}, "method", "tie_rules", "至少规定一条"),
        ({"tie_rules": ["criterion:c9"]}, "method", "tie_rules", "已经删除"),
        ({"least": 20}, "method", "least", "大于最多"),
        ({"call_purse_fen": None}, "method", "purse_fen", "请填写资助总额"),
        ({"purse_fen": 100_000_001}, "method", "purse_fen", "超过征集公告"),
        ({"purse_fen": 2_999_999}, "method", "purse_fen", "单项下限"),
        ({"call_closed": False}, "call", "", "尚未截止"),
        ({"in_screening": 2}, "screening", "", "2 项申请的资格审查"),
        ({"applications": 0}, "screening", "", "没有通过"),
        ({"members": [MEMBER] * 4}, "panel", "", "只有 4 位"),
        ({"members": [MEMBER] * 4 + [replace(MEMBER, declared=False)]}, "panel", "", "申报利害关系"),
        ({"members": [replace(MEMBER, max_load=1)] * 5}, "panel", "", "需要 30 份评审"),
        ({"tracks": [{**TRACK, "min_winners": 11}]}, "tracks", "tracks-0-min_winners", "只有 10 项"),
        ({"most": 0.5}, "tracks", "tracks", "超过最多"),
    ],
)  # fmt: skip
def test_each_defect_is_named_where_it_is_put_right(
    changes: dict[str, Any], part: str, anchor: str, words: str
) -> None:
    found = [d for d in blockers(facts(**changes)) if words in d.text.in_source()]
    assert [(d.part, d.anchor) for d in found] == [(part, anchor)]
    assert (found[0].stage_id is not None) == (part == "rubric")


def test_a_track_without_a_reviewer_of_its_field_is_a_defect() -> None:
    lonely = facts()
    lonely = replace(lonely, tracks=[replace(lonely.tracks[0], experts=0)])
    assert [d.part for d in blockers(lonely)] == ["panel"]
    empty = replace(lonely, tracks=[replace(lonely.tracks[0], applications=0)])
    assert "panel" not in [d.part for d in blockers(empty)]


def test_a_criterion_of_one_track_leaves_the_others_short() -> None:
    two = facts(rubrics=criteria(track_id=1))
    two = replace(two, tracks=[*two.tracks, TrackFacts(2, "儿童关爱", None, 0, 1)])
    assert [d.text.in_source() for d in blockers(two)] == [
        "书面评审：“儿童关爱”赛道的权重合计为 80.00%，应为 100%。"
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title_en": None}, "英文名称"),
        ({"rubrics": criteria(title_en=None)}, "没有全部译成英文"),
        ({"method": "trimmed"}, "建议改用平均分"),
        ({"method": "standardised"}, "平均只有 6 份"),
        ({"panel_size": 7}, "原定 7 位"),
    ],
)
def test_what_is_worth_a_second_look_is_said(changes: dict[str, Any], words: str) -> None:
    assert any(words in d.text.in_source() for d in advice(facts(**changes)))
