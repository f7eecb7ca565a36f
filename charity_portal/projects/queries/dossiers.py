"""What was handed in, for those who judge it: the newest submitted version, typed, with its form."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from charity_portal.kernel.database import db
from charity_portal.kernel.errors import NotFound
from charity_portal.projects.models.applications import Application, Attachment, Submission
from charity_portal.projects.queries import calls
from charity_portal.projects.rules import dossier as dossiers
from charity_portal.projects.rules.budget import Line as Line
from charity_portal.projects.rules.call_form import CallForm as CallForm
from charity_portal.projects.rules.call_form import QuestionForm as QuestionForm
from charity_portal.projects.rules.dossier import FIELD_WORDS as FIELD_WORDS
from charity_portal.projects.rules.dossier import Answer as Answer
from charity_portal.projects.rules.dossier import Dossier as Dossier


@dataclass(frozen=True)
class Submitted:
    """One application as it was handed in last. `old_names` is what the register called the applicant
    on that day: its name and its identifier. `dossier` is None for a record kept from elsewhere."""

    application_id: int
    call_id: int
    organization_id: int
    track_id: int | None
    title: str
    summary: str
    form: CallForm
    dossier: Dossier | None
    old_names: tuple[str, ...]


def submitted(application_id: int) -> Submitted | None:
    """The newest submitted version; None when nothing was handed in. Six statements."""
    return submitted_all([application_id]).get(application_id)


def submitted_all(application_ids: Collection[int]) -> dict[int, Submitted]:
    """The newest submitted version of each of these applications; as many statements as for one, as
    long as they belong to one call."""
    newest = (
        sa.select(sa.func.max(Submission.id))
        .where(Submission.application_id.in_(application_ids))
        .group_by(Submission.application_id)
    )
    rows = db.session.execute(
        sa.select(Application, Submission.content)
        .join(Submission, Submission.application_id == Application.id)
        .where(Submission.id.in_(newest))
    ).all()
    forms = {key: _form(key) for key in {application.call_id for application, _ in rows}}
    return {a.id: _submitted(a, content, forms[a.call_id]) for a, content in rows}


def _form(call_id: int) -> CallForm:
    call = calls.whole_call(call_id)
    if call is None:
        raise NotFound
    return calls.form_of(call)


def _submitted(application: Application, content: dict[str, Any], form: CallForm) -> Submitted:
    dossier = None
    if "fields" in content:
        papers = tuple(dossiers.Paper(**paper) for paper in content["papers"])
        dossier, _ = dossiers.read(form, content["fields"], papers)
    applicant = content.get("applicant", {})
    return Submitted(
        application_id=application.id,
        call_id=application.call_id,
        organization_id=application.organization_id,
        track_id=application.track_id,
        title=application.title,
        summary=application.summary,
        form=form,
        dossier=dossier,
        old_names=tuple(filter(None, (applicant.get("name"), applicant.get("org_ref")))),
    )


def paper_counts(application_ids: Iterable[int]) -> dict[int, int]:
    """How many papers these applications have now; one statement."""
    counted = (
        sa.select(Attachment.application_id, sa.func.count())
        .where(Attachment.application_id.in_(set(application_ids)), Attachment.removed_at.is_(None))
        .group_by(Attachment.application_id)
    )
    return dict(db.session.execute(counted).all())
