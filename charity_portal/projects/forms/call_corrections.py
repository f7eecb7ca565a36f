"""The form with which texts of a published call are corrected."""

from typing import Any

from wtforms import FieldList, FormField, HiddenField

from charity_portal.kernel.form_rows import Row
from charity_portal.kernel.forms import Form, LongTextField, TextField, required
from charity_portal.kernel.i18n import say
from charity_portal.projects.models.calls import Call
from charity_portal.projects.rules.call_corrections import PARTS, TEXTS, Texts, plain
from charity_portal.projects.rules.call_edits import WORDS


class PartRow(Row):
    """The texts of one track, question, category or slot. `unit` names the list."""

    unit = HiddenField()
    name_en = TextField(say("英文名称"), longest=200)
    help_zh = TextField(say("说明"), longest=300)
    help_en = TextField(say("英文说明"), longest=500)


class CorrectionForm(Form):
    """All texts that may be corrected, and the reason."""

    rev = HiddenField()
    summary_zh = LongTextField(WORDS["summary_zh"], [required()], longest=300)
    body_zh = LongTextField(WORDS["body_zh"], [required()], longest=20_000)
    contact = LongTextField(WORDS["contact"], [required()], longest=500)
    source_note = TextField(WORDS["source_note"], longest=200)
    title_en = TextField(WORDS["title_en"], longest=200)
    summary_en = LongTextField(WORDS["summary_en"], longest=600)
    body_en = LongTextField(WORDS["body_en"], longest=40_000)
    parts = FieldList(FormField(PartRow))
    reason = LongTextField(say("更正的理由"), [required()], longest=500)

    @classmethod
    def filled(cls, call: Call) -> "CorrectionForm":
        """The form with the texts as they stand."""
        data: dict[str, Any] = {name: getattr(call, name) for name in TEXTS}
        data["parts"] = [
            {"id": part.id, "unit": unit, **_part_texts(unit, part)}
            for unit in PARTS
            for part in getattr(call, unit)
        ]
        return cls(formdata=None, data={**data, "rev": call.rev})

    def texts(self) -> Texts:
        """What was typed."""
        parts = {}
        for entry in self.parts:
            row: Any = entry.form
            if row.saved_id is None or row.unit.data not in PARTS:
                continue
            columns = PARTS[row.unit.data]
            named = row.name_en.data
            values = {"title_en": named, "label_en": named}
            values |= {"help_zh": row.help_zh.data, "help_en": row.help_en.data}
            parts[(row.unit.data, row.saved_id)] = {c: plain(values[c]) for c in columns}
        return Texts({name: plain(self[name].data) for name in TEXTS}, parts)


def _part_texts(unit: str, part: Any) -> dict[str, str | None]:
    columns = PARTS[unit]
    name = "label_en" if "label_en" in columns else "title_en"
    helps: dict[str, str | None] = {
        c: getattr(part, c) for c in ("help_zh", "help_en") if c in columns
    }
    return {"name_en": getattr(part, name), **helps}


def part_names(call: Call) -> dict[str, str]:
    """What each row of the form is about, by `unit-id`, in Chinese as published."""
    return {
        f"{unit}-{part.id}": getattr(part, "label_zh", None) or part.title_zh
        for unit in PARTS
        for part in getattr(call, unit)
    }
