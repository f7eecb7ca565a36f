"""Forms of the dated rules and of the shares of a year."""

from datetime import date
from typing import Any, cast

from charity_portal.funds.rules.measures import MEASURES, SCOPES, RuleRow, read_value
from charity_portal.kernel.form_rows import options
from charity_portal.kernel.forms import (
    DateField,
    Form,
    IntegerField,
    Optional,
    SelectField,
    TextField,
    ValidationError,
    chosen,
    required,
)
from charity_portal.kernel.i18n import say


class RuleForm(Form):
    """A row that holds from a day on."""

    measure = SelectField(say("规定"), [chosen()], choices=options(MEASURES))
    scope = SelectField(say("适用范围"), [chosen()], choices=options(SCOPES))
    value = TextField(say("数值"), [required()], longest=20)
    since = DateField(say("施行日期"), [chosen(say("请填写日期。"))])
    basis_zh = TextField(say("依据（中文）"), [required()])
    basis_en = TextField(say("依据（英文）"), [required()])

    def validate_value(self, field: Any) -> None:
        """A percentage, or a number of months or days, as the measure wants."""
        if read_value(self.measure.data or "", field.data or "") is None:
            said = say("比例填写 0 到 100 的百分数（最多两位小数），月数和天数填写整数。")
            raise ValidationError(cast(str, said))

    def row(self) -> RuleRow:
        """What was entered, as the service takes it."""
        return RuleRow(
            self.measure.data,
            self.scope.data,
            read_value(self.measure.data, self.value.data or "") or 0,
            cast(date, self.since.data),
            None,
            self.basis_zh.data or "",
            self.basis_en.data or "",
        )


class SharesForm(Form):
    """Which charity, which year."""

    class Meta:
        csrf = False

    host = SelectField(say("依托慈善组织"), default="", validate_choice=False)
    year = IntegerField(say("年度"), [Optional()])
