"""The forms of campaigns."""

import json
from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import BooleanField, HiddenField

from charity_portal.funds.rules.campaigning import CAMPAIGN_KINDS, REACHES, Plan
from charity_portal.funds.rules.giving import NAMINGS
from charity_portal.funds.states import CAMPAIGN
from charity_portal.kernel.edits import Draft
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.form_rows import options
from charity_portal.kernel.forms import (
    DateField,
    Form,
    LongTextField,
    MoneyField,
    Optional,
    PercentField,
    RadioField,
    SelectField,
    TextField,
    chosen,
    required,
)
from charity_portal.kernel.i18n import Text, say

WORDS: dict[str, Text] = {
    "purpose_id": say("募得款物的用途"),
    "title_zh": say("活动名称（中文）"),
    "title_en": say("活动名称（英文）"),
    "summary_zh": say("活动说明（中文）"),
    "summary_en": say("活动说明（英文）"),
    "place": say("地点"),
    "starts_on": say("开始日期"),
    "ends_on": say("结束日期"),
    "reach": say("募捐范围"),
    "filing_number": say("募捐方案备案编号"),
    "filed_on": say("备案日期"),
    "target_fen": say("目标金额"),
    "emergency": say("这是应对突发事件的募捐"),
    "matcher": say("配捐人"),
    "matcher_id": say("配捐人"),
    "match_bp": say("配捐比例"),
    "match_cap_fen": say("配捐最高金额"),
    "naming_agreed": say("已取得受益人对冠名的同意"),
    "naming_agreed_on": say("受益人同意的日期"),
}
"""The parts of a plan; `matcher` is the field in which the matcher is looked up."""

ONLY_MATCHING = ("matcher", "match_bp", "match_cap_fen")
ONLY_NAMING = ("naming_agreed", "naming_agreed_on")
_TEXTS = ("title_en", "summary_en", "place", "filing_number")


class RatioField(PercentField):
    """A share typed in per cent that may be more than the whole, kept in basis points."""

    def parse(self, text: str) -> int:
        try:
            points = Decimal(text.rstrip("%％").strip()) * 100
        except InvalidOperation as wrong:
            raise Invalid(say("请填写百分数，例如 100 或 50。")) from wrong
        if not points.is_finite() or points != points.to_integral_value():
            raise Invalid(say("百分数最多两位小数。"))
        return int(points)


class BeginForm(Form):
    """Which fund a new campaign is for, and of what kind: both stay as they are."""

    class Meta:
        csrf = False

    fund = SelectField(say("基金"), [chosen()], coerce=str)
    kind = RadioField(say("活动类型"), [chosen()], choices=options(CAMPAIGN_KINDS))


class WordingForm(Form):
    """What may be put right when a campaign has begun; a running one may also end later."""

    rev = HiddenField()
    title_zh = TextField(WORDS["title_zh"], [required()], longest=80)
    title_en = TextField(WORDS["title_en"], longest=160)
    summary_zh = LongTextField(WORDS["summary_zh"], [required()], longest=2000)
    summary_en = LongTextField(WORDS["summary_en"], longest=4000)
    place = TextField(WORDS["place"], longest=120)
    filing_number = TextField(WORDS["filing_number"], longest=60)
    filed_on = DateField(WORDS["filed_on"], [Optional()])
    ends_on = DateField(WORDS["ends_on"], [required()])

    def start(self) -> int:
        """The revision that the form was drawn from; -1 when tampered with."""
        return int(self.rev.data) if str(self.rev.data or "").isdigit() else -1

    def text(self, name: str) -> str | None:
        """An optional text; None when empty."""
        return self[name].data or None


