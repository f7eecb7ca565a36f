"""An application as a whole: typed, and with every defect at once.

The same reading serves the editor, the check before submission, the submission itself and screening.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from charity_portal.kernel.i18n import Text, say
from charity_portal.projects.rules import budget, limits
from charity_portal.projects.rules.budget import Budget
from charity_portal.projects.rules.call_form import CallForm, QuestionForm, SlotForm
from charity_portal.projects.rules.defects import Defect
from charity_portal.projects.rules.wording import Named

LONGEST = {"title": 60, "summary": 500, "lead_name": 50}
FIELD_WORDS = {
    "title": say("项目名称"),
    "track": say("赛道"),
    "summary": say("项目概述"),
    "lead_name": say("项目负责人"),
    "starts_on": say("开始日期"),
    "ends_on": say("结束日期"),
    "confirmed": say("真实性承诺"),
    "budget": say("项目预算"),
}
FIXED_KEYS = tuple(key for key in FIELD_WORDS if key != "budget")
ANSWER_LONGEST = {"short": 200, "long": 2000}

_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,4})?")


@dataclass(frozen=True)
class Paper:
    """A file that belongs to the application, as it was when the dossier was made."""

    attachment_id: int
    slot: str
    name: str
    size: int
    sha256: str
    mime: str


@dataclass(frozen=True)
class Answer:
    """A question and what was answered: text, or the chosen keys one a line."""

    question: QuestionForm
    text: str

    @property
    def chosen(self) -> tuple[str, ...]:
        """The keys chosen in a multiple choice."""
        return tuple(self.text.split("\n")) if self.text else ()


@dataclass(frozen=True)
class Dossier:
    """What an application says. `track` is a key; days are None when not given or not readable."""

    title: str
    track: str
    summary: str
    lead_name: str
    starts_on: date | None
    ends_on: date | None
    answers: tuple[Answer, ...]
    budget: Budget
    papers: tuple[Paper, ...]

    def papers_in(self, slot: str) -> tuple[Paper, ...]:
        """The files of one slot."""
        return tuple(paper for paper in self.papers if paper.slot == slot)


def read(
    form: CallForm, fields: Mapping[str, str], papers: Sequence[Paper]
) -> tuple[Dossier, list[Defect]]:
    """The application as it stands, and everything that keeps it from being complete, in page order."""
    plan, budget_defects = budget.read(fields, [c.key for c in form.categories], form.currency)
    defects = [
        *_basics(form, fields),
        *_days(fields),
        *(d for question in form.questions for d in _answer(question, fields)),
        *budget_defects,
        *limits.check(plan, form),
        *(d for slot in form.slots for d in _slot(slot, papers)),
        *_confirmation(fields),
    ]
    dossier = Dossier(
        title=_text(fields, "title"),
        track=_track(form, fields),
        summary=_text(fields, "summary"),
        lead_name=_text(fields, "lead_name"),
        starts_on=day_of(fields.get("starts_on", "")),
        ends_on=day_of(fields.get("ends_on", "")),
        answers=tuple(Answer(q, _text(fields, f"answer:{q.key}")) for q in form.questions),
        budget=plan,
        papers=tuple(papers),
    )
    return dossier, defects


def blocking(defects: Sequence[Defect]) -> list[Defect]:
    """Those that stand in the way of submitting."""
    return [defect for defect in defects if defect.blocking]


def known_key(form: CallForm, key: str) -> bool:
    """Whether a draft for this call may hold a field of that name."""
    if key in FIXED_KEYS or key == budget.ORDER:
        return True
    if key.startswith("answer:"):
        return form.question(key.removeprefix("answer:")) is not None
    return budget.cell_of(key) is not None


def field_word(form: CallForm, key: str) -> Text:
    """What people call a field."""
    if key.startswith("answer:"):
        question = form.question(key.removeprefix("answer:"))
        return say("%(name)s", name=Named(question, "label")) if question else FIELD_WORDS["title"]
    cell = budget.cell_of(key)
    if cell is not None:
        return say("预算：%(column)s", column=budget.COLUMN_WORDS[cell[1]])
    if key.startswith("slot:"):
        slot = form.slot(key.removeprefix("slot:"))
        return say("%(name)s", name=Named(slot)) if slot else say("申请材料")
    return FIELD_WORDS.get(key, FIELD_WORDS["budget"])


def day_of(text: str) -> date | None:
    """A day typed as 2026-03-05; None for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _text(fields: Mapping[str, str], key: str) -> str:
    return fields.get(key, "").strip()


