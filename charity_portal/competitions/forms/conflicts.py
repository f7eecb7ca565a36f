"""What officers and approvers type about conflicts of interest."""

from wtforms.fields import SelectChoice

from charity_portal.competitions.forms.experts import ANY, choices
from charity_portal.competitions.queries.conflicts import Filter
from charity_portal.competitions.rules.ties import FOUND, TIES
from charity_portal.kernel.forms import Form, LongTextField, SelectField, chosen, required
from charity_portal.kernel.i18n import say

CHOOSE = SelectChoice("", say("请选择"))


class RegisterForm(Form):
    """What the register is narrowed down to."""

    class Meta:
        csrf = False

    judge = SelectField(say("评审专家"), choices=[ANY], validate_choice=False)
    found = SelectField(say("来源"), choices=[ANY, *choices(FOUND)])
    state = SelectField(
        say("状态"),
        choices=[
            ANY,
            SelectChoice("in_force", say("回避有效")),
            SelectChoice("lifted", say("已解除")),
        ],
    )

    def wanted(self) -> Filter:
        """The filter; what the address cannot mean is left out."""
        judge = self.judge.data or ""
        found, state = self.found.data or "", self.state.data or ""
        return Filter(
            found if found in FOUND else "",
            state if state in ("in_force", "lifted") else "",
            int(judge) if judge.isdigit() and len(judge) < 18 else None,
        )


class ConflictForm(Form):
    """A conflict that an officer enters."""

    judge = SelectField(say("评审专家"), [chosen(say("请选择评审专家。"))], choices=[])
    application = SelectField(say("申请项目"), [chosen(say("请选择申请项目。"))], choices=[])
    code = SelectField(say("理由"), [chosen(say("请选择理由。"))], choices=[CHOOSE, *choices(TIES)])
    note = LongTextField(say("依据"), [required(say("请写明依据。"))], longest=500)


class LiftForm(Form):
    """Why there is no conflict after all."""

    reason = LongTextField(say("理由"), [required()], longest=500)