class PlanForm(WordingForm):
    """A plan as a whole. Field names are the parts of `rules.campaigning.Plan`, but for the matcher."""

    base = HiddenField()
    purpose_id = SelectField(WORDS["purpose_id"], [chosen()], coerce=str)
    reach = RadioField(WORDS["reach"], [chosen()], choices=options(REACHES), default="public")
    emergency = BooleanField(WORDS["emergency"])
    starts_on = DateField(WORDS["starts_on"], [required()])
    target_fen = MoneyField(WORDS["target_fen"], [Optional()])
    matcher = TextField(WORDS["matcher"], [required(say("请填写配捐人。"))], longest=120)
    match_bp = RatioField(WORDS["match_bp"], [required(say("请填写配捐比例。"))])
    match_cap_fen = MoneyField(WORDS["match_cap_fen"], [required(say("请填写配捐的最高金额。"))])
    naming_agreed = BooleanField(WORDS["naming_agreed"])
    naming_agreed_on = DateField(WORDS["naming_agreed_on"], [Optional()])

    def suit(self, kind: str, purposes: Sequence[tuple[int, str]]) -> "PlanForm":
        """The same for campaigns of one kind, with the purposes of its fund."""
        if kind != "matching":
            for name in ONLY_MATCHING:
                del self[name]
        if kind != "naming":
            for name in ONLY_NAMING:
                del self[name]
        self.purpose_id.choices = [(str(key), label) for key, label in purposes]
        return self

    def fill(self, plan: Plan, matcher: str) -> None:
        """Draw a plan as it is kept; `matcher` is the number that the matcher is known by."""
        shown = {part.name: getattr(plan, part.name) for part in fields(Plan)}
        shown |= {
            "purpose_id": str(plan.purpose_id),
            "matcher": matcher,
            "naming_agreed": plan.naming_agreed_on is not None,
        }
        for field in self:
            if field.name in shown:
                field.data = shown[field.name]

    def start_from(self, draft: Draft, rev: int) -> None:
        """Note what the form's content is compared with when it comes back."""
        for field, value in ((self.rev, str(rev)), (self.base, json.dumps(draft.prints()))):
            field.data, field.raw_data = value, None

    def prints(self) -> dict[str, str]:
        """A print of every part that the form was drawn from; empty when tampered with."""
        try:
            base = json.loads(self.base.data or "{}")
        except ValueError:
            base = {}
        pairs = base.items() if isinstance(base, dict) else ()
        return {name: value for name, value in pairs if isinstance(value, str)}

    def validate(self, extra_validators: Any = None) -> bool:
        """Consent is ticked and dated, or neither."""
        holds = bool(super().validate(extra_validators))
        if "naming_agreed" in self:
            ticked, dated = self.naming_agreed.data, self.naming_agreed_on.data is not None
            if ticked != dated:
                missing = self.naming_agreed_on if ticked else self.naming_agreed
                missing.errors = [*missing.errors, str(say("确认同意时，请同时填写同意的日期。"))]
                holds = False
        return holds

    def plan(self, matcher_id: int | None) -> Plan:
        """What the form says; the matcher is looked up outside."""
        given = {part.name: self[part.name].data for part in fields(Plan) if part.name in self}
        given |= {name: given[name] or None for name in _TEXTS}
        given["purpose_id"] = int(given["purpose_id"])
        return Plan(**given, matcher_id=matcher_id)


class OutcomeForm(Form):
    """What came of a campaign."""

    outcome_zh = LongTextField(say("活动成效（中文）"), [required()], longest=5000)
    outcome_en = LongTextField(say("活动成效（英文）"), longest=8000)


class BulletinForm(Form):
    """The next bulletin; the figures are the portal's."""

    position = HiddenField()
    text_zh = LongTextField(say("通报内容（中文）"), [required()], longest=3000)
    text_en = LongTextField(say("通报内容（英文）"), longest=6000)

    def number(self) -> int:
        """The number that the writer saw coming; 0 when tampered with."""
        return int(self.position.data) if str(self.position.data or "").isdigit() else 0


class CallInForm(Form):
    """By when the matcher is to pay, and under which name when this is the first pledge."""

    due_on = DateField(say("到账期限"), [required()])
    naming = RadioField(say("是否公开配捐人"), choices=options(NAMINGS), default="unnamed")
    public_name = TextField(say("公开时使用的名称"), longest=80)


class CancelForm(Form):
    """Giving up a campaign."""

    reason = LongTextField(say("取消的理由"), [required()], longest=500)


class OfficeFilter(Form):
    """What the office's list is narrowed down to."""

    class Meta:
        csrf = False

    text = TextField(say("活动名称、编号或基金"))
    state = SelectField(say("状态"), choices=options(CAMPAIGN.states, say("全部")))
    kind = SelectField(say("活动类型"), choices=options(CAMPAIGN_KINDS, say("全部")))


class PublicFilter(Form):
    """The same for the public."""

    class Meta:
        csrf = False

    text = TextField(say("活动名称、编号或基金"))
    kind = SelectField(say("活动类型"), choices=options(CAMPAIGN_KINDS, say("全部")))
