"""Rows of the form are moved on what was typed, so that nothing typed is lost."""

import pytest
from werkzeug.datastructures import MultiDict

from charity_portal.kernel.form_rows import rearranged

UNITS = ("tracks", "slots")
TYPED = MultiDict(
    [
        ("title_zh", "征集"),
        ("tracks-0-id", "7"),
        ("tracks-0-title_zh", "甲"),
        ("tracks-2-id", ""),
        ("tracks-2-title_zh", "乙"),
        ("tracks-5-title_zh", "丙"),
        ("slots-0-kinds", "pdf"),
        ("slots-0-kinds", "image"),
    ]
)


def titles(step: str) -> list[str | None]:
    found = rearranged(TYPED, step, UNITS)
    numbers = sorted({int(name.split("-")[1]) for name in found if name.startswith("tracks-")})
    assert numbers == list(range(len(numbers)))
    return [found.get(f"tracks-{n}-title_zh") for n in numbers]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("save", ["甲", "乙", "丙"]),
        ("", ["甲", "乙", "丙"]),
        ("tracks:add", ["甲", "乙", "丙", None]),
        ("tracks:remove:2", ["甲", "丙"]),
        ("tracks:up:5", ["甲", "丙", "乙"]),
        ("tracks:up:0", ["甲", "乙", "丙"]),
        ("tracks:down:0", ["乙", "甲", "丙"]),
        ("tracks:down:5", ["甲", "乙", "丙"]),
        ("tracks:up:9", ["甲", "乙", "丙"]),
        ("tracks:explode:0", ["甲", "乙", "丙"]),
        ("slots:remove:0", ["甲", "乙", "丙"]),
        ("nonsense", ["甲", "乙", "丙"]),
    ],
)
def test_a_step_moves_rows_and_keeps_them(step: str, expected: list[str | None]) -> None:
    assert titles(step) == expected


def test_ids_travel_with_their_rows_and_lists_stay_whole() -> None:
    found = rearranged(TYPED, "tracks:down:0", UNITS)
    assert found["tracks-1-id"] == "7"
    assert found.getlist("slots-0-kinds") == ["pdf", "image"]
    assert found["title_zh"] == "征集"


def test_lines_end_alike_whatever_the_browser_sends() -> None:
    assert rearranged(MultiDict([("body_zh", "一\r\n二")]), "", UNITS)["body_zh"] == "一\n二"
