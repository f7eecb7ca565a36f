"""The forms of the office for calls."""

import json
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, FormField, HiddenField
from wtforms.fields import SelectChoice

from charity_portal.kernel.edits import Draft
from charity_portal.kernel.form_rows import Row, options
from charity_portal.kernel.forms import (
    Form,
    IntegerField,
    LocalDateTimeField,
    LongTextField,
    MoneyField,
    MultiChoiceField,
    NumberRange,
    Optional,
    PercentField,
    RadioField,
    SelectField,
    TextField,
    required,
)
from charity_portal.kernel.i18n import Text, say
from charity_portal.projects.forms.call_rows import (
    CategoryRow,
    QuestionRow,
    SlotRow,
    TrackRow,
    shown_row,
)
from charity_portal.projects.rules.call_edits import (
    ROW_UNITS,
    WORDS,
    as_lines,
    labelled_lines,
)
from charity_portal.projects.rules.calls import WORDS as PHASE_WORDS
from charity_portal.projects.rules.eligibility import KIND_WORDS

CALL_KIND_WORDS = {"standard": say("普通项目征集"), "micro": say("小微项目征集")}
SOURCE_WORDS = {
    "fiscal": say("财政资金"),
    "lottery": say("福彩公益金"),
    "charity": say("慈善资金"),
}
STANDING_CHOICES: dict[str, tuple[tuple[str, ...], Text]] = {
    "normal": (("normal",), say("只接受信用状态正常的机构")),
    "listed": (("normal", "abnormal"), say("只拒绝严重违法失信名单上的机构")),
    "any": ((), say("不作要求")),
}
ROW_FORMS: dict[str, type[Row]] = {
    "tracks": TrackRow,
    "questions": QuestionRow,
    "categories": CategoryRow,
    "slots": SlotRow,
}
_TEXT_UNITS = ("title_en", "summary_en", "body_en", "source_note")
_MOST_AWARDS = 10_000


class NewCallForm(Form):
    """What a new call starts with."""

    title_zh = TextField(say("名称"), [required()], longest=120)
    kind = RadioField(say("征集类型"), choices=options(CALL_KIND_WORDS), default="standard")


class EditForm(Form):
    """A draft call as a whole. Field names are the units of `rules.call_edits`."""

    rev = HiddenField()
    base = HiddenField()
    title_zh = TextField(WORDS["title_zh"], [required()], longest=120)
    title_en = TextField(WORDS["title_en"], longest=200)
    summary_zh = LongTextField(WORDS["summary_zh"], longest=300)
    summary_en = LongTextField(WORDS["summary_en"], longest=600)
    body_zh = LongTextField(WORDS["body_zh"], longest=20_000)
    body_en = LongTextField(WORDS["body_en"], longest=40_000)
    contact = LongTextField(WORDS["contact"], longest=500)
    fund_source = SelectField(WORDS["fund_source"], choices=options(SOURCE_WORDS))
    source_note = TextField(WORDS["source_note"], longest=200)
    purse_fen = MoneyField(WORDS["purse_fen"], [Optional()])
    floor_fen = MoneyField(WORDS["floor_fen"], [Optional()])
    cap_fen = MoneyField(WORDS["cap_fen"], [Optional()])
    min_awards = IntegerField(
        WORDS["min_awards"],
        [Optional(), NumberRange(1, _MOST_AWARDS, say("立项数应在 1 到 10000 之间。"))],
    )
    max_awards = IntegerField(
        WORDS["max_awards"],
        [Optional(), NumberRange(1, _MOST_AWARDS, say("立项数应在 1 到 10000 之间。"))],
    )
    own_contribution_min_bp = PercentField(WORDS["own_contribution_min_bp"], [Optional()])
    management_cost_max_bp = PercentField(WORDS["management_cost_max_bp"], [Optional()])
    opens_at = LocalDateTimeField(WORDS["opens_at"])
    closes_at = LocalDateTimeField(WORDS["closes_at"])
    notice_workdays = IntegerField(
        WORDS["notice_workdays"],
        [
            required(say("请填写公示工作日数。")),
            NumberRange(1, 60, say("公示工作日数应在 1 到 60 之间。")),
        ],
    )
    kinds = MultiChoiceField(
        WORDS["kinds"], choices=options({k: w for k, w in KIND_WORDS.items() if k != "other"})
    )
    regions = MultiChoiceField(WORDS["regions"], choices=[])
    standing = RadioField(
        WORDS["standings"], choices=options({k: word for k, (_, word) in STANDING_CHOICES.items()})
    )
    min_grade = SelectField(
        WORDS["min_grade"],
        choices=options({str(n): f"{n}A" for n in range(1, 6)}, say("不作要求")),
    )
    min_years = IntegerField(
        WORDS["min_years"], [Optional(), NumberRange(0, 50, say("年数应在 0 到 50 之间。"))]
    )
    charity_only = BooleanField(WORDS["charity_only"])
    per_organization_limit = IntegerField(
        WORDS["per_organization_limit"],
        [
            required(say("请填写每家机构最多可申请的项目数。")),
            NumberRange(1, 50, say("每家机构申请数应在 1 到 50 之间。")),
        ],
    )
    priorities = LongTextField(WORDS["priorities"], longest=3000)
    tracks = FieldList(FormField(TrackRow))
    questions = FieldList(FormField(QuestionRow))
    categories = FieldList(FormField(CategoryRow))
    slots = FieldList(FormField(SlotRow))

    @classmethod
    def filled(cls, draft: Draft, rev: int, regions: Mapping[str, str]) -> "EditForm":
        """The form as it is drawn first. `regions` maps codes to names, for the checkboxes."""
        form = cls(formdata=None, data=shown(draft))
        form.regions.choices = region_choices(regions, draft)
        form.start_from(draft, rev)
        return form

    @classmethod
    def posted(
        cls, formdata: MultiDict[str, str], regions: Mapping[str, str], saved: Draft
    ) -> "EditForm":
        """The form as it was sent."""
        form = cls(formdata=formdata)
        form.regions.choices = region_choices(regions, saved)
        return form

    def start_from(self, draft: Draft, rev: int) -> None:
        """Note what the form's content is compared with when it comes back."""
        for field, value in ((self.rev, str(rev)), (self.base, json.dumps(draft.prints()))):
            field.data, field.raw_data = value, None

    def start(self) -> tuple[int, dict[str, str]]:
        """The revision and the prints that the form was drawn from; empty when tampered with."""
        rev = self.rev.data if str(self.rev.data or "").isdigit() else "-1"
        try:
            base = json.loads(self.base.data or "{}")
        except ValueError:
            base = {}
        prints = base.items() if isinstance(base, dict) else ()
        return int(rev), {k: v for k, v in prints if isinstance(v, str)}

    def draft(self, saved: Draft) -> Draft:
        """What the form says, as units; keys of choices are kept where `saved` has them."""
        units: dict[str, Any] = {name: self[name].data for name in WORDS if name in self}
        for name in _TEXT_UNITS:
            units[name] = units[name] or None
        for name in ("title_zh", "summary_zh", "body_zh", "contact"):
            units[name] = units[name] or ""
        units |= {
            "kinds": list(self.kinds.data or []),
            "regions": list(self.regions.data or []),
            "standings": list(STANDING_CHOICES[self.standing.data][0]),
            "min_grade": int(self.min_grade.data) if self.min_grade.data else None,
            "min_years": self.min_years.data or None,
            "charity_only": bool(self.charity_only.data),
            "priorities": labelled_lines(self.priorities.data or "", saved.units["priorities"]),
        }
        known = {row["id"]: row["choices"] for row in saved.rows("questions")}
        for unit in ROW_UNITS:
            units[unit] = [entry.form.values() for entry in self[unit]]
        units["questions"] = [
            entry.form.values(known.get(entry.form.saved_id, ())) for entry in self.questions
        ]
        return Draft({name: units[name] for name in WORDS})

    def blank(self, unit: str) -> Row:
        """An empty row for the page's template; `__n__` stands where the number goes."""
        return ROW_FORMS[unit](formdata=None, prefix=f"{unit}-__n__-", data=BLANK.get(unit))


