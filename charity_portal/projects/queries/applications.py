"""Reading applications: one, lists of them, their papers and their submitted versions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.files import StoredFile
from charity_portal.kernel.jobs import Job
from charity_portal.organizations import queries as organizations
from charity_portal.projects.models.applications import Application, Attachment, Submission
from charity_portal.projects.models.calls import Slot, Track
from charity_portal.projects.queries import calls
from charity_portal.projects.rules import dossier as dossiers
from charity_portal.projects.rules.dossier import Dossier, Paper

RECEIPT_JOB = "projects.receipt"


@dataclass(frozen=True)
class Filters:
    """What a list of applications is narrowed down to; empty means everything handed in."""

    text: str = ""
    state: str = ""
    track: str = ""


def application(application_id: int) -> Application | None:
    """One application with its call."""
    return db.session.get(Application, application_id, options=[joinedload(Application.call)])


def application_of(number: str) -> Application | None:
    """The application of that number (SB-…)."""
    wanted = sa.select(Application).where(Application.number == number)
    return db.session.scalar(wanted.options(joinedload(Application.call)))


def applications_of(
    organization_ids: Collection[int], filed_by: int | None = None, after: str | None = None
) -> Page[Application]:
    """What these organizations applied for, and what `filed_by` filed for others; newest first."""
    mine: sa.ColumnElement[bool] = Application.organization_id.in_(organization_ids)
    if filed_by is not None:
        mine = sa.or_(mine, Application.on_behalf_by == filed_by)
    wanted = (
        sa.select(Application)
        .where(mine, Application.state != "discarded")
        .options(joinedload(Application.call))
    )
    return page(
        wanted, order=[Application.changed_at.desc(), Application.id.desc()], after=after, size=30
    )


def discarded_of(organization_ids: Collection[int], limit: int = 20) -> list[Application]:
    """Drafts that were thrown away, the latest first."""
    wanted = (
        sa.select(Application)
        .where(Application.organization_id.in_(organization_ids), Application.state == "discarded")
        .options(joinedload(Application.call))
        .order_by(Application.changed_at.desc())
        .limit(limit)
    )
    return list(db.session.scalars(wanted))


def drafts_of(call_id: int, organization_id: int) -> list[Application]:
    """An organization's drafts for a call, the latest first."""
    wanted = (
        sa.select(Application)
        .where(
            Application.call_id == call_id,
            Application.organization_id == organization_id,
            Application.state == "draft",
        )
        .order_by(Application.id.desc())
    )
    return list(db.session.scalars(wanted))


def applications_of_call_page(
    call_id: int, filters: Filters | None = None, after: str | None = None, size: int = 50
) -> Page[Application]:
    """What was handed in for a call, in the order it arrived; drafts never."""
    filters = filters or Filters()
    wanted = (
        sa.select(Application)
        .where(
            Application.call_id == call_id,
            Application.state.not_in(calls.IN_HAND),
            Application.submitted_at.is_not(None),
        )
        .options(joinedload(Application.track), joinedload(Application.call))
    )
    if filters.state:
        wanted = wanted.where(Application.state == filters.state)
    if filters.track:
        wanted = wanted.join(Track, Track.id == Application.track_id).where(
            Track.key == filters.track
        )
    if filters.text.strip():
        text = filters.text.strip()
        wanted = wanted.where(
            sa.or_(
                Application.title.icontains(text, autoescape=True),
                Application.number == text.upper(),
                Application.organization_id.in_(organizations.named_like(text)),
            )
        )
    order = [Application.submitted_at, Application.id]
    return page(wanted, order=order, after=after, size=size)


def attachments(application_id: int) -> list[Attachment]:
    """The papers that are there now, slot by slot, with their files."""
    wanted = (
        sa.select(Attachment)
        .join(Attachment.slot)
        .where(Attachment.application_id == application_id, Attachment.removed_at.is_(None))
        .options(joinedload(Attachment.slot), joinedload(Attachment.file))
        .order_by(Slot.position, Slot.id, Attachment.id)
    )
    return list(db.session.scalars(wanted))


