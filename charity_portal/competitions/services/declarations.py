"""What a member promises and declares before any applicant is named."""

from charity_portal.competitions.errors import NotDeclared
from charity_portal.competitions.models.panels import Panelist, Tie
from charity_portal.competitions.queries import panels as queries
from charity_portal.competitions.rules.ties import TIES
from charity_portal.competitions.services import conflicts, seats
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, NotFound, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import SYSTEM, Actor, require
from charity_portal.organizations import queries as organizations


def agree(actor: Actor, panelist_id: int) -> None:
    """Promise confidentiality and fair conduct; done twice it stays as it was."""
    panelist = _accepted(actor, panelist_id)
    if panelist.agreed_at is None:
        panelist.agreed_at = clock.now()
        db.session.flush()
        audit.record(actor, "competitions.panelist.agreed", panelist)


def declare(actor: Actor, panelist_id: int, organization_id: int, kind: str, note: str) -> int:
    """Declare a tie to a registered organization, applicant or not; the tie's id.

    Nothing in what happens tells the member which it was: the same is done and said either way.
    """
    panelist = _accepted(actor, panelist_id)
    problems = {}
    if organizations.profile(organization_id) is None:
        problems["organization"] = [say("请选择列出的机构。")]
    if kind not in TIES:
        problems["kind"] = [say("请选择关系。")]
    if kind == "other" and not note.strip():
        problems["note"] = [say("请说明是什么关系。")]
    declared = queries.ties(panelist_id)
    if any(d.tie.organization_id == organization_id and d.tie.kind == kind for d in declared):
        problems["organization"] = [say("这一关系已经申报。")]
    if problems:
        raise Invalid(fields=problems)
    tie = Tie(
        panelist_id=panelist.id, organization_id=organization_id, kind=kind, note=note.strip()
    )
    db.session.add(tie)
    db.session.flush()
    after = {"tie": tie.id, "organization": organization_id, "kind": kind}
    audit.record(actor, "competitions.panelist.tie_declared", panelist, after=after)
    conflicts.detect(SYSTEM, panelist.edition_id)
    return tie.id


def retract(actor: Actor, panelist_id: int, tie_id: int) -> None:
    """Take back what was declared by mistake. A conflict that came of it stays until an approver lifts
    it."""
    panelist = _accepted(actor, panelist_id)
    tie = locked(Tie, tie_id)
    if tie.panelist_id != panelist.id:
        raise NotFound
    if tie.retracted_at is None:
        tie.retracted_at = clock.now()
        db.session.flush()
        audit.record(actor, "competitions.panelist.tie_retracted", panelist, after={"tie": tie_id})


def complete(actor: Actor, panelist_id: int, nothing_else: bool) -> None:
    """Confirm that there is no other tie: from now on dossiers open. NotDeclared before agreeing."""
    panelist = _accepted(actor, panelist_id)
    if panelist.agreed_at is None:
        raise NotDeclared
    if not nothing_else:
        raise Invalid(fields={"nothing_else": [say("请确认没有其他利害关系。")]})
    if panelist.declared_at is None:
        panelist.declared_at = clock.now()
        db.session.flush()
        ties = len(queries.ties(panelist_id))
        audit.record(actor, "competitions.panelist.declared", panelist, after={"ties": ties})
        conflicts.detect(SYSTEM, panelist.edition_id)


def _accepted(actor: Actor, panelist_id: int) -> Panelist:
    panelist = seats.hold(panelist_id)
    require(actor, "competitions:panel:answer", panelist)
    if panelist.state != "accepted":
        raise WrongState(
            say(
                "当前状态为“%(state)s”，不能办理这一步。请刷新页面查看最新进展。",
                state=Panelist.MACHINE.word(panelist.state),
            )
        )
    return panelist
