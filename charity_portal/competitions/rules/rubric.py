"""The rubric: which criteria apply to a track, and what each value stands for."""

from collections.abc import Mapping, Sequence
from typing import Any

from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say

WHOLE = 10_000  # basis points
LONGEST_ANCHOR = 300
ZERO = 0


def criteria_for(stage: Any, track_id: int | None) -> list[Any]:
    """The criteria of a stage that an application of this track is scored on, in order."""
    return [c for c in stage.criteria if c.track_id is None or c.track_id == track_id]


def weights(criteria: Sequence[Mapping[str, Any]], track_id: int | None) -> int:
    """The sum of the weights (basis points) that apply to a track; rows as in `edition_parts`."""
    return sum(c["weight_bp"] or 0 for c in criteria if c["track_id"] in (None, track_id))


def read_anchors(text: str, top: int) -> list[dict[str, Any]]:
    """Lines of `5：中文 | English` as anchors in order of value; Invalid names the first bad line."""
    found: dict[int, dict[str, Any]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        value, _, words = line.replace("：", ":", 1).partition(":")
        zh, _, en = (part.strip() for part in words.replace("｜", "|").partition("|"))
        if not value.strip().isdecimal() or not zh:
            raise Invalid(say("第 %(n)s 行应写作“分值：中文 | English”。", n=number))
        points = int(value)
        if points > top:
            raise Invalid(say("第 %(n)s 行的分值高于满分 %(top)s。", n=number, top=top))
        if points in found:
            raise Invalid(say("第 %(n)s 行的分值已经写过。", n=number))
        if max(len(zh), len(en)) > LONGEST_ANCHOR:
            raise Invalid(say("第 %(n)s 行超过 %(most)s 字。", n=number, most=LONGEST_ANCHOR))
        found[points] = {"value": points, "zh": zh, "en": en or None}
    return [found[points] for points in sorted(found)]


def anchor_lines(anchors: Sequence[Mapping[str, Any]]) -> str:
    """What `read_anchors` reads back."""
    return "\n".join(
        f"{a['value']}：{a['zh']} | {a['en']}" if a.get("en") else f"{a['value']}：{a['zh']}"
        for a in anchors
    )


def anchored(anchors: Sequence[Mapping[str, Any]], value: int) -> bool:
    """Whether it is said what this value stands for."""
    return any(a["value"] == value for a in anchors)


def steps(top: int, anchors: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Anchors as a reader meets them, the highest value first."""
    return sorted((a for a in anchors if a["value"] <= top), key=lambda a: -int(a["value"]))
