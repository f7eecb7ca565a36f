"""Spending requests for tests: a fund with a committee that has accounts, money in its purse, and a
request brought as far as a test wants it."""

import io
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from charity_portal.funds.models.spending import SpendingRequest
from charity_portal.funds.rules.establishing import Member
from charity_portal.funds.rules.measures import RuleRow
from charity_portal.funds.rules.spending import Ask
from charity_portal.funds.services import approving, funds, measures, spending, votes, vouchers
from charity_portal.funds.services.approving import Payment
from charity_portal.kernel import clock, files
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.files import Prepared
from charity_portal.kernel.permissions import Actor
from tests.factories.accounts import make_user
from tests.factories.examples import World
from tests.factories.funds import EXAMPLES as FUNDS
from tests.factories.funds import Settled, make_fund, make_staff
from tests.factories.uploads import pdf

REACHED = ("draft", "voting", "passed", "approved", "paid", "closed")


@dataclass(frozen=True)
class Desk:
    """A fund and everybody who has a part in spending it, each with an account of their own."""

    fund: Settled
    asker: Actor
    members: tuple[Actor, ...]
    supervisor: Actor
    approver: Actor
    finance: Actor


def person() -> Actor:
    """Somebody with an account and no role."""
    user = make_user()
    return Actor(user.id, user.name)


def employee(role: str) -> Actor:
    """Somebody of the office who can sign in with that role."""
    user = make_user(roles=(role,))
    return Actor(user.id, user.name, frozenset({role}))


def make_desk(money_fen: int = 10_000_00, seats: int = 5, **given: Any) -> Desk:
    """A running fund with so much in its first purse and a committee that votes by itself."""
    members = tuple(person() for _ in range(seats))
    supervisor = person()
    seated = [
        Member("member" if n else "chair", f"测试委员{n}", "居民代表", actor.user_id)
        for n, actor in enumerate(members)
    ]
    seated.append(Member("supervisor", "测试监督员", "社区监督委员会", supervisor.user_id))
    fund = make_fund(members=tuple(seated), **given)
    if money_fen:
        fund.receive(money_fen, f"desk:{fund.fund_id}")
    office = (employee(role) for role in ("officer", "approver", "finance"))
    officer, approver, finance = office
    return Desk(fund, officer, members, supervisor, approver, finance)


def wanted(desk: Desk, **given: Any) -> Ask:
    """A request that may be asked for; `given` replaces fields."""
    plain = Ask(
        purpose_id=desk.fund.purpose,
        use="activity",
        title="重阳节为老服务活动",
        reason="向社区七十岁以上老人提供上门服务",
        amount_fen=3_000_00,
        payee_kind="supplier",
        payee_name="测试服务部",
        payee_account="6222000000000000001",
    )
    return replace(plain, **given)


def make_request(state: str = "draft", desk: Desk | None = None, **given: Any) -> SpendingRequest:
    """A request in that state (any of REACHED); `given` replaces what it asks for."""
    desk = desk or make_desk()
    with transaction():
        key = spending.ask(desk.asker, desk.fund.fund_id, wanted(desk, **given)).id
    for step in REACHED[1 : REACHED.index(state) + 1]:
        STEPS[step](desk, key)
    return row(key)


def row(key: int) -> SpendingRequest:
    """The request as it is now."""
    db.session.rollback()
    return db.session.get_one(SpendingRequest, key, populate_existing=True)


def put_to_vote(desk: Desk, key: int) -> None:
    """Submit it, with a week to vote."""
    with transaction():
        spending.submit(desk.asker, key, clock.today() + timedelta(days=7))


def let_vote(desk: Desk, key: int, choices: str = "yyyyy", opinion: str = "agrees") -> None:
    """Each member in turn says y(es), n(o), a(bstain), or nothing (-); the supervisor speaks."""
    words = {"y": "yes", "n": "no", "a": "abstain"}
    with transaction():
        for member, letter in zip(desk.members, choices, strict=False):
            if letter in words:
                votes.cast(member, key, words[letter])
        if opinion:
            votes.give_opinion(desk.supervisor, key, opinion, "已列席会议，程序合规")


def count(desk: Desk, key: int) -> None:
    """Count the vote as it stands."""
    with transaction():
        votes.count(desk.asker, key)


def approve(desk: Desk, key: int, exception: str = "") -> None:
    """A second person says yes."""
    with transaction():
        approving.approve(desk.approver, key, exception)


def pay(desk: Desk, key: int) -> None:
    """A third one pays, or hands the goods out."""
    with transaction():
        if db.session.get_one(SpendingRequest, key).in_kind:
            approving.hand_out(desk.finance, key, clock.today())
        else:
            approving.pay(desk.finance, key, Payment(f"付-{key}", clock.today()))


def make_paper() -> Prepared:
    """A file that was looked at, as an upload leaves it."""
    return files.prepare_own(pdf(), "发票.pdf", "application/pdf")


def add_voucher(desk: Desk, key: int, kind: str = "invoice", words: str = "活动物料发票") -> int:
    """A paper behind the payment; its id."""
    prepared = make_paper()
    with transaction():
        return vouchers.add(desk.asker, key, kind, words, prepared).id


def _pass(desk: Desk, key: int) -> None:
    if row(key).state == "voting":
        let_vote(desk, key)
        count(desk, key)


def _close(desk: Desk, key: int) -> None:
    add_voucher(desk, key)
    add_voucher(desk, key, "list", "发放签收表")
    with transaction():
        approving.close(desk.finance, key)


STEPS = {
    "voting": put_to_vote,
    "passed": _pass,
    "approved": approve,
    "paid": pay,
    "closed": _close,
}


def upload(name: str = "凭证.pdf") -> tuple[io.BytesIO, str]:
    """A file as a form sends it."""
    return io.BytesIO(pdf()), name


def make_rule(**given: Any) -> int:
    """A rule from tomorrow on; its id."""
    plain = RuleRow(
        "fundraising_share", "all", 300, clock.today() + timedelta(days=1), None, "测试条文", "Test",
    )  # fmt: skip
    actor = make_staff("approver")
    with transaction():
        return measures.add_rule(actor, replace(plain, **given)).id


def _example_desk(world: World) -> Desk:
    """The example fund, with the persona `person` in its chair."""
    FUNDS["fund_id"](world)
    fund: Settled = world.made["fund"]
    accounts = (world.people["person"], None, None, None, None)
    seated = [
        Member("member" if n else "chair", f"测试委员{n}", "居民代表", account)
        for n, account in enumerate(accounts)
    ]
    with transaction():
        supervisor = Member("supervisor", "测试监督员", "社区监督委员会")
        funds.seat(fund.staff, fund.fund_id, [*seated, supervisor])
    return Desk(fund, employee("officer"), (), person(), employee("approver"), employee("finance"))


def _request(world: World) -> int:
    if "request_id" not in world.made:
        world.made["request_id"] = make_request("voting", _example_desk(world)).id
    return int(world.made["request_id"])


def _voucher(world: World) -> int:
    key = _request(world)
    officer, prepared = make_staff("officer"), make_paper()
    with transaction():
        return vouchers.add(officer, key, "contract", "服务协议", prepared).id


EXAMPLES = {
    "request_id": _request,
    "voucher_id": _voucher,
    "rule_id": lambda world: make_rule(since=date(2027, 1, 1)),
}
