"""What came of a call: each application's outcome, and totals that the database adds up."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from charity_portal.kernel.database import db
from charity_portal.organizations import queries as organizations
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call, Track
from charity_portal.projects.models.notices import Objection, PublicNotice
from charity_portal.projects.models.screening import Award, Decision

DECIDED_OBJECTIONS = ("upheld", "dismissed")
OUTCOMES = ("awarded", "cancelled", "reserve", "refused", "ineligible", "lapsed", "withdrawn")


@dataclass(frozen=True)
class ResultRow:
    """One awarded application. Amounts in minor units of the call's currency."""

    application_id: int
    number: str
    title: str
    organization_id: int
    organization: str
    organization_en: str | None
    org_ref: str | None
    track_zh: str | None
    track_en: str | None
    requested: int | None
    awarded: int
    awarded_on: date

    @property
    def above_request(self) -> bool:
        """Whether more was granted than asked for."""
        return self.requested is not None and self.awarded > self.requested

    @property
    def below_request(self) -> bool:
        """Whether less was granted than asked for."""
        return self.requested is not None and self.awarded < self.requested


@dataclass(frozen=True)
class Totals:
    """Sums over a call's awards, in minor units of `currency`."""

    call_id: int
    call_number: str
    currency: str
    count: int
    requested: int
    awarded: int
    above_request: int
    below_request: int
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True)
class TrackTotal:
    """Sums over one track's awards."""

    title_zh: str | None
    title_en: str | None
    count: int
    requested: int
    awarded: int


@dataclass(frozen=True)
class ObjectionOutcome:
    """How an objection ended, without the person who raised it."""

    number: str
    project: str
    state: str
    outcome: str


@dataclass(frozen=True)
class NoticeOutcome:
    """A public notice that is over, with its objections."""

    number: str
    starts_on: date
    ends_on: date
    workdays: int
    objections: list[ObjectionOutcome]


def totals(call_id: int) -> Totals:
    """The sums over all awards of a call."""
    call = db.session.get_one(Call, call_id)
    above = sa.case((Award.amount_fen > Application.amount_requested_fen, 1), else_=0)
    below = sa.case((Award.amount_fen < Application.amount_requested_fen, 1), else_=0)
    row = db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(Application.amount_requested_fen), 0),
            sa.func.coalesce(sa.func.sum(Award.amount_fen), 0),
            sa.func.coalesce(sa.func.sum(above), 0),
            sa.func.coalesce(sa.func.sum(below), 0),
            sa.func.min(Award.awarded_on),
            sa.func.max(Award.awarded_on),
        )
        .join(Application, Application.id == Award.application_id)
        .where(Application.call_id == call_id, Application.state == "awarded")
    ).one()
    count, requested, awarded, higher, lower, first_on, last_on = row
    return Totals(
        call_id,
        call.number,
        call.currency,
        count,
        int(requested),
        int(awarded),
        int(higher),
        int(lower),
        first_on,
        last_on,
    )


def track_totals(call_id: int) -> list[TrackTotal]:
    """The same sums track by track, largest award first."""
    awarded = sa.func.sum(Award.amount_fen)
    rows = db.session.execute(
        sa.select(
            Track.title_zh,
            Track.title_en,
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(Application.amount_requested_fen), 0),
            awarded,
        )
        .select_from(Award)
        .join(Application, Application.id == Award.application_id)
        .outerjoin(Track, Track.id == Application.track_id)
        .where(Application.call_id == call_id, Application.state == "awarded")
        .group_by(Track.id, Track.title_zh, Track.title_en)
        .order_by(awarded.desc())
    )
    return [
        TrackTotal(zh, en, n, int(asked or 0), int(given or 0)) for zh, en, n, asked, given in rows
    ]


def awarded_rows(call_id: int) -> list[ResultRow]:
    """Every award: of a call by number, of a funder's history the newest first."""
    call = db.session.get_one(Call, call_id)
    newest_first = () if call.external_ref is None else (Award.awarded_on.desc(),)
    rows = db.session.execute(
        sa.select(Application, Award, Track.title_zh, Track.title_en)
        .join(Award, Award.application_id == Application.id)
        .outerjoin(Track, Track.id == Application.track_id)
        .where(Application.call_id == call_id, Application.state == "awarded")
        .order_by(*newest_first, Application.number)
    ).all()
    profiles = organizations.profiles({app.organization_id for app, *_ in rows})
    return [_row(app, award, zh, en, profiles[app.organization_id]) for app, award, zh, en in rows]


def _row(
    application: Application,
    award: Award,
    track_zh: str | None,
    track_en: str | None,
    profile: organizations.OrganizationProfile,
) -> ResultRow:
    return ResultRow(
        application_id=application.id,
        number=application.number or "",
        title=application.title,
        organization_id=profile.id,
        organization=profile.name,
        organization_en=profile.name_en,
        org_ref=profile.org_ref,
        track_zh=track_zh,
        track_en=track_en,
        requested=application.amount_requested_fen,
        awarded=award.amount_fen,
        awarded_on=award.awarded_on,
    )


def notice_outcomes(call_id: int) -> list[NoticeOutcome]:
    """The call's closed notices, oldest first, each with the objections that were decided."""
    notices = db.session.scalars(
        sa.select(PublicNotice)
        .where(PublicNotice.call_id == call_id, PublicNotice.state == "closed")
        .order_by(PublicNotice.id)
    ).all()
    decided: dict[int, list[ObjectionOutcome]] = {notice.id: [] for notice in notices}
    rows = db.session.execute(
        sa.select(Objection, Application.title)
        .join(Application, Application.id == Objection.application_id)
        .where(Objection.notice_id.in_(decided), Objection.state.in_(DECIDED_OBJECTIONS))
        .order_by(Objection.id)
    )
    for objection, project in rows:
        outcome = ObjectionOutcome(
            objection.number, project, objection.state, objection.public_outcome or ""
        )
        decided[objection.notice_id].append(outcome)
    return [
        NoticeOutcome(n.number, n.starts_on, n.ends_on, n.workdays, decided[n.id]) for n in notices
    ]


def outcome_counts(call_id: int) -> dict[str, int]:
    """How many applications ended in each outcome."""
    rows = db.session.execute(
        sa.select(Application.state, sa.func.count())
        .where(Application.call_id == call_id, Application.state.in_(OUTCOMES))
        .group_by(Application.state)
    )
    found = {row[0]: row[1] for row in rows}
    return {state: found[state] for state in OUTCOMES if state in found}


def refusals(call_id: int) -> list[tuple[str, str]]:
    """Number and published reason of each refused application; organizations are not named."""
    rows = db.session.execute(
        sa.select(Application.number, Decision.reason)
        .join(Decision, Decision.application_id == Application.id)
        .where(Application.call_id == call_id, Application.state == "refused")
        .order_by(Application.number)
    )
    return [(number or "", reason) for number, reason in rows]
