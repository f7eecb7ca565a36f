"""Objections to a public notice: lodged under a real name, examined, answered in public.

Who objects is sealed in the row and appears nowhere else: not in the audit trail, not in an address,
not in a letter. The objector follows the case with its number and a code that is shown once.
"""

import secrets
from dataclasses import dataclass

from charity_portal.kernel import audit, clock, files
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.files import Prepared
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.secrets import blind_index
from charity_portal.kernel.states import fire
from charity_portal.projects.errors import Anonymous, NoticeOver, OwnOrganization
from charity_portal.projects.models.notices import Objection, PublicNotice
from charity_portal.projects.queries import notices as queries
from charity_portal.projects.rules import notices as rules
from charity_portal.projects.services.taking import require_step

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 12
FEWEST_CHARACTERS, MOST_CHARACTERS = 10, 3000


@dataclass(frozen=True)
class Statement:
    """What somebody objects to, and who it is."""

    application_id: int
    person: str
    contact: str
    text: str


@dataclass(frozen=True)
class Receipt:
    """What the objector takes away. `code` is kept nowhere."""

    number: str
    code: str


def lodge(
    actor: Actor, notice_id: int, statement: Statement, evidence: Prepared | None = None
) -> Receipt:
    """Take an objection in; it must arrive while the notice runs and carry a real name.

    Raises NoticeOver from the midnight that ends the last day on, Anonymous without a name or a way
    to reach the person, Invalid for the rest.
    """
    notice = locked(PublicNotice, notice_id)
    require(actor, "projects:objection:raise", notice)
    now = clock.now()
    if not rules.takes_objections(notice.state, notice.ends_on, now):
        raise NoticeOver
    _refuse(notice_id, statement)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    day = clock.local(now).date()
    objection = Objection(
        number=next_number("YY", day.year),
        notice_id=notice_id,
        application_id=statement.application_id,
        evidence_file_id=files.keep(actor, evidence).id if evidence else None,
        code_hash=blind_index("objection", code),
        received_at=now,
        due_on=rules.examination_due(day),
    )
    objection.person = statement.person.strip()
    objection.contact = statement.contact.strip()
    objection.text = statement.text.strip()
    db.session.add(objection)
    db.session.flush()
    audit.record(
        actor,
        "projects.objection.lodge",
        objection,
        after={"notice": notice_id, "application": statement.application_id},
    )
    return Receipt(objection.number, code)


def _refuse(notice_id: int, statement: Statement) -> None:
    wrong: dict[str, list[Text]] = {}
    if nameless := rules.name_problem(statement.person):
        wrong["person"] = [nameless]
    if unreachable := rules.contact_problem(statement.contact):
        wrong["contact"] = [unreachable]
    length = len(statement.text.strip())
    if length < FEWEST_CHARACTERS:
        wrong["text"] = [say("请写明异议的事实和理由（至少 %(n)s 个字）。", n=FEWEST_CHARACTERS)]
    elif length > MOST_CHARACTERS:
        wrong["text"] = [say("不能超过 %(n)s 个字。", n=MOST_CHARACTERS)]
    proposed = {item.application_id for item in queries.proposed(notice_id)}
    if statement.application_id not in proposed:
        wrong["application_id"] = [say("请选择本次公示中的一个拟立项项目。")]
    if "person" in wrong or "contact" in wrong:
        raise Anonymous(fields=wrong)
    if wrong:
        raise Invalid(fields=wrong)


def examine(actor: Actor, objection_id: int) -> Objection:
    """An officer opens the re-examination."""
    objection = _take(actor, objection_id, "examine")
    fire(actor, objection, "examine")
    return objection


def retract(actor: Actor, objection_id: int, reason: str) -> Objection:
    """The objector took it back; how that was established goes into the record."""
    objection = _take(actor, objection_id, "retract")
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请写明撤回的方式和核实情况。")]})
    _keep_person_out(objection, "reason", reason)
    fire(actor, objection, "retract", reason=reason.strip())
    objection.decided_by, objection.decided_at = actor.user_id, clock.now()
    return objection


def answer(
    actor: Actor, objection_id: int, upheld: bool, finding: str, public_outcome: str
) -> Objection:
    """Uphold or dismiss. `finding` stays inside; `public_outcome` is published and names no objector."""
    objection = _take(actor, objection_id, "uphold")
    wrong = {
        name: [message]
        for name, text, message in (
            ("finding", finding, say("请填写复核情况（内部留存）。")),
            ("public_outcome", public_outcome, say("请填写向社会公布的复核结论。")),
        )
        if not text.strip()
    }
    if wrong:
        raise Invalid(fields=wrong)
    _keep_person_out(objection, "public_outcome", public_outcome)
    fire(actor, objection, "uphold" if upheld else "dismiss")
    objection.finding = finding.strip()
    objection.public_outcome = public_outcome.strip()
    objection.decided_by, objection.decided_at = actor.user_id, clock.now()
    return objection


def _take(actor: Actor, objection_id: int, action: str) -> Objection:
    """Lock an objection for a step; AlreadyHandled when somebody was faster."""
    objection = locked(Objection, objection_id)
    require_step(objection, action)
    if actor.role_in(objection.application.organization_id) is not None:
        raise OwnOrganization
    return objection


def _keep_person_out(objection: Objection, field: str, text: str) -> None:
    if rules.names_person(text, objection.person or "", objection.contact or ""):
        raise Invalid(fields={field: [say("文字中出现了异议人的姓名或联系方式，请删去后再提交。")]})
