"""What staff type about donors, gifts and promises."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField
from wtforms.fields import SelectChoice

from charity_portal.funds.models.donations import Donation, Donor, Pledge
from charity_portal.funds.queries import campaigns, funds
from charity_portal.funds.queries import donations as queries
from charity_portal.funds.queries.donations import DonationFilter
from charity_portal.funds.rules.accounts import INCOME_SOURCES
from charity_portal.funds.rules.giving import (
    DONOR_KINDS,
    FORMS,
    NAMINGS,
    VALUATIONS,
    DonorFacts,
    Gift,
    Promise,
)
from charity_portal.funds.services.donations import Correction
from charity_portal.funds.states import DONATION, PLEDGE
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.files import TABLES
from charity_portal.kernel.forms import (
    DateField,
    FileField,
    Form,
    LongTextField,
    MoneyField,
    Optional,
    PhoneField,
    RadioField,
    SelectField,
    TextField,
    chosen,
    required,
)
from charity_portal.kernel.i18n import Text, localized, money, say
from charity_portal.kernel.masking import mask_name

DONOR_CHOICES: dict[str, Text] = {
    "known": say("已登记的捐赠人"),
    "new": say("新的捐赠人"),
    "nobody": say("不登记捐赠人（如募捐箱）"),
}


def _options(words: Mapping[str, Any], nothing: Text | None = None) -> list[SelectChoice]:
    named: dict[str, Any] = ({"": nothing} if nothing is not None else {}) | dict(words)
    return [SelectChoice(value, word) for value, word in named.items()]


def _fund_options(nothing: Text) -> list[SelectChoice]:
    return _options({str(key): label for key, label in funds.choices()}, nothing)


def _key(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


class DonorForm(Form):
    """Who a donor is."""

    kind = RadioField(
        say("捐赠人类别"), [chosen()], choices=_options(DONOR_KINDS), default="person"
    )
    name = TextField(say("姓名或单位名称"), [required()], longest=100)
    phone = PhoneField(say("电话"), longest=30)
    code = TextField(say("统一社会信用代码或身份证号码"), longest=18)
    address = TextField(say("地址"), longest=200)
    rev = HiddenField()

    def facts(self) -> DonorFacts:
        """What was typed."""
        names = ("kind", "name", "phone", "code", "address")
        return DonorFacts(**{name: self[name].data or "" for name in names})

    def tell(self, donor: Donor) -> None:
        """Show what is recorded."""
        for name in ("kind", "name", "phone", "code", "address"):
            self[name].data = getattr(donor, name) or ""
        self.rev.data = str(donor.rev)


class SearchForm(Form):
    """Finds a donor; sent by POST, so that no name stands in an address."""

    text = TextField(say("姓名、电话、代码或捐赠人编号"), [required()], longest=100)


class ReasonForm(Form):
    """Why something is done."""

    reason = LongTextField(say("理由"), [required(say("请写明理由。"))], longest=500)


class DonorFilter(Form):
    """Narrows the list of donors down; sent by GET."""

    class Meta:
        csrf = False

    kind = SelectField(say("捐赠人类别"), default="", choices=_options(DONOR_KINDS, say("全部")))


class DonationForm(Form):
    """A gift that arrived, with its donor."""

    cause = HiddenField()
    purpose_id = SelectField(say("用途"), [chosen()], choices=[])
    amount_fen = MoneyField(say("金额（实物填写价值）"), [required(say("请填写金额。"))])
    form = RadioField(say("捐赠形式"), [chosen()], choices=_options(FORMS), default="bank")
    received_on = DateField(say("到账（收到）日期"), [required(say("请填写日期。"))])
    income_source = SelectField(say("收入来源"), choices=_options(INCOME_SOURCES))
    campaign_id = SelectField(say("筹款活动"), choices=[], default="")
    pledge_id = SelectField(say("履行的认捐"), choices=[], default="")
    voucher = TextField(say("记账凭证号"), longest=60)
    goods = TextField(say("物资名称"), longest=100)
    quantity = TextField(say("数量和单位"), longest=40)
    valuation = SelectField(
        say("计价依据"), choices=_options(VALUATIONS, say("请选择")), default=""
    )
    valuation_note = TextField(say("计价说明"), longest=200)
    donor_choice = RadioField(
        say("捐赠人"), [chosen()], choices=_options(DONOR_CHOICES), default="known"
    )
    donor_text = TextField(say("捐赠人编号、姓名、电话或代码"), longest=100)
    donor_kind = RadioField(say("捐赠人类别"), choices=_options(DONOR_KINDS), default="person")
    donor_name = TextField(say("姓名或单位名称"), longest=100)
    donor_phone = PhoneField(say("电话"), longest=30)
    donor_code = TextField(say("统一社会信用代码或身份证号码"), longest=18)
    donor_address = TextField(say("地址"), longest=200)
    naming = RadioField(say("公开姓名（名称）"), choices=_options(NAMINGS), default="unnamed")
    public_name = TextField(say("公开时使用的名称"), longest=60)
    receipt_number = TextField(say("公益事业捐赠票据号码"), longest=40)
    receipt_on = DateField(say("开票日期"), [Optional()])
    note = LongTextField(say("备注（内部留存，加密保存）"), longest=500)

    def offer(self, fund_id: int) -> None:
        """Fill the choices that depend on the fund."""
        kept = queries.open_pledges(fund_id=fund_id)
        purposes = {str(p.id): localized(p, "title") for p in funds.purposes(fund_id)}
        self.purpose_id.choices = _options(purposes)
        running = {str(key): label for key, label in campaigns.running(fund_id)}
        self.campaign_id.choices = _options(running, say("无"))
        self.pledge_id.choices = _options({str(p.id): pledge_label(p) for p in kept}, say("无"))

    def gift(self, fund_id: int) -> Gift:
        """What was typed. Raises Invalid on the donor's fields."""
        donor_id, donor = self._donor()
        names = ("goods", "quantity", "valuation", "valuation_note", "public_name", "note")
        texts = {name: self[name].data or "" for name in (*names, "receipt_number", "voucher")}
        return Gift(
            cause=f"form:{self.cause.data}",
            fund_id=fund_id,
            purpose_id=_key(self.purpose_id.data) or 0,
            amount_fen=self.amount_fen.data or 0,
            form=self.form.data,
            received_on=_day(self.received_on.data),
            donor_id=donor_id,
            donor=donor,
            income_source=self.income_source.data,
            campaign_id=_key(self.campaign_id.data),
            pledge_id=_key(self.pledge_id.data),
            naming=self.naming.data,
            receipt_on=self.receipt_on.data,
            **texts,
        )

    def _donor(self) -> tuple[int | None, DonorFacts | None]:
        if self.donor_choice.data == "nobody":
            return None, None
        if self.donor_choice.data == "new":
            names = ("kind", "name", "phone", "code", "address")
            return None, DonorFacts(**{name: self[f"donor_{name}"].data or "" for name in names})
        pledge = queries.pledge(_key(self.pledge_id.data) or 0)
        if not self.donor_text.data and pledge is not None:
            return pledge.donor_id, None
        return one_donor(self.donor_text.data or "", "donor_text").id, None


