"""Requests and their approval: earmarks, second persons, objections, and never more than there is."""

from datetime import timedelta

import pytest
from flask import Flask

from charity_portal.accounts.models import User
from charity_portal.funds.errors import AlreadyReversed, EarmarkBroken, Overdrawn, PurposeElsewhere
from charity_portal.funds.queries import ledger
from charity_portal.funds.queries import spending as queries
from charity_portal.funds.queries import votes as ballots
from charity_portal.funds.services import approving, posting, spending, votes
from charity_portal.funds.services.approving import Payment
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Conflict, Forbidden, Invalid, WrongState
from tests.factories import organizations as register
from tests.factories import spending as make
from tests.factories.accounts import make_user
from tests.factories.funds import make_fund, make_staff
from tests.factories.spending import Desk
from tests.support.at_once import at_once


@pytest.fixture
def desk(app: Flask) -> Desk:
    return make.make_desk()


def test_a_request_goes_from_draft_to_closed_and_moves_the_money_once(desk: Desk) -> None:
    request = make.make_request("closed", desk)
    balance = ledger.balance(desk.fund.fund_id)
    assert (balance.available_fen, balance.payable_fen, balance.spent_fen) == (700000, 0, 300000)
    entries = queries.entries_of(request)
    assert [e.kind for e in entries] == ["allocation", "payment"]
    assert entries[0].source == f"spending:{request.number}"
    assert {e.description for e in entries} == {request.title}
    said = queries.public_by_source(entries[0].source)
    assert said is not None and said.tally is not None
    assert (said.tally.yes, said.opinions, len(said.vouchers)) == (5, ("agrees",), 2)
    assert queries.public_by_source("award:7") is None
    assert queries.public_by_source("spending:ZC-2000-000001") is None
    steps = [str(event.what) for event in reversed(queries.history(request))]
    assert steps[0] == "起草申请" and steps[-1] == "凭证齐全" and len(steps) == 14


def test_only_what_the_purpose_is_earmarked_for_may_be_asked(desk: Desk) -> None:
    other = make_fund()
    for given, problem in (
        ({"use": "relief"}, EarmarkBroken),
        ({"use": "surplus"}, Invalid),
        ({"purpose_id": other.purpose}, PurposeElsewhere),
    ):
        with pytest.raises(problem), transaction():
            spending.ask(desk.asker, desk.fund.fund_id, make.wanted(desk, **given))


def test_a_draft_is_not_overwritten_by_whoever_read_it_earlier(desk: Desk) -> None:
    request = make.make_request("draft", desk)
    key, rev = request.id, request.rev
    with transaction():
        spending.revise(desk.asker, key, rev, make.wanted(desk, amount_fen=1))
    with pytest.raises(Conflict), transaction():
        spending.revise(desk.asker, key, rev, make.wanted(desk, amount_fen=2))
    assert make.row(key).amount_fen == 1


def test_small_amounts_need_no_vote_and_related_payees_always_do(app: Flask) -> None:
    desk = make.make_desk(vote_from_fen=5_000_00)
    assert make.make_request("voting", desk).state == "passed"
    payee = register.make_organization()
    register.make_member(payee, user=db.session.get_one(User, desk.members[0].user_id))
    related = make.make_request("draft", desk, payee_kind="organization", payee_id=payee.id)
    with pytest.raises(Invalid) as refused, transaction():
        spending.submit(desk.asker, related.id, clock.today())
    assert "conflict" in refused.value.fields
    told = make.make_request(
        "voting",
        desk,
        payee_kind="organization",
        payee_id=payee.id,
        conflict="一名委员在该机构任职",
    )
    assert told.state == "voting"
    with pytest.raises(Invalid), transaction():
        votes.cast(desk.members[0], told.id, "yes")
    with transaction():
        votes.cast(desk.members[0], told.id, "recused", "在收款机构任职")
    assert ballots.ballot(make.row(told.id)).tally.recused == 1


