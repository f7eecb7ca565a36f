"""What lies on an applicant's desk: each application with what is to be done, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from charity_portal.kernel import clock
from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.time_left import remaining
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Extension
from charity_portal.projects.models.screening import ConditionalAcceptance, CorrectionRequest
from charity_portal.projects.queries import drafts
from charity_portal.projects.rules import calls as call_rules

TONES = {
    "draft": "neutral",
    "submitted": "waiting",
    "correction": "bad",
    "conditional": "waiting",
    "eligible": "waiting",
    "decided": "waiting",
    "proposed": "good",
    "awarded": "good",
    "ineligible": "bad",
    "lapsed": "bad",
}


@dataclass(frozen=True)
class Row:
    """One application for its owner. `todo` is None when there is nothing to do but wait; `due` is
    when doing it ends, `left` how long that is from now, in words."""

    application: Application
    word: Text
    tone: str
    todo: Text | None
    endpoint: str
    due: datetime | None
    left: Text | None


def rows(applications: Sequence[Application]) -> list[Row]:
    """The desk's rows, in four statements however many there are."""
    ids = [application.id for application in applications]
    corrections = drafts.corrections(ids)
    conditions = drafts.conditions(ids)
    longer = _extensions(applications)
    return [
        _row(
            application,
            corrections.get(application.id),
            conditions.get(application.id),
            longer.get((application.call_id, application.organization_id)),
        )
        for application in applications
    ]


def row(application: Application) -> Row:
    """One application's row."""
    return _row(
        application,
        drafts.correction(application.id) if application.state == "correction" else None,
        drafts.condition(application.id) if application.state == "conditional" else None,
        _extensions([application]).get((application.call_id, application.organization_id)),
    )


def _row(
    application: Application,
    correction: CorrectionRequest | None,
    condition: ConditionalAcceptance | None,
    extension: Extension | None,
) -> Row:
    todo, endpoint, due = _next(application, correction, condition, extension)
    state = application.state
    return Row(
        application=application,
        word=application.MACHINE.public_word(state),
        tone=TONES.get(state, "done"),
        todo=todo,
        endpoint=endpoint,
        due=due,
        left=remaining(due, clock.now()) if due else None,
    )


def _next(
    application: Application,
    correction: CorrectionRequest | None,
    condition: ConditionalAcceptance | None,
    extension: Extension | None,
) -> tuple[Text | None, str, datetime | None]:
    show = "projects_applications.show"
    if application.state == "draft":
        due = call_rules.closing(application.call, extension)
        where = call_rules.phase(application.call, clock.now(), extension)
        if where == "open":
            return say("继续填写并提交"), "projects_drafts.edit", due
        return say("征集已截止，草稿保留备查"), "projects_drafts.edit", None
    if application.state == "correction" and correction is not None:
        return say("按通知补正并重新提交"), "projects_drafts.edit", correction.due_at
    if application.state == "conditional" and condition is not None:
        if condition.promised_at is None:
            return say("签署容缺承诺"), "projects_applications.promise", condition.due_at
        return say("补齐欠缺的材料"), "projects_papers.index", condition.due_at
    return None, show, None


def _extensions(applications: Sequence[Application]) -> dict[tuple[int, int], Extension]:
    calls = {a.call_id for a in applications if a.state == "draft"}
    owners = {a.organization_id for a in applications if a.state == "draft"}
    wanted = sa.select(Extension).where(
        Extension.call_id.in_(calls), Extension.organization_id.in_(owners)
    )
    return {(e.call_id, e.organization_id): e for e in db.session.scalars(wanted)}