def attachment(application_id: int, attachment_id: int) -> Attachment | None:
    """One paper of this application, taken away or not, with its file."""
    wanted = (
        sa.select(Attachment)
        .where(Attachment.id == attachment_id, Attachment.application_id == application_id)
        .options(
            joinedload(Attachment.application),
            joinedload(Attachment.slot),
            joinedload(Attachment.file),
        )
    )
    return db.session.scalar(wanted)


def papers(application_id: int) -> tuple[Paper, ...]:
    """The papers as the rules want them."""
    return tuple(
        Paper(row.id, row.slot.key, row.name, row.file.size, row.file.sha256, row.file.mime)
        for row in attachments(application_id)
    )


def submissions(application_id: int) -> list[Submission]:
    """All submitted versions, the newest first."""
    wanted = sa.select(Submission).where(Submission.application_id == application_id)
    return list(db.session.scalars(wanted.order_by(Submission.version.desc())))


def newest_submission(application_id: int) -> Submission | None:
    """The version that counts."""
    wanted = sa.select(Submission).where(Submission.application_id == application_id)
    return db.session.scalar(wanted.order_by(Submission.version.desc()).limit(1))


def submission(application_id: int, version: int) -> Submission | None:
    """One submitted version with its application, call and receipt."""
    wanted = (
        sa.select(Submission)
        .where(Submission.application_id == application_id, Submission.version == version)
        .options(
            joinedload(Submission.application).joinedload(Application.call),
            joinedload(Submission.receipt_file),
        )
    )
    return db.session.scalar(wanted)


def submission_of(submission_id: int) -> Submission | None:
    """A submitted version by its id, with application and call."""
    joined = joinedload(Submission.application).joinedload(Application.call)
    return db.session.get(Submission, submission_id, options=[joined])


def papers_of(submitted: Submission) -> tuple[Paper, ...]:
    """The papers that were frozen with a version."""
    return tuple(Paper(**paper) for paper in submitted.content["papers"])


def dossier_of(application: Application) -> Dossier | None:
    """What was submitted last, typed; None when nothing was, or only a record from elsewhere is kept.

    Six statements whatever its size.
    """
    submitted = newest_submission(application.id)
    return dossier_at(application, submitted) if submitted and written_here(submitted) else None


def written_here(submitted: Submission) -> bool:
    """Whether a version was written in the portal; others keep the record of where they come from."""
    return "fields" in submitted.content


def dossier_at(application: Application, submitted: Submission) -> Dossier:
    """What one submitted version says."""
    call = calls.whole_call(application.call_id) or application.call
    found, _ = dossiers.read(calls.form_of(call), submitted.content["fields"], papers_of(submitted))
    return found


@dataclass(frozen=True)
class Receipt:
    """What a receipt proves, without a name: when something with this hash was handed in."""

    number: str
    submitted_at: datetime
    content_hash: str


def receipt(number: str) -> Receipt | None:
    """The receipt of that number (HZ-…)."""
    return _receipt(Submission.receipt_number == number)


def receipt_with_file(sha256: str) -> Receipt | None:
    """The receipt whose PDF has that hash."""
    known = sa.select(StoredFile.id).where(StoredFile.sha256 == sha256)
    return _receipt(Submission.receipt_file_id.in_(known))


def _receipt(which: sa.ColumnElement[bool]) -> Receipt | None:
    found = db.session.scalar(sa.select(Submission).where(which).limit(1))
    if found is None or found.receipt_number is None:
        return None
    return Receipt(found.receipt_number, found.submitted_at, found.content_hash)


def receipt_job(submission: Submission) -> Job | None:
    """The job that makes a receipt."""
    return db.session.scalar(sa.select(Job).where(Job.key == receipt_key(submission.id)))


def receipt_key(submission_id: int) -> str:
    """The key under which a receipt's job is written, so that there is one."""
    return f"{RECEIPT_JOB}:{submission_id}"
