"""The rows of an edition's forms: tracks, stages, criteria, bonus rules."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField

from charity_portal.competitions.rules import rubric
from charity_portal.competitions.rules.expertise import WORDS as EXPERTISE
from charity_portal.competitions.rules.methods import KINDS, REASONS, points_text
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.form_rows import Row, options
from charity_portal.kernel.forms import (
    IntegerField,
    LocalDateTimeField,
    LongTextField,
    MultiChoiceField,
    NumberRange,
    Optional,
    PercentField,
    SelectField,
    TextField,
    ValidationError,
    chosen,
)
from charity_portal.kernel.i18n import say

MOST_WINNERS, MOST_REVIEWS, MOST_POINTS = 10_000, 99, 100


class PointsField(PercentField):
    """Points with up to two decimals, kept in hundredths."""

    def parse(self, text: str) -> int:
        """Hundredths of a point."""
        try:
            points = Decimal(text) * 100
        except InvalidOperation as wrong:
            raise Invalid(say("请填写分数，例如 5 或 2.5。")) from wrong
        if points != points.to_integral_value() or not 0 <= points <= MOST_POINTS * 100:
            raise Invalid(say("分数应在 0 到 100 之间，最多两位小数。"))
        return int(points)

    def show(self, value: int) -> str:
        """As it is typed."""
        return points_text(value)


class TrackRow(Row):
    """What the edition adds to a track; its id is the track's."""

    min_winners = IntegerField(
        say("最少资助项数"),
        [Optional(), NumberRange(0, MOST_WINNERS, say("项数应在 0 到 10000 之间。"))],
    )
    max_winners = IntegerField(
        say("最多资助项数"),
        [Optional(), NumberRange(0, MOST_WINNERS, say("项数应在 0 到 10000 之间。"))],
    )
    expertise = MultiChoiceField(say("评委应具备的专业"), choices=options(EXPERTISE))

    def validate_max_winners(self, field: Any) -> None:
        """The most is no less than the least."""
        if field.data is not None and field.data < (self.min_winners.data or 0):
            raise ValidationError(str(say("最多项数少于最少项数。")))

    def values(self) -> dict[str, Any]:
        """The row as a unit of the draft."""
        return {
            "id": self.saved_id,
            "min_winners": self.min_winners.data or 0,
            "max_winners": self.max_winners.data,
            "expertise": list(self.expertise.data or []),
        }


class StageRow(Row):
    """A stage."""

    kind = SelectField(say("方式"), choices=options(KINDS))
    title_zh = TextField(say("阶段名称"), longest=60)
    title_en = TextField(say("英文名称"), longest=120)
    weight_bp = PercentField(say("权重"), [chosen(say("请填写权重。"))])
    reviews_each = IntegerField(
        say("每项申请评审份数"),
        [
            chosen(say("请填写评审份数。")),
            NumberRange(1, MOST_REVIEWS, say("评审份数应在 1 到 99 之间。")),
        ],
    )
    advance = IntegerField(
        say("晋级项数"),
        [Optional(), NumberRange(1, MOST_WINNERS, say("项数应在 1 到 10000 之间。"))],
    )
    due_at = LocalDateTimeField(say("评分截止"))

    def values(self) -> dict[str, Any]:
        """The row as a unit of the draft."""
        return {
            "id": self.saved_id,
            "kind": self.kind.data,
            "title_zh": self.title_zh.data or "",
            "title_en": self.title_en.data or None,
            "weight_bp": self.weight_bp.data or 0,
            "reviews_each": self.reviews_each.data,
            "advance": self.advance.data,
            "due_at": self.due_at.data,
        }


