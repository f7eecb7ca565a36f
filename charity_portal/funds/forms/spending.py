"""Forms of spending requests, their votes, approvals, payments and vouchers."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from wtforms import BooleanField, HiddenField
from wtforms.fields import SelectChoice

from charity_portal.funds.models.campaigns import Campaign
from charity_portal.funds.models.funds import Fund, FundPurpose
from charity_portal.funds.queries.spending import SpendingFilter
from charity_portal.funds.queries.votes import Ballot
from charity_portal.funds.rules import spending as rules
from charity_portal.funds.rules.accounts import EARMARKS, USES
from charity_portal.funds.rules.spending import Ask
from charity_portal.funds.rules.voting import CHOICES, OPINIONS, PAYEES, VOUCHER_KINDS
from charity_portal.funds.services.votes import LONGEST_NOTE, Said
from charity_portal.funds.states import SPENDING
from charity_portal.kernel.form_rows import options
from charity_portal.kernel.forms import (
    DateField,
    FileField,
    Form,
    LongTextField,
    MoneyField,
    Optional,
    RadioField,
    SelectField,
    TextField,
    chosen,
    required,
)
from charity_portal.kernel.i18n import localized, say
from charity_portal.kernel.i18n import money as money_text

FORMS = {"money": say("资金"), "goods": say("受赠物资")}


class Filter(Form):
    """What the list of requests is narrowed down to."""

    class Meta:
        csrf = False

    text = TextField(say("编号或事项"))
    state = SelectField(say("状态"), choices=options(SPENDING.states, say("全部状态")), default="")
    use = SelectField(
        say("支出类别"),
        choices=options({u: USES[u] for u in EARMARKS}, say("全部类别")),
        default="",
    )
    fund = SelectField(say("基金"), default="", validate_choice=False)
    overdue = BooleanField(say("只看凭证逾期"))

    def wanted(self) -> SpendingFilter:
        """What was asked for; what makes no sense narrows nothing."""
        fund = str(self.fund.data or "")
        state, use = self.state.data or "", self.use.data or ""
        return SpendingFilter(
            state if state in SPENDING.states else "",
            use if use in EARMARKS else "",
            self.text.data or "",
            int(fund) if fund.isdigit() else None,
            bool(self.overdue.data),
        )


class DeskFilter(Form):
    """The same for one's own list."""

    class Meta:
        csrf = False

    state = SelectField(say("状态"), choices=options(SPENDING.states, say("全部状态")), default="")


class AskForm(Form):
    """A request. Only what the purposes are earmarked for can be chosen."""

    rev = HiddenField(default="0")
    target = SelectField(say("资金用途和支出类别"), [chosen()])
    title = TextField(say("事项（公开）"), [required()], longest=rules.LONGEST_TITLE)
    reason = LongTextField(say("申请理由（内部）"), [required()], longest=rules.LONGEST)
    in_kind = RadioField(say("使用的是"), choices=options(FORMS), default="money")
    amount_fen = MoneyField(say("金额"), [chosen(say("请填写金额。"))])
    payee_kind = RadioField(say("收款方"), [chosen()], choices=options(PAYEES), default="supplier")
    payee_code = TextField(say("组织的统一社会信用代码或备案编号"))
    payee_name = TextField(say("供应商名称或个人姓名"))
    payee_account = TextField(say("收款账户"))
    campaign_id = SelectField(say("所属筹款活动"), default="")
    conflict = LongTextField(say("关联情况说明（公开）"), longest=1000)

    def offer(
        self, purposes: Sequence[tuple[FundPurpose, int]], campaigns: Sequence[Campaign]
    ) -> "AskForm":
        """Fill in what may be chosen: each purpose with what stands in its purse."""
        choices: dict[str, list[SelectChoice]] = {}
        for purpose, standing in purposes:
            name = (
                f"{localized(purpose, 'title')} · {say('可用 %(fen)s', fen=money_text(standing))}"
            )
            choices[name] = [
                SelectChoice(f"{purpose.id}:{use}", f"{localized(purpose, 'title')}：{USES[use]}")
                for use in EARMARKS
                if use in purpose.uses
            ]
        self.target.choices = choices
        named = {str(c.id): f"{c.number} {localized(c, 'title')}" for c in campaigns}
        self.campaign_id.choices = options(named, say("不属于筹款活动"))
        return self

    def asked(self, payee_id: int | None) -> Ask:
        """What was asked for, as the service takes it."""
        purpose, _, use = str(self.target.data or "0:").partition(":")
        campaign = str(self.campaign_id.data or "")
        is_person = self.payee_kind.data != "organization"
        return Ask(
            purpose_id=int(purpose),
            use=use,
            title=self.title.data or "",
            reason=self.reason.data or "",
            amount_fen=cast(int, self.amount_fen.data),
            payee_kind=self.payee_kind.data,
            payee_id=None if is_person else payee_id,
            payee_name=self.payee_name.data if is_person else None,
            payee_account=self.payee_account.data or None,
            campaign_id=int(campaign) if campaign.isdigit() else None,
            in_kind=self.in_kind.data == "goods",
            conflict=self.conflict.data or None,
        )

    @property
    def seen_rev(self) -> int:
        """As of which revision the draft was read."""
        text = str(self.rev.data or "")
        return int(text) if text.isdigit() else -1


