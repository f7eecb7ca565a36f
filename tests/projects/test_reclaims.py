"""Money comes back at most as far as it was paid, through the ledger, and once."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from charity_portal.funds.queries import ledger
from charity_portal.funds.services import posting
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, PortalError
from charity_portal.kernel.mail import OutboxMail
from charity_portal.projects.errors import AlreadyHandled, ReclaimMoved
from charity_portal.projects.models.tranches import GrantBar, Reclaim
from charity_portal.projects.queries import award_money
from charity_portal.projects.services import reclaims
from charity_portal.projects.services.reclaims import Demand, Refund
from tests.factories import tranches as make
from tests.support.at_once import at_once
from tests.support.working import Worker

PAID = 2_500_000
DUE = date(2026, 4, 1)


@pytest.fixture
def people(app: Flask) -> make.Hands:
    return make.hands()


def paid_award(people: make.Hands) -> int:
    award = make.make_award(title="银龄食光")
    make.make_tranche("paid", people, award)
    return award.id


def demand(people: make.Hands, application_id: int, **given: object) -> int:
    plain: dict[str, object] = {
        "amount_fen": 1_000_000,
        "reason": "未按协议使用",
        "due_on": DUE,
        "seen_fen": award_money.sums(application_id).claimable_fen,
    }
    with transaction():
        wanted = Demand(**(plain | given))  # type: ignore[arg-type]
        return reclaims.demand(people.approver, application_id, wanted).id


def test_at_most_what_was_paid_and_not_asked_for_yet_is_demanded(people: make.Hands) -> None:
    award = paid_award(people)
    demand(people, award)
    with pytest.raises(Invalid) as refused:
        demand(people, award, amount_fen=1_500_001)
    assert "¥15,000.00" in str(refused.value.fields["amount"][0])
    demand(people, award, amount_fen=1_500_000)
    sums = award_money.sums(award)
    assert (sums.demanded_fen, sums.claimable_fen, sums.owed_fen) == (PAID, 0, PAID)


def test_a_demand_that_does_not_hold_leaves_nothing(people: make.Hands) -> None:
    award = paid_award(people)
    wrong: list[tuple[dict[str, object], str]] = [
        ({"amount_fen": 0}, "amount"),
        ({"reason": " "}, "reason"),
        ({"due_on": date(2026, 3, 2)}, "due_on"),
        ({"due_on": date(2027, 3, 4)}, "due_on"),
        ({"bar_years": 0}, "bar_years"),
        ({"bar_years": 11}, "bar_years"),
    ]
    for given, field in wrong:
        with pytest.raises(Invalid) as refused:
            demand(people, award, **given)
        assert list(refused.value.fields) == [field]
    assert not db.session.query(Reclaim).count() and not db.session.query(GrantBar).count()


def test_the_letter_says_what_is_asked_and_the_bar_with_it(people: make.Hands) -> None:
    award = paid_award(people)
    key = demand(people, award, bar_years=3)
    number = make.reclaim_now(key).number
    letter = db.session.query(OutboxMail).order_by(OutboxMail.id.desc()).first()
    assert letter is not None and number.startswith("ZJK-2026-")
    for said in (
        number,
        "¥10,000.00",
        "未按协议使用",
        "2029年3月1日",
        f"/workspace/awards/{award}",
    ):
        assert said in letter.body


def test_what_comes_back_lowers_the_spending_and_settles_at_the_end(people: make.Hands) -> None:
    key = demand(people, paid_award(people))
    make.receive(people, key, 400_000)
    assert make.reclaim_now(key).state == "demanded"
    make.receive(people, key, 600_000, part=2)
    assert make.reclaim_now(key).state == "settled"
    assert ledger.balance(people.fund.fund_id).spent_fen == PAID - 1_000_000
    entry = ledger.by_source(f"reclaim:{key}:2")
    assert entry is not None and entry.kind == "refund" and entry.amount_fen == 600_000
    assert make.reclaim_now(key).number in entry.description


def test_more_than_is_owed_or_from_elsewhere_is_refused(people: make.Hands) -> None:
    key = demand(people, paid_award(people))
    other = people.fund.purposes[1]
    for amount, purpose, field in (
        (1_000_001, people.fund.purpose, "amount"),
        (0, people.fund.purpose, "amount"),
        (100, other, "purse"),
    ):
        refund = Refund(1, amount, purpose, "收-1", date(2026, 3, 2))
        with pytest.raises(Invalid) as refused, transaction():
            reclaims.receive(people.finance, key, refund)
        assert field in refused.value.fields
    assert make.reclaim_now(key).returned_fen == 0


def test_a_refund_sent_twice_is_recorded_once(people: make.Hands) -> None:
    key = demand(people, paid_award(people))
    make.receive(people, key, 300_000)
    with pytest.raises(ReclaimMoved):
        make.receive(people, key, 300_000)
    assert make.reclaim_now(key).returned_fen == 300_000


def test_a_demand_sent_twice_is_made_once(people: make.Hands) -> None:
    award = paid_award(people)
    seen = award_money.sums(award).claimable_fen
    demand(people, award, seen_fen=seen)
    with pytest.raises(ReclaimMoved):
        demand(people, award, seen_fen=seen)
    assert db.session.query(Reclaim).count() == 1


def test_many_at_once_demand_and_receive_once(app: Flask, people: make.Hands) -> None:
    award = paid_award(people)
    wanted = Demand(2_000_000, "未按协议使用", DUE, PAID)
    results = at_once(app, *[lambda: reclaims.demand(people.approver, award, wanted).id] * 4)
    (key,) = [r for r in results if not isinstance(r, PortalError)]
    refund = Refund(1, 2_000_000, people.fund.purpose, "收-1", date(2026, 3, 2))
    results = at_once(app, *[lambda: reclaims.receive(people.finance, key, refund).id] * 4)
    assert [r for r in results if not isinstance(r, PortalError)] == [key]
    row = make.reclaim_now(key)
    assert (row.state, row.returned_fen) == ("settled", 2_000_000)
    assert ledger.balance(people.fund.fund_id).spent_fen == 500_000


def test_waiving_ends_it_and_leaves_what_came_back(people: make.Hands) -> None:
    award = paid_award(people)
    key = demand(people, award)
    make.receive(people, key, 300_000)
    with transaction():
        reclaims.waive(people.approver, key, "机构已注销")
    assert make.reclaim_now(key).state == "waived"
    assert award_money.sums(award).claimable_fen == PAID - 300_000
    with pytest.raises(AlreadyHandled):
        make.receive(people, key, 1, part=2)


def test_demanding_receiving_and_waiving_belong_to_their_roles(people: make.Hands) -> None:
    award = paid_award(people)
    with pytest.raises(Forbidden):
        demand(replace(people, approver=people.officer), award)
    key = demand(people, award)
    with pytest.raises(Forbidden):
        make.receive(replace(people, finance=people.approver), key, 100)
    with pytest.raises(Forbidden), transaction():
        reclaims.waive(people.finance, key, "困难")


def test_a_refund_that_the_ledger_takes_back_is_owed_again(
    people: make.Hands, worker: Worker
) -> None:
    key = demand(people, paid_award(people))
    make.receive(people, key, 1_000_000)
    entry = ledger.by_source(f"reclaim:{key}:1")
    with transaction():
        posting.reverse(people.fund.staff, entry.id if entry else 0, "v", "退票")
    worker()
    row = make.reclaim_now(key)
    assert (row.state, row.returned_fen) == ("demanded", 0)
    make.receive(people, key, 1_000_000, part=2)
    assert make.reclaim_now(key).state == "settled"


def test_everybody_sees_what_was_paid_less_what_came_back(people: make.Hands) -> None:
    award = make.make_award()
    make.make_tranche("paid", people, award)
    key = demand(people, award.id)
    make.receive(people, key, 400_000)
    untouched = make.make_award()
    found = award_money.paid_by_number([award.number or "", untouched.number or "", "SB-0"])
    assert list(found) == [award.number]
    paid = found[award.number or ""]
    assert paid.fen == PAID - 400_000
    assert [e.kind for e in paid.entries] == ["payment", "refund"]
