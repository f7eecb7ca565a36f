"""In what parts an award is paid, and from where: planned, and changed while nothing is confirmed."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from charity_portal.funds.queries import funds, ledger, purses
from charity_portal.funds.queries.purses import Purse
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, WrongState
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.projects.errors import PlanMoved
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.tranches import Tranche
from charity_portal.projects.queries import tranches as queries
from charity_portal.projects.rules import paying as rules
from charity_portal.projects.rules.paying import Part as Part
from charity_portal.projects.rules.paying import Pocket
from charity_portal.projects.rules.paying import mark as mark


def plan(actor: Actor, application_id: int, parts: Sequence[Part], seen: str) -> list[Tranche]:
    """Lay down how what is left of an award is paid. `seen` is the mark of the plan that was looked
    at (`rules.paying.mark`); tranches whose condition is confirmed, paid or stopped stay as they are.

    Raises Invalid with every fault, PlanMoved when somebody else changed the plan meanwhile.
    """
    application = locked(Application, application_id)
    require(actor, "projects:tranche:plan", application)
    award = queries.award(application_id)
    if award is None or queries.awarded(application_id) is None:
        raise WrongState
    existing = _held(application_id)
    if rules.same_plan(existing, parts):
        return existing
    if rules.mark(existing) != seen:
        raise PlanMoved
    fixed = [t for t in existing if t.state != "planned"]
    found = pockets(application.organization_id, (p.purpose_id for p in parts))
    left_fen = award.amount_fen - sum(t.amount_fen for t in fixed)
    problems = rules.plan_problems(left_fen, parts, award.awarded_on, found)
    if problems:
        raise Invalid(fields=problems)
    before = _facts(existing)
    _write(actor, application_id, existing, parts)
    result = _held(application_id)
    audit.record(
        actor,
        "projects.tranche.plan",
        application,
        before={"tranches": before},
        after={"tranches": _facts(result)},
    )
    return result


def pockets(organization_id: int, purpose_ids: Iterable[int]) -> dict[int, Pocket]:
    """These purses as a plan for that organization looks at them."""
    found = purses.purses_of(purpose_ids)
    return {
        key: Pocket(purse.available_fen, purse_problem(purse, organization_id))
        for key, purse in found.items()
    }


def purse_problem(purse: Purse, organization_id: int) -> Text | None:
    """Why an award to that organization cannot be paid from a purse; None when it can."""
    if not purse.open:
        return say("“%(fund)s”目前不在运行中，不能拨付。", fund=purse.fund_name)
    if rules.USE not in purse.uses:
        return say("专款专用：“%(purpose)s”不能用于公益项目资助。", purpose=purse.title)
    if purse.host_id == organization_id:
        return say("受资助单位就是该基金的管理方，不能从该基金拨付。")
    host = funds.host(purse.host_id)
    if host is None or host.archived or host.standing != "normal":
        return say("管理该基金的慈善组织目前状态异常，不能从该基金拨付。")
    return None


def _held(application_id: int) -> list[Tranche]:
    """The tranches of an award, kept from others until the transaction ends."""
    wanted = sa.select(Tranche).where(Tranche.application_id == application_id)
    ordered = wanted.order_by(Tranche.position).with_for_update()
    return list(db.session.scalars(ordered.execution_options(populate_existing=True)))


def _write(
    actor: Actor, application_id: int, existing: Sequence[Tranche], parts: Sequence[Part]
) -> None:
    open_ones = {t.id: t for t in existing if t.state == "planned"}
    kept = {p.tranche_id for p in parts if p.tranche_id in open_ones}
    _drop([t for key, t in open_ones.items() if key not in kept])
    taken = [t.position for t in existing if t.state != "planned"]
    for n, key in enumerate(kept, 1):
        open_ones[key or 0].position = -n  # out of the way: positions are unique at every moment
    db.session.flush()
    owner = purses.purses_of(p.purpose_id for p in parts)
    for position, part in zip(rules.free_positions(taken, len(parts)), parts, strict=True):
        row = open_ones.get(part.tranche_id or 0)
        if row is None:
            row = Tranche(application_id=application_id)
            db.session.add(row)
        row.position = position
        row.condition = part.condition
        row.amount_fen = part.amount_fen
        row.due_on = part.due_on
        row.purpose_id = part.purpose_id
        row.fund_id = owner[part.purpose_id].fund_id
        row.planned_by, row.planned_at = actor.user_id, clock.now()
    db.session.flush()


def _drop(rows: Sequence[Tranche]) -> None:
    """Take tranches out of the plan, unless the ledger knows them."""
    for row in rows:
        if ledger.by_source(f"tranche:{row.id}") is not None:
            raise Invalid(
                fields={
                    "parts": [say("第 %(n)s 期已有账目记录，不能删除，可以修改。", n=row.position)]
                }
            )
        db.session.delete(row)
    db.session.flush()


def _facts(rows: Sequence[Tranche]) -> list[list[object]]:
    return [
        [t.id, t.position, t.state, t.condition, t.amount_fen, t.due_on.isoformat(), t.purpose_id]
        for t in rows
    ]
