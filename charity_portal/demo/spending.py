"""What the funds spend: asked for, voted on, approved by a second person, paid, and shown with papers."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from charity_portal.demo import sources
from charity_portal.demo.city import City
from charity_portal.demo.funding import SHOWN
from charity_portal.demo.timeline import Story
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.services import approving, spending, votes, vouchers
from charity_portal.funds.services.approving import Payment
from charity_portal.funds.services.spending import Ask
from charity_portal.funds.services.votes import Said
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction

YUAN = 100
EARLY_IN_THE_YEAR = "年度支出刚刚开始，按全年预算管理费用占比不超过规定。"


def all_of(city: City) -> Iterator[Story]:
    """Every request, each as far as its fate goes."""
    for place, row in enumerate(sources.read("spending")["request"]):
        yield _request(city, place, row)


def _request(city: City, place: int, row: Mapping[str, Any]) -> Story:
    day, fate = row["asked"], row.get("fate", "closed")
    yield city.at(day, 9 + place % 3, place * 11 % 60)
    officer = city.person("officer")
    with transaction():
        request_id = spending.ask(officer, city.funds[row["fund"]], _ask(city, row)).id
    if fate == "draft":
        return
    yield city.at(day, 15, place)
    with transaction():
        until = clock.today() + timedelta(days=14)
        voting = spending.submit(officer, request_id, until).state == "voting"
    if voting:
        yield city.at(day + 2, 16, place)
        _vote(city, row, request_id, fate)
        if fate == "voting":
            return
    if fate == "withdrawn":
        with transaction():
            spending.withdraw(officer, request_id, "社区另有设备可以借用，不再购买。")
        return
    if voting:
        yield city.at(day + 3, 10, place)
        with transaction():
            votes.count(officer, request_id)
    if fate not in ("rejected", "passed"):
        yield city.at(day + 4, 14, place)
        yield from _settle(city, row, request_id, day + 4, place)


def _settle(city: City, row: Mapping[str, Any], request_id: int, day: int, place: int) -> Story:
    """The approver, then finance; at last the papers."""
    approver, finance, fate = city.person("approver"), city.person("finance"), row.get("fate")
    if fate == "refused":
        with transaction():
            approving.refuse(approver, request_id, row["reason"])
        return
    with transaction():
        needed = approving.exception_needed(spending.held(request_id))
        approving.approve(approver, request_id, EARLY_IN_THE_YEAR if needed else "")
    if fate == "approved":
        return
    yield city.at(day + 2, 10, place)
    with transaction():
        paid_on = clock.today()
        number = f"付-{paid_on.year}-{place + 1:04d}"
        approving.pay(finance, request_id, Payment(number, paid_on))
    if fate == "paid":
        return
    yield city.at(day + 3, 16, place)
    kind = "list" if "person" in row else "invoice"
    with transaction():
        vouchers.add(
            finance, request_id, kind, f"{row['title']}：{_paper_words(kind)}", city.papers[kind]
        )
    with transaction():
        approving.close(finance, request_id)


def _paper_words(kind: str) -> str:
    return "发放签收表，领取人已签字" if kind == "list" else "发票和验收单"


def _ask(city: City, row: Mapping[str, Any]) -> Ask:
    purposes = queries.purposes(city.funds[row["fund"]])
    payee, person = row.get("payee", ""), row.get("person")
    organization = city.organizations.get(payee)
    kind = "person" if person else "organization" if organization else "supplier"
    return Ask(
        purpose_id=purposes[row["purpose"]].id,
        use=row["use"],
        title=row["title"],
        reason="按年度计划开展，经社区议事会讨论，价格经三家比较。",
        amount_fen=row["yuan"] * YUAN,
        payee_kind=kind,
        payee_id=organization,
        payee_name=None if organization else person or payee,
    )


def _vote(city: City, row: Mapping[str, Any], request_id: int, fate: str) -> None:
    """Those with accounts speak for themselves, the rest by the signed minutes; a vote that is still
    running waits for both."""
    fund_id = city.funds[row["fund"]]
    seats = queries.seated(fund_id)
    own = row["fund"] in SHOWN
    if own and fate != "voting":
        with transaction():
            votes.cast(city.person("chair"), request_id, "yes")
        with transaction():
            text = "程序符合协议，资金用途与约定一致。"
            votes.give_opinion(city.person("supervisor"), request_id, "agrees", text)
    said = [
        Said(member.id, _choice(fate, place))
        for place, member in enumerate(seats)
        if member.seat != "supervisor" and member.user_id is None
    ]
    opinions = [
        Said(member.id, "agrees", "列席会议，程序合规，无异议。")
        for member in seats
        if member.seat == "supervisor" and member.user_id is None
    ]
    with transaction():
        votes.record_minutes(
            city.person("officer"), request_id, city.papers["minutes"], said, opinions
        )


def _choice(fate: str, place: int) -> str:
    if fate == "rejected":
        return "yes" if place == 0 else "no"
    return "abstain" if place == 3 else "yes"
