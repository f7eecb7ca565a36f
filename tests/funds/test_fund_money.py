"""What the office posts for a fund by itself; its pages are tested in `test_pages_fund_money`."""

import pytest
from flask import Flask

from charity_portal.funds.errors import EarmarkBroken, NotReversible, Overdrawn
from charity_portal.funds.queries import fund_desk, ledger, principal
from charity_portal.funds.rules.establishing import Purpose
from charity_portal.funds.services import fund_money, funds
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories.donations import make_donor
from tests.factories.funds import PAPER, fund_row, make_fund, make_staff


def test_a_key_posts_once(app: Flask) -> None:
    fund = make_fund()
    found = set()
    for _ in range(2):
        with transaction():
            entry = fund_money.credit_interest(
                fund.staff, fund.fund_id, 5_00, fund.purpose, "ab12", PAPER
            )
            found.add(entry.id)
    assert len(found) == 1 and ledger.balance(fund.fund_id).received_fen == 5_00


def test_words_that_stay_for_good_name_no_donor(app: Flask) -> None:
    make_donor(name="慕容清秋")
    fund = make_fund()
    entry = fund.receive(5_00, "interest:1:a")
    paper = PAPER.__class__("记-1", "慕容清秋捐款的利息")
    with pytest.raises(Invalid) as refused, transaction():
        fund_money.credit_interest(fund.staff, fund.fund_id, 5_00, fund.purpose, "a", paper)
    assert list(refused.value.fields) == ["description"]
    with pytest.raises(Invalid) as refused, transaction():
        fund_money.take_back(fund.staff, entry, "记-2", "慕容清秋要求")
    assert list(refused.value.fields) == ["reason"]


def test_what_is_left_is_promised_by_one_and_paid_by_another(app: Flask) -> None:
    fund, payer = make_fund(), make_staff("finance")
    fund.receive(5_00, "interest:1:a")
    with pytest.raises(Forbidden), transaction():
        fund_money.dispose(payer, fund.fund_id, 5_00, fund.purpose, "k", PAPER)
    with transaction():
        promise = fund_money.dispose(fund.staff, fund.fund_id, 5_00, fund.purpose, "k", PAPER).id
    assert [e.id for e in fund_desk.unpaid_surplus(fund.fund_id)] == [promise]
    with pytest.raises(Conflict), transaction():
        fund_money.settle(fund.staff, promise, PAPER)
    with transaction():
        paid = fund_money.settle(payer, promise, PAPER).id
    assert fund_desk.unpaid_surplus(fund.fund_id) == []
    with transaction():
        fund_money.take_back(fund.staff, paid, "更-1", "银行退票")
    assert [e.id for e in fund_desk.unpaid_surplus(fund.fund_id)] == [promise]
    with transaction():
        fund_money.take_back(fund.staff, promise, "更-2", "接收方更换")
    assert fund_desk.unpaid_surplus(fund.fund_id) == []


def test_other_promises_are_not_paid_here(app: Flask) -> None:
    fund, payer = make_fund(), make_staff("finance")
    fund.receive(5_00, "interest:1:a")
    award = fund.allocate(5_00, "award:1")
    with pytest.raises(NotFound), transaction():
        fund_money.settle(payer, award, PAPER)


def test_an_entry_of_a_record_is_not_taken_back_here(app: Flask) -> None:
    fund = make_fund()
    entry = fund.receive(5_00, "donation:JZ-2026-000001")
    with pytest.raises(NotReversible), transaction():
        fund_money.take_back(fund.staff, entry, "更-1", "误记")


def test_a_payment_is_known_by_what_it_pays(app: Flask) -> None:
    fund = make_fund()
    fund.receive(10_00, "interest:1:a")
    asked = fund.pay(fund.allocate(4_00, "spending:ZC-2026-000001"))
    award = fund.pay(fund.allocate(4_00, "tranche:1"))
    with pytest.raises(NotReversible), transaction():
        fund_money.take_back(fund.staff, asked, "更-1", "退票")
    with transaction():
        fund_money.take_back(fund.staff, award, "更-1", "退票")
    assert ledger.balance(fund.fund_id).bank_fen == 6_00


def test_the_years_share_is_what_was_there_before_it_was_taken(app: Flask) -> None:
    purposes = (Purpose("本金", (), spendable=False), Purpose("助学", ("bursary",)))
    fund = make_fund(nature="endowed", payout_bp=500, purposes=purposes)
    kept, use = fund.purposes
    fund.receive(1_000_00, "interest:1:a", purpose=kept)
    with transaction():
        fund_money.pay_out(fund.staff, fund.fund_id, 30_00, use, "k", PAPER)
    room = principal.room(fund_row(fund), kept, 2026)
    assert (room.principal_fen, room.limit_fen, room.taken_fen, room.left_fen) == (
        970_00, 50_00, 30_00, 20_00,
    )  # fmt: skip
    assert principal.room(fund_row(fund), kept, 2027).taken_fen == 0
    with pytest.raises(Overdrawn), transaction():
        fund_money.pay_out(fund.staff, fund.fund_id, 20_01, use, "k2", PAPER)
    with transaction():
        funds.suspend(fund.staff, fund.fund_id, "期满")
        fund_money.release(fund.staff, fund.fund_id, use, "k3", PAPER)
    assert ledger.purses(fund.fund_id) == {kept: 0, use: 1_000_00}
    plain = make_fund()
    with pytest.raises(EarmarkBroken), transaction():
        fund_money.pay_out(plain.staff, plain.fund_id, 1, plain.purpose, "k", PAPER)
