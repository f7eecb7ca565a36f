"""Asking for a statement of a fund."""

from datetime import timedelta
from typing import Any

from wtforms.fields.choices import SelectChoice
from wtforms.widgets import MonthInput

from charity_portal.funds.queries import papers
from charity_portal.funds.rules.figures import parse_month
from charity_portal.funds.rules.months import next_month
from charity_portal.funds.rules.papers import LANGUAGES, PAPER_KINDS
from charity_portal.kernel.forms import (
    Form,
    RadioField,
    SelectField,
    TextField,
    ValidationError,
    chosen,
)
from charity_portal.kernel.i18n import say


def _spoken(text: Any) -> Any:
    """A label that is put into the reader's language when shown; WTForms' types know only str."""
    return text


def _a_month(_form: Any, field: Any) -> None:
    if field.data and parse_month(field.data) is None:
        raise ValidationError(str(say("月份应写成 2026-03 这样的形式。")))


class StatementForm(Form):
    """Of which fund, over which months, in which language."""

    fund = SelectField(_spoken(say("基金")), [chosen()], coerce=int)
    since = TextField(_spoken(say("起始月份")), [_a_month], widget=MonthInput())
    until = TextField(_spoken(say("截止月份")), [_a_month], widget=MonthInput())
    language = RadioField(
        _spoken(say("文件语言")),
        [chosen()],
        default="zh",
        choices=[SelectChoice(key, _spoken(word)) for key, word in LANGUAGES.items()],
    )

    def __init__(self, *data: Any, **values: Any) -> None:
        super().__init__(*data, **values)
        self.fund.choices = [SelectChoice(key, label) for key, label in papers.fund_choices()]

    def period(self) -> dict[str, Any]:
        """First and last day of the months, None where open."""
        first, last = parse_month(self.since.data or ""), parse_month(self.until.data or "")
        until = next_month(last) - timedelta(days=1) if last else None
        return {"since": first, "until": until}


class PaperFilter(Form):
    """Narrows the list of papers down; sent by GET."""

    class Meta:
        csrf = False

    kind = SelectField(
        _spoken(say("文件种类")),
        default="",
        choices=[
            SelectChoice(value, _spoken(word))
            for value, word in {"": say("全部"), **PAPER_KINDS}.items()
        ],
    )
