"""The application form, built from what a call asks; and what comes back from it as draft fields.

A draft is never refused for being incomplete, so nothing here judges what was typed: `rules.dossier`
does. Field names are the keys of the draft.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField
from wtforms import Field as AnyField

from charity_portal.kernel.form_rows import options
from charity_portal.kernel.forms import (
    DateField,
    Form,
    LongTextField,
    MultiChoiceField,
    Optional,
    RadioField,
    StringField,
    TextAreaField,
    TextField,
    at_most,
    required,
)
from charity_portal.kernel.i18n import localized, say
from charity_portal.projects.rules import budget, dossier
from charity_portal.projects.rules.call_form import CallForm, QuestionForm
from charity_portal.projects.rules.defects import Defect

YES, NO = say("是"), say("否")


class WithdrawForm(Form):
    """Why an application is taken back."""

    reason = LongTextField(say("撤回理由"), [required()], longest=500)


class FindApplicantForm(Form):
    """Which organization an officer files for."""

    class Meta:
        csrf = False

    q = TextField(say("机构名称或统一社会信用代码"), [Optional()], longest=100)


def editor(form: CallForm, fields: Mapping[str, str], defects: Iterable[Defect] = ()) -> Form:
    """The form of a call filled with a draft's texts; defects stand at the fields they belong to."""
    parts = {"title": _line(dossier.FIELD_WORDS["title"], dossier.LONGEST["title"])}
    if len(form.tracks) > 1:
        tracks = {track.key: localized(track, "title") for track in form.tracks}
        word = str(dossier.FIELD_WORDS["track"])
        parts["track"] = RadioField(word, choices=options(tracks))
    parts["summary"] = _text(dossier.FIELD_WORDS["summary"], dossier.LONGEST["summary"])
    parts["lead_name"] = _line(dossier.FIELD_WORDS["lead_name"], dossier.LONGEST["lead_name"])
    parts["starts_on"] = DateField(str(dossier.FIELD_WORDS["starts_on"]))
    parts["ends_on"] = DateField(str(dossier.FIELD_WORDS["ends_on"]))
    for question in form.questions:
        parts[f"answer:{question.key}"] = _question(question)
    parts["confirmed"] = BooleanField(
        str(say("我确认以上内容真实、完整，并对此负责。")), render_kw={"value": "yes"}
    )
    filled = type("EditorForm", (Form,), parts)(formdata=_shown(form, fields))
    for defect in defects:
        if defect.key in filled:
            filled[defect.key].errors = [*filled[defect.key].errors, str(defect.text)]
    return filled  # type: ignore[no-any-return]


def _line(label: Any, longest: int) -> AnyField:
    return StringField(label, [at_most(longest)])


def _text(label: Any, longest: int) -> AnyField:
    return TextAreaField(label, [at_most(longest)])


def _question(question: QuestionForm) -> AnyField:
    label = localized(question, "label")
    choices = options({choice.key: localized(choice, "label") for choice in question.choices})
    described: dict[str, Any] = {"description": localized(question, "help")}
    longest = question.longest or dossier.ANSWER_LONGEST.get(question.kind, 0)
    match question.kind:
        case "long":
            return TextAreaField(label, [at_most(longest)], **described)
        case "choice":
            return RadioField(label, choices=choices, **described)
        case "yes_no":
            return RadioField(label, choices=options({"yes": str(YES), "no": str(NO)}), **described)
        case "multi":
            return MultiChoiceField(label, choices=choices, **described)
        case "date":
            return DateField(label, **described)
        case "number":
            return StringField(label, render_kw={"inputmode": "decimal"}, **described)
        case _:
            return StringField(label, [at_most(longest)], **described)


def _shown(form: CallForm, fields: Mapping[str, str]) -> MultiDict[str, str]:
    shown: MultiDict[str, str] = MultiDict()
    for key, text in fields.items():
        for part in text.split("\n") if is_multi(form, key) else [text]:
            if part:
                shown.add(key, part)
    return shown


def is_multi(form: CallForm, key: str) -> bool:
    """Whether a field holds several choices, one a line."""
    question = form.question(key.removeprefix("answer:")) if key.startswith("answer:") else None
    return question is not None and question.kind == "multi"


def posted(form: CallForm, data: MultiDict[str, str]) -> dict[str, str]:
    """The draft fields of a whole form that was sent as a page. Empty groups count as emptied only
    when the page says (in `shown`) that it held them."""
    found: dict[str, str] = {}
    for key in data:
        if dossier.known_key(form, key):
            multi = is_multi(form, key)
            found[key] = "\n".join(data.getlist(key)) if multi else data[key]
    for key in data.get("shown", "").split(" "):
        if key and key not in found and dossier.known_key(form, key):
            found[key] = ""
    return found


def groups(form: CallForm) -> list[str]:
    """Fields that a browser leaves out when nothing is chosen."""
    chosen = ("multi", "choice", "yes_no")
    asked = [f"answer:{q.key}" for q in form.questions if q.kind in chosen]
    return [*asked, "confirmed", "track"]


def from_json(value: object) -> str | None:
    """A value as the autosave sends it, as a draft's text; None for what is none."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "\n".join(value)
    return value if isinstance(value, str) else None


def to_json(form: CallForm, key: str, text: str) -> Any:
    """A draft's text as the page's controls want it."""
    if key == "confirmed":
        return text == "yes"
    if is_multi(form, key):
        return text.split("\n") if text else []
    return text


def readable(form: CallForm, key: str, text: str) -> str:
    """A draft's text for people: labels instead of keys."""
    if key == "track":
        track = form.track(text)
        return localized(track, "title") if track else text
    if key == "confirmed":
        return str(YES) if text == "yes" else ""
    cell = budget.cell_of(key)
    if cell is not None and cell[1] == "category":
        category = form.category(text)
        return localized(category, "title") if category else text
    if key.startswith("answer:"):
        return answered(form.question(key.removeprefix("answer:")), text)
    return text


def answered(question: QuestionForm | None, text: str) -> str:
    """An answer for people."""
    if question is None or not text:
        return text
    if question.kind == "yes_no":
        return {"yes": str(YES), "no": str(NO)}.get(text, text)
    labels = {choice.key: localized(choice, "label") for choice in question.choices}
    if question.kind in ("choice", "multi"):
        return str(say("、")).join(labels.get(key, key) for key in text.split("\n"))
    return text
