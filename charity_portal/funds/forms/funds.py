"""The forms of a fund: its agreement, its people, its purposes."""

from collections.abc import Mapping
from typing import Any

from wtforms import FieldList, FormField, HiddenField

from charity_portal.accounts import queries as accounts
from charity_portal.funds.forms.fund_rows import InstalmentRow, MemberRow, PurposeRow
from charity_portal.funds.rules.accounts import EARMARKS, USES
from charity_portal.funds.rules.amending import WORDS
from charity_portal.funds.rules.establishing import KINDS, NATURES, Agreement, Member, Purpose
from charity_portal.funds.states import FUND
from charity_portal.kernel.form_rows import options
from charity_portal.kernel.forms import (
    DateField,
    Form,
    LongTextField,
    MoneyField,
    MultiChoiceField,
    Optional,
    PercentField,
    RadioField,
    SelectField,
    TextField,
    ValidationError,
    chosen,
    required,
)
from charity_portal.kernel.i18n import say
from charity_portal.organizations import queries as organizations

PRINCIPAL = Purpose(say("本金").in_source(), (), "Principal", spendable=False)
"""Where an endowed fund's principal stands; it is opened with the fund."""


class RegisterFilter(Form):
    """What the register is narrowed down to."""

    class Meta:
        csrf = False

    text = TextField(say("编号、名称或发起人"))
    kind = SelectField(say("基金类型"), choices=options(KINDS, say("全部")), validate_choice=False)
    state = SelectField(
        say("状态"), choices=options(FUND.states, say("全部")), validate_choice=False
    )
    host = SelectField(say("依托慈善组织"), choices=[], validate_choice=False)


class TermsForm(Form):
    """What an agreement says; common to a new fund and a change."""

    name_zh = TextField(WORDS["name_zh"], [required()], longest=100)
    name_en = TextField(WORDS["name_en"], longest=200)
    mission_zh = LongTextField(WORDS["mission_zh"], [required()], longest=2000)
    mission_en = LongTextField(WORDS["mission_en"], longest=4000)
    initiator = TextField(WORDS["initiator"], [required()], longest=200)
    initiator_code = TextField(say("发起机构的统一社会信用代码"), longest=40)
    naming = LongTextField(WORDS["naming"], [required()], longest=2000)
    end_conditions = LongTextField(WORDS["end_conditions"], [required()], longest=2000)
    surplus_rule = LongTextField(WORDS["surplus_rule"], [required()], longest=2000)
    minimum_fen = MoneyField(WORDS["minimum_fen"], [chosen(say("请填写金额，没有约定的填 0。"))])
    vote_from_fen = MoneyField(
        WORDS["vote_from_fen"], [chosen(say("请填写金额，没有约定的填 0。"))]
    )
    payout_bp = PercentField(WORDS["payout_bp"], [Optional()])
    instalments = FieldList(FormField(InstalmentRow))

    def validate_initiator_code(self, field: Any) -> None:
        """An organization of the register."""
        if field.data and organizations.find_by_code(field.data) is None:
            raise ValidationError(str(say("登记库中没有这个代码的机构。")))

    def terms(self) -> dict[str, Any]:
        """What was typed, by field of Agreement; to be asked for once the form holds."""
        code = self.initiator_code.data
        initiator = organizations.find_by_code(code) if code else None
        plain = ("name_zh", "mission_zh", "initiator", "naming", "end_conditions", "surplus_rule")
        rows: Any = self.instalments
        return {
            **{name: lines(self[name].data) or "" for name in plain},
            "name_en": lines(self.name_en.data),
            "mission_en": lines(self.mission_en.data),
            "initiator_id": initiator.id if initiator else None,
            "minimum_fen": self.minimum_fen.data,
            "vote_from_fen": self.vote_from_fen.data,
            "payout_bp": self.payout_bp.data,
            "instalments": tuple(
                sorted((row.form.instalment() for row in rows), key=lambda i: i.due_on)
            ),
        }


