"""What happens by itself when a time has come. Run by jobs, decided by the clock."""

from datetime import datetime

import sqlalchemy as sa

from charity_portal.kernel import clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.permissions import Actor
from charity_portal.kernel.states import fire
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.notices import PublicNotice
from charity_portal.projects.models.screening import ConditionalAcceptance, CorrectionRequest
from charity_portal.projects.queries import drafts
from charity_portal.projects.queries import screening as queries
from charity_portal.projects.rules import letters as letter_rules
from charity_portal.projects.rules import notices as notice_rules
from charity_portal.projects.rules import screening as rules
from charity_portal.projects.services import letters
from charity_portal.projects.services.screening import KIND


def lapse_due(actor: Actor) -> int:
    """Void what was neither mended nor completed by its deadline; how many applications."""
    now = clock.now()
    late = sa.union(
        sa.select(CorrectionRequest.application_id).where(
            CorrectionRequest.due_at <= now,
            CorrectionRequest.answered_at.is_(None),
            CorrectionRequest.lapsed_at.is_(None),
        ),
        sa.select(ConditionalAcceptance.application_id).where(
            ConditionalAcceptance.due_at <= now,
            ConditionalAcceptance.completed_at.is_(None),
            ConditionalAcceptance.lapsed_at.is_(None),
        ),
    )
    return sum(_lapse(actor, key, now) for key in sorted(db.session.scalars(late).all()))


def _lapse(actor: Actor, application_id: int, now: datetime) -> bool:
    """Look at one application again under its lock: somebody may have been faster."""
    application = locked(Application, application_id)
    matter = _overdue(application, now)
    if matter is None:
        return False
    matter.lapsed_at = now
    fire(actor, application, "lapse", due_at=matter.due_at.isoformat())
    letters.post(
        actor, application, letter_rules.lapsed(letters.about(application), matter.due_at), KIND
    )
    return True


def _overdue(
    application: Application, now: datetime
) -> CorrectionRequest | ConditionalAcceptance | None:
    if application.state == "correction":
        request = drafts.correction(application.id)
        return request if request and rules.is_over(request.due_at, now) else None
    condition = drafts.condition(application.id) if application.state == "conditional" else None
    if condition is None:
        return None
    owed = queries.papers_still_owed(condition)
    return condition if rules.lapses(condition.promised_at, owed, condition.due_at, now) else None


def end_notices(actor: Actor) -> int:
    """End the notices whose last day is over; how many."""
    now, count = clock.now(), 0
    running = sa.select(PublicNotice.id).where(
        PublicNotice.state == "running", PublicNotice.ends_on < clock.today()
    )
    for notice_id in db.session.scalars(running.order_by(PublicNotice.id)).all():
        notice = locked(PublicNotice, notice_id)
        if notice.state == "running" and now >= notice_rules.closes_at(notice.ends_on):
            fire(actor, notice, "end", ends_on=notice.ends_on.isoformat())
            count += 1
    return count
