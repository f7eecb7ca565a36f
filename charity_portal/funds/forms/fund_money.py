"""Forms of the office that post to a fund's ledger, and of closing a month and telling channels.

`key` is made when a form is drawn and comes back with it: what is sent twice is posted once.
"""

import secrets
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField

from charity_portal.funds.rules.channels import LONGEST_DETAIL, LONGEST_NAME, Channel
from charity_portal.funds.rules.entries import LONGEST
from charity_portal.funds.rules.establishing import CHANNELS
from charity_portal.funds.services.moving import Paper
from charity_portal.kernel.form_rows import options
from charity_portal.kernel.forms import (
    DateField,
    Form,
    IntegerField,
    LongTextField,
    MoneyField,
    NumberRange,
    Optional,
    SelectField,
    TextField,
    ValidationError,
    chosen,
    required,
)
from charity_portal.kernel.i18n import say
from charity_portal.organizations import queries as organizations


def new_key() -> str:
    """A key that no other form has."""
    return secrets.token_hex(6)


class PaperForm(Form):
    """What stands behind an entry. Both texts are public and name no donor."""

    key = HiddenField(default=new_key)
    voucher = TextField(say("凭证号"), [required()], longest=LONGEST)
    description = TextField(say("摘要"), [required()], longest=LONGEST)
    booked_on = DateField(say("记账日期"), [Optional()])

    @property
    def paper(self) -> Paper:
        """The paper as typed; today where no day was."""
        return Paper(self.voucher.data or "", self.description.data or "", self.booked_on.data)

    @property
    def cause(self) -> str:
        """The key that came back; one that was tampered with counts as its letters and digits."""
        return "".join(c for c in str(self.key.data or "") if c.isalnum())[:32] or new_key()


class AmountForm(PaperForm):
    """An amount for a purpose."""

    purpose_id = SelectField(say("资金用途"), [chosen()], choices=[])
    amount_fen = MoneyField(say("金额"), [chosen(say("请填写金额。"))])


class ReleaseForm(PaperForm):
    """The purpose that takes the principal of a fund that ends."""

    purpose_id = SelectField(say("转入的用途"), [chosen()], choices=[])


class SurplusForm(AmountForm):
    """What is left, and where it goes."""

    payee_code = TextField(say("接收机构的统一社会信用代码"), longest=40)
    goods = BooleanField(say("处理的是受赠物资，不是资金"))

    def validate_payee_code(self, field: Any) -> None:
        """An organization of the register."""
        if field.data and organizations.find_by_code(field.data) is None:
            raise ValidationError(str(say("登记库中没有这个代码的机构。")))

    @property
    def payee_id(self) -> int | None:
        """The organization that receives."""
        found = organizations.find_by_code(self.payee_code.data) if self.payee_code.data else None
        return found.id if found else None


class ReversalForm(Form):
    """Why an entry is taken back, and the paper for it."""

    voucher = TextField(say("凭证号"), [required()], longest=LONGEST)
    reason = TextField(say("冲销原因"), [required()], longest=LONGEST)


class CloseMonthForm(Form):
    """The month typed once more, because closing is for good."""

    typed = TextField(say("请输入要结账的月份"), [required()], longest=10)

    def __init__(self, month: date, *data: Any, **values: Any) -> None:
        super().__init__(*data, **values)
        self.wanted = f"{month:%Y-%m}"

    def validate_typed(self, field: Any) -> None:
        """Exactly that month."""
        if field.data != self.wanted:
            raise ValidationError(str(say("请输入 %(month)s。", month=self.wanted)))


class ChannelForm(Form):
    """A way to give to a hosting charity."""

    kind = SelectField(say("方式"), choices=options(CHANNELS))
    name_zh = TextField(say("名称"), [required()], longest=LONGEST_NAME)
    name_en = TextField(say("英文名称"), longest=2 * LONGEST_NAME)
    detail_zh = LongTextField(say("说明"), [required()], longest=LONGEST_DETAIL)
    detail_en = LongTextField(say("英文说明"), longest=2 * LONGEST_DETAIL)
    url = TextField(say("网址"), longest=500)
    position = IntegerField(
        say("显示顺序"),
        [Optional(), NumberRange(0, 999, say("顺序应在 0 到 999 之间。"))],
        default=0,
    )

    @property
    def channel(self) -> Channel:
        """The channel as typed."""
        return Channel(
            kind=self.kind.data,
            name_zh=self.name_zh.data or "",
            detail_zh=(self.detail_zh.data or "").replace("\r\n", "\n"),
            name_en=self.name_en.data or None,
            detail_en=(self.detail_en.data or "").replace("\r\n", "\n") or None,
            url=self.url.data or None,
            position=self.position.data or 0,
        )