class NewFundForm(TermsForm):
    """A fund that is to be opened."""

    UNITS = ("purposes", "instalments", "members")
    host_id = SelectField(say("依托慈善组织"), [chosen()], choices=[])
    kind = RadioField(WORDS["kind"], choices=options(KINDS), default="community")
    nature = RadioField(say("本金是否动用"), choices=options(NATURES), default="expendable")
    agreement_number = TextField(WORDS["agreement_number"], [required()], longest=100)
    signed_on = DateField(WORDS["signed_on"], [chosen(say("请填写日期。"))])
    purposes = FieldList(FormField(PurposeRow))
    members = FieldList(FormField(MemberRow))

    def agreement(self) -> Agreement:
        """The whole agreement; to be asked for once the form holds."""
        purposes: Any = self.purposes
        principal = (PRINCIPAL,) if self.nature.data == "endowed" else ()
        return Agreement(
            kind=self.kind.data,
            host_id=int(self.host_id.data),
            nature=self.nature.data,
            agreement_number=self.agreement_number.data or "",
            signed_on=self.signed_on.data,
            purposes=principal + tuple(row.form.purpose() for row in purposes),
            members=seats(self.members),
            **self.terms(),
        )


class AmendForm(TermsForm):
    """New terms for a fund. The last two fields are asked for once the fund lives."""

    UNITS = ("instalments",)
    base = HiddenField()
    kind = RadioField(WORDS["kind"], [Optional()], choices=options(KINDS))
    agreement_number = TextField(WORDS["agreement_number"], longest=100)
    signed_on = DateField(WORDS["signed_on"], [Optional()])
    amendment_number = TextField(say("补充协议编号"), longest=100)
    amended_on = DateField(say("补充协议签订日期"), [Optional()])


class PeopleForm(Form):
    """Who runs and who supervises a fund."""

    UNITS = ("members",)
    members = FieldList(FormField(MemberRow))


class PurposeForm(Form):
    """One more thing that a fund's money is for."""

    title_zh = TextField(say("用途名称"), [required()], longest=100)
    title_en = TextField(say("英文名称"), longest=200)
    uses = MultiChoiceField(
        say("可用于"),
        [chosen(say("请至少选择一项。"))],
        choices=options({u: USES[u] for u in EARMARKS}),
    )

    def purpose(self) -> Purpose:
        """The purpose as typed."""
        return Purpose(
            self.title_zh.data or "", tuple(self.uses.data or ()), self.title_en.data or None
        )


class ReasonForm(Form):
    """A step that needs a written reason."""

    reason = LongTextField(say("理由"), [required(say("请写明理由。"))], longest=500)


def seats(rows: Any) -> tuple[Member, ...]:
    """The people of member rows."""
    return tuple(row.form.member() for row in rows)


def lines(text: str | None) -> str | None:
    """A text with its lines ended alike; None for an empty one."""
    return (text or "").replace("\r\n", "\n").strip() or None


def terms_shown(agreement: Agreement, codes: Mapping[int, str]) -> dict[str, Any]:
    """An agreement as the data of `TermsForm`; `codes` of organizations by id."""
    names = [name for name in WORDS if name not in ("instalments", "initiator_id")]
    shown: dict[str, Any] = {name: getattr(agreement, name) for name in names}
    shown["initiator_code"] = codes.get(agreement.initiator_id or 0, "")
    shown["instalments"] = [
        {"due_on": i.due_on, "amount_fen": i.amount_fen} for i in agreement.instalments
    ]
    return shown


def people_shown(members: tuple[Member, ...]) -> list[dict[str, Any]]:
    """People as the data of member rows."""
    known = accounts.people({m.user_id for m in members if m.user_id is not None})
    return [
        {
            "seat": m.seat,
            "name": m.name,
            "post": m.post,
            "email": known[m.user_id].email if m.user_id in known else "",
        }
        for m in members
    ]