class CorrectionForm(Form):
    """What may be put right of a gift later."""

    naming = RadioField(say("公开姓名（名称）"), [chosen()], choices=_options(NAMINGS))
    public_name = TextField(say("公开时使用的名称"), longest=60)
    receipt_number = TextField(say("公益事业捐赠票据号码"), longest=40)
    receipt_on = DateField(say("开票日期"), [Optional()])
    note = LongTextField(say("备注（内部留存，加密保存）"), longest=500)
    rev = HiddenField()

    def correction(self) -> Correction:
        """What was typed."""
        return Correction(
            naming=self.naming.data,
            public_name=self.public_name.data or "",
            receipt_number=self.receipt_number.data or "",
            receipt_on=self.receipt_on.data,
            note=self.note.data or "",
        )

    def tell(self, donation: Donation) -> None:
        """Show what is recorded."""
        for name in ("naming", "public_name", "receipt_number", "receipt_on", "note"):
            self[name].data = getattr(donation, name)
        self.rev.data = str(donation.rev)


class DonationFilterForm(Form):
    """Narrows the list of donations down; sent by GET."""

    class Meta:
        csrf = False

    fund = SelectField(say("基金"), default="", choices=[], validate_choice=False)
    form = SelectField(say("捐赠形式"), default="", choices=_options(FORMS, say("全部")))
    state = SelectField(say("状态"), default="", choices=_options(DONATION.states, say("全部")))
    since = DateField(say("自"), [Optional()])
    until = DateField(say("至"), [Optional()])
    receipt_missing = BooleanField(say("尚未登记票据"))

    def __init__(self, *data: Any, **values: Any) -> None:
        super().__init__(*data, **values)
        self.fund.choices = _fund_options(say("全部"))

    def wanted(self, donor_id: int | None = None) -> DonationFilter:
        """The filter that was asked for; what makes no sense is left out."""
        return DonationFilter(
            fund_id=_key(self.fund.data),
            donor_id=donor_id,
            form=self.form.data if self.form.data in FORMS else "",
            state=self.state.data if self.state.data in DONATION.states else "",
            since=self.since.data,
            until=self.until.data,
            receipt_missing=bool(self.receipt_missing.data),
        )

    def kept(self) -> dict[str, str]:
        """The filter as it stands in an address."""
        plain = {"fund": self.fund.data, "form": self.form.data, "state": self.state.data}
        days = {"since": self.since.data, "until": self.until.data}
        told = plain | {name: day.isoformat() for name, day in days.items() if day}
        told |= {"receipt_missing": "y"} if self.receipt_missing.data else {}
        return {name: value for name, value in told.items() if value}


