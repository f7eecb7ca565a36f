"""What an officer asks of a plan, and a change by hand."""

from wtforms import BooleanField, HiddenField
from wtforms.fields import SelectChoice

from charity_portal.competitions.rules.expertise import CAPACITIES
from charity_portal.competitions.rules.plan_checks import Change
from charity_portal.competitions.rules.review_rounds import Wishes
from charity_portal.kernel.forms import (
    Form,
    IntegerField,
    MultiChoiceField,
    NumberRange,
    RadioField,
    chosen,
)
from charity_portal.kernel.i18n import say

MOST_EACH = 50


class WishesForm(Form):
    """How the reviews of a stage are to be distributed."""

    objective = RadioField(
        say("分配目标"),
        [chosen()],
        choices=[
            SelectChoice("fair", say("公平优先：先让匹配最弱的申请尽可能好，再求总体最好")),
            SelectChoice("total", say("总量优先：只求总匹配度最高，个别申请可能很弱")),
        ],
        default="fair",
    )
    each = IntegerField(
        say("每份申请的评委数"),
        [NumberRange(1, MOST_EACH, say("请填写 1 到 50 的整数。"))],
    )
    one_per_employer = BooleanField(say("同一单位的评委不同评一份申请"), default=True)
    bridges = BooleanField(say("每位评委尽量评 2 份本赛道以外的申请"), default=True)
    needs = MultiChoiceField(
        say("每份申请至少有一位"),
        choices=[SelectChoice(key, word) for key, word in CAPACITIES.items()],
    )

    def show(self, wishes: Wishes) -> None:
        """Fill in what was asked before."""
        self.objective.data, self.each.data = wishes.objective, wishes.each
        self.one_per_employer.data, self.bridges.data = wishes.one_per_employer, wishes.bridges
        self.needs.data = list(wishes.needs)

    def wishes(self) -> Wishes:
        """What was asked."""
        return Wishes(
            objective=self.objective.data,
            each=self.each.data or 1,
            bridges=bool(self.bridges.data),
            one_per_employer=bool(self.one_per_employer.data),
            needs=tuple(key for key in CAPACITIES if key in (self.needs.data or ())),
        )


class SeenForm(Form):
    """A step taken with a plan as it was seen."""

    rev = HiddenField()

    @property
    def seen(self) -> int:
        """The revision that was looked at; -1 for anything else."""
        return number(self.rev.data, -1)


class ChangeForm(SeenForm):
    """A change by hand of one application's reviewers."""

    drop = HiddenField()
    add = HiddenField()

    def change(self, application_id: int) -> Change:
        """The change that is asked for."""
        return Change(application_id, number(self.drop.data) or None, number(self.add.data) or None)


def number(text: str | None, otherwise: int = 0) -> int:
    """A whole number from an address or a hidden field."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else otherwise
