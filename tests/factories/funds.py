"""Funds for tests: a charity that may host, an agreement, money in its purses."""

import itertools
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from charity_portal.funds.models.funds import Fund
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.rules.establishing import Agreement, Member, Purpose
from charity_portal.funds.services import channels, funds, moving
from charity_portal.funds.services.channels import Channel
from charity_portal.funds.services.moving import Paper
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import Actor
from charity_portal.organizations.models import Organization
from tests.factories.accounts import make_user
from tests.factories.examples import Example, World
from tests.factories.organizations import make_organization

PAPER = Paper("记-2026-0001", "按协议办理")
_serials = itertools.count(1)


def make_staff(*roles: str) -> Actor:
    """A person of the office in these roles."""
    user = make_user()
    return Actor(user.id, user.name, frozenset(roles))


def committee(size: int = 5, supervisors: int = 1) -> tuple[Member, ...]:
    """A committee of so many with its chair, and so many supervisors."""
    seats = ["chair"] + ["member"] * (size - 1) + ["supervisor"] * supervisors
    return tuple(
        Member(seat, f"测试成员{number}", "居民代表") for number, seat in enumerate(seats, 1)
    )


def agreement(host_id: int, **given: Any) -> Agreement:
    """A complete agreement; `given` replaces fields."""
    number = next(_serials)
    plain = Agreement(
        kind="community",
        host_id=host_id,
        name_zh=f"幸福社区慈善基金{number}",
        mission_zh="扶助本社区困难居民",
        initiator="幸福社区居民委员会",
        agreement_number=f"协议〔2026〕{number:04d}号",
        signed_on=date(2026, 1, 5),
        naming="以社区名称命名",
        end_conditions="期满或者双方书面同意",
        surplus_rule="用于本慈善组织目的相近的项目",
        minimum_fen=0,
        purposes=(Purpose("助老", ("award", "wish", "activity")), Purpose("急难", ("relief",))),
        members=committee(),
    )
    return replace(plain, **given)


@dataclass(frozen=True)
class Settled:
    """A fund, its purposes, and people who may do everything that is to be done with it."""

    fund_id: int
    host_id: int
    purposes: tuple[int, ...]
    staff: Actor

    @property
    def purpose(self) -> int:
        """The first purpose."""
        return self.purposes[0]

    def receive(self, amount_fen: int, source: str, **given: Any) -> int:
        """Income inside a transaction of its own; the entry's id."""
        with transaction():
            return moving.receive(
                self.staff, self.fund_id, amount_fen, given.pop("purpose", self.purpose), source,
                given.pop("paper", PAPER), **given,
            ).id  # fmt: skip

    def allocate(self, amount_fen: int, source: str, **given: Any) -> int:
        """A promise inside a transaction of its own; the entry's id."""
        with transaction():
            return moving.allocate(
                self.staff, self.fund_id, given.pop("payee", None), amount_fen,
                given.pop("purpose", self.purpose), source, given.pop("paper", PAPER), **given,
            ).id  # fmt: skip

    def pay(self, allocation_id: int) -> int:
        """A payment inside a transaction of its own; the entry's id."""
        with transaction():
            return moving.pay(self.staff, allocation_id, PAPER).id


def make_host() -> Organization:
    """A charity in good standing."""
    return make_organization(kind="foundation", is_charity=True)


def make_fund(active: bool = True, host_id: int | None = None, **given: Any) -> Settled:
    """A fund; without money unless a test gives it some."""
    host_id = host_id or make_host().id
    staff = make_staff("officer", "approver", "finance")
    with transaction():
        fund = funds.open_fund(staff, agreement(host_id, **given))
        if active:
            funds.activate(staff, fund.id)
        purposes = tuple(purpose.id for purpose in queries.purposes(fund.id))
        return Settled(fund.id, host_id, purposes, staff)


def fund_row(settled: Settled) -> Fund:
    """The fund's row as it is now."""
    db.session.rollback()
    return db.session.get_one(Fund, settled.fund_id)


def _of_world(world: World) -> Settled:
    """The fund that examples belong to, hosted by the world's organization; made once.

    The organization is a charity only while the fund is opened: other examples know it otherwise.
    """
    if "fund" not in world.made:
        with transaction():
            host = db.session.get_one(Organization, world.organization_id)
            before = host.kind, host.is_charity
            host.kind, host.is_charity = "foundation", True
        made = make_fund(host_id=world.organization_id)
        with transaction():
            host = db.session.get_one(Organization, world.organization_id)
            host.kind, host.is_charity = before
        world.made["fund"] = made
    found: Settled = world.made["fund"]
    return found


def _entry(world: World) -> int:
    fund = _of_world(world)
    if "entry" not in world.made:
        world.made["entry"] = fund.receive(
            1_000_00, "interest:0:examples", income_source="interest"
        )
    return int(world.made["entry"])


def _promise(world: World) -> int:
    """What is left of the fund, promised and to be paid."""
    _entry(world)
    return _of_world(world).allocate(1_00, "surplus:0:examples", use="surplus")


def _channel(world: World) -> int:
    fund = _of_world(world)
    told = Channel("counter", "接待室现场接收", "工作日 9:00—17:00")
    with transaction():
        return channels.add(fund.staff, fund.host_id, told).id


EXAMPLES: dict[str, Example] = {
    "fund_id": lambda world: _of_world(world).fund_id,
    "purpose_id": lambda world: _of_world(world).purpose,
    "host_id": lambda world: _of_world(world).host_id,
    "entry_id": _entry,
    "funds_money.payment.entry_id": _promise,
    "funds_money.settle.entry_id": _promise,
    "channel_id": _channel,
    "month": lambda world: "2026-02",
}
