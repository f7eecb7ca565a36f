"""Forms of the office for statements of the bank."""

from datetime import date
from typing import Any, cast

from wtforms.fields import SelectChoice

from charity_portal.funds.queries import bank
from charity_portal.funds.queries.bank import LineFilter
from charity_portal.funds.rules.explaining import EXPLANATIONS
from charity_portal.funds.rules.months import month_of
from charity_portal.funds.states import BANK_LINE
from charity_portal.kernel import clock, files
from charity_portal.kernel.form_rows import options
from charity_portal.kernel.forms import (
    DateField,
    FileField,
    Form,
    LongTextField,
    Optional,
    RadioField,
    SelectField,
    TextField,
    ValidationError,
    chosen,
)
from charity_portal.kernel.i18n import Text, say

WAYS: dict[str, Text] = {"in": say("收入"), "out": say("支出")}
FILE_MISSING = say("请选择银行导出的文件。")


def _hosts(nothing: Text | None = None) -> list[SelectChoice]:
    words = {str(key): name for key, name in bank.hosts().items()}
    return options(words, nothing)


def _key(text: object) -> int | None:
    return int(str(text)) if str(text or "").isdigit() else None


class StatementForm(Form):
    """A file from the bank, to be looked through."""

    host = SelectField(say("依托慈善组织"), [chosen()], choices=[])
    tail = TextField(
        say("账号后四位"),
        longest=4,
        description=cast(str, say("文件里写明账号的不必填写。")),
        render_kw={"inputmode": "numeric"},
    )
    file = FileField(
        say("银行导出的明细文件"),
        description=cast(
            str, say("csv、xlsx 或 xls，不超过 25 MB。直接上传银行导出的原文件，不必改动表头。")
        ),
        render_kw={"accept": f"{files.TABLES.accept},.xls"},
    )

    def __init__(self, *data: Any, **values: Any) -> None:
        super().__init__(*data, **values)
        self.host.choices = _hosts()

    def validate_tail(self, field: TextField) -> None:
        """Four digits or nothing."""
        if field.data and not (
            len(field.data) == 4 and field.data.isascii() and field.data.isdigit()
        ):
            raise ValidationError(str(say("请填写四位数字。")))


class LineFilterForm(Form):
    """What a list of lines is narrowed down to; sent by GET."""

    class Meta:
        csrf = False

    host = SelectField(say("依托慈善组织"), default="", choices=[], validate_choice=False)
    state = SelectField(say("状态"), default="", choices=options(BANK_LINE.states, say("全部")))
    way = SelectField(say("收支"), default="", choices=options(WAYS, say("全部")))
    since = DateField(say("自"), [Optional()])
    until = DateField(say("至"), [Optional()])

    def __init__(self, *data: Any, **values: Any) -> None:
        super().__init__(*data, **values)
        self.host.choices = _hosts(say("全部"))

    def wanted(self, statement_id: int | None) -> LineFilter:
        """The filter that was asked for; what makes no sense is left out."""
        return LineFilter(
            host_id=_key(self.host.data),
            statement_id=statement_id,
            state=self.state.data if self.state.data in BANK_LINE.states else "",
            way=self.way.data if self.way.data in WAYS else "",
            since=self.since.data,
            until=self.until.data,
        )


class ExplainForm(Form):
    """Why a line is no entry of any fund."""

    kind = RadioField(say("原因"), [chosen()], choices=options(EXPLANATIONS))
    words = LongTextField(
        say("补充说明"), longest=300, description=cast(str, say("选“其他”时必须写明。"))
    )


class WaitingFilterForm(Form):
    """Which entries without a line to list; sent by GET."""

    class Meta:
        csrf = False

    host = SelectField(say("依托慈善组织"), default="", choices=[], validate_choice=False)
    fund = SelectField(say("基金"), default="", choices=[], validate_choice=False)
    older = SelectField(
        say("账龄"),
        default="",
        choices=options(
            {"7": say("超过 7 天"), "30": say("超过 30 天"), "90": say("超过 90 天")}, say("全部")
        ),
    )

    def __init__(self, *data: Any, **values: Any) -> None:
        super().__init__(*data, **values)
        self.host.choices = _hosts()

    def offer(self, funds: dict[int, str]) -> None:
        """The funds of the charity that is shown."""
        words = {str(key): name for key, name in funds.items()}
        self.fund.choices = options(words, say("全部"))

    @property
    def fund_id(self) -> int | None:
        """The fund that was asked for."""
        return _key(self.fund.data)

    @property
    def days(self) -> int:
        """How old entries must be at least."""
        return _key(self.older.data) or 0


class SheetForm(Form):
    """Which month of which charity; sent by GET."""

    class Meta:
        csrf = False

    host = SelectField(say("依托慈善组织"), default="", choices=[], validate_choice=False)
    month = TextField(say("月份"), longest=7, render_kw={"type": "month"})

    def __init__(self, *data: Any, **values: Any) -> None:
        super().__init__(*data, **values)
        self.host.choices = _hosts()

    @property
    def wanted(self) -> date:
        """The month that was asked for, by its first day; else this one."""
        try:
            return date.fromisoformat(f"{self.month.data}-01")
        except ValueError:
            return month_of(clock.today())
