"""Screening: the completeness check and its four outcomes, and what follows from them.

Each step locks the application, refuses when somebody else was faster (saying who, what and when), and
keeps the check, the change of state and the letter together.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.projects.errors import AlreadyHandled, DeadlinePassed, OwnOrganization
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.screening import (
    ConditionalAcceptance,
    CorrectionRequest,
    Screening,
)
from charity_portal.projects.queries import drafts
from charity_portal.projects.queries import screening as queries
from charity_portal.projects.queries.screening import Case
from charity_portal.projects.rules import letters as letter_rules
from charity_portal.projects.rules import screening as rules
from charity_portal.projects.rules.letters import Lack, Letter
from charity_portal.projects.rules.screening import Finding as Finding
from charity_portal.projects.rules.screening import Item
from charity_portal.projects.services import letters

KIND = "projects.screening"
STEPS = {
    "accept": "accept",
    "correction": "request_correction",
    "conditional": "accept_conditionally",
    "reject": "reject",
}


@dataclass(frozen=True)
class Check:
    """What an officer found and wants to do. `seen` says what was looked at (`Case.seen`).

    `action` is a key of STEPS; `due_at` is the deadline of a correction or of missing papers.
    """

    seen: str
    action: str
    findings: Mapping[str, Finding]
    due_at: datetime | None = None
    reason: str = ""


def screen(actor: Actor, application_id: int, check: Check) -> None:
    """Keep the check, take the step that it leads to, and write to the applicant.

    Raises Invalid (fields as in rules.screening.problems), AlreadyHandled, OwnOrganization.
    """
    case = _take(actor, application_id, STEPS[check.action], check.seen)
    refuse(case, check)
    letter = letter_for(case, check)
    db.session.add(
        Screening(
            application_id=application_id,
            version=case.submission.version if case.submission else 0,
            findings=[asdict(f) for f in check.findings.values()],
            outcome=check.action,
            reason=check.reason or None,
            screened_by=actor.user_id or 0,
        )
    )
    details = _open_matter(actor, case, check)
    fire(actor, case.application, STEPS[check.action], reason=check.reason or None, **details)
    letters.post(actor, case.application, letter, KIND)


def refuse(case: Case, check: Check) -> None:
    """Raise Invalid with everything that stands in the way of the step."""
    wrong = rules.problems(
        check.action,
        case.items,
        check.findings,
        case.standing,
        check.due_at,
        check.reason,
        clock.now(),
    )
    if wrong:
        raise Invalid(wrong.get("check"), {place: [text] for place, text in wrong.items()})


def letter_for(case: Case, check: Check) -> Letter:
    """The letter that the step sends; the same words that the officer reads before."""
    about = letters.about(case.application)
    failed = _failing(case, check)
    if check.action == "correction" and check.due_at is not None:
        lacks = [Lack(item.label, check.findings[item.key].note) for item in failed]
        return letter_rules.correction(about, lacks, check.due_at)
    if check.action == "conditional" and check.due_at is not None:
        missing = [Lack(item.label) for item in failed]
        return letter_rules.conditional(about, missing, check.due_at)
    if check.action == "reject":
        return letter_rules.rejected(about, check.reason)
    return letter_rules.accepted(about)


def _failing(case: Case, check: Check) -> list[Item]:
    return rules.failing(case.items, check.findings)


def _open_matter(actor: Actor, case: Case, check: Check) -> dict[str, str]:
    """Write down what the applicant now owes; returns what the audit trail says about it."""
    failed = _failing(case, check)
    if check.action == "correction" and check.due_at is not None:
        db.session.add(
            CorrectionRequest(
                application_id=case.application.id,
                defects=[_defect(item, check.findings[item.key].note) for item in failed],
                due_at=check.due_at,
                requested_by=actor.user_id or 0,
            )
        )
    elif check.action == "conditional" and check.due_at is not None:
        db.session.add(
            ConditionalAcceptance(
                application_id=case.application.id,
                missing=[item.key.removeprefix("slot:") for item in failed],
                due_at=check.due_at,
                granted_by=actor.user_id or 0,
            )
        )
    else:
        return {}
    return {"due_at": check.due_at.isoformat()}


def _defect(item: Item, note: str) -> dict[str, str]:
    """One row of a correction request; each language reads by itself."""
    zh, en = letters.in_both(say("%(label)s：%(note)s", label=item.label, note=note))
    return {"key": item.key, "text": zh, "text_en": en}


def complete(actor: Actor, application_id: int, seen: str) -> None:
    """The papers owed under a conditional acceptance are there, in time, and hold."""
    case = _take(actor, application_id, "complete", seen)
    condition = case.condition
    if condition is None or condition.promised_at is None:
        raise Invalid(say("申请机构尚未签署补齐承诺，不能确认补齐。"))
    if owed := queries.papers_still_owed(condition):
        raise Invalid(say("还有 %(n)s 项材料未在期限内补齐，不能确认。", n=len(owed)))
    condition.completed_at = clock.now()
    fire(actor, case.application, "complete")
    _write(actor, case, letter_rules.accepted(letters.about(case.application)))


def turn_down(actor: Actor, application_id: int, seen: str, reason: str) -> None:
    """The papers that followed do not hold: a conditional acceptance ends in a refusal."""
    case = _take(actor, application_id, "reject", seen)
    _need_reason(reason)
    if case.condition is not None:
        case.condition.lapsed_at = clock.now()
    fire(actor, case.application, "reject", reason=reason)
    _write(actor, case, letter_rules.rejected(letters.about(case.application), reason))


def reopen(actor: Actor, application_id: int, seen: str, reason: str) -> None:
    """Take a rejected or lapsed application up again."""
    case = _take(actor, application_id, "reopen", seen)
    _need_reason(reason)
    fire(actor, case.application, "reopen", reason=reason)
    _write(actor, case, letter_rules.reopened(letters.about(case.application), reason))


def sign_promise(actor: Actor, application_id: int) -> ConditionalAcceptance:
    """The applicant promises to hand in what is missing; signing twice changes nothing.

    Raises DeadlinePassed at the deadline or later, AlreadyHandled when nothing is owed any more.
    """
    application = locked(Application, application_id)
    require(actor, "projects:application:promise", application)
    condition = drafts.condition(application_id)
    if application.state != "conditional" or condition is None:
        raise overtaken(application)
    if rules.is_over(condition.due_at, clock.now()):
        raise DeadlinePassed
    if condition.promised_at is None:
        condition.promised_by, condition.promised_at = actor.user_id, clock.now()
        audit.record(actor, "projects.application.promise", application)
    return condition


def overtaken(application: Application) -> AlreadyHandled:
    """What to tell somebody whose view of an application is out of date."""
    last = queries.last_step(application)
    return AlreadyHandled(last.who, last.what, last.at) if last else AlreadyHandled()


def _take(actor: Actor, application_id: int, action: str, seen: str) -> Case:
    """Lock the application for a step; refuse when it is no longer what the officer looked at."""
    application = locked(Application, application_id)
    step = next(t for t in Application.MACHINE.transitions if t.action == action)
    require(actor, step.permission, application)
    if actor.role_in(application.organization_id) is not None:
        raise OwnOrganization
    case = queries.case(application)
    if application.state not in step.sources or seen != case.seen:
        raise overtaken(application)
    return case


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请写明理由，通知书会载明。")]})


def _write(actor: Actor, case: Case, letter: Letter) -> None:
    letters.post(actor, case.application, letter, KIND)
