"""Handing in: a draft, a correction, the papers still owed; and taking back.

Handing in freezes what is written, gives it a hash and a receipt. Sent twice (a double click, a lost
answer) it happens once: the second time the same receipt is returned.
"""

from charity_portal.kernel import clock, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, WrongState
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.organizations import queries as organizations
from charity_portal.projects.errors import (
    ClosedCall,
    DeadlinePassed,
    DraftMoved,
    NotComplete,
    NotEligible,
)
from charity_portal.projects.models.applications import Application, Submission
from charity_portal.projects.queries import applications, checks
from charity_portal.projects.queries.checks import Check
from charity_portal.projects.rules import contents
from charity_portal.projects.rules.defects import Defect
from charity_portal.projects.rules.wording import When

NEVER_SUBMITTED = ("draft", "discarded")


def submit(actor: Actor, application_id: int, rev: int) -> Submission:
    """Hand in the draft, or the answer to a correction request, as it stood at revision `rev`.

    Raises ClosedCall from the second of closing on, DeadlinePassed for a correction, DraftMoved when
    a colleague has changed the draft since, NotEligible and NotComplete with every defect.
    """
    application = locked(Application, application_id)
    require(actor, "projects:application:submit", application)
    if application.state not in ("draft", "correction"):
        return _already(application)
    check = checks.check(application)
    _require_time(application, check)
    if rev != application.rev:
        raise DraftMoved
    _require_whole(check)
    version = len(applications.submissions(application_id)) + 1
    _number(application, check)
    action = "submit" if application.state == "draft" else "resubmit"
    if check.correction is not None:
        check.correction.answered_at = clock.now()
    submission = _freeze(actor, application, check, version)
    fire(actor, application, action, submission=submission.id, hash=submission.content_hash)
    return submission


def hand_in_papers(actor: Actor, application_id: int) -> Submission:
    """Hand in the papers owed under a conditional acceptance: a new version with nothing else changed.

    Whether they do is for the office to say; the state stays until then.
    """
    application = locked(Application, application_id)
    require(actor, "projects:application:attach", application)
    last = applications.newest_submission(application_id)
    if application.state != "conditional" or last is None:
        raise WrongState
    check = checks.check(application)
    papers = contents.papers(check.dossier.papers)
    if papers == last.content["papers"]:
        return last
    if not check.open or check.condition is None:
        raise DeadlinePassed
    if check.condition.promised_at is None:
        raise Invalid(say("请先签署容缺承诺，再提交补齐的材料。"))
    owed = [key.removeprefix("slot:") for key in check.condition.missing]
    missing = [d for d in check.defects if d.key.removeprefix("slot:") in owed]
    if missing:
        raise NotComplete(fields=_by_key(missing))
    return _freeze(actor, application, check, last.version + 1)


def withdraw(actor: Actor, application_id: int, reason: str) -> Application:
    """Take an application back, for good, saying why."""
    application = locked(Application, application_id)
    why = reason.strip()
    if not why:
        raise Invalid(fields={"reason": [say("请写明撤回理由。")]})
    if len(why) > 500:
        raise Invalid(fields={"reason": [say("不能超过 %(n)s 个字。", n=500)]})
    fire(actor, application, "withdraw", reason=why)
    application.changed_at = clock.now()
    return application


def _already(application: Application) -> Submission:
    """The receipt of what was handed in before; a withdrawn or lapsed application has none to give."""
    last = applications.newest_submission(application.id)
    ended = application.state in ("withdrawn", "lapsed", *NEVER_SUBMITTED)
    if last is None or ended:
        raise WrongState
    return last


def _require_time(application: Application, check: Check) -> None:
    if check.open:
        return
    if application.state == "correction":
        raise DeadlinePassed(say("补正期限已过，不能再提交。您填写的内容仍然保留。"))
    if application.call.state == "published" and check.until and clock.now() >= check.until:
        raise ClosedCall(
            say(
                "征集已于 %(time)s 截止，没有提交。您的草稿仍然保留，可以查看和下载。",
                time=When(check.until),
            )
        )
    raise ClosedCall


def _require_whole(check: Check) -> None:
    barred = [d for d in check.blocking if d.key.startswith("eligibility:")]
    if barred:
        raise NotEligible(fields=_by_key(barred))
    if check.blocking:
        raise NotComplete(fields=_by_key(check.blocking))


def _by_key(defects: list[Defect]) -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = {}
    for defect in defects:
        found.setdefault(defect.key, []).append(defect.text)
    return found


def _number(application: Application, check: Check) -> None:
    """Number and list columns repeat what this version says."""
    dossier = check.dossier
    if application.number is None:
        application.number = next_number("SB", clock.today().year)
    track = check.form.track(dossier.track)
    application.title, application.summary = dossier.title, dossier.summary
    application.track_id = track.id if track else None
    application.amount_requested_fen = dossier.budget.grant_fen
    application.submitted_at = application.submitted_at or clock.now()
    application.changed_at = clock.now()


def _freeze(actor: Actor, application: Application, check: Check, version: int) -> Submission:
    profile = organizations.profile(application.organization_id)
    applicant = {
        "name": profile.name if profile else "",
        "org_ref": profile.org_ref if profile else "",
        "on_behalf": application.on_behalf_by is not None,
    }
    now = clock.now()
    content = contents.content(check.form, applicant, check.dossier, check.fields, version, now)
    submission = Submission(
        application_id=application.id,
        version=version,
        content=content,
        content_hash=contents.content_hash(content),
        receipt_number=next_number("HZ", clock.today().year),
        submitted_by=actor.user_id,
        submitted_at=now,
    )
    submission.application = application
    db.session.add(submission)
    db.session.flush()
    key = applications.receipt_key(submission.id)
    jobs.enqueue(actor, applications.RECEIPT_JOB, {"submission_id": submission.id}, key=key)
    return submission
