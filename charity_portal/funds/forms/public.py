"""How citizens narrow lists of funds and entries down; sent by GET, so nothing here is an error."""

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import MonthInput

from charity_portal.funds.models.funds import Fund, FundPurpose
from charity_portal.funds.queries.public import FundSearch
from charity_portal.funds.rules.accounts import INCOME_SOURCES
from charity_portal.funds.rules.establishing import KINDS
from charity_portal.funds.rules.figures import ENTRY_KINDS, FIGURES, USE_WORDS, Narrowing
from charity_portal.kernel.forms import Form, SelectField, TextField
from charity_portal.kernel.i18n import Text, localized, say

ANY = say("全部")
STATES = ("active", "suspended", "ended")


def _spoken(text: Any) -> Any:
    """A label that is put into the reader's language when shown; WTForms' types know only str."""
    return text


def _options(words: Mapping[Any, Any], nothing: Text = ANY) -> list[SelectChoice]:
    named = {"": nothing} | {str(value): word for value, word in words.items()}
    return [SelectChoice(value, _spoken(word)) for value, word in named.items()]


class FundFilter(Form):
    """Narrows the register of funds down."""

    class Meta:
        csrf = False

    q = TextField(_spoken(say("基金名称或编号")))
    host = SelectField(_spoken(say("依托慈善组织")), default="")
    kind = SelectField(_spoken(say("基金类型")), default="", choices=_options(KINDS))
    state = SelectField(
        _spoken(say("状态")),
        default="",
        choices=_options({state: Fund.MACHINE.public_word(state) for state in STATES}),
    )

    def __init__(self, hosts: Mapping[int, str]) -> None:
        super().__init__(formdata=request.args)
        self.host.choices = _options(hosts)

    def search(self) -> FundSearch:
        """What is looked for; a value that is not among the choices counts as none."""
        self.validate()
        for field in self:
            if field.errors:
                field.data, field.errors = "", []
        host = self.host.data
        return FundSearch(
            text=self.q.data or "",
            host_id=int(host) if host else None,
            kind=self.kind.data or "",
            state=self.state.data or "",
        )

    def kept(self) -> dict[str, str]:
        """The filters as address parameters, for paging and downloads."""
        return {field.name: field.data for field in self if field.data}


class PeriodFilter(Form):
    """The months of a statement."""

    class Meta:
        csrf = False

    since = TextField(_spoken(say("起始月份")), widget=MonthInput())
    until = TextField(_spoken(say("截止月份")), widget=MonthInput())

    def __init__(self, wanted: Narrowing) -> None:
        months = {"since": wanted.since, "until": wanted.until}
        shown = {name: f"{month:%Y-%m}" if month else "" for name, month in months.items()}
        super().__init__(formdata=MultiDict(shown | self.others(wanted)))

    def others(self, wanted: Narrowing) -> dict[str, str]:
        """What else the form shows."""
        return {}


class EntryFilter(PeriodFilter):
    """Narrows the entries of a fund down; shows what was understood of the address."""

    kind = SelectField(_spoken(say("账目类型")), choices=_options(FIGURES | ENTRY_KINDS))
    purpose = SelectField(_spoken(say("用途")))
    source = SelectField(_spoken(say("收入来源")), choices=_options(INCOME_SOURCES))
    use = SelectField(_spoken(say("支出类别")), choices=_options(USE_WORDS))
    since = TextField(_spoken(say("起始月份")), widget=MonthInput())
    until = TextField(_spoken(say("截止月份")), widget=MonthInput())

    def __init__(self, wanted: Narrowing, purposes: list[FundPurpose]) -> None:
        super().__init__(wanted)
        self.purpose.choices = _options({p.id: localized(p, "title") for p in purposes})

    def others(self, wanted: Narrowing) -> dict[str, str]:
        names = ("kind", "purpose", "source", "use")
        return {name: str(value) for name, value in wanted.arguments().items() if name in names}
