"""Lists of calls, for citizens and for staff, in a number of statements that never grows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from charity_portal.kernel import clock
from charity_portal.kernel.database import Page, db, page
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call

GROUPS = ("open", "upcoming", "past")
FEED = 30


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed down to; empty means everything."""

    phase: str = ""
    source: str = ""
    kind: str = ""
    text: str = ""


@dataclass(frozen=True)
class Counts:
    """How many applications of a call stand where."""

    by_state: dict[str, int] = field(default_factory=dict)

    @property
    def drafts(self) -> int:
        """Begun and not handed in."""
        return self.by_state.get("draft", 0)

    @property
    def handed_in(self) -> int:
        """Handed in, whatever came of it; withdrawn ones left out."""
        left_out = ("draft", "discarded", "withdrawn")
        return sum(n for state, n in self.by_state.items() if state not in left_out)

    @property
    def waiting(self) -> int:
        """Waiting to be screened."""
        return self.by_state.get("submitted", 0)


def public_page(group: str, wanted: Filter, after: str | None = None, size: int = 20) -> Page[Call]:
    """Published calls of one group (GROUPS): open ones by closing, upcoming ones by opening, past
    ones with the latest first."""
    now = clock.now()
    found = _narrowed(sa.select(Call).where(Call.state != "draft"), wanted)
    if wanted.phase:
        found = found.where(_in_phase(wanted.phase, now))
    if group == "open":
        return page(
            found.where(_in_phase("open", now)), [Call.closes_at, Call.id], after=after, size=size
        )
    if group == "upcoming":
        return page(
            found.where(_in_phase("upcoming", now)),
            [Call.opens_at, Call.id],
            after=after,
            size=size,
        )
    ended = sa.func.coalesce(Call.closes_at, Call.concluded_at, Call.created_at)
    past = found.where(~_in_phase("open", now), ~_in_phase("upcoming", now))
    return page(past, [ended.desc(), Call.id.desc()], after=after, size=size)


def office_page(wanted: Filter, after: str | None = None, size: int = 30) -> Page[Call]:
    """All calls, drafts included, the newest first."""
    found = _narrowed(sa.select(Call), wanted)
    if wanted.phase:
        found = found.where(_in_phase(wanted.phase, clock.now()))
    return page(found, [Call.id.desc()], after=after, size=size)


def counts(call_ids: Iterable[int]) -> dict[int, Counts]:
    """Applications by state for each of these calls, in one statement."""
    ids = list(call_ids)
    grouped = (
        sa.select(Application.call_id, Application.state, sa.func.count())
        .where(Application.call_id.in_(ids))
        .group_by(Application.call_id, Application.state)
    )
    states: dict[int, dict[str, int]] = {call_id: {} for call_id in ids}
    for call_id, state, n in db.session.execute(grouped):
        states[call_id][state] = n
    return {call_id: Counts(found) for call_id, found in states.items()}


def latest(limit: int = FEED) -> list[Call]:
    """The calls published last, for the feed; those taken over from a history left out."""
    published = (
        sa.select(Call)
        .where(Call.state != "draft", Call.published_at.is_not(None), Call.external_ref.is_(None))
        .order_by(Call.published_at.desc(), Call.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(published))


def published(limit: int = 200) -> list[Call]:
    """Calls of this city that are public and not called off, the newest first."""
    wanted = (
        sa.select(Call)
        .where(Call.state.not_in(("draft", "cancelled")), Call.external_ref.is_(None))
        .order_by(Call.published_at.desc(), Call.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(wanted))


def by_id(call_ids: Iterable[int]) -> dict[int, Call]:
    """These calls, whatever their state."""
    found = db.session.scalars(sa.select(Call).where(Call.id.in_(set(call_ids))))
    return {call.id: call for call in found}


def _narrowed(found: sa.Select[Any], wanted: Filter) -> sa.Select[Any]:
    if wanted.source:
        found = found.where(Call.fund_source == wanted.source)
    if wanted.kind:
        found = found.where(Call.kind == wanted.kind)
    if wanted.text.strip():
        columns = (Call.title_zh, Call.title_en, Call.number, Call.funder_name)
        text = wanted.text.strip()
        found = found.where(sa.or_(*(c.icontains(text, autoescape=True) for c in columns)))
    return found


def _in_phase(name: str, now: datetime) -> sa.ColumnElement[bool]:
    """The same as rules.calls.phase, said in SQL."""
    published = Call.state == "published"
    started, running = Call.opens_at <= now, Call.closes_at > now
    whole = sa.and_(Call.opens_at.is_not(None), Call.closes_at.is_not(None))
    if name == "upcoming":
        return sa.and_(published, whole, ~started)
    if name == "open":
        return sa.and_(published, whole, started, running)
    if name == "closed":
        return sa.and_(published, sa.or_(~whole, sa.and_(started, ~running)))
    return Call.state == name
