"""Completeness: what an officer checks, and which outcome the findings allow.

A checklist has one row for everything that the call's form requires. What the machine found wrong is
written into its row beforehand; the officer says whether the row holds and why not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from charity_portal.kernel import clock
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.workdays import add_workdays
from charity_portal.projects.rules.call_form import CallForm
from charity_portal.projects.rules.defects import Defect
from charity_portal.projects.rules.dossier import FIELD_WORDS
from charity_portal.projects.rules.wording import Named

CORRECTION_WORKDAYS = 5
CONDITIONAL_WORKDAYS = 10
LONGEST_WORKDAYS = 40
OFFICE_CLOSES = 17
"""A term that a rule counts in days ends when the office closes (民法典 art. 203)."""

SECONDARY = "secondary"
REQUIRED = "required"
_FACTS = ("title", "track", "summary", "lead_name", "starts_on", "ends_on")
_OTHER = {
    "eligibility": say("申请资格"),
    "budget": FIELD_WORDS["budget"],
    "confirmed": FIELD_WORDS["confirmed"],
}


@dataclass(frozen=True)
class Item:
    """One row of the checklist. `need` is `secondary` for papers that may follow later."""

    key: str
    label: Text
    need: str
    problems: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What the officer found in one row."""

    item: str
    holds: bool
    note: str = ""


def checklist(form: CallForm, defects: Iterable[Defect]) -> list[Item]:
    """The rows for a call's form, each with what the machine found wrong in it.

    A defect that belongs to no row of its own gets one, so that nothing found is ever hidden.
    """
    rows = _required_rows(form)
    problems: dict[str, list[Text]] = {key: [] for key, _, _ in rows}
    for defect in defects:
        key = _row_of(defect.key, problems)
        if key not in problems:
            problems[key] = []
            rows.append((key, _OTHER.get(key, say("其他问题")), REQUIRED))
        if defect.text not in problems[key]:
            problems[key].append(defect.text)
    return [Item(key, label, need, tuple(problems[key])) for key, label, need in rows]


def _required_rows(form: CallForm) -> list[tuple[str, Text, str]]:
    rows = [("eligibility", _OTHER["eligibility"], REQUIRED)]
    rows += [(k, FIELD_WORDS[k], REQUIRED) for k in _FACTS if k != "track" or form.tracks]
    rows += [
        (f"answer:{q.key}", say("问题：%(title)s", title=Named(q, "label")), REQUIRED)
        for q in form.questions
        if q.required
    ]
    rows.append(("budget", _OTHER["budget"], REQUIRED))
    rows += [
        (f"slot:{s.key}", say("材料：%(title)s", title=Named(s, "title")), s.need)
        for s in form.slots
        if s.need in (REQUIRED, SECONDARY)
    ]
    return rows


def _row_of(key: str, rows: Mapping[str, object]) -> str:
    """`budget:ABCD:grant` belongs to the row `budget`, `slot:charter` to itself."""
    if key in rows:
        return key
    head = key.partition(":")[0]
    return head if head in rows or head in _OTHER else key


def problem_with_findings(
    items: Sequence[Item], findings: Mapping[str, Finding]
) -> dict[str, Text]:
    """Rows that are not answered, or that do not hold and say no reason; by key."""
    wrong: dict[str, Text] = {}
    for item in items:
        finding = findings.get(item.key)
        if finding is None:
            wrong[item.key] = say("请逐项核对：符合或不符合。")
        elif not finding.holds and not finding.note.strip():
            wrong[item.key] = say("请写明哪里不符合，申请机构据此补正。")
    return wrong


def failing(items: Sequence[Item], findings: Mapping[str, Finding]) -> list[Item]:
    """The rows that do not hold."""
    return [i for i in items if i.key in findings and not findings[i.key].holds]


