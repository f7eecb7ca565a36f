"""Reading for screening: the queue across calls, one case with its checklist, what happened to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.i18n import say
from charity_portal.organizations import queries as organizations
from charity_portal.projects.models.applications import Application, Attachment, Submission
from charity_portal.projects.models.calls import Call, Track
from charity_portal.projects.models.screening import (
    ConditionalAcceptance,
    CorrectionRequest,
    Screening,
)
from charity_portal.projects.queries import applicants, applications, calls, drafts, steps
from charity_portal.projects.queries.steps import Event
from charity_portal.projects.rules import dossier as dossiers
from charity_portal.projects.rules import screening
from charity_portal.projects.rules.call_form import CallForm
from charity_portal.projects.rules.dossier import Dossier
from charity_portal.projects.rules.screening import Item

TODO = ("submitted", "conditional")
NEVER_SEEN = ("draft", "discarded")
STATES = (
    "submitted",
    "conditional",
    "correction",
    "eligible",
    "ineligible",
    "lapsed",
    "decided",
    "proposed",
    "reserve",
    "awarded",
    "refused",
    "cancelled",
    "withdrawn",
)


@dataclass(frozen=True)
class Filter:
    """What the queue is narrowed down to. `state` is `todo`, `all` or one state."""

    call_id: int | None = None
    state: str = "todo"
    track_id: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Row:
    """One application in the queue. `due_at` is the deadline that runs for the applicant."""

    application: Application
    organization: str
    due_at: datetime | None


def queue(wanted: Filter, after: str | None = None, size: int = 50) -> Page[Row]:
    """One screenful, oldest first; the number of statements does not grow with the rows."""
    found = page(
        _selected(wanted).options(joinedload(Application.call), joinedload(Application.track)),
        order=[Application.submitted_at, Application.id],
        after=after,
        size=size,
    )
    return Page(_rows(found.items), found.next_cursor, found.first)


def count(wanted: Filter) -> int:
    """How many applications the filter finds."""
    counted = sa.select(sa.func.count()).select_from(_selected(wanted).subquery())
    return db.session.scalar(counted) or 0


def everything(wanted: Filter) -> Iterator[Row]:
    """All rows that the filter finds, in the order of the queue, for export; read in pieces."""
    after: str | None = None
    while True:
        found = queue(wanted, after=after, size=1000)
        yield from found.items
        after = found.next_cursor
        if after is None:
            return


def _selected(wanted: Filter) -> sa.Select[Application]:
    found = sa.select(Application).where(
        Application.submitted_at.is_not(None), Application.state.not_in(NEVER_SEEN)
    )
    if wanted.state == "todo":
        found = found.where(Application.state.in_(TODO))
    elif wanted.state != "all":
        found = found.where(Application.state == wanted.state)
    if wanted.call_id is not None:
        found = found.where(Application.call_id == wanted.call_id)
    if wanted.track_id is not None:
        found = found.where(Application.track_id == wanted.track_id)
    text = wanted.text.strip()
    if text:
        found = found.where(
            sa.or_(
                Application.title.icontains(text, autoescape=True),
                Application.number.icontains(text, autoescape=True),
                Application.organization_id.in_(organizations.named_like(text)),
            )
        )
    return found


def _rows(found: Sequence[Application]) -> list[Row]:
    names = organizations.names({a.organization_id for a in found})
    due = _deadlines([a.id for a in found if a.state in ("correction", "conditional")])
    return [Row(a, names.get(a.organization_id, ""), due.get(a.id)) for a in found]


def _deadlines(ids: Sequence[int]) -> dict[int, datetime]:
    if not ids:
        return {}
    found: dict[int, datetime] = {}
    for kind, ended in (
        (CorrectionRequest, CorrectionRequest.answered_at),
        (ConditionalAcceptance, ConditionalAcceptance.completed_at),
    ):
        waiting = sa.select(kind.application_id, kind.due_at).where(
            kind.application_id.in_(ids), ended.is_(None), kind.lapsed_at.is_(None)
        )
        for key, due_at in db.session.execute(waiting):
            found[key] = due_at
    return found


def calls_in_queue() -> list[Call]:
    """The calls that something was handed in for, the newest first."""
    handed_in = sa.exists().where(
        Application.call_id == Call.id, Application.submitted_at.is_not(None)
    )
    return list(
        db.session.scalars(sa.select(Call).where(handed_in).order_by(Call.id.desc()).limit(300))
    )


def filed_by(user_id: int) -> list[Application]:
    """The drafts that an officer began on behalf of organizations, the latest first."""
    own = sa.select(Application).where(
        Application.on_behalf_by == user_id, Application.state.in_(("draft", "correction"))
    )
    return list(
        db.session.scalars(
            own.options(joinedload(Application.call))
            .order_by(Application.changed_at.desc())
            .limit(50)
        )
    )


def tracks_of(call_id: int) -> list[Track]:
    """The tracks of a call."""
    own = sa.select(Track).where(Track.call_id == call_id)
    return list(db.session.scalars(own.order_by(Track.position, Track.id)))


@dataclass(frozen=True)
class Case:
    """An application with all that an officer needs to judge it. `seen` names what is shown here."""

    application: Application
    form: CallForm
    submission: Submission | None
    dossier: Dossier | None
    items: list[Item]
    attachments: list[Attachment]
    organization_name: str
    organization_code: str
    standing: str
    correction: CorrectionRequest | None
    condition: ConditionalAcceptance | None
    last: Screening | None

    @property
    def seen(self) -> str:
        """What the officer looked at, so that a step taken on an older view is noticed."""
        return seen_mark(self.application, self.submission)


def seen_mark(application: Application, submitted: Submission | None) -> str:
    """State and version in one word."""
    return f"{application.state}:{submitted.version if submitted else 0}"


def case(application: Application) -> Case:
    """Everything about one application; the same reading serves the page and the decision."""
    call = calls.whole_call(application.call_id) or application.call
    form = calls.form_of(call)
    submitted = applications.newest_submission(application.id)
    dossier, items = None, []
    if submitted is not None:
        papers = applications.papers(application.id)
        dossier, defects = dossiers.read(form, submitted.content["fields"], papers)
        lacking = applicants.defects(call, application.organization_id, application.id)
        items = screening.checklist(form, [*lacking, *defects])
    profile = organizations.profile(application.organization_id)
    if profile is None:
        raise LookupError(application.organization_id)  # the foreign key forbids it
    return Case(
        application=application,
        form=form,
        submission=submitted,
        dossier=dossier,
        items=items,
        attachments=applications.attachments(application.id),
        organization_name=profile.shown_name,
        organization_code=profile.uscc or profile.filing_number or "",
        standing=profile.standing,
        correction=drafts.correction(application.id),
        condition=drafts.condition(application.id),
        last=last_screening(application.id),
    )


def last_screening(application_id: int) -> Screening | None:
    """The newest completeness check."""
    own = sa.select(Screening).where(Screening.application_id == application_id)
    return db.session.scalar(own.order_by(Screening.id.desc()).limit(1))


def papers_still_owed(condition: ConditionalAcceptance) -> list[str]:
    """The promised slots without a paper that came before the deadline."""
    present = [
        screening.Paper(row.slot.key, row.added_at)
        for row in applications.attachments(condition.application_id)
    ]
    return screening.still_missing(condition.missing, present, condition.due_at)


def last_step(application: Application) -> Event | None:
    """The newest step, papers that were handed in later included."""
    last = steps.last_step(application)
    submitted = applications.newest_submission(application.id)
    if submitted is not None and (last is None or last.at < submitted.submitted_at):
        return Event(submitted.submitted_at, say("提交材料"), str(say("申请机构")), None)
    return last
