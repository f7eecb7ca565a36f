"""What a list of entries is narrowed down to."""

from collections.abc import Mapping

from charity_portal.funds.queries.ledger import EntryFilter
from charity_portal.funds.rules.accounts import ENTRIES
from charity_portal.kernel.form_rows import options
from charity_portal.kernel.forms import DateField, Form, Optional, SelectField
from charity_portal.kernel.i18n import say


class EntryFilterForm(Form):
    """Purpose, kind and days; what cannot be read narrows nothing."""

    class Meta:
        csrf = False

    purpose = SelectField(say("资金用途"), choices=[], validate_choice=False)
    kind = SelectField(
        say("账目类型"), choices=options(ENTRIES, say("全部")), validate_choice=False
    )
    since = DateField(say("自"), [Optional()])
    until = DateField(say("至"), [Optional()])

    def offer(self, purposes: Mapping[int, str]) -> None:
        """The purposes to choose from."""
        self.purpose.choices = options({str(k): v for k, v in purposes.items()}, say("全部"))

    def wanted(self) -> EntryFilter:
        """The filter as typed."""
        purpose = self.purpose.data or ""
        kind = self.kind.data or ""
        return EntryFilter(
            purpose_id=int(purpose) if purpose.isdigit() else None,
            kind=kind if kind in ENTRIES else "",
            since=self.since.data,
            until=self.until.data,
        )