def acceptance_problem(failed: Sequence[Item]) -> Text | None:
    """Why an application with these failing rows cannot simply be accepted."""
    if not failed:
        return None
    return say(
        "还有 %(n)s 项不符合，不能直接审查通过。请一次性告知补正，或在符合条件时容缺受理。",
        n=len(failed),
    )


def correction_problem(failed: Sequence[Item]) -> Text | None:
    """Why nothing can be asked for."""
    return None if failed else say("各项均符合，没有需要补正的内容。")


def conditional_problem(failed: Sequence[Item], standing: str) -> Text | None:
    """Why 容缺受理 is out of the question (practice of Jinan 2020 and Fuxin).

    Main papers complete, only secondary papers missing, and no applicant in bad standing.
    """
    if standing != "normal":
        return say("该机构处于活动异常名录或严重违法失信名单，不适用容缺受理。")
    if not failed:
        return say("次要材料齐全，无需容缺，请直接审查通过。")
    main = [item for item in failed if item.need != SECONDARY]
    if main:
        return say("“%(item)s”属于必备内容，缺少时不能容缺受理。", item=main[0].label)
    return None


def default_due(day: date, workdays: int) -> datetime:
    """The close of business on the `workdays`-th working day after `day`."""
    return clock.at_local(add_workdays(day, workdays), OFFICE_CLOSES)


def due_problem(due_at: datetime, now: datetime) -> Text | None:
    """Why a deadline cannot be this one."""
    if due_at <= now:
        return say("截止时间应晚于现在。")
    furthest = default_due(clock.local(now).date(), LONGEST_WORKDAYS)
    if due_at > furthest:
        return say("期限不能超过 %(n)s 个工作日。", n=LONGEST_WORKDAYS)
    return None


def is_over(due_at: datetime, now: datetime) -> bool:
    """Whether a deadline has come: at the moment itself it has."""
    return now >= due_at


@dataclass(frozen=True)
class Paper:
    """A file handed in for a slot, and when."""

    slot: str
    added_at: datetime


def still_missing(missing: Sequence[str], papers: Iterable[Paper], due_at: datetime) -> list[str]:
    """The promised slots without a paper handed in before the deadline."""
    there = {paper.slot for paper in papers if not is_over(due_at, paper.added_at)}
    return [key for key in missing if key not in there]


def lapses(
    promised_at: datetime | None, missing: Sequence[str], due_at: datetime, now: datetime
) -> bool:
    """Whether a conditional acceptance is void: the deadline came, and promise or papers had not.

    Papers that came in time keep it alive until an officer has looked at them.
    """
    kept = promised_at is not None and not is_over(due_at, promised_at) and not missing
    return is_over(due_at, now) and not kept


def problems(
    action: str,
    items: Sequence[Item],
    findings: Mapping[str, Finding],
    standing: str,
    due_at: datetime | None,
    reason: str,
    now: datetime,
) -> dict[str, Text]:
    """Everything that stands in the way of an outcome, by place in the form; empty when nothing does.

    Actions: accept, correction, conditional, reject. Places: `item:<row>`, `due_at`,
    `conditional_due_at`, `reason`, and `check` for the findings as a whole.
    """
    if action == "reject":
        return {} if reason.strip() else {"reason": say("请写明理由，通知书会载明。")}
    wrong = {f"item:{k}": text for k, text in problem_with_findings(items, findings).items()}
    if not wrong and (whole := _findings_problem(action, failing(items, findings), standing)):
        wrong["check"] = whole
    place = {"correction": "due_at", "conditional": "conditional_due_at"}.get(action)
    if place is not None:
        late = due_problem(due_at, now) if due_at is not None else say("请填写截止时间。")
        wrong |= {place: late} if late is not None else {}
    return wrong


def _findings_problem(action: str, failed: Sequence[Item], standing: str) -> Text | None:
    if action == "accept":
        return acceptance_problem(failed)
    if action == "correction":
        return correction_problem(failed)
    return conditional_problem(failed, standing)
