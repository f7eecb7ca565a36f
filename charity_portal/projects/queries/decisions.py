"""Reading for decisions: what can be decided in a call, what is decided so far, the letters held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.accounts import queries as accounts
from charity_portal.kernel.database import db
from charity_portal.kernel.mail import OutboxMail
from charity_portal.organizations import queries as organizations
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call, Track
from charity_portal.projects.models.screening import Decision
from charity_portal.projects.rules.decisions import Limits, Line, TrackLimit

OPEN = ("eligible", "decided")
COUNTED = ("eligible", "decided", "proposed", "awarded", "reserve")
"""Applications in these states stand in the arithmetic of the purse; a cancelled award is free again."""
IN_SCREENING = ("submitted", "correction", "conditional")


@dataclass(frozen=True)
class Entry:
    """One application with what is decided about it. `rev` is 0 while nothing is."""

    application: Application
    organization: str
    decision: Decision | None
    decided_by: str

    @property
    def rev(self) -> int:
        """Which decision is shown."""
        return self.decision.rev if self.decision else 0


@dataclass(frozen=True)
class CallInHand:
    """A call with how far deciding has come."""

    call: Call
    counts: Mapping[str, int]

    def number(self, *states: str) -> int:
        """How many of its applications are in these states."""
        return sum(self.counts.get(state, 0) for state in states)


def calls_in_hand() -> list[CallInHand]:
    """Calls that have something to decide, publish or conclude; those still at work first."""
    rows = db.session.execute(
        sa.select(Application.call_id, Application.state, sa.func.count())
        .where(Application.submitted_at.is_not(None))
        .group_by(Application.call_id, Application.state)
    )
    counts: dict[int, dict[str, int]] = {}
    for call_id, state, number in rows:
        counts.setdefault(call_id, {})[state] = number
    states = ("published", "noticed", "concluded")
    found = db.session.scalars(
        sa.select(Call)
        .where(Call.state.in_(states), Call.external_ref.is_(None), Call.id.in_(counts))
        .order_by(Call.state == "concluded", Call.closes_at.desc(), Call.id.desc())
        .limit(200)
    )
    return [CallInHand(call, counts[call.id]) for call in found]


def limits_of(call: Call) -> Limits:
    """What the call allows, for the rules."""
    own = sa.select(Track).where(Track.call_id == call.id).order_by(Track.position, Track.id)
    return Limits(
        currency=call.currency,
        purse_fen=call.purse_fen,
        floor_fen=call.floor_fen,
        cap_fen=call.cap_fen,
        min_awards=call.min_awards,
        max_awards=call.max_awards,
        tracks=tuple(
            TrackLimit(t.id, t.title_zh, t.title_en, t.purse_fen) for t in db.session.scalars(own)
        ),
    )


def entries(call_id: int, states: Sequence[str] = OPEN) -> list[Entry]:
    """The applications in these states with their decisions, by number; five statements in all."""
    rows = db.session.execute(
        sa.select(Application, Decision)
        .outerjoin(Decision, Decision.application_id == Application.id)
        .where(Application.call_id == call_id, Application.state.in_(states))
        .options(joinedload(Application.track), joinedload(Application.call))
        .order_by(Application.number, Application.id)
    ).all()
    names = organizations.names({a.organization_id for a, _ in rows})
    people = accounts.people({d.decided_by for _, d in rows if d and d.decided_by})
    return [
        Entry(a, names.get(a.organization_id, ""), d, _name(people, d.decided_by if d else None))
        for a, d in rows
    ]


def _name(people: Mapping[int, accounts.Person], user_id: int | None) -> str:
    person = people.get(user_id) if user_id is not None else None
    return person.name if person else ""


def lines(call_id: int) -> list[Line]:
    """Every application of the call that counts, as the rules want it."""
    rows = db.session.execute(
        sa.select(
            Application.id,
            Application.track_id,
            Application.amount_requested_fen,
            Application.state,
            Decision.outcome,
            Decision.amount_fen,
            Decision.reserve_rank,
        )
        .outerjoin(Decision, Decision.application_id == Application.id)
        .where(Application.call_id == call_id, Application.state.in_(COUNTED))
        .order_by(Application.id)
    )
    return [
        Line(key, track, requested or 0)
        if outcome is None or state == "eligible"
        else Line(key, track, requested or 0, outcome, amount, rank)
        for key, track, requested, state, outcome, amount, rank in rows
    ]


def line_of(entry: Entry) -> Line:
    """One entry as the rules want it."""
    a, d = entry.application, entry.decision
    requested = a.amount_requested_fen or 0
    if d is None:
        return Line(a.id, a.track_id, requested)
    return Line(a.id, a.track_id, requested, d.outcome, d.amount_fen, d.reserve_rank)


def decision_of(application_id: int) -> Decision | None:
    """What is decided about an application."""
    return db.session.scalar(sa.select(Decision).where(Decision.application_id == application_id))


def in_screening(call_id: int) -> int:
    """How many applications of the call are still being screened."""
    counted = sa.select(sa.func.count()).where(
        Application.call_id == call_id, Application.state.in_(IN_SCREENING)
    )
    return db.session.scalar(counted) or 0


def held_letters(
    application_ids: Sequence[int], kinds: Sequence[str]
) -> dict[int, list[OutboxMail]]:
    """The letters that wait for release, by application."""
    found: dict[int, list[OutboxMail]] = {}
    held = sa.select(OutboxMail).where(
        OutboxMail.kind.in_(kinds),
        OutboxMail.subject_id.in_(application_ids),
        OutboxMail.state == "held",
    )
    for letter in db.session.scalars(held.order_by(OutboxMail.id)):
        found.setdefault(letter.subject_id or 0, []).append(letter)
    return found
