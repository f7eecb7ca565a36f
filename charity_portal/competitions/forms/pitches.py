"""What officers fix about a pitch session, and what they change by hand."""

from collections.abc import Sequence
from typing import Any

from wtforms.fields import SelectChoice

from charity_portal.competitions.queries.pitches import Turn
from charity_portal.competitions.services.pitches import Plan
from charity_portal.kernel.forms import (
    DateField,
    Form,
    IntegerField,
    LongTextField,
    MultiChoiceField,
    NumberRange,
    Optional,
    RadioField,
    SelectField,
    TextField,
    chosen,
    required,
)
from charity_portal.kernel.i18n import say

MINUTE = 60


class PlanForm(Form):
    """A session: 5 + 3 minutes unless said otherwise."""

    title = TextField(say("场次名称"), [required()], longest=60)
    place = TextField(say("地点"), longest=100)
    held_on = DateField(say("日期"), [Optional()])
    present_minutes = IntegerField(say("展示时长（分钟）"), [NumberRange(1, 60)], default=5)
    question_minutes = IntegerField(say("问答时长（分钟）"), [NumberRange(0, 60)], default=3)
    by = RadioField(
        say("分组方式"),
        [chosen()],
        default="size",
        choices=[
            SelectChoice("size", say("统一抽签，按下面的组数均分")),
            SelectChoice("track", say("按赛道分组，组内抽签")),
        ],
    )
    groups = IntegerField(say("组数"), [NumberRange(1, 20)], default=1)
    reveal = RadioField(
        say("分数何时公布"),
        [chosen()],
        default="end",
        choices=[
            SelectChoice("each", say("每个项目结束后")),
            SelectChoice("group", say("每组结束后")),
            SelectChoice("end", say("全部结束后")),
        ],
    )

    def plan(self) -> Plan:
        """What was fixed."""
        return Plan(
            title=self.title.data or "",
            place=self.place.data or "",
            held_on=self.held_on.data,
            present_seconds=MINUTE * (self.present_minutes.data or 0),
            question_seconds=MINUTE * (self.question_minutes.data or 0),
            reveal=self.reveal.data,
            groups=self.groups.data or 1,
            by=self.by.data,
        )


class SwapForm(Form):
    """Two projects that change places, and why."""

    first = SelectField(say("项目"), [chosen()], coerce=int)
    second = SelectField(say("与之对调的项目"), [chosen()], coerce=int)
    reason = LongTextField(say("调整原因"), [required()], longest=300)

    def offer(self, turns: Sequence[Turn]) -> "SwapForm":
        """Let choose among those who still wait."""
        choices: list[Any] = [
            (t.slot.id, f"{t.slot.position}. {t.code} {t.title}")
            for t in turns
            if t.slot.state == "waiting"
        ]
        self.first.choices = self.second.choices = choices
        return self


class PresentForm(Form):
    """Which members of the panel are in the room."""

    panelists = MultiChoiceField(say("到场评委"), [chosen()], coerce=int)
