"""What is typed about a panel: the draw, invitations, loads; and by its members."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField
from wtforms.fields import SelectChoice

from charity_portal.competitions.forms.experts import organization_choices
from charity_portal.competitions.queries.panels import Member
from charity_portal.competitions.rules.ties import RECUSALS, TIES
from charity_portal.kernel.forms import (
    Form,
    IntegerField,
    LocalDateTimeField,
    LongTextField,
    NumberRange,
    Optional,
    RadioField,
    chosen,
    required,
)
from charity_portal.kernel.i18n import say

MOST_LOAD = 500


class DrawForm(Form):
    """How many to draw, and the fewest who meet each minimum; see `draw_form`."""

    size = IntegerField(say("评审专家人数"), [Optional()])
    standbys = IntegerField(say("候补人数"), [Optional()])

    def minimums(self, keys: Sequence[str]) -> dict[str, int]:
        """The fewest by key."""
        return {key: self.minimum(key).data or 0 for key in keys}

    def minimum(self, key: str) -> Any:
        """The field of one minimum."""
        return self[f"need-{key}"]


def draw_form(words: Mapping[str, str], keys: Sequence[str]) -> type[DrawForm]:
    """The form with a number for each minimum that can be asked for."""
    within = NumberRange(0, 60, say("请填写 0 到 60 之间的整数。"))
    fields = {
        f"need-{key}": IntegerField(words.get(key, key), [Optional(), within], default=1)
        for key in keys
    }
    return type("MinimumsForm", (DrawForm,), fields)


class InviteForm(Form):
    """By when to answer."""

    due_at = LocalDateTimeField(say("答复截止时间"), [required()])


class LoadsForm(Form):
    """The fewest and most reviews of each member in one stage; see `loads_form`."""

    least = IntegerField(say("全部设为：最少"), [Optional(), NumberRange(0, MOST_LOAD)])
    most = IntegerField(say("全部设为：最多"), [Optional(), NumberRange(0, MOST_LOAD)])

    def bounds(self, members: Sequence[Member]) -> dict[int, tuple[int, int]]:
        """(least, most) by panelist id; what is set for all goes before what stands in a row."""
        found = {}
        for member in members:
            p = member.panelist
            least, most = self.row(p.id)
            found[p.id] = (
                _first(self.least.data, least.data, p.min_load),
                _first(self.most.data, most.data, p.max_load),
            )
        return found

    def row(self, panelist_id: int) -> tuple[Any, Any]:
        """The two fields of one member."""
        return self[f"min-{panelist_id}"], self[f"max-{panelist_id}"]


def _first(*values: int | None) -> int:
    return next(value for value in values if value is not None)


def loads_form(members: Sequence[Member]) -> type[LoadsForm]:
    """The form with two numbers for each member."""
    within = NumberRange(0, MOST_LOAD, say("请填写 0 到 500 之间的整数。"))
    fields: dict[str, Any] = {}
    for member in members:
        p = member.panelist
        for name, label, value in (
            ("min", say("最少"), p.min_load),
            ("max", say("最多"), p.max_load),
        ):
            fields[f"{name}-{p.id}"] = IntegerField(label, [Optional(), within], default=value)
    return type("RowsForm", (LoadsForm,), fields)


class AnswerForm(Form):
    """Why an invitation is declined, or a seat given up."""

    reason = LongTextField(say("理由"), [required()], longest=500)


class AgreeForm(Form):
    """The promise of confidentiality and fair conduct."""

    agreed = BooleanField(
        say("我已阅读并承诺遵守以上全部内容"), [required(say("请阅读并勾选承诺。"))]
    )


class TieForm(Form):
    """A tie to one of the organizations found."""

    q = HiddenField()
    organization = RadioField(
        say("机构"), [chosen(say("请选择机构。"))], choices=[], validate_choice=False
    )
    kind = RadioField(
        say("关系"),
        [chosen(say("请选择关系。"))],
        choices=[SelectChoice(key, word) for key, word in TIES.items()],
    )
    note = LongTextField(say("说明"), longest=500)

    def offer(self, text: str) -> bool:
        """Offer what the register has for a text; whether there is more."""
        self.organization.choices, more = organization_choices(text)
        return more

    def organization_id(self) -> int:
        """The organization chosen; 0 for what is no number."""
        text = self.organization.data or ""
        return int(text) if text.isdigit() and len(text) < 18 else 0


class CompleteForm(Form):
    """That nothing else is to be declared."""

    nothing_else = BooleanField(
        say("除以上申报外，我与其他任何机构没有可能影响公正评审的关系"),
        [required(say("请确认没有其他利害关系。"))],
    )


class RecuseForm(Form):
    """Why a reviewer steps back from one application."""

    reason_code = RadioField(
        say("回避理由"),
        [chosen(say("请选择回避理由。"))],
        choices=[SelectChoice(key, word) for key, word in RECUSALS.items()],
    )
    note = LongTextField(say("补充说明"), longest=500)