class CriterionRow(Row):
    """A criterion. Anchors are lines of `分值：中文 | English`."""

    title_zh = TextField(say("标准名称"), longest=60)
    title_en = TextField(say("英文名称"), longest=120)
    help_zh = TextField(say("评分要点"), longest=300)
    help_en = TextField(say("英文要点"), longest=500)
    track_id = SelectField(say("适用赛道"), choices=[])
    weight_bp = PercentField(say("权重"), [chosen(say("请填写权重。"))])
    top = IntegerField(
        say("满分"),
        [chosen(say("请填写满分。")), NumberRange(1, 100, say("满分应在 1 到 100 之间。"))],
    )
    anchors = LongTextField(say("各分值的含义"), longest=6000)
    reason_when = SelectField(say("评分理由"), choices=options(REASONS))
    looks_at = SelectField(say("主要依据"), choices=[])
    may_skip = BooleanField(say("可以选择“不适用”"))

    def validate_weight_bp(self, field: Any) -> None:
        """A criterion that weighs nothing decides nothing."""
        if field.data is not None and field.data < 1:
            raise ValidationError(str(say("权重应大于 0。")))

    def validate_anchors(self, field: Any) -> None:
        """Lines that can be read."""
        try:
            rubric.read_anchors(field.data or "", self.top.data or 0)
        except Invalid as wrong:
            raise ValidationError(str(wrong.message)) from wrong

    def values(self) -> dict[str, Any]:
        """The row as a unit of the draft."""
        track = str(self.track_id.data or "")
        return {
            "id": self.saved_id,
            "track_id": int(track) if track.isdigit() else None,
            "title_zh": self.title_zh.data or "",
            "title_en": self.title_en.data or None,
            "help_zh": self.help_zh.data or None,
            "help_en": self.help_en.data or None,
            "weight_bp": self.weight_bp.data,
            "top": self.top.data,
            "anchors": rubric.read_anchors(self.anchors.data or "", self.top.data or 0),
            "reason_when": self.reason_when.data,
            "may_skip": bool(self.may_skip.data),
            "looks_at": self.looks_at.data or None,
        }


class BonusRow(Row):
    """A bonus rule."""

    title_zh = TextField(say("加分项名称"), longest=60)
    title_en = TextField(say("英文名称"), longest=120)
    basis_zh = LongTextField(say("加分依据"), longest=500)
    basis_en = LongTextField(say("英文依据"), longest=800)
    most = PointsField(say("最多加分"), [chosen(say("请填写最多加多少分。"))])

    def validate_most(self, field: Any) -> None:
        """More than nothing."""
        if field.data is not None and field.data < 1:
            raise ValidationError(str(say("最多加分应大于 0。")))

    def values(self) -> dict[str, Any]:
        """The row as a unit of the draft."""
        return {
            "id": self.saved_id,
            "title_zh": self.title_zh.data or "",
            "title_en": self.title_en.data or None,
            "basis_zh": self.basis_zh.data or "",
            "basis_en": self.basis_en.data or None,
            "most": self.most.data,
        }


BLANK: Mapping[str, Mapping[str, str]] = {
    "stages": {"kind": "papers", "weight_bp": "0", "reviews_each": "3"},
    "criteria": {
        "track_id": "",
        "weight_bp": "10",
        "top": "5",
        "reason_when": "extremes",
        "looks_at": "",
    },
    "bonuses": {"most": "5"},
    "tracks": {},
}
"""What a new row starts with, as it would be typed."""


def shown_row(unit: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the draft as the data of its form."""
    shown = dict(values)
    if unit == "criteria":
        shown["anchors"] = rubric.anchor_lines(values["anchors"])
        shown["track_id"] = str(values["track_id"] or "")
        shown["looks_at"] = values["looks_at"] or ""
    return shown


def completed(posted: MultiDict[str, str], unit: str) -> MultiDict[str, str]:
    """What was posted, with what a row starts with wherever a row was just added."""
    numbers = {name.split("-")[1] for name in posted if name.startswith(f"{unit}-")}
    for number in numbers:
        row = f"{unit}-{number}-"
        if sum(name.startswith(row) for name in posted) == 1:  # nothing but the id
            for column, value in BLANK[unit].items():
                posted.setdefault(row + column, value)
    return posted
