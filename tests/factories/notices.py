"""Applications that were handed in, decided, put on notice and objected to; made by the services.

Everything that an address needs is made for `world.organization_id`, see `examples.py`.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from charity_portal.kernel import clock, files
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.files import StoredFile
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import SYSTEM, Actor
from charity_portal.organizations.models import Organization
from charity_portal.projects.models.applications import (
    Application,
    Attachment,
    DraftField,
    Submission,
)
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.notices import Objection, PublicNotice
from charity_portal.projects.queries import applications, calls
from charity_portal.projects.queries import screening as screening_queries
from charity_portal.projects.rules import contents, dossier
from charity_portal.projects.rules.decisions import Verdict
from charity_portal.projects.rules.screening import Finding
from charity_portal.projects.services import decisions, notices, objections, screening
from charity_portal.projects.services.decisions import Choice
from charity_portal.projects.services.objections import Receipt, Statement
from charity_portal.projects.services.screening import Check
from tests.factories.accounts import make_user
from tests.factories.calls import make_call
from tests.factories.examples import Example, World
from tests.factories.organizations import make_member, make_organization

YUAN = 100
REQUESTED = 50_000 * YUAN
PAPERS = ("certificate", "budget_note", "audit")
_titles = itertools.count(1)


def fields_of(title: str, yuan: int, track: str = "elderly") -> dict[str, str]:
    """A draft without a defect for `make_call`: three lines that add up to `yuan` of grant."""
    labour, management = yuan // 10, yuan // 20
    lines = {
        "AAAAAAAA": ("activity", "助老活动", yuan - labour - management, yuan // 5),
        "BBBBBBBB": ("labour", "社工补贴", labour, 0),
        "CCCCCCCC": ("management", "管理费", management, 0),
    }
    fields = {
        "title": title,
        "track": track,
        "summary": "为社区独居老人提供每周两次的入户陪伴和就医陪护。",
        "lead_name": "周安宁",
        "starts_on": "2026-05-01",
        "ends_on": "2027-04-30",
        "answer:need": "辖区独居老人三百余名，就医不便。",
        "answer:area": "芝罘区向阳街道",
        "answer:people": "320",
        "answer:target": "elderly",
        "confirmed": "yes",
        "budget:order": ",".join(lines),
    }
    for uid, (category, item, grant, own) in lines.items():
        cells = {
            "category": category,
            "item": item,
            "unit": "项",
            "quantity": "1",
            "unit_price": str(grant + own),
            "grant": str(grant),
            "own": str(own),
            "matched": "0",
        }
        fields |= {f"budget:{uid}:{column}": text for column, text in cells.items()}
    return fields


def submitted(
    call: Call | None = None,
    organization: Organization | None = None,
    yuan: int = 50_000,
    papers: Sequence[str] = PAPERS,
    title: str | None = None,
    track: str = "elderly",
    member: bool = True,
    **changes: Any,
) -> Application:
    """An application that was handed in, with its papers, its frozen version and its member."""
    call = call or make_call()
    if organization is None:
        organization = make_organization()
        if member:
            make_member(organization)
    title = title or f"银龄陪伴计划{next(_titles)}"
    fields = fields_of(title, yuan, track)
    with transaction():
        row = Application(
            call_id=call.id,
            organization_id=organization.id,
            state="submitted",
            number=next_number("SB", clock.today().year),
            title=title,
            summary=fields["summary"],
            track_id=next((t.id for t in call.tracks if t.key == track), None),
            amount_requested_fen=yuan * YUAN,
            submitted_at=clock.now(),
            **changes,
        )
        db.session.add(row)
        db.session.flush()
        for key, value in fields.items():
            db.session.add(DraftField(application_id=row.id, key=key, value=value, rev=1))
        for slot in papers:
            attach(row, slot)
        freeze(row, fields)
    return row


def attach(application: Application, slot: str) -> Attachment:
    """A paper in a slot, now; inside a transaction."""
    found = {s.key: s for s in application.call.slots}[slot]
    stored = StoredFile(sha256="0" * 64, size=1234, mime="application/pdf", name=f"{slot}.pdf")
    db.session.add(stored)
    db.session.flush()
    row = Attachment(
        application_id=application.id, slot_id=found.id, file_id=stored.id, name=stored.name
    )
    db.session.add(row)
    db.session.flush()
    return row


def freeze(application: Application, fields: Mapping[str, str]) -> Submission:
    """The version that was handed in; inside a transaction."""
    form = calls.form_of(application.call)
    papers = applications.papers(application.id)
    read, _ = dossier.read(form, fields, papers)
    version = len(applications.submissions(application.id)) + 1
    now = clock.now()
    content = contents.content(form, {"name": "", "org_ref": ""}, read, fields, version, now)
    row = Submission(
        application_id=application.id,
        version=version,
        content=content,
        content_hash=contents.content_hash(content),
        receipt_number=next_number("HZ", clock.today().year),
        submitted_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


@dataclass(frozen=True)
class Office:
    """Two officers and two approvers, as actors."""

    officer: Actor
    colleague: Actor
    approver: Actor
    second: Actor


def office() -> Office:
    """Somebody for each step."""
    return Office(
        staff("officer", "何经办"),
        staff("officer", "沈经办"),
        staff("approver", "姜审批"),
        staff("approver", "陆审批"),
    )


def staff(role: str, name: str) -> Actor:
    """A person with a role, as the app makes actors."""
    user = make_user(name, roles=(role,))
    return Actor(user.id, user.name, frozenset({role}))


def check(
    application: Application, action: str, failing: Mapping[str, str] | None = None, **more: Any
) -> Check:
    """A whole checklist: everything holds except the rows in `failing` (row: what is wrong)."""
    case = screening_queries.case(db.session.get_one(Application, application.id))
    failing = failing or {}
    findings = {
        i.key: Finding(i.key, i.key not in failing, failing.get(i.key, "")) for i in case.items
    }
    return Check(case.seen, action, findings, **more)


def eligible(actor: Actor, call: Call | None = None, **more: Any) -> Application:
    """An application that passed screening."""
    row = submitted(call, **more)
    with transaction():
        screening.screen(actor, row.id, check(row, "accept"))
    return row


def choice(application: Application, outcome: str, yuan: int | None = None, **more: Any) -> Choice:
    """A decision on an application about which nothing is decided yet."""
    seen = more.pop("seen", 0)
    reason = more.pop("reason", "预算压缩" if outcome == "partial" else "与征集方向不符")
    amount = yuan * YUAN if yuan is not None else None
    return Choice(application.id, seen, Verdict(outcome, amount, more.pop("rank", None), reason))


def decide(actor: Actor, call: Call, *choices: Choice) -> None:
    """Take decisions."""
    with transaction():
        decisions.decide(actor, call.id, choices)


def start(actor: Actor, call: Call, workdays: int = 5) -> PublicNotice:
    """Start the notice."""
    with transaction():
        return notices.start(actor, call.id, workdays)


def on_notice(desk: Office, count: int = 1, call: Call | None = None) -> PublicNotice:
    """A running notice with so many proposed awards."""
    call = call or make_call()
    rows = [eligible(desk.officer, call) for _ in range(count)]
    decide(desk.approver, call, *(choice(row, "award") for row in rows))
    return start(desk.approver, call)


def lodge(notice: PublicNotice, application_id: int | None = None, **changes: str) -> Receipt:
    """Somebody objects."""
    wanted = sa.select(Application.id).where(
        Application.call_id == notice.call_id, Application.state == "proposed"
    )
    target = application_id or db.session.scalars(wanted.order_by(Application.id)).first() or 0
    values = {
        "person": "欧阳云舒",
        "contact": "13800000000",
        "text": "该项目与上一年度已获资助的项目内容重复，请核实。",
    } | changes
    with transaction():
        return objections.lodge(Actor(), notice.id, Statement(target, **values))


def objection_of(receipt: Receipt) -> Objection:
    """The row behind a receipt."""
    return db.session.query(Objection).filter_by(number=receipt.number).one()


def _own_application(world: World) -> Application:
    owner = db.session.get_one(Organization, world.organization_id)
    return submitted(organization=owner)


def _own_notice(world: World) -> PublicNotice:
    desk = office()
    call = make_call()
    row = _own_application_in(world, call, desk)
    decide(desk.approver, call, choice(row, "award"))
    return start(desk.approver, call)


def _own_application_in(world: World, call: Call, desk: Office) -> Application:
    owner = db.session.get_one(Organization, world.organization_id)
    return eligible(desk.officer, call, organization=owner)


def _objection(world: World) -> int:
    notice = _own_notice(world)
    with transaction():
        stored = files.keep(SYSTEM, files.prepare_own(b"%PDF-1.4", "x.pdf", "application/pdf"))
        receipt = objections.lodge(
            Actor(),
            notice.id,
            Statement(
                notices.queries.proposed(notice.id)[0].application_id,
                "欧阳云舒",
                "13800000000",
                "该项目与上一年度已获资助的项目内容重复，请核实。",
            ),
        )
        row = objection_of(receipt)
        row.evidence_file_id = stored.id
    return row.id


EXAMPLES: dict[str, Example] = {
    "notice_id": lambda world: _own_notice(world).id,
    "objection_id": _objection,
    "projects_notices.show.number": lambda world: _own_notice(world).number,
    "projects_notices.object_to.number": lambda world: _own_notice(world).number,
    "projects_notices.progress.number": lambda world: "YY-2026-000001",
    **{
        f"projects_cases.{view}.application_id": lambda world: _own_application(world).id
        for view in ("show", "preview", "screen", "complete", "turn_down", "reopen")
    },
}
