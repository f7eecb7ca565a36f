"""The rubric on plain values: which criteria apply, what each value stands for."""

from types import SimpleNamespace

import pytest

from charity_portal.competitions.rules.rubric import (
    anchor_lines,
    anchored,
    criteria_for,
    read_anchors,
    steps,
    weights,
)
from charity_portal.kernel.errors import Invalid

TEXT = "0：没有说明 | Not addressed\n\n5:令人信服｜Convincing\n 3 ： 一般"


def test_a_track_has_the_common_criteria_and_its_own() -> None:
    common, own, other = (SimpleNamespace(track_id=t) for t in (None, 1, 2))
    stage = SimpleNamespace(criteria=[common, own, other])
    assert criteria_for(stage, 1) == [common, own]
    assert criteria_for(stage, None) == [common]


def test_weights_add_up_by_track() -> None:
    rows = [{"track_id": None, "weight_bp": 6000}, {"track_id": 1, "weight_bp": 4000}]
    assert (weights(rows, 1), weights(rows, 2), weights(rows, None)) == (10_000, 6000, 6000)


def test_anchors_are_read_in_order_of_value_in_both_languages() -> None:
    assert read_anchors(TEXT, 5) == [
        {"value": 0, "zh": "没有说明", "en": "Not addressed"},
        {"value": 3, "zh": "一般", "en": None},
        {"value": 5, "zh": "令人信服", "en": "Convincing"},
    ]
    assert read_anchors("", 5) == []


def test_anchors_are_read_back_as_they_were_written() -> None:
    anchors = read_anchors(TEXT, 5)
    assert read_anchors(anchor_lines(anchors), 5) == anchors
    assert anchored(anchors, 5) and not anchored(anchors, 4)
    assert [a["value"] for a in steps(5, anchors)] == [5, 3, 0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("很好", "第 1 行应写作"),
        ("5：", "第 1 行应写作"),
        ("-1：差", "第 1 行应写作"),
        ("0：差\n6：好", "第 2 行的分值高于满分 5"),
        ("0：差\n0：更差", "第 2 行的分值已经写过"),
        ("0：" + "差" * 301, "超过 300 字"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, words: str) -> None:
    with pytest.raises(Invalid) as wrong:
        read_anchors(text, 5)
    assert words in wrong.value.message.in_source()
