"""The forms of the office for editions, one for each part of their content."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, FormField, HiddenField

from charity_portal.competitions.forms.edition_rows import (
    BLANK,
    BonusRow,
    CriterionRow,
    PointsField,
    StageRow,
    TrackRow,
    shown_row,
)
from charity_portal.competitions.rules.edition_parts import ROW_UNITS, WORDS
from charity_portal.competitions.rules.methods import CHOICES, CUTS, FEEDBACK, TIES
from charity_portal.competitions.rules.methods import WORDS as METHODS
from charity_portal.competitions.states import EDITION
from charity_portal.kernel.edits import Draft
from charity_portal.kernel.form_rows import Row, options
from charity_portal.kernel.forms import (
    Form,
    IntegerField,
    LocalDateTimeField,
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
from charity_portal.kernel.i18n import say

MOST_PANEL, MOST_AWARDS = 500, 10_000
TIE_FIELDS = ("tie_1", "tie_2", "tie_3", "tie_4")
Choices = Mapping[str, Mapping[str, object]]
"""By field name: values and words that only the call at hand knows (tracks, parts of the dossier…)."""


class NewEditionForm(Form):
    """What a new edition starts from."""

    call_id = SelectField(say("征集"), choices=[])
    template = RadioField(say("评审方式"), default="three")
    copy_from = SelectField(say("沿用以往评审"), choices=[])


class PartForm(Form):
    """Part of a drafted edition. Field names are units of `rules.edition_parts`."""

    PART: ClassVar[str] = ""
    rev = HiddenField()
    base = HiddenField()

    @classmethod
    def filled(cls, draft: Draft, rev: int, choices: Choices) -> "PartForm":
        """The form as it is drawn first."""
        form = cls(formdata=None, data=cls.shown(draft))
        form.offer(choices)
        form.start_from(draft, rev)
        return form

    @classmethod
    def posted(cls, formdata: MultiDict[str, str], choices: Choices) -> "PartForm":
        """The form as it was sent."""
        form = cls(formdata=formdata)
        form.offer(choices)
        return form

    @classmethod
    def shown(cls, draft: Draft) -> dict[str, Any]:
        """The units as the form's data."""
        unit = ROW_UNITS.get(cls.PART)
        if unit is None:
            return dict(draft.units)
        return {unit: [shown_row(unit, row) for row in draft.rows(unit)]}

    def offer(self, choices: Choices) -> None:
        """Give selects what there is to choose from."""
        unit = ROW_UNITS.get(self.PART)
        rows: Sequence[Any] = [entry.form for entry in self[unit]] if unit else [self]
        for row in rows:
            for name, words in choices.items():
                if name in row:
                    row[name].choices = options(words)

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

    def draft(self) -> Draft:
        """What the form says, as units."""
        unit = ROW_UNITS[self.PART]
        return Draft({unit: [entry.form.values() for entry in self[unit]]})

    def blank(self, unit: str, choices: Choices) -> Row:
        """An empty row for the page's template; `__n__` stands where the number goes."""
        kinds: Any = {"stages": StageRow, "criteria": CriterionRow, "bonuses": BonusRow}
        typed = MultiDict({f"{unit}-__n__-{name}": value for name, value in BLANK[unit].items()})
        row: Row = kinds[unit](formdata=typed, prefix=f"{unit}-__n__-")
        for name, words in choices.items():
            if name in row:
                row[name].choices = options(words)
        return row


class BasicsForm(PartForm):
    """Name, blindness, seed, sizes."""

    PART = "basics"
    title_zh = TextField(WORDS["basics"]["title_zh"], [required()], longest=120)
    title_en = TextField(WORDS["basics"]["title_en"], longest=200)
    about_zh = LongTextField(WORDS["basics"]["about_zh"], longest=5000)
    about_en = LongTextField(WORDS["basics"]["about_en"], longest=10_000)
    blind = BooleanField(say("匿名评审：评委看不到申请机构"))
    feedback = RadioField(WORDS["basics"]["feedback"], choices=options(FEEDBACK))
    seed = TextField(WORDS["basics"]["seed"], longest=200)
    panel_size = IntegerField(
        WORDS["basics"]["panel_size"],
        [
            chosen(say("请填写人数。")),
            NumberRange(1, MOST_PANEL, say("人数应在 1 到 500 之间。")),
        ],
    )
    standby_size = IntegerField(
        WORDS["basics"]["standby_size"],
        [
            chosen(say("请填写人数。")),
            NumberRange(0, MOST_PANEL, say("人数应在 0 到 500 之间。")),
        ],
    )

    def draft(self) -> Draft:
        """Texts that are not filled in are empty, English ones missing."""
        units = {name: self[name].data for name in WORDS["basics"]}
        return Draft(
            {
                **units,
                "about_zh": units["about_zh"] or "",
                "seed": units["seed"] or "",
                "title_en": units["title_en"] or None,
                "about_en": units["about_en"] or None,
                "blind": bool(units["blind"]),
            }
        )


