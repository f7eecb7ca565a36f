"""Money in and out of a fund: earmarks, balances, idempotency, principal."""

from datetime import date

import pytest
from flask import Flask

from charity_portal.funds.errors import (
    AlreadyPaid,
    AlreadyReversed,
    EarmarkBroken,
    NotReversible,
    Overdrawn,
    PurposeElsewhere,
    SourceTaken,
)
from charity_portal.funds.queries import ledger
from charity_portal.funds.queries.ledger import Balance
from charity_portal.funds.rules.establishing import Purpose
from charity_portal.funds.services import funds, moving, posting
from charity_portal.funds.services.moving import Paper
from charity_portal.kernel import audit
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Forbidden, Invalid, NotFound, WrongState
from charity_portal.kernel.permissions import Actor
from tests.factories.funds import PAPER, Settled, make_fund, make_staff

ENDOWED = {
    "nature": "endowed",
    "payout_bp": 500,
    "purposes": (Purpose("本金", spendable=False), Purpose("助学", ("bursary",))),
}


@pytest.fixture
def fund(app: Flask) -> Settled:
    return make_fund()


def reverse(fund: Settled, entry_id: int) -> int:
    with transaction():
        return posting.reverse(fund.staff, entry_id, "记-2026-0009", "记错金额").id


def test_what_comes_in_may_be_promised_and_what_is_promised_is_paid(fund: Settled) -> None:
    fund.receive(100_00, "gift:1")
    promised = fund.allocate(60_00, "award:1")
    assert ledger.balance(fund.fund_id) == Balance(
        available_fen=40_00, bank_fen=100_00, payable_fen=60_00, received_fen=100_00,
        spent_fen=60_00,
    )  # fmt: skip
    fund.pay(promised)
    assert ledger.balance(fund.fund_id) == Balance(
        available_fen=40_00, bank_fen=40_00, received_fen=100_00, spent_fen=60_00
    )


def test_goods_come_in_at_fair_value_and_are_handed_out(fund: Settled) -> None:
    fund.receive(80_00, "gift:1", in_kind=True)
    fund.allocate(30_00, "wish:1", use="wish", goods=True)
    balance = ledger.balance(fund.fund_id)
    assert (balance.goods_fen, balance.bank_fen, balance.available_fen) == (50_00, 0, 50_00)
    with pytest.raises(Overdrawn):
        fund.allocate(50_01, "wish:2", use="wish", goods=True)


def test_money_of_one_purpose_does_not_pay_for_another(fund: Settled) -> None:
    fund.receive(100_00, "gift:1")
    with pytest.raises(Overdrawn) as refusal:
        fund.allocate(1, "relief:1", purpose=fund.purposes[1], use="relief")
    assert refusal.value.available_fen == 0
    with pytest.raises(EarmarkBroken):
        fund.allocate(1, "relief:1", use="relief")
    assert ledger.purses(fund.fund_id) == {fund.purposes[0]: 100_00, fund.purposes[1]: 0}


def test_a_purpose_of_another_fund_is_refused(fund: Settled) -> None:
    other = make_fund()
    with pytest.raises(PurposeElsewhere):
        fund.receive(100, "gift:1", purpose=other.purpose)


def test_an_overdrawn_award_changes_nothing(fund: Settled) -> None:
    fund.receive(100_00, "gift:1")
    before = ledger.balance(fund.fund_id)
    with pytest.raises(Overdrawn) as refusal:
        fund.allocate(100_01, "award:1")
    assert (refusal.value.available_fen, refusal.value.wanted_fen) == (100_00, 100_01)
    assert ledger.balance(fund.fund_id) == before
    assert ledger.by_source("award:1") is None


def test_a_cause_is_posted_once_and_other_facts_under_it_are_refused(fund: Settled) -> None:
    fund.receive(100_00, "gift:1")
    first = fund.allocate(10_00, "award:1")
    assert fund.allocate(10_00, "award:1") == first
    assert ledger.balance(fund.fund_id).available_fen == 90_00
    for changed in ({"amount_fen": 10_01}, {"use": "wish"}, {"payee": fund.host_id}):
        given = {"amount_fen": 10_00, "source": "award:1"} | changed
        with pytest.raises(SourceTaken) as refusal:
            fund.allocate(**given)
        assert refusal.value.entry_id == first


def test_an_allocation_is_paid_once_and_again_after_a_reversed_payment(fund: Settled) -> None:
    fund.receive(100_00, "gift:1")
    promised = fund.allocate(60_00, "award:1")
    paid = fund.pay(promised)
    with pytest.raises(AlreadyPaid):
        fund.pay(promised)
    with pytest.raises(NotReversible):
        reverse(fund, promised)
    reverse(fund, paid)
    assert ledger.balance(fund.fund_id).payable_fen == 60_00
    reverse(fund, fund.pay(promised))
    reverse(fund, promised)
    with pytest.raises(AlreadyReversed):
        fund.pay(promised)
    assert ledger.balance(fund.fund_id).available_fen == 100_00
    with pytest.raises(NotFound):
        fund.pay(paid)


