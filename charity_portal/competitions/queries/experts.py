"""Reading the expert pool."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.models.experts import Employment, Expert
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.i18n import Text, say


def expert(expert_id: int) -> Expert | None:
    """One expert with employers."""
    return db.session.get(Expert, expert_id, options=[selectinload(Expert.employments)])


def expert_of(user_id: int) -> Expert | None:
    """The expert that this person is."""
    return db.session.scalar(
        sa.select(Expert).where(Expert.user_id == user_id).options(selectinload(Expert.employments))
    )


def employment(employment_id: int) -> Employment | None:
    """One employer of an expert."""
    return db.session.get(Employment, employment_id)


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed down to; empty means everybody."""

    text: str = ""
    state: str = ""
    expertise: str = ""
    capacity: str = ""
    available: bool = False


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    expert: Expert
    name: str
    away: bool


def _chosen(wanted: Filter) -> sa.Select[Expert]:
    found = sa.select(Expert).options(selectinload(Expert.employments))
    if wanted.text.strip():
        found = found.where(Expert.user_id.in_(accounts.named_like(wanted.text)))
    if wanted.state:
        found = found.where(Expert.state == wanted.state)
    for column, key in (
        (Expert.expertise, wanted.expertise),
        (Expert.capacities, wanted.capacity),
    ):
        if key:
            found = found.where(sa.cast(column, sa.Text).contains(f'"{key}"', autoescape=True))
    if wanted.available:
        today = clock.today()
        found = found.where(sa.not_(_away(today, today)))
    return found


def _away(first: date, last: date) -> sa.ColumnElement[bool]:
    """Whether an expert is away on some day of the period."""
    given = sa.or_(Expert.away_from.is_not(None), Expert.away_to.is_not(None))
    begins = sa.or_(Expert.away_from.is_(None), Expert.away_from <= last)
    ends = sa.or_(Expert.away_to.is_(None), Expert.away_to >= first)
    return sa.and_(given, begins, ends)


def is_away(expert: Expert, first: date, last: date) -> bool:
    """Whether an expert said to be away on some day of the period."""
    if expert.away_from is None and expert.away_to is None:
        return False
    begins = expert.away_from is None or expert.away_from <= last
    return begins and (expert.away_to is None or expert.away_to >= first)


def experts_page(wanted: Filter, after: str | None = None) -> Page[Row]:
    """One screenful, the latest first; four statements."""
    found: Page[Expert] = page(_chosen(wanted), [Expert.id.desc()], after, size=50)
    return Page(_rows(found.items), found.next_cursor, found.first)


def everything(wanted: Filter) -> list[Row]:
    """All rows of the filter, in the order of the list."""
    return _rows(db.session.scalars(_chosen(wanted).order_by(Expert.id.desc())).all())


def count(wanted: Filter) -> int:
    """How many the filter finds."""
    chosen = _chosen(wanted).with_only_columns(sa.func.count(), maintain_column_froms=True)
    return db.session.scalar(chosen) or 0


def _rows(experts: Sequence[Expert]) -> list[Row]:
    people = accounts.people(e.user_id for e in experts)
    today = clock.today()
    return [
        Row(e, people[e.user_id].name if e.user_id in people else "", is_away(e, today, today))
        for e in experts
    ]


def admitted() -> list[Expert]:
    """Everybody who may be drawn, whose account is open and still a reviewer's."""
    found = db.session.scalars(
        sa.select(Expert)
        .where(Expert.state == "admitted")
        .options(selectinload(Expert.employments))
        .order_by(Expert.id)
    ).all()
    people = accounts.people(e.user_id for e in found)
    return [e for e in found if _may_review(people.get(e.user_id))]


def _may_review(person: accounts.Person | None) -> bool:
    return person is not None and person.is_active and "reviewer" in person.roles


@dataclass(frozen=True)
class Event:
    """One line of an expert's history."""

    at: datetime
    what: Text
    who: str
    note: str | None


OTHER_STEPS = {
    "competitions.expert.nominated": say("提名"),
    "competitions.expert.registered": say("本人登记"),
    "competitions.expert.edited": say("资料修改"),
    "competitions.expert.employer_added": say("任职经历增加"),
    "competitions.expert.employer_removed": say("任职经历删除"),
}


def history(expert: Expert) -> list[Event]:
    """What was done with an expert's entry, newest first."""
    steps = {
        f"{Expert.MACHINE.domain}.{Expert.MACHINE.name}.{t.action}": t.label
        for t in Expert.MACHINE.transitions
    }
    words = {**OTHER_STEPS, **steps}
    entries = [entry for entry in audit.history(expert) if entry.action in words]
    people = _names(entry.actor_id for entry in entries)
    return [
        Event(e.at, words[e.action], people.get(e.actor_id or 0, ""), e.reason) for e in entries
    ]


def _names(user_ids: Iterable[int | None]) -> dict[int, str]:
    people = accounts.people(i for i in user_ids if i is not None)
    return {key: person.name for key, person in people.items()}