class FundChoice(Form):
    """Of which fund somebody wants to ask."""

    class Meta:
        csrf = False

    fund = SelectField(say("基金"), default="")

    def offer(self, funds: Sequence[Fund]) -> "FundChoice":
        """Fill in the funds."""
        self.fund.choices = options(
            {str(f.id): f"{f.number} {localized(f, 'name')}" for f in funds}
        )
        return self


class SubmitForm(Form):
    """Until which day the committee may vote."""

    vote_until = DateField(say("表决截止日期"), [Optional()])


class ExtendForm(Form):
    """A later last day, with a reason."""

    vote_until = DateField(say("新的截止日期"), [chosen(say("请填写日期。"))])
    reason = TextField(say("理由"), [required()])


class VoteForm(Form):
    """What a member says."""

    choice = RadioField(say("我的意见"), [chosen()], choices=options(CHOICES))
    note = LongTextField(say("补充说明"), longest=LONGEST_NOTE)


class OpinionForm(Form):
    """What a supervisor says."""

    opinion = RadioField(say("监督意见"), [chosen()], choices=options(OPINIONS))
    text = LongTextField(say("意见内容"), [required()], longest=LONGEST_NOTE)


class MinutesForm(Form):
    """Rows of `choice-<seat>`, `note-<seat>`, `signed-<seat>`; see `minutes_form`."""

    minutes = FileField(say("签字的会议纪要"))

    def said(self, member_ids: Sequence[int]) -> list[Said]:
        """The rows that say something."""
        return [
            Said(
                key,
                self[f"choice-{key}"].data,
                self[f"note-{key}"].data or "",
                bool(self[f"signed-{key}"].data) if f"signed-{key}" in self else False,
            )
            for key in member_ids
            if self[f"choice-{key}"].data
        ]

    def refuse_rows(self, fields: Mapping[str, Sequence[object]]) -> None:
        """Show a refusal at the row it belongs to."""
        for name, messages in fields.items():
            at = name.replace("said-", "choice-")
            if at in self:
                self[at].errors = [*self[at].errors, *map(str, messages)]
            else:
                self.form_errors.extend(map(str, messages))


def minutes_form(ballot: Ballot, **given: Any) -> MinutesForm:
    """A form with a row for each seat and each supervisor."""
    fields: dict[str, Any] = {}
    rows = [(line.member, CHOICES) for line in ballot.lines]
    rows += [(member, OPINIONS) for member in ballot.supervisors]
    for member, words in rows:
        fields[f"choice-{member.id}"] = SelectField(
            member.name, choices=options(words, say("不登记")), default=""
        )
        fields[f"note-{member.id}"] = TextField(say("%(name)s的说明", name=member.name))
        if member.user_id is not None:
            fields[f"signed-{member.id}"] = BooleanField(
                say("会议纪要载有%(name)s的签名", name=member.name)
            )
    form: MinutesForm = type("SeatsForm", (MinutesForm,), fields)(**given)
    return form


class ApproveForm(Form):
    """The approver's words, needed only sometimes."""

    exception = LongTextField(say("批准说明（公开）"), longest=1000)


class ReasonForm(Form):
    """A step that needs a reason."""

    reason = LongTextField(say("理由"), [required()], longest=1000)


class PayForm(Form):
    """A payment."""

    voucher = TextField(say("付款凭证号（公开）"), [required()], longest=60)
    paid_on = DateField(say("付款日期"), [chosen(say("请填写日期。"))])


class HandOutForm(Form):
    """Goods that reached those they are for."""

    paid_on = DateField(say("发放日期"), [chosen(say("请填写日期。"))])


class VoucherForm(Form):
    """A paper behind a payment."""

    kind = SelectField(say("凭证种类"), [chosen()], choices=options(VOUCHER_KINDS))
    description = TextField(say("凭证内容（公开）"), [required()])
    file = FileField(say("文件"))
