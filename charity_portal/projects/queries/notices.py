"""Reading public notices, objections to them, and the awards that came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.kernel import clock
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.i18n import Text, say
from charity_portal.organizations import queries as organizations
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Track
from charity_portal.projects.models.notices import NoticeItem, Objection, PublicNotice
from charity_portal.projects.models.screening import Award
from charity_portal.projects.queries import decisions
from charity_portal.projects.rules.decisions import GRANTS

ANSWERED = ("upheld", "dismissed")


@dataclass(frozen=True)
class Project:
    """One application in a notice, as everybody may see it. Amounts in minor units."""

    application_id: int
    number: str
    title: str
    organization_id: int
    organization: str
    track: Track | None
    requested: int
    outcome: str
    amount: int
    rank: int | None
    state: str


@dataclass(frozen=True)
class PublicOutcome:
    """How an objection ended; no person, and no word that was not meant for everybody."""

    number: str
    project: str
    state: str
    word: Text
    text: str
    decided_at: datetime | None


@dataclass(frozen=True)
class NoticeRow:
    """A notice of a call, for outsiders."""

    id: int
    number: str
    state: str
    supplementary: bool
    starts_on: date
    ends_on: date
    workdays: int
    closed_at: datetime | None


@dataclass(frozen=True)
class AwardRow:
    """One confirmed award. Amounts in minor units of the call's currency."""

    application_id: int
    number: str
    title: str
    organization_id: int
    track: Track | None
    requested: int
    awarded: int
    awarded_on: date
    notice_number: str


def notice(notice_id: int) -> PublicNotice | None:
    """One notice with its call."""
    return db.session.get(PublicNotice, notice_id, options=[joinedload(PublicNotice.call)])


def by_number(number: str) -> PublicNotice | None:
    """The notice of that number (GS-…) with its call."""
    wanted = sa.select(PublicNotice).where(PublicNotice.number == number)
    return db.session.scalar(wanted.options(joinedload(PublicNotice.call)))


def notices_page(after: str | None = None, size: int = 20) -> Page[PublicNotice]:
    """All notices, the newest first."""
    wanted = sa.select(PublicNotice).options(joinedload(PublicNotice.call))
    return page(
        wanted,
        order=[PublicNotice.starts_on.desc(), PublicNotice.id.desc()],
        after=after,
        size=size,
    )


def running() -> list[PublicNotice]:
    """The notices that take objections now, the first to end first."""
    wanted = (
        sa.select(PublicNotice)
        .where(PublicNotice.state == "running", PublicNotice.ends_on >= clock.today())
        .options(joinedload(PublicNotice.call))
        .order_by(PublicNotice.ends_on, PublicNotice.id)
    )
    return list(db.session.scalars(wanted))


def notices_of_call(call_id: int) -> list[NoticeRow]:
    """The notices of a call, the first first."""
    wanted = sa.select(PublicNotice).where(PublicNotice.call_id == call_id)
    return [
        NoticeRow(
            n.id,
            n.number,
            n.state,
            n.supplementary,
            n.starts_on,
            n.ends_on,
            n.workdays,
            n.closed_at,
        )
        for n in db.session.scalars(wanted.order_by(PublicNotice.id))
    ]


def proposed(notice_id: int) -> list[NoticeItem]:
    """The items of a notice that are proposed for an award."""
    wanted = (
        sa.select(NoticeItem)
        .where(NoticeItem.notice_id == notice_id, NoticeItem.outcome.in_(GRANTS))
        .options(joinedload(NoticeItem.application).joinedload(Application.call))
        .order_by(NoticeItem.application_id)
    )
    return list(db.session.scalars(wanted))


def projects(notice_id: int) -> list[Project]:
    """Everything that a notice names: proposed awards by number, then reserves by rank."""
    items = db.session.scalars(
        sa.select(NoticeItem)
        .where(NoticeItem.notice_id == notice_id)
        .options(joinedload(NoticeItem.application).joinedload(Application.track))
    ).all()
    names = organizations.names({item.application.organization_id for item in items})
    found = [_project(item, names) for item in items]
    return sorted(found, key=lambda p: (p.outcome == "reserve", p.rank or 0, p.number))


def _project(item: NoticeItem, names: dict[int, str]) -> Project:
    application = item.application
    return Project(
        application_id=application.id,
        number=application.number or "",
        title=application.title,
        organization_id=application.organization_id,
        organization=names.get(application.organization_id, ""),
        track=application.track,
        requested=application.amount_requested_fen or 0,
        outcome=item.outcome,
        amount=item.amount_fen,
        rank=item.reserve_rank,
        state=application.state,
    )


def outcomes(notice_ids: Sequence[int]) -> list[PublicOutcome]:
    """The answered objections to these notices, for everybody."""
    rows = db.session.execute(
        sa.select(
            Objection.number,
            Application.title,
            Objection.state,
            Objection.public_outcome,
            Objection.decided_at,
        )
        .join(Application, Application.id == Objection.application_id)
        .where(Objection.notice_id.in_(notice_ids), Objection.state.in_(ANSWERED))
        .order_by(Objection.id)
    )
    machine = Objection.MACHINE
    return [
        PublicOutcome(number, title, state, machine.public_word(state), text or "", decided_at)
        for number, title, state, text, decided_at in rows
    ]


def outcomes_of_call(call_id: int) -> list[PublicOutcome]:
    """The answered objections to all notices of a call."""
    return outcomes([n.id for n in notices_of_call(call_id)])


def awards_of_call(call_id: int) -> list[AwardRow]:
    """The confirmed awards of a call with the notice that carried each, by number."""
    rows = db.session.execute(
        sa.select(Application, Award, PublicNotice.number)
        .join(Award, Award.application_id == Application.id)
        .join(NoticeItem, NoticeItem.application_id == Application.id)
        .join(PublicNotice, PublicNotice.id == NoticeItem.notice_id)
        .where(
            Application.call_id == call_id,
            Application.state == "awarded",
            NoticeItem.outcome.in_(GRANTS),
        )
        .options(joinedload(Application.track))
        .order_by(Application.number)
    )
    return [
        AwardRow(
            application_id=a.id,
            number=a.number or "",
            title=a.title,
            organization_id=a.organization_id,
            track=a.track,
            requested=a.amount_requested_fen or 0,
            awarded=award.amount_fen,
            awarded_on=award.awarded_on,
            notice_number=number,
        )
        for a, award, number in rows
    ]


def unfinished(call_id: int) -> Text | None:
    """What keeps a call from being concluded; None when nothing does."""
    still = decisions.in_screening(call_id)
    if still:
        return say("还有 %(n)s 份申请未完成审查，不能办结。", n=still)
    undecided = [line for line in decisions.lines(call_id) if line.outcome is None]
    if undecided:
        return say("还有 %(n)s 份申请未作出决定，不能办结。", n=len(undecided))
    if decisions.entries(call_id, ("decided",)):
        return say("还有已决定、未公布的申请，请先公示。")
    open_notices = [n.number for n in notices_of_call(call_id) if n.state != "closed"]
    if open_notices:
        return say("公示 %(numbers)s 尚未办结。", numbers="、".join(open_notices))
    return None
