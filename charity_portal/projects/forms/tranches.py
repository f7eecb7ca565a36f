"""What officers, approvers and finance staff type about the money of an award."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import FieldList, FormField, HiddenField
from wtforms.fields import SelectChoice

from charity_portal.funds.queries.purses import Purse
from charity_portal.kernel import clock
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.form_rows import Row, options
from charity_portal.kernel.forms import (
    DateField,
    FileField,
    Form,
    IntegerField,
    LongTextField,
    MoneyField,
    NumberRange,
    Optional,
    PercentField,
    RadioField,
    SelectField,
    TextField,
    chosen,
    required,
)
from charity_portal.kernel.i18n import money, say
from charity_portal.kernel.money import split_by
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.tranches import Tranche
from charity_portal.projects.rules import paying
from charity_portal.projects.rules.paying import CONDITIONS, Part
from charity_portal.projects.services.tranches import LONGEST_EVIDENCE, LONGEST_REASON

BY_SHARE, BY_AMOUNT = "share", "amount"
SHOWS = {
    "unplanned": say("待拟计划"),
    "due": say("即将到期"),
    "planned": say("待满足条件"),
    "released": say("待批准"),
    "allocated": say("待付款"),
    "paid": say("已付款"),
    "stopped": say("已停拨"),
    "all": say("全部"),
}
"""What the list can show, in the order of the way that a part takes."""


class ListFilter(Form):
    """What the list of tranches is narrowed down to."""

    class Meta:
        csrf = False

    show = HiddenField()
    call = SelectField(say("征集"), choices=[])
    q = TextField(say("编号、项目或机构"), longest=60)

    def offer(self, calls: Iterable[Call], title: Any) -> "ListFilter":
        """Fill in the calls; `title` turns one into words."""
        self.call.choices = options({str(call.id): title(call) for call in calls}, say("全部征集"))
        return self


class PartRow(Row):
    """One tranche of a plan: a share or an amount, whichever the plan goes by."""

    condition = SelectField(say("拨付条件"), choices=options(CONDITIONS))
    share = PercentField(say("比例"), [Optional()])
    amount = MoneyField(say("金额"), [Optional()])
    due_on = DateField(say("应满足日期"), [required(say("请填写日期。"))])
    purse = SelectField(say("资金来源"), choices=[])

    @property
    def purpose_id(self) -> int:
        """The purse that was chosen; 0 for none."""
        text = str(self.purse.data or "")
        return int(text) if text.isdigit() else 0


class PlanForm(Form):
    """In what parts an award is paid. `seen` marks the plan that the page was drawn from."""

    seen = HiddenField()
    by = RadioField(
        say("按什么拆分"),
        choices=options({BY_SHARE: say("按比例（自动算出金额）"), BY_AMOUNT: say("按金额")}),
        default=BY_AMOUNT,
    )
    parts = FieldList(FormField(PartRow))

    purse_choices: list[SelectChoice]

    def offer(self, purses: Iterable[Purse]) -> "PlanForm":
        """Fill in where the money may come from."""
        self.purse_choices = purse_choices(purses, say("请选择"))
        for entry in self.parts:
            entry.form.purse.choices = self.purse_choices
        return self

    def wanted(self, left_fen: int) -> list[Part]:
        """The plan as typed. Raises Invalid when shares do not make a whole."""
        rows = [entry.form for entry in self.parts]
        if self.by.data == BY_SHARE:
            amounts = paying.shares_to_amounts(left_fen, [row.share.data for row in rows])
        else:
            amounts = [row.amount.data or 0 for row in rows]
        return [
            Part(row.condition.data, amount, row.due_on.data, row.purpose_id, row.saved_id)
            for row, amount in zip(rows, amounts, strict=True)
        ]

    def refuse_parts(self, problem: Invalid) -> None:
        """Show what does not hold in the row where it stands: `parts-<n>-<field>`."""
        for name, messages in problem.fields.items():
            unit, _, rest = name.partition("-")
            number, _, field = rest.partition("-")
            if unit == "parts" and number.isdigit() and int(number) < len(self.parts):
                at = self.parts[int(number)].form[field]
                at.errors = [*at.errors, *map(str, messages)]
            else:
                self.form_errors.extend(map(str, messages))
        if not problem.fields:
            self.form_errors.append(str(problem.message))

    def blank(self) -> PartRow:
        """An empty row for the page's template; `__n__` stands where the number goes."""
        row = PartRow(formdata=None, prefix="parts-__n__-")
        row.purse.choices = self.purse_choices
        return row