BLANK: dict[str, dict[str, Any]] = {
    "questions": {"kind": "long", "required": True, "longest": 600},
    "slots": {"need": "required", "kinds": ["pdf", "image"], "max_files": 3, "max_mb": 20},
}


def shown(draft: Draft) -> dict[str, Any]:
    """The units of a draft as the data of an EditForm."""
    data = dict(draft.units)
    standings = tuple(data.pop("standings"))
    accepted = {kinds: key for key, (kinds, _) in STANDING_CHOICES.items()}
    data["standing"] = accepted.get(standings, "normal")
    data["min_grade"] = str(data["min_grade"] or "")
    data["priorities"] = as_lines(data["priorities"])
    for unit in ROW_UNITS:
        data[unit] = [shown_row(unit, dict(row)) for row in draft.rows(unit)]
    return data


def region_choices(regions: Mapping[str, str], draft: Draft) -> list[SelectChoice]:
    """The regions on offer, with those that the draft names already."""
    named = {code: code for code in draft.units["regions"] if code not in regions}
    return options({**regions, **named})


class ProlongForm(Form):
    """A later closing time for everybody."""

    until = LocalDateTimeField(say("新的截止时间"))
    reason = LongTextField(say("延长的理由"), [required()], longest=500)


class ExtensionForm(Form):
    """A later closing time for one organization, named by its code."""

    organization = TextField(say("统一社会信用代码或备案编号"), [required()], longest=60)
    until = LocalDateTimeField(say("延期至"))
    reason = LongTextField(say("延期的理由"), [required()], longest=500)


class CancelForm(Form):
    """Taking a call back."""

    reason = LongTextField(say("取消的理由"), [required()], longest=500)


class OfficeFilter(Form):
    """What the office's list is narrowed down to."""

    class Meta:
        csrf = False

    text = TextField(say("名称或编号"))
    phase = SelectField(say("阶段"), choices=options(PHASE_WORDS, say("全部")))
    source = SelectField(say("资金来源"), choices=options(SOURCE_WORDS, say("全部")))
    kind = SelectField(say("征集类型"), choices=options(CALL_KIND_WORDS, say("全部")))


class PublicFilter(OfficeFilter):
    """The same for the public, who see no drafts."""

    phase = SelectField(
        say("阶段"),
        choices=options({p: w for p, w in PHASE_WORDS.items() if p != "draft"}, say("全部")),
    )