class FundChoice(Form):
    """Which fund a gift or promise is for; sent by GET."""

    class Meta:
        csrf = False

    fund = SelectField(say("基金"), [chosen()], choices=[], validate_choice=False)

    def __init__(self, *data: Any, **values: Any) -> None:
        super().__init__(*data, **values)
        self.fund.choices = _fund_options(say("请选择"))


class PledgeForm(Form):
    """What a donor promises."""

    donor_text = TextField(say("捐赠人编号、姓名、电话或代码"), [required()], longest=100)
    purpose_id = SelectField(say("用途"), [chosen()], choices=[])
    amount_fen = MoneyField(say("认捐金额"), [required(say("请填写金额。"))])
    due_on = DateField(say("应到账日期"), [required(say("请填写日期。"))])
    income_source = SelectField(say("收入来源"), choices=_options(INCOME_SOURCES))
    campaign_id = SelectField(say("筹款活动"), choices=[], default="")
    agreement_number = TextField(say("认捐协议编号"), longest=60)
    naming = RadioField(say("公开姓名（名称）"), choices=_options(NAMINGS), default="unnamed")
    public_name = TextField(say("公开时使用的名称"), longest=60)
    note = LongTextField(say("备注（内部留存，加密保存）"), longest=500)

    def offer(self, fund_id: int) -> None:
        """Fill the choices that depend on the fund."""
        purposes = {str(p.id): localized(p, "title") for p in funds.purposes(fund_id)}
        self.purpose_id.choices = _options(purposes)
        running = {str(key): label for key, label in campaigns.running(fund_id)}
        self.campaign_id.choices = _options(running, say("无"))

    def promise(self, fund_id: int) -> Promise:
        """What was typed. Raises Invalid when the donor is not known."""
        return Promise(
            donor_id=one_donor(self.donor_text.data or "", "donor_text").id,
            fund_id=fund_id,
            purpose_id=_key(self.purpose_id.data) or 0,
            amount_fen=self.amount_fen.data or 0,
            due_on=_day(self.due_on.data),
            income_source=self.income_source.data,
            campaign_id=_key(self.campaign_id.data),
            agreement_number=self.agreement_number.data or "",
            naming=self.naming.data,
            public_name=self.public_name.data or "",
            note=self.note.data or "",
        )


class AmendForm(Form):
    """What an open promise is over, and when it is due."""

    amount_fen = MoneyField(say("认捐金额"), [required(say("请填写金额。"))])
    due_on = DateField(say("应到账日期"), [required(say("请填写日期。"))])


class PledgeFilter(Form):
    """Narrows the list of promises down; sent by GET."""

    class Meta:
        csrf = False

    fund = SelectField(say("基金"), default="", choices=[], validate_choice=False)
    state = SelectField(say("状态"), default="", choices=_options(PLEDGE.states, say("全部")))
    overdue = BooleanField(say("只看逾期"))

    def __init__(self, *data: Any, **values: Any) -> None:
        super().__init__(*data, **values)
        self.fund.choices = _fund_options(say("全部"))

    @property
    def fund_id(self) -> int | None:
        """The fund that was asked for."""
        return _key(self.fund.data)


class ImportForm(Form):
    """A list of gifts to one fund."""

    fund = SelectField(say("基金"), [chosen()], choices=[])
    file = FileField(say("捐赠清单"), render_kw={"accept": TABLES.accept})

    def __init__(self, *data: Any, **values: Any) -> None:
        super().__init__(*data, **values)
        self.fund.choices = _fund_options(say("请选择"))


class PeriodForm(Form):
    """The period of a statement."""

    since = DateField(say("自"), [required(say("请填写日期。"))])
    until = DateField(say("至"), [required(say("请填写日期。"))])


def one_donor(text: str, field: str) -> Donor:
    """The donor that is meant. Raises Invalid on the field when there is none, or more than one."""
    found = queries.find_donors(text) if text.strip() else []
    if not found:
        raise Invalid(fields={field: [say("没有找到这位捐赠人，请核对，或者选择“新的捐赠人”。")]})
    if len(found) > 1:
        numbers = "、".join(donor.number for donor in found)
        raise Invalid(
            fields={field: [say("有多位捐赠人符合，请填写编号：%(numbers)s。", numbers=numbers)]}
        )
    return found[0]


def pledge_label(pledge: Pledge) -> str:
    """A promise in a list to choose from; the donor masked."""
    parts: Iterable[str] = (
        pledge.number,
        mask_name(pledge.donor.name or ""),
        money(pledge.amount_fen),
    )
    return " · ".join(parts)


def _day(given: date | None) -> date:
    if given is None:
        raise Invalid(fields={"received_on": [say("请填写日期。")]})
    return given