def test_an_entry_is_reversed_once_and_a_reversal_never(fund: Settled) -> None:
    received = fund.receive(100_00, "gift:1")
    taken_back = reverse(fund, received)
    assert ledger.balance(fund.fund_id) == Balance()
    with pytest.raises(AlreadyReversed):
        reverse(fund, received)
    with pytest.raises(NotReversible):
        reverse(fund, taken_back)
    lines = ledger.entries_page(fund.fund_id).items
    assert [(line.id, line.reversed_by) for line in lines] == [
        (taken_back, None),
        (received, taken_back),
    ]


def test_income_that_is_spent_cannot_be_taken_back(fund: Settled) -> None:
    received = fund.receive(100_00, "gift:1")
    fund.allocate(1, "award:1")
    with pytest.raises(Overdrawn):
        reverse(fund, received)


@pytest.mark.parametrize("amount", [0, -1, 10**14 + 1, True, 1.5, "5"])
def test_only_whole_positive_fen_are_money(fund: Settled, amount: object) -> None:
    with pytest.raises(Invalid) as refusal:
        fund.receive(amount, "gift:1")  # type: ignore[arg-type]
    assert "amount_fen" in refusal.value.fields


def test_an_entry_needs_its_papers_and_no_day_to_come(fund: Settled) -> None:
    with pytest.raises(Invalid) as refusal:
        fund.receive(1, " ", paper=Paper("", " ", date(2026, 3, 3)))
    assert set(refusal.value.fields) == {"source", "voucher", "description", "booked_on"}


def test_who_may_not_post_does_not(fund: Settled) -> None:
    stranger = make_staff("officer")
    steward = Actor(stranger.user_id, "", frozenset(), {fund.host_id: "finance"})
    with pytest.raises(Forbidden), transaction():
        moving.receive(stranger, fund.fund_id, 1, fund.purpose, "gift:1", PAPER)
    with transaction():
        moving.receive(steward, fund.fund_id, 1, fund.purpose, "gift:1", PAPER)
    with pytest.raises(Forbidden), transaction():
        moving.allocate(steward, fund.fund_id, None, 1, fund.purpose, "award:1", PAPER)


def test_a_suspended_fund_takes_income_and_pays_but_promises_nothing(fund: Settled) -> None:
    fund.receive(100_00, "gift:1")
    promised = fund.allocate(10_00, "award:1")
    with transaction():
        funds.suspend(fund.staff, fund.fund_id, "年检整改")
    with pytest.raises(WrongState):
        fund.allocate(1, "award:2")
    fund.pay(promised)
    fund.receive(1, "gift:2")
    fund.allocate(90_01, "surplus:1", use="surplus")


def test_principal_yields_its_payout_and_no_more(app: Flask, clock) -> None:
    fund = make_fund(**ENDOWED)
    principal, bursaries = fund.purposes
    fund.receive(1_000_00, "gift:1", purpose=principal)
    with pytest.raises(EarmarkBroken):
        fund.allocate(1, "bursary:1", purpose=principal, use="bursary")

    def pay_out(amount: int, source: str) -> int:
        with transaction():
            return moving.pay_out(fund.staff, fund.fund_id, amount, bursaries, source, PAPER).id

    first = pay_out(30_00, "payout:1")
    assert pay_out(30_00, "payout:1") == first
    with pytest.raises(Overdrawn) as refusal:
        pay_out(20_01, "payout:2")
    assert refusal.value.available_fen == 20_00
    pay_out(20_00, "payout:2")
    fund.allocate(50_00, "bursary:1", purpose=bursaries, use="bursary")
    assert ledger.balance(fund.fund_id).principal_fen == 950_00
    clock.set("2027-03-02 10:00")
    with pytest.raises(Overdrawn) as refusal:
        pay_out(47_51, "payout:3")
    assert refusal.value.available_fen == 47_50


def test_principal_is_released_when_a_fund_is_to_end(app: Flask) -> None:
    fund = make_fund(**ENDOWED)
    principal, bursaries = fund.purposes
    fund.receive(1_000_00, "gift:1", purpose=principal)

    def release() -> int:
        with transaction():
            return moving.release_principal(
                fund.staff, fund.fund_id, bursaries, "release:1", PAPER
            ).id

    with pytest.raises(WrongState):
        release()
    with transaction():
        funds.suspend(fund.staff, fund.fund_id, "协议期满")
    assert release() == release()
    assert ledger.balance(fund.fund_id).available_fen == 1_000_00
    plain = make_fund()
    with pytest.raises(EarmarkBroken), transaction():
        moving.release_principal(plain.staff, plain.fund_id, plain.purpose, "x:1", PAPER)


def test_each_entry_stands_in_the_audit_trail_without_words(fund: Settled) -> None:
    entry_id = fund.receive(100_00, "gift:1")
    row = ledger.entry(entry_id)
    assert row is not None
    (trail,) = audit.history(row)
    assert trail.action == "funds.entry.income"
    assert trail.after == {
        "fund": fund.fund_id, "purpose": fund.purpose, "amount_fen": 100_00, "source": "gift:1",
        "booked_on": "2026-03-02",
    }  # fmt: skip