def _count(name: str, least: int = 0) -> IntegerField:
    words = say("项数应在 %(least)s 到 10000 之间。", least=least)
    return IntegerField(WORDS["method"][name], [Optional(), NumberRange(least, MOST_AWARDS, words)])


class MethodForm(PartForm):
    """How scores are brought together and the purse is spent."""

    PART = "method"
    method = RadioField(WORDS["method"]["method"], choices=options(METHODS))
    calibrated = BooleanField(WORDS["method"]["calibrated"])
    tie_1 = SelectField(say("第一条"), choices=[])
    tie_2 = SelectField(say("第二条"), choices=[])
    tie_3 = SelectField(say("第三条"), choices=[])
    tie_4 = SelectField(say("第四条"), choices=[])
    choice = RadioField(WORDS["method"]["choice"], choices=options(CHOICES))
    purse_fen = MoneyField(WORDS["method"]["purse_fen"], [Optional()])
    cut = RadioField(WORDS["method"]["cut"], choices=options(CUTS))
    least = _count("least")
    most = _count("most", 1)
    floor = PointsField(WORDS["method"]["floor"], [Optional()])
    award_cap_fen = MoneyField(WORDS["method"]["award_cap_fen"], [Optional()])
    per_group = _count("per_group", 1)
    partial_bp = PercentField(WORDS["method"]["partial_bp"], [Optional()])
    fixed_in_bp = PercentField(WORDS["method"]["fixed_in_bp"], [Optional()])
    reserves = _count("reserves")

    @classmethod
    def shown(cls, draft: Draft) -> dict[str, Any]:
        """The tie rules in their fields."""
        rules = [*draft.units["tie_rules"], *[""] * len(TIE_FIELDS)]
        return {**draft.units, **dict(zip(TIE_FIELDS, rules, strict=False))}

    def offer(self, choices: Choices) -> None:
        """Tie rules may name any criterion of the edition."""
        words = {**choices["ties"], **TIES}
        for name in TIE_FIELDS:
            self[name].choices = options(words, say("（不设）"))

    def draft(self) -> Draft:
        """Each tie rule once, in order."""
        units = {name: self[name].data for name in WORDS["method"] if name in self}
        rules = dict.fromkeys(self[name].data for name in TIE_FIELDS if self[name].data)
        for name in ("least", "award_cap_fen", "partial_bp", "fixed_in_bp", "purse_fen"):
            units[name] = units[name] or None
        return Draft({**units, "calibrated": bool(units["calibrated"]), "tie_rules": list(rules)})


class TracksForm(PartForm):
    """What the edition adds to the call's tracks."""

    PART = "tracks"
    tracks = FieldList(FormField(TrackRow))


class StagesForm(PartForm):
    """The stages in order."""

    PART = "stages"
    stages = FieldList(FormField(StageRow))


class RubricForm(PartForm):
    """The criteria of one stage in order."""

    PART = "rubric"
    criteria = FieldList(FormField(CriterionRow))


class BonusesForm(PartForm):
    """The bonus rules in order."""

    PART = "bonuses"
    bonuses = FieldList(FormField(BonusRow))


FORMS: Mapping[str, type[PartForm]] = {
    form.PART: form
    for form in (BasicsForm, TracksForm, StagesForm, RubricForm, BonusesForm, MethodForm)
}


class ReasonForm(Form):
    """A step that needs a reason."""

    reason = LongTextField(say("理由"), [required(say("请写明理由。"))], longest=500)


class CloseForm(Form):
    """Ending a stage; the reason is needed while reviews are missing."""

    reason = LongTextField(say("理由"), longest=500)


class PostponeForm(Form):
    """Another due date."""

    due_at = LocalDateTimeField(say("新的截止时间"))
    reason = LongTextField(say("改期的理由"), longest=500)


class LeaveForm(Form):
    """An application leaves the competition; named by its code."""

    code = TextField(say("评审代号"), [required()], longest=20)
    reason = LongTextField(say("退出的原因"), longest=500)


class OfficeFilter(Form):
    """What the office's list is narrowed down to."""

    class Meta:
        csrf = False

    state = SelectField(say("状态"), choices=options(EDITION.states, say("全部")), default="")
