"""Applications as organizations write them, from a first draft to a submitted version."""

import io
from collections.abc import Mapping
from typing import Any

from charity_portal.kernel import files
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import Actor
from charity_portal.organizations.models import Organization
from charity_portal.projects.models.applications import Application, Attachment, Submission
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.screening import ConditionalAcceptance, CorrectionRequest
from charity_portal.projects.queries import applications, drafts
from charity_portal.projects.services import attachments, submissions
from charity_portal.projects.services import drafts as services
from tests.factories import uploads
from tests.factories.accounts import make_user
from tests.factories.calls import CLOSES, make_call
from tests.factories.examples import Example, World
from tests.factories.organizations import acting, make_member, make_organization

LINES = {
    "aaaaaaaa": ("activity", "助老活动", "场", "40", "1000", "35000", "5000", ""),
    "bbbbbbbb": ("material", "活动物资", "份", "500", "20", "10000", "", ""),
    "cccccccc": ("management", "办公与审计", "项", "1", "5000", "4000", "1000", ""),
}
COLUMNS = ("category", "item", "unit", "quantity", "unit_price", "grant", "own", "matched")
GRANT_FEN = 4_900_000
"""What FIELDS ask of the call: 49,000.00 yuan of 55,000.00."""

FIELDS: dict[str, str] = {
    "title": "银龄食光——社区老年助餐",
    "track": "elderly",
    "summary": "为辖区六十名独居老人每周提供五次午餐和陪伴。",
    "lead_name": "周安宁",
    "starts_on": "2026-05-01",
    "ends_on": "2027-04-30",
    "answer:need": "辖区独居老人三百余名，做饭不便。\n冬季更难。",
    "answer:area": "向阳街道",
    "answer:people": "320",
    "answer:target": "elderly\ndisabled",
    "confirmed": "yes",
    "budget:order": ",".join(LINES),
} | {
    f"budget:{uid}:{column}": text
    for uid, texts in LINES.items()
    for column, text in zip(COLUMNS, texts, strict=True)
}
"""A draft for `make_call` without a defect."""


def make_team(role: str = "owner") -> tuple[Organization, Actor]:
    """An organization and somebody who acts for it."""
    organization = make_organization()
    return organization, acting(make_member(organization, role))


def make_draft(
    actor: Actor, call: Call | None = None, fields: Mapping[str, str] | None = None
) -> Application:
    """A draft of the actor's only organization; without `fields` it is empty."""
    call = call or make_call()
    (organization_id,) = actor.memberships
    with transaction():
        draft = services.start(actor, call.id, organization_id)
    if fields:
        with transaction():
            services.save_fields(actor, draft.id, draft.rev, fields)
    return draft


def add_paper(
    actor: Actor, application: Application, slot: str, content: bytes | None = None, name: str = ""
) -> Attachment:
    """A PDF (or `content`) in a slot."""
    body = uploads.pdf() if content is None else content
    form = next(s for s in application.call.slots if s.key == slot)
    name = name or f"{form.title_zh}.pdf"
    prepared = files.prepare(io.BytesIO(body), name, attachments.allowed(form))
    with transaction():
        return attachments.add(actor, application.id, slot, prepared)


def make_ready(actor: Actor, call: Call | None = None, **changes: str) -> Application:
    """A draft that can be submitted: every field, the required papers; the audit is missing."""
    draft = make_draft(actor, call, FIELDS | changes)
    add_paper(actor, draft, "certificate")
    add_paper(actor, draft, "budget_note", uploads.pdf(2))
    return draft


def submit(actor: Actor, application: Application) -> Submission:
    """Hand it in as it stands."""
    with transaction():
        return submissions.submit(actor, application.id, application.rev)


def make_submitted(
    actor: Actor, call: Call | None = None, **changes: str
) -> tuple[Application, Submission]:
    """An application that was handed in."""
    application = make_ready(actor, call, **changes)
    return application, submit(actor, application)


def ask_for_correction(application: Application, *keys: str, due_at: Any = CLOSES) -> None:
    """The office asks for these fields and slots to be put right, without its own pages."""
    officer = make_user(roles=["officer"])
    with transaction():
        defects = [{"key": key, "text": f"请更正 {key}"} for key in keys]
        db.session.add(
            CorrectionRequest(
                application_id=application.id,
                defects=defects,
                due_at=due_at,
                requested_by=officer.id,
            )
        )
        db.session.get_one(Application, application.id).state = "correction"


def accept_conditionally(application: Application, *slots: str, due_at: Any = CLOSES) -> None:
    """The office takes it with these papers missing, without its own pages."""
    officer = make_user(roles=["officer"])
    with transaction():
        db.session.add(
            ConditionalAcceptance(
                application_id=application.id,
                missing=list(slots),
                due_at=due_at,
                granted_by=officer.id,
            )
        )
        db.session.get_one(Application, application.id).state = "conditional"


def _editor(world: World) -> Actor:
    return Actor(world.people["org_editor"], "", frozenset(), {world.organization_id: "editor"})


def _draft(world: World) -> Application:
    return make_draft(_editor(world), fields=FIELDS)


def _case(world: World, kind: str) -> dict[str, int]:
    """One application with a paper, a change and perhaps a version: the same for all arguments of an
    address, so that they belong together."""
    key = f"application {kind}"
    if key in world.made:
        return dict(world.made[key])
    if kind == "submitted":
        application, _ = make_submitted(_editor(world))
    else:
        application = make_ready(_editor(world))
    change = drafts.newest_change(application.id, "title")
    paper = applications.attachments(application.id)[0]
    world.made[key] = {
        "application_id": application.id,
        "attachment_id": paper.id,
        "change_id": change.id if change else 0,
        "version": 1,
    }
    return dict(world.made[key])


def _part(kind: str, argument: str) -> Example:
    return lambda world: _case(world, kind)[argument]


EXAMPLES: dict[str, Example] = {
    "application_id": lambda world: _draft(world).id,
    "slot_key": lambda world: "certificate",
    "version": _part("submitted", "version"),
    "attachment_id": _part("draft", "attachment_id"),
    "change_id": _part("draft", "change_id"),
    **{
        f"{endpoint}.application_id": _part(kind, "application_id")
        for endpoint, kind in {
            "projects_applications.show": "submitted",
            "projects_applications.version": "submitted",
            "projects_applications.printed": "submitted",
            "projects_applications.withdraw": "submitted",
            "projects_submissions.receipt": "submitted",
            "projects_submissions.receipt_file": "submitted",
            "projects_drafts.restore": "draft",
            "projects_papers.download": "draft",
            "projects_papers.remove": "draft",
        }.items()
    },
}