def _track(form: CallForm, fields: Mapping[str, str]) -> str:
    """The chosen track; where there is only one, nobody has to choose."""
    return form.tracks[0].key if len(form.tracks) == 1 else _text(fields, "track")


def _basics(form: CallForm, fields: Mapping[str, str]) -> list[Defect]:
    found = []
    for key, longest in LONGEST.items():
        name, text = FIELD_WORDS[key], _text(fields, key)
        if not text:
            found.append(Defect(key, say("请填写%(name)s。", name=name)))
        elif len(text) > longest:
            found.append(Defect(key, _too_long(name, len(text), longest)))
    if form.tracks and form.track(_track(form, fields)) is None:
        found.insert(1, Defect("track", say("请选择赛道。")))
    return found


def _too_long(name: object, length: int, longest: int) -> Text:
    return say(
        "%(name)s不能超过 %(longest)s 个字，现有 %(length)s 个字，超出 %(by)s 个字。",
        name=name,
        longest=longest,
        length=length,
        by=length - longest,
    )


def _days(fields: Mapping[str, str]) -> list[Defect]:
    found = []
    for key in ("starts_on", "ends_on"):
        if day_of(fields.get(key, "")) is None:
            found.append(
                Defect(key, say("请填写%(name)s，例如 2026-03-05。", name=FIELD_WORDS[key]))
            )
    starts, ends = day_of(fields.get("starts_on", "")), day_of(fields.get("ends_on", ""))
    if starts and ends and ends < starts:
        found.append(Defect("ends_on", say("结束日期不能早于开始日期。")))
    return found


def _answer(question: QuestionForm, fields: Mapping[str, str]) -> list[Defect]:
    key, name = f"answer:{question.key}", Named(question, "label")
    text = _text(fields, key)
    if not text:
        return [Defect(key, say("请回答“%(name)s”。", name=name))] if question.required else []
    longest = question.longest or ANSWER_LONGEST.get(question.kind)
    if longest is not None and question.kind in ANSWER_LONGEST and len(text) > longest:
        return [Defect(key, _too_long(say("“%(name)s”", name=name), len(text), longest))]
    problem = _kind_problem(question, text)
    return [Defect(key, say("“%(name)s”：%(text)s", name=name, text=problem))] if problem else []


def _kind_problem(question: QuestionForm, text: str) -> Text | None:
    kind = question.kind
    if kind == "number" and not _NUMBER.fullmatch(text.replace(",", "")):
        return say("请填写数字。")
    if kind == "date" and day_of(text) is None:
        return say("请填写日期，例如 2026-03-05。")
    offered = {"yes", "no"} if kind == "yes_no" else {choice.key for choice in question.choices}
    if kind in ("choice", "multi", "yes_no") and not set(text.split("\n")) <= offered:
        return say("请从所列选项中选择。")
    return None


def _slot(slot: SlotForm, papers: Sequence[Paper]) -> list[Defect]:
    count = sum(1 for paper in papers if paper.slot == slot.key)
    key, name = f"slot:{slot.key}", Named(slot)
    if not count and slot.need == "required":
        return [Defect(key, say("请上传“%(name)s”。", name=name))]
    if not count and slot.need == "secondary":
        text = say("尚未上传“%(name)s”。可以先提交，由工作人员决定是否容缺受理。", name=name)
        return [Defect(key, text, blocking=False)]
    if count > slot.max_files:
        text = say(
            "“%(name)s”最多 %(most)s 个文件，现有 %(count)s 个。",
            name=name,
            most=slot.max_files,
            count=count,
        )
        return [Defect(key, text)]
    return []


def _confirmation(fields: Mapping[str, str]) -> list[Defect]:
    if fields.get("confirmed") == "yes":
        return []
    return [Defect("confirmed", say("请确认所填内容真实、完整。"))]