def test_who_asked_who_sits_and_who_belongs_to_the_payee_may_not_approve(desk: Desk) -> None:
    request = make.make_request("passed", desk)
    key = request.id
    asker = make_staff("approver")
    both = type(asker)(desk.asker.user_id, "", frozenset({"officer", "approver"}))
    sits = type(asker)(desk.members[1].user_id, "", frozenset({"approver"}))
    for actor in (both, sits, desk.finance):
        with pytest.raises(Forbidden), transaction():
            approving.approve(actor, key)
    make.approve(desk, key)
    payer = type(asker)(desk.approver.user_id, "", frozenset({"approver", "finance"}))
    with pytest.raises(Forbidden), transaction():
        approving.pay(payer, key, Payment("付-1", clock.today()))


def test_an_objection_is_answered_in_words_and_a_stale_step_is_refused(desk: Desk) -> None:
    key = make.make_request("voting", desk).id
    make.let_vote(desk, key, opinion="objects")
    make.count(desk, key)
    with pytest.raises(Invalid) as refused, transaction():
        approving.approve(desk.approver, key)
    assert "exception" in refused.value.fields and make.row(key).state == "passed"
    make.approve(desk, key, "监督员所提三家比价材料已经补齐")
    with pytest.raises(WrongState), transaction():
        approving.approve(desk.approver, key)
    said = queries.public_by_source(f"spending:{make.row(key).number}")
    assert said is not None and said.opinions == ("objects",) and said.exception


def test_revoking_frees_the_money_and_a_payment_that_came_back_waits_again(desk: Desk) -> None:
    paid = make.make_request("paid", desk).id
    with transaction():
        approving.bounce(desk.finance, paid, "户名不符，银行退回")
    assert ledger.balance(desk.fund.fund_id).payable_fen == 300000
    make.pay(desk, paid)
    request = make.row(paid)
    assert request.state == "paid" and request.paid_on == clock.today()
    approved = make.make_request("approved", desk).id
    with transaction():
        approving.revoke(desk.approver, approved, "活动取消")
    assert make.row(approved).state == "refused"
    assert ledger.balance(desk.fund.fund_id).available_fen == 700000


def test_a_payment_may_come_back_after_the_vouchers_were_complete(desk: Desk) -> None:
    closed = make.make_request("closed", desk).id
    with transaction():
        approving.bounce(desk.finance, closed, "户名不符，银行退回")
    assert make.row(closed).state == "approved"
    make.pay(desk, closed)
    assert make.row(closed).state == "paid"


def test_what_was_reversed_in_the_ledger_already_is_not_reversed_again(desk: Desk) -> None:
    request = make.make_request("approved", desk)
    key, allocation = request.id, request.allocation_id
    with transaction():
        posting.reverse(desk.fund.staff, allocation or 0, "记-1", "误批")
    with pytest.raises(AlreadyReversed), transaction():
        approving.pay(desk.finance, key, Payment("付-1", clock.today()))
    with transaction():
        approving.revoke(desk.approver, key, "已在账上冲销")
    assert make.row(key).state == "refused"
    assert ledger.balance(desk.fund.fund_id).available_fen == 1000000


def test_goods_leave_at_approval_and_are_paid_by_nobody(app: Flask) -> None:
    desk = make.make_desk(0)
    desk.fund.receive(500_00, "goods:1", in_kind=True)
    key = make.make_request("approved", desk, in_kind=True, amount_fen=500_00).id
    assert ledger.balance(desk.fund.fund_id).goods_fen == 0
    with pytest.raises(WrongState), transaction():
        approving.pay(desk.finance, key, Payment("付-1", clock.today()))
    with transaction():
        approving.revoke(desk.approver, key, "尚未发放")
    assert ledger.balance(desk.fund.fund_id).goods_fen == 500_00
    again = make.make_request("closed", desk, in_kind=True, amount_fen=500_00)
    assert [e.kind for e in queries.entries_of(again)] == ["handout"]