def purse_choices(purses: Iterable[Purse], nothing: Any = None) -> list[SelectChoice]:
    """Purses to choose from, each with what stands in it."""
    words: Mapping[str, object] = {
        str(p.purpose_id): say(
            "%(fund)s · %(purpose)s（可用 %(available)s）",
            fund=p.fund_name,
            purpose=p.title,
            available=money(p.available_fen),
        )
        for p in purses
    }
    return options(words, nothing)


def part_rows(tranches: Sequence[Tranche]) -> list[dict[str, Any]]:
    """Planned tranches as the data of a plan's rows."""
    return [
        {
            "id": t.id,
            "condition": t.condition,
            "amount": t.amount_fen,
            "due_on": t.due_on,
            "purse": str(t.purpose_id),
        }
        for t in tranches
    ]


def copied_rows(tranches: Sequence[Tranche], left_fen: int, first: date) -> list[dict[str, Any]]:
    """Another award's plan scaled to this one; days that are over are moved to the first possible."""
    amounts = split_by(left_fen, [t.amount_fen for t in tranches])
    return [
        row | {"id": "", "amount": amount, "due_on": max(row["due_on"], first)}
        for row, amount in zip(part_rows(tranches), amounts, strict=True)
    ]


def default_rows(
    left_fen: int, days: Mapping[str, date], purses: Sequence[Purse]
) -> list[dict[str, Any]]:
    """The usual split; the purse is chosen where there is only one."""
    amounts = split_by(left_fen, [share for _, share in paying.DEFAULT_SPLIT])
    only = str(purses[0].purpose_id) if len(purses) == 1 else ""
    return [
        {
            "id": "",
            "condition": condition,
            "share": share * 100,
            "amount": amount,
            "due_on": days[condition],
            "purse": only,
        }
        for (condition, share), amount in zip(paying.DEFAULT_SPLIT, amounts, strict=True)
    ]


class ReleaseForm(Form):
    """How one knows that a condition is met."""

    evidence = LongTextField(say("依据"), [required()], longest=LONGEST_EVIDENCE)
    file = FileField(say("依据文件"))


class PayForm(Form):
    """The payment as the bank made it."""

    voucher = TextField(say("凭证号"), [required()], longest=60)
    booked_on = DateField(
        say("付款日期"), [required(say("请填写日期。"))], default=lambda: clock.today()
    )


class ReasonForm(Form):
    """A step that needs a reason."""

    reason = LongTextField(say("理由"), [required()], longest=LONGEST_REASON)


class DemandForm(Form):
    """Money that has to come back, and whether the organization may go on applying."""

    seen = HiddenField()
    amount = MoneyField(say("追缴金额"), [required(say("请填写金额。"))])
    reason = LongTextField(say("理由"), [required()], longest=LONGEST_REASON)
    due_on = DateField(say("退回期限"), [required(say("请填写日期。"))])
    bar = RadioField(
        say("申请资格"),
        [chosen()],
        choices=options({"no": say("不限制申请"), "yes": say("暂停该机构申请资助")}),
        default="no",
    )
    bar_years = IntegerField(
        say("暂停年数"),
        [
            Optional(),
            NumberRange(1, paying.MOST_BAR_YEARS, say("年数应在 1 到 10 之间。")),
        ],
        default=paying.BAR_YEARS,
    )


class RefundForm(Form):
    """What came back."""

    part = HiddenField()
    amount = MoneyField(say("退回金额"), [required(say("请填写金额。"))])
    purse = SelectField(say("退回到"), choices=[])
    voucher = TextField(say("凭证号"), [required()], longest=60)
    booked_on = DateField(
        say("到账日期"), [required(say("请填写日期。"))], default=lambda: clock.today()
    )
