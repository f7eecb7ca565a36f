"""Awards with money behind them, in parts: planned, confirmed, approved, paid, stopped, asked back."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import Actor
from charity_portal.organizations.models import Organization
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.screening import Award
from charity_portal.projects.models.tranches import GrantBar, Reclaim, Tranche
from charity_portal.projects.queries import award_money
from charity_portal.projects.queries import tranches as queries
from charity_portal.projects.rules import paying
from charity_portal.projects.rules.paying import Part
from charity_portal.projects.services import reclaims, tranche_plans, tranches
from charity_portal.projects.services.reclaims import Demand, Refund
from tests.factories.accounts import make_user
from tests.factories.calls import make_call
from tests.factories.examples import Example, World
from tests.factories.funds import Settled, make_fund
from tests.factories.notices import submitted

AWARD_FEN = 5_000_000
STATES = ("planned", "released", "allocated", "paid", "stopped")


@dataclass(frozen=True)
class Hands:
    """Four people: each step belongs to another."""

    officer: Actor
    approver: Actor
    finance: Actor
    fund: Settled


def staff(*roles: str) -> Actor:
    """Somebody who can sign in with these roles."""
    user = make_user(roles=list(roles))
    return Actor(user.id, user.name, frozenset(roles))


def hands(money_fen: int = 10 * AWARD_FEN) -> Hands:
    """People, and a fund with so much in its first purse."""
    fund = make_fund()
    if money_fen:
        fund.receive(money_fen, f"donation:t{fund.fund_id}")
    return Hands(staff("officer"), staff("approver"), staff("finance"), fund)


def make_award(
    organization: Organization | None = None,
    amount_fen: int = AWARD_FEN,
    call: Call | None = None,
    **given: Any,
) -> Application:
    """An application that was granted something, without a plan."""
    row = submitted(call or make_call(), organization, **given)
    with transaction():
        application = db.session.get_one(Application, row.id)
        application.state = "awarded"
        db.session.add(
            Award(
                application_id=row.id,
                amount_fen=amount_fen,
                awarded_on=clock.today(),
                planned_start=date(2026, 5, 1),
                planned_end=date(2027, 4, 30),
            )
        )
    return row


def parts_of(people: Hands, *amounts: int, due_on: date = date(2026, 4, 1)) -> list[Part]:
    """So many parts from the fund's first purse."""
    conditions = list(paying.CONDITIONS)
    return [
        Part(conditions[min(n, 2)], amount, due_on, people.fund.purpose)
        for n, amount in enumerate(amounts)
    ]


def plan(people: Hands, application: Application, *amounts: int) -> list[int]:
    """Plan an award in these amounts (50 : 40 : 10 without); the tranches' ids."""
    wanted = amounts or (AWARD_FEN // 2, AWARD_FEN * 4 // 10, AWARD_FEN // 10)
    with transaction():
        rows = tranche_plans.plan(
            people.officer, application.id, parts_of(people, *wanted), paying.mark([])
        )
        return [row.id for row in rows]


def make_tranche(
    state: str = "planned", people: Hands | None = None, application: Application | None = None
) -> int:
    """The first of an award's three tranches, in that state; its id."""
    people = people or hands()
    key = plan(people, application or make_award())[0]
    move(people, key, state)
    return key


def move(people: Hands, tranche_id: int, state: str) -> None:
    """Take a planned tranche to a state, each step by whose it is."""
    if state == "stopped":
        with transaction():
            tranches.stop(people.approver, tranche_id, "项目中止")
        return
    for step in STATES[1 : STATES.index(state) + 1]:
        with transaction():
            if step == "released":
                tranches.release(people.officer, tranche_id, "协议已于 3 月 1 日签订，编号 12 号")
            elif step == "allocated":
                tranches.approve(people.approver, tranche_id)
            else:
                tranches.pay(people.finance, tranche_id, "付-0001", clock.today())


def make_reclaim(
    people: Hands,
    application: Application,
    amount_fen: int = 1_000_000,
    bar_years: int | None = None,
    due_on: date = date(2026, 4, 1),
) -> int:
    """A demand for money that was paid; its id."""
    claimable = award_money.sums(application.id).claimable_fen
    with transaction():
        wanted = Demand(amount_fen, "未按协议使用资金", due_on, claimable, bar_years)
        return reclaims.demand(people.approver, application.id, wanted).id


def receive(people: Hands, reclaim_id: int, amount_fen: int, part: int = 1) -> None:
    """Some of it comes back."""
    with transaction():
        refund = Refund(part, amount_fen, people.fund.purpose, f"收-{part}", clock.today())
        reclaims.receive(people.finance, reclaim_id, refund)


def tranche_now(tranche_id: int) -> Tranche:
    """The row as it is now."""
    db.session.rollback()
    return db.session.get_one(Tranche, tranche_id)


def reclaim_now(reclaim_id: int) -> Reclaim:
    """The row as it is now."""
    db.session.rollback()
    return db.session.get_one(Reclaim, reclaim_id)


def _own(world: World) -> dict[str, int]:
    """One award of the world's organization with everything that an address can name."""
    if "tranches" not in world.made:
        owner = db.session.get_one(Organization, world.organization_id)
        people, application = hands(), make_award(owner)
        key = make_tranche("paid", people, application)
        reclaim = make_reclaim(people, application)
        other = make_award()  # who is barred cannot apply, and other examples are applications
        make_tranche("paid", people, other)
        make_reclaim(people, other, bar_years=3)
        bar = db.session.query(GrantBar.id).filter_by(application_id=other.id).scalar()
        open_one = queries.tranches(application.id)[1].id
        world.made["tranches"] = {
            "application_id": application.id,
            "paid": key,
            "tranche_id": open_one,
            "reclaim_id": reclaim,
            "bar_id": bar,
        }
    return dict(world.made["tranches"])


def _of(name: str) -> Example:
    return lambda world: _own(world)[name]


EXAMPLES: dict[str, Example] = {
    "tranche_id": _of("tranche_id"),
    "reclaim_id": _of("reclaim_id"),
    "bar_id": _of("bar_id"),
    **{
        f"{endpoint}.application_id": _of("application_id")
        for endpoint in (
            "projects_tranches.award",
            "projects_tranches.plan",
            "projects_reclaims.demand",
            "projects_awards.show",
        )
    },
}
