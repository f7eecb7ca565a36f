"""Applications in the middle of screening, and what is left of a step."""

import sqlalchemy as sa

from charity_portal.kernel import clock, mail
from charity_portal.kernel.database import db, transaction
from charity_portal.organizations.models import Organization
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.screening import ConditionalAcceptance, CorrectionRequest
from charity_portal.projects.rules.screening import default_due
from charity_portal.projects.services import screening
from tests.factories import notices as make
from tests.factories.organizations import acting, make_member

AUDIT_MISSING = {"slot:audit": "上年度审计报告尚未出具"}
INCOMPLETE = ("certificate", "budget_note")
"""The papers of an application that lacks its secondary one."""


def ask_for_correction(desk: make.Office, row: Application) -> CorrectionRequest:
    """Two defects, due in five working days: on Monday 9 March 2026 at 17:00."""
    failing = {"summary": "未写明服务频次", "budget": "人员补贴缺少测算依据"}
    until = default_due(clock.today(), 5)
    with transaction():
        screening.screen(desk.officer, row.id, make.check(row, "correction", failing, due_at=until))
    return db.session.query(CorrectionRequest).filter_by(application_id=row.id).one()


def accept_conditionally(desk: make.Office, row: Application) -> ConditionalAcceptance:
    """The audit report may follow within ten working days."""
    until = default_due(clock.today(), 10)
    with transaction():
        screening.screen(
            desk.officer, row.id, make.check(row, "conditional", AUDIT_MISSING, due_at=until)
        )
    return db.session.query(ConditionalAcceptance).filter_by(application_id=row.id).one()


def promise(row: Application, with_paper: bool = False) -> None:
    """A member signs, and hands the paper in as well."""
    owner = acting(make_member(db.session.get_one(Organization, row.organization_id)))
    with transaction():
        screening.sign_promise(owner, row.id)
        if with_paper:
            make.attach(db.session.get_one(Application, row.id), "audit")


def fresh(application: Application) -> Application:
    """The application as it stands now."""
    db.session.rollback()
    return db.session.get_one(Application, application.id, populate_existing=True)


def letters(kind: str = screening.KIND) -> list[mail.OutboxMail]:
    """What was written, oldest first."""
    own = sa.select(mail.OutboxMail).where(mail.OutboxMail.kind == kind)
    return list(db.session.scalars(own.order_by(mail.OutboxMail.id)))
