"""Deciding otherwise than the rule for one application; reserve places; taking a confirmation back."""

from wtforms import HiddenField
from wtforms.fields import SelectChoice

from charity_portal.competitions.rules.proposed import Wanted
from charity_portal.kernel.forms import (
    Form,
    IntegerField,
    LongTextField,
    MoneyField,
    NumberRange,
    RadioField,
    chosen,
    required,
)
from charity_portal.kernel.i18n import say

CHOICES = (
    ("award", say("立项，按申请金额足额资助")),
    ("partial", say("部分资助")),
    ("reserve", say("候补")),
    ("refuse", say("不予资助")),
)


class DecisionForm(Form):
    """One application's outcome as people want it."""

    rev = HiddenField()
    outcome = RadioField(
        say("结果"), [chosen()], choices=[SelectChoice(key, word) for key, word in CHOICES]
    )
    amount = MoneyField(say("资助金额"))
    reason = LongTextField(say("理由"), [required()], longest=500)

    def wanted(self) -> Wanted:
        """What was sent."""
        amount = self.amount.data if self.outcome.data == "partial" else None
        return Wanted(self.outcome.data or "", amount, self.reason.data or "")

    def seen(self) -> int:
        """The revision that was looked at."""
        return seen_rev(self.rev.data)


class ReservesForm(Form):
    """How many stand by."""

    rev = HiddenField()
    reserves = IntegerField(say("候补名额"), [NumberRange(0, 100, say("请填写 0 到 100 的整数。"))])

    def seen(self) -> int:
        """The revision that was looked at."""
        return seen_rev(self.rev.data)


def seen_rev(sent: object) -> int:
    """A revision out of a form; what is none matches none."""
    text = str(sent or "")
    return int(text) if text.isdigit() and len(text) < 10 else -1
