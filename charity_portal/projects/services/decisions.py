"""Decisions on a call's applications: taken together, kept within the purse, published later.

Nothing here is visible to an applicant: the state `decided` reads as `eligible` outside, and the letters
are held. The call's row is locked first, so that two people deciding at once share one purse.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from charity_portal.accounts import queries as accounts
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, NotFound
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.projects.errors import AlreadyHandled, OwnOrganization
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.screening import Decision
from charity_portal.projects.queries import decisions as queries
from charity_portal.projects.rules import decisions as rules
from charity_portal.projects.rules import letters as letter_rules
from charity_portal.projects.rules.decisions import Line
from charity_portal.projects.rules.decisions import Verdict as Verdict
from charity_portal.projects.services import letters, screening


@dataclass(frozen=True)
class Choice:
    """What to decide about one application, and which decision was shown (0: none)."""

    application_id: int
    seen_rev: int
    verdict: Verdict


def decide(actor: Actor, call_id: int, choices: Sequence[Choice]) -> int:
    """Take all these decisions or none; returns how many were new or changed.

    Raises Invalid with `<application id>-<field>` for single rows, PurseExceeded and its like for the
    whole, AlreadyHandled when somebody decided meanwhile.
    """
    call = locked(Call, call_id)
    require(actor, "projects:application:decide", call)
    applications = _lock_all(call_id, choices)
    limits = queries.limits_of(call)
    changed: dict[int, Line] = {}
    wrong: dict[str, list[Text]] = {}
    for choice in choices:
        application = applications[choice.application_id]
        _require_current(actor, application, choice)
        requested = application.amount_requested_fen or 0
        for field, text in rules.problems(choice.verdict, requested, limits).items():
            wrong.setdefault(f"{application.id}-{field}", []).append(text)
        changed[application.id] = _line(application, choice.verdict)
    if wrong:
        raise Invalid(say("有 %(n)s 处需要更正，没有保存。", n=len(wrong)), wrong)
    rules.check(limits, rules.replaced(queries.lines(call_id), changed))
    for choice in choices:
        application = applications[choice.application_id]
        _record(actor, application, choice.verdict, changed[application.id])
    return len(choices)


def _lock_all(call_id: int, choices: Sequence[Choice]) -> dict[int, Application]:
    """Lock every application in one order, so that two people cannot wait for each other."""
    wanted = (
        sa.select(Application)
        .where(
            Application.call_id == call_id,
            Application.id.in_([choice.application_id for choice in choices]),
        )
        .order_by(Application.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {a.id: a for a in db.session.scalars(wanted)}
    if len(found) != len(choices):
        raise NotFound
    return found


def _require_current(actor: Actor, application: Application, choice: Choice) -> None:
    if actor.role_in(application.organization_id) is not None:
        raise OwnOrganization
    if application.state not in queries.OPEN:
        raise screening.overtaken(application)
    decision = queries.decision_of(application.id)
    if (decision.rev if decision else 0) == choice.seen_rev:
        return
    if decision is None:
        raise AlreadyHandled
    person = accounts.person(decision.decided_by) if decision.decided_by else None
    what = say(
        "%(number)s：%(outcome)s",
        number=application.number or "",
        outcome=rules.WORDS[decision.outcome],
    )
    raise AlreadyHandled(person.name if person else "", what, decision.decided_at)


def _line(application: Application, verdict: Verdict) -> Line:
    requested = application.amount_requested_fen or 0
    amount = rules.amount_of(verdict, requested)
    rank = verdict.rank if verdict.outcome == "reserve" else None
    return Line(application.id, application.track_id, requested, verdict.outcome, amount, rank)


def _record(actor: Actor, application: Application, verdict: Verdict, line: Line) -> None:
    decision = queries.decision_of(application.id)
    if decision is None:
        decision = Decision(application_id=application.id, rev=0)
        db.session.add(decision)
    set_decision(actor, decision, verdict, line)
    fire(
        actor,
        application,
        "decide",
        outcome=line.outcome,
        amount_fen=line.amount_fen,
        rank=line.rank,
    )
    letters.draft(actor, application, outcome_letter(application, decision), letters.OUTCOME)


def set_decision(actor: Actor, decision: Decision, verdict: Verdict, line: Line) -> None:
    """Write a verdict into its row; the revision tells it from what was there before."""
    decision.outcome = verdict.outcome
    decision.amount_fen = line.amount_fen
    decision.reserve_rank = line.rank
    decision.reason = verdict.reason.strip()
    decision.rev += 1
    decision.decided_by, decision.decided_at = actor.user_id, clock.now()


def outcome_letter(application: Application, decision: Decision) -> letter_rules.Letter:
    """The letter about a decision."""
    return letter_rules.outcome(
        letters.about(application),
        decision.outcome,
        application.amount_requested_fen or 0,
        decision.amount_fen,
        decision.reserve_rank,
        decision.reason,
    )
