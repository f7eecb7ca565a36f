"""The public notice: started for what is decided, ended by the clock, concluded once nothing is open.

Starting publishes everything in one transaction: states, amounts, letters. Concluding confirms what
nobody objected to with success; as long as one objection is open, nothing is confirmed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from charity_portal.kernel import audit, clock, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.projects.errors import (
    AlreadyHandled,
    NoticeUnderWay,
    OpenObjections,
    Unfinished,
)
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.notices import NoticeItem, Objection, PublicNotice
from charity_portal.projects.models.screening import Award, Decision
from charity_portal.projects.queries import applications, decisions
from charity_portal.projects.queries import notices as queries
from charity_portal.projects.rules import decisions as decision_rules
from charity_portal.projects.rules import letters as letter_rules
from charity_portal.projects.rules import notices as rules
from charity_portal.projects.rules.decisions import GRANTS, Line, Verdict
from charity_portal.projects.rules.dossier import day_of
from charity_portal.projects.services import letters
from charity_portal.projects.services.decisions import outcome_letter, set_decision
from charity_portal.projects.services.taking import require_step

ENTRY = {"award": "propose", "partial": "propose", "reserve": "hold", "refuse": "refuse"}


@dataclass(frozen=True)
class Promotion:
    """A reserve that takes the place of a cancelled award, what it gets, and why."""

    application_id: int
    amount_fen: int
    reason: str


def start(
    actor: Actor, call_id: int, workdays: int, promotions: Sequence[Promotion] = ()
) -> PublicNotice:
    """Publish what is decided in a call, for so many working days from today on.

    With `promotions` reserves move up and are published in the same step, so that nobody learns of
    it before. Raises Unfinished when nothing is decided, PurseExceeded and its like.
    """
    call = locked(Call, call_id)
    require(actor, "projects:notice:start", call)
    if wrong := rules.period_problem(workdays):
        raise Invalid(fields={"workdays": [wrong]})
    supplementary = call.state == "noticed"
    for promotion in promotions:
        _promote(actor, call, promotion)
    rows = _decided(call_id)
    if not rows:
        raise Unfinished(say("还没有已作出、待公布的决定。"))
    decision_rules.check(decisions.limits_of(call), decisions.lines(call_id))
    notice = _open(actor, call, workdays, supplementary)
    for application, decision in rows:
        _publish(actor, notice, application, decision)
    fire(actor, call, "start_notice", notice=notice.id)
    audit.record(
        actor,
        "projects.notice.start",
        notice,
        after={"call": call_id, "ends_on": notice.ends_on, "applications": len(rows)},
    )
    jobs.announce(actor, "projects.notice_running", id=notice.id)
    return notice


def _decided(call_id: int) -> list[tuple[Application, Decision]]:
    rows = db.session.execute(
        sa.select(Application, Decision)
        .join(Decision, Decision.application_id == Application.id)
        .where(Application.call_id == call_id, Application.state == "decided")
        .order_by(Application.id)
    )
    return [(application, decision) for application, decision in rows]


def _open(actor: Actor, call: Call, workdays: int, supplementary: bool) -> PublicNotice:
    period = rules.period(clock.today(), workdays)
    notice = PublicNotice(
        number=next_number("GS", period.starts_on.year),
        call_id=call.id,
        supplementary=supplementary,
        workdays=workdays,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        started_by=actor.user_id,
    )
    db.session.add(notice)
    db.session.flush()
    return notice


def _publish(
    actor: Actor, notice: PublicNotice, application: Application, decision: Decision
) -> None:
    decision.published_at = clock.now()
    if decision.outcome != "refuse":
        db.session.add(
            NoticeItem(
                notice_id=notice.id,
                application_id=application.id,
                outcome=decision.outcome,
                amount_fen=decision.amount_fen,
                reserve_rank=decision.reserve_rank,
            )
        )
    fire(actor, application, ENTRY[decision.outcome], notice=notice.id)
    letters.release(
        actor, application, letters.OUTCOME, lambda: outcome_letter(application, decision)
    )
    if decision.outcome in GRANTS:
        letter = letter_rules.confirmed(letters.about(application), decision.amount_fen)
        letters.draft(actor, application, letter, letters.CONFIRMATION)


def _promote(actor: Actor, call: Call, promotion: Promotion) -> None:
    """A reserve becomes an award; what the first notice said about it stays in that notice."""
    application = locked(Application, promotion.application_id)
    decision = decisions.decision_of(application.id)
    if application.call_id != call.id or application.state != "reserve" or decision is None:
        raise AlreadyHandled
    requested = application.amount_requested_fen or 0
    full = promotion.amount_fen == requested
    outcome = "award" if full else "partial"
    verdict = Verdict(outcome, promotion.amount_fen, reason=promotion.reason)
    wrong = decision_rules.problems(verdict, requested, decisions.limits_of(call))
    if wrong:
        raise Invalid(fields={f"{application.id}-{k}": [text] for k, text in wrong.items()})
    line = Line(application.id, application.track_id, requested)
    amount = decision_rules.amount_of(verdict, requested)
    set_decision(actor, decision, verdict, replace(line, amount_fen=amount))
    fire(actor, application, "promote", amount_fen=amount)


def conclude(actor: Actor, notice_id: int) -> PublicNotice:
    """Confirm what stands and cancel what an upheld objection brought down.

    Raises NoticeUnderWay before the period is over, OpenObjections while one is unanswered.
    """
    notice = locked(PublicNotice, notice_id)
    require(actor, "projects:notice:conclude", notice)
    if notice.state == "running":
        raise NoticeUnderWay
    require_step(notice, "close")
    require_answered(notice_id)
    fire(actor, notice, "close")
    notice.closed_at = clock.now()
    upheld = _upheld(notice_id)
    for item in queries.proposed(notice_id):
        if item.application_id in upheld:
            _cancel(actor, item, upheld[item.application_id])
        else:
            _confirm(actor, item)
    return notice


def require_answered(notice_id: int) -> None:
    """Raise OpenObjections naming what is still being examined."""
    open_ones = sa.select(Objection.number).where(
        Objection.notice_id == notice_id, Objection.state.in_(rules.OPEN)
    )
    numbers = db.session.scalars(open_ones.order_by(Objection.id)).all()
    if numbers:
        raise OpenObjections(numbers)


def _upheld(notice_id: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = db.session.execute(
        sa.select(Objection.application_id, Objection.public_outcome)
        .where(Objection.notice_id == notice_id, Objection.state == "upheld")
        .order_by(Objection.id)
    )
    for application_id, outcome in rows:
        found.setdefault(application_id, []).append(outcome or "")
    return found


def _confirm(actor: Actor, item: NoticeItem) -> None:
    application = item.application
    starts, ends = _planned(application.id)
    fire(actor, application, "confirm", notice=item.notice_id, amount_fen=item.amount_fen)
    db.session.add(
        Award(
            application_id=application.id,
            amount_fen=item.amount_fen,
            awarded_on=clock.today(),
            planned_start=starts,
            planned_end=ends,
        )
    )
    letters.release(
        actor,
        application,
        letters.CONFIRMATION,
        lambda: letter_rules.confirmed(letters.about(application), item.amount_fen),
    )


def _planned(application_id: int) -> tuple[date | None, date | None]:
    submitted = applications.newest_submission(application_id)
    fields = submitted.content["fields"] if submitted else {}
    return day_of(fields.get("starts_on", "")), day_of(fields.get("ends_on", ""))


def _cancel(actor: Actor, item: NoticeItem, findings: Sequence[str]) -> None:
    application = item.application
    fire(actor, application, "cancel", notice=item.notice_id)
    letters.discard(application.id, letters.CONFIRMATION)
    letter = letter_rules.cancelled(letters.about(application), findings)
    letters.post(actor, application, letter, letters.OUTCOME)


def conclude_call(actor: Actor, call_id: int) -> Call:
    """Close the call for good: no further notice follows. Raises Unfinished naming what is open."""
    call = locked(Call, call_id)
    require(actor, "projects:notice:conclude", call)
    require_step(call, "conclude")
    if unfinished := queries.unfinished(call_id):
        raise Unfinished(unfinished)
    fire(actor, call, "conclude")
    call.concluded_at = clock.now()
    for entry in decisions.entries(call_id, ("reserve",)):
        letter = letter_rules.reserve_ended(letters.about(entry.application))
        letters.post(actor, entry.application, letter, letters.OUTCOME)
    return call