def test_days_and_numbers_of_payments_are_checked(desk: Desk) -> None:
    key = make.make_request("approved", desk).id
    for payment, field in (
        (Payment(" ", clock.today()), "voucher"),
        (Payment("付-1", clock.today() + timedelta(days=1)), "paid_on"),
        (Payment("付-1", clock.today() - timedelta(days=1)), "paid_on"),
    ):
        with pytest.raises(Invalid) as refused, transaction():
            approving.pay(desk.finance, key, payment)
        assert field in refused.value.fields
    assert make.row(key).state == "approved"


def test_what_is_public_names_no_person_who_is_paid(desk: Desk) -> None:
    given = {"payee_kind": "person", "payee_name": "欧阳测试"}
    with pytest.raises(Invalid) as refused, transaction():
        titled = make.wanted(desk, title="欧阳测试家庭救助", **given)
        spending.ask(desk.asker, desk.fund.fund_id, titled)
    assert "title" in refused.value.fields
    key = make.make_request("approved", desk, **given).id
    with pytest.raises(Invalid), transaction():
        approving.pay(desk.finance, key, Payment("欧阳测试-1", clock.today()))
    assert make.row(key).payee_name == "欧阳测试"


def test_as_many_are_approved_at_once_as_the_purse_holds(app: Flask) -> None:
    desk = make.make_desk(2_500_00, vote_from_fen=9_000_00)
    keys = [make.make_request("passed", desk, amount_fen=1_000_00).id for _ in range(5)]
    approvers = [make_staff("approver") for _ in keys]
    results = at_once(
        app,
        *(
            lambda actor=actor, key=key: approving.approve(actor, key).id
            for actor, key in zip(approvers, keys, strict=True)
        ),
    )
    fitted = [result for result in results if isinstance(result, int)]
    assert len(fitted) == 2
    assert sum(isinstance(result, Overdrawn) for result in results) == 3
    assert sorted(k for k in keys if make.row(k).state == "approved") == sorted(fitted)
    assert ledger.balance(desk.fund.fund_id).available_fen == 500_00


def test_one_request_is_approved_and_paid_once_by_however_many_at_once(
    app: Flask, desk: Desk
) -> None:
    key = make.make_request("passed", desk).id
    approvers, payers = ([make_staff(role) for _ in range(4)] for role in ("approver", "finance"))
    approved = at_once(app, *(lambda a=a: approving.approve(a, key).id for a in approvers))
    assert sum(isinstance(result, int) for result in approved) == 1
    assert sum(isinstance(result, WrongState) for result in approved) == 3
    payment = Payment("付-7", clock.today())
    paid = at_once(app, *(lambda a=a: approving.pay(a, key, payment).id for a in payers))
    assert sum(isinstance(result, int) for result in paid) == 1
    assert sum(isinstance(result, WrongState) for result in paid) == 3
    assert ledger.balance(desk.fund.fund_id).bank_fen == 700000


def test_a_withdrawn_request_stays_withdrawn_and_needs_a_reason(desk: Desk) -> None:
    key = make.make_request("voting", desk).id
    with pytest.raises(Invalid), transaction():
        spending.withdraw(desk.asker, key, " ")
    with transaction():
        spending.withdraw(desk.asker, key, "改由街道承担")
    with pytest.raises(WrongState), transaction():
        spending.submit(desk.asker, key, clock.today())


def test_a_stranger_neither_asks_nor_changes(desk: Desk) -> None:
    stranger = type(desk.asker)(make_user().id)
    with pytest.raises(Forbidden), transaction():
        spending.ask(stranger, desk.fund.fund_id, make.wanted(desk))
    request = make.make_request("draft", desk)
    with pytest.raises(Forbidden), transaction():
        spending.revise(stranger, request.id, 0, make.wanted(desk))
