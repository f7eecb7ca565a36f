"""Money reaches an organization in parts: planned, confirmed, approved, paid, each by another person."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.funds.errors import MonthClosed, Overdrawn
from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.funds.queries import ledger
from charity_portal.funds.services import funds, months, posting
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, PortalError, WrongState
from charity_portal.kernel.mail import OutboxMail
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.organizations.models import Organization
from charity_portal.projects.errors import AlreadyHandled, PlanMoved, UnfitPurse
from charity_portal.projects.models.tranches import Tranche
from charity_portal.projects.queries import tranches as queries
from charity_portal.projects.rules import paying
from charity_portal.projects.rules.paying import Part
from charity_portal.projects.services import tranche_plans, tranches
from tests.factories import tranches as make
from tests.factories.funds import make_fund, make_staff
from tests.support.at_once import at_once
from tests.support.clocks import FrozenClock
from tests.support.working import Worker


def entries() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(LedgerEntry.kind).order_by(LedgerEntry.id)))


def letters() -> list[str]:
    db.session.rollback()
    wanted = sa.select(OutboxMail.title).where(OutboxMail.kind == "projects.paying")
    return list(db.session.scalars(wanted.order_by(OutboxMail.id)))


def replan(people: make.Hands, application_id: int, parts: list[Part]) -> list[int]:
    seen = paying.mark(queries.tranches(application_id))
    with transaction():
        return [t.id for t in tranche_plans.plan(people.officer, application_id, parts, seen)]


def test_a_plan_adds_up_to_the_award_or_is_refused(app: Flask) -> None:
    people, award = make.hands(), make.make_award()
    with pytest.raises(Invalid) as refused:
        replan(people, award.id, make.parts_of(people, 2_500_000, 2_499_999))
    assert "少 ¥0.01" in str(refused.value.fields["parts"][0])
    assert not queries.tranches(award.id)
    assert len(make.plan(people, award)) == 3


def test_a_purse_for_something_else_or_of_a_sleeping_fund_pays_no_award(app: Flask) -> None:
    people, award = make.hands(), make.make_award()
    (part,) = make.parts_of(people, make.AWARD_FEN)
    relief = replace(part, purpose_id=people.fund.purposes[1])
    with pytest.raises(Invalid) as refused:
        replan(people, award.id, [relief])
    assert "专款专用" in str(refused.value.fields["parts-0-purse"][0])
    draft = replace(part, purpose_id=make_fund(active=False).purpose)
    with pytest.raises(Invalid) as refused:
        replan(people, award.id, [draft])
    assert "不在运行中" in str(refused.value.fields["parts-0-purse"][0])


def test_a_fund_does_not_pay_the_charity_that_hosts_it(app: Flask) -> None:
    people = make.hands()
    host = db.session.get_one(Organization, people.fund.host_id)
    award = make.make_award(host)
    with pytest.raises(Invalid) as refused:
        replan(people, award.id, make.parts_of(people, make.AWARD_FEN))
    assert "管理方" in str(refused.value.fields["parts-0-purse"][0])


def test_what_is_confirmed_stays_while_the_rest_is_planned_anew(app: Flask) -> None:
    people, award = make.hands(), make.make_award()
    first, second, third = make.plan(people, award)
    make.move(people, second, "released")
    kept = [
        replace(p, tranche_id=key)
        for p, key in zip(make.parts_of(people, 1_000_000, 2_000_000), (third, None), strict=True)
    ]
    ids = replan(people, award.id, kept)
    rows = queries.tranches(award.id)
    assert [t.amount_fen for t in rows] == [1_000_000, 2_000_000, 2_000_000]
    assert [t.state for t in rows] == ["planned", "released", "planned"]
    assert ids[0] == third and ids[1] == second and first not in ids
    assert db.session.get(Tranche, first) is None


def test_a_plan_that_was_changed_meanwhile_is_not_overwritten(app: Flask) -> None:
    people, award = make.hands(), make.make_award()
    whole = make.parts_of(people, make.AWARD_FEN)
    make.plan(people, award, make.AWARD_FEN)
    halves = make.parts_of(people, 2_500_000, 2_500_000)
    with pytest.raises(PlanMoved), transaction():
        tranche_plans.plan(people.officer, award.id, halves, paying.mark([]))
    with transaction():  # the same plan sent twice is the same plan
        again = tranche_plans.plan(people.officer, award.id, whole, paying.mark([]))
        assert len(again) == 1
    assert len(queries.tranches(award.id)) == 1


def test_only_awards_are_paid_in_parts(app: Flask) -> None:
    people, award = make.hands(), make.make_award()
    with transaction():
        award.state = "cancelled"
    with pytest.raises(WrongState):
        replan(people, award.id, make.parts_of(people, make.AWARD_FEN))


def test_a_part_is_paid_through_the_ledger_and_nowhere_else(app: Flask) -> None:
    people, award = make.hands(), make.make_award(title="银龄食光")
    key = make.make_tranche("paid", people, award)
    row = make.tranche_now(key)
    allocation, payment = (ledger.entry(e or 0) for e in (row.allocation_id, row.payment_id))
    assert allocation is not None and payment is not None
    assert allocation.source == f"tranche:{key}" and allocation.spent_on == "award"
    assert allocation.payee_id == award.organization_id
    assert award.call.title_zh in allocation.description
    assert "银龄食光（第1期）" in allocation.description
    assert payment.settles_id == allocation.id and payment.voucher == "付-0001"
    assert ledger.balance(people.fund.fund_id).spent_fen == 2_500_000
    assert [t.split(" / ")[0] for t in letters()] == ["付款通知：银龄食光"]


def test_three_people_take_the_three_steps(app: Flask) -> None:
    people = make.hands()
    both = make_staff("officer", "approver", "finance")
    key = make.make_tranche("planned", people)
    with transaction():
        tranches.release(both, key, "协议已签订")
    with pytest.raises(Forbidden), transaction():
        tranches.approve(both, key)
    with transaction():
        tranches.approve(people.approver, key)
    approver_with_cash = replace(people.approver, roles=frozenset({"approver", "finance"}))
    with pytest.raises(Forbidden), transaction():
        tranches.pay(approver_with_cash, key, "付-1", date(2026, 3, 2))
    assert make.tranche_now(key).state == "allocated"


def test_nobody_handles_the_money_of_an_organization_of_their_own(app: Flask) -> None:
    people, award = make.hands(), make.make_award()
    key = make.make_tranche("planned", people, award)
    member = replace(people.officer, memberships={award.organization_id: "editor"})
    with pytest.raises(Forbidden), transaction():
        tranches.release(member, key, "协议已签订")


def test_an_empty_purse_stops_the_approval_with_nothing_half_done(app: Flask) -> None:
    people = make.hands(money_fen=100)
    key = make.make_tranche("released", people)
    with pytest.raises(Overdrawn), transaction():
        tranches.approve(people.approver, key)
    assert make.tranche_now(key).state == "released"
    assert entries() == ["income"]


def test_a_fund_that_sleeps_by_now_is_named(app: Flask) -> None:
    people = make.hands()
    key = make.make_tranche("released", people)
    with transaction():
        funds.suspend(people.fund.staff, people.fund.fund_id, "年度检查")
    with pytest.raises(UnfitPurse), transaction():
        tranches.approve(people.approver, key)


def test_a_closed_month_takes_no_payment_and_nothing_changes(
    app: Flask, clock: FrozenClock
) -> None:
    clock.set("2026-02-20 10:00")
    people = make.hands()
    key = make.make_tranche("allocated", people)
    clock.set("2026-03-02 10:00")
    with transaction():
        months.close_month(people.fund.staff, people.fund.host_id, date(2026, 2, 1))
    with pytest.raises(MonthClosed), transaction():
        tranches.pay(people.finance, key, "付-1", date(2026, 2, 25))
    with pytest.raises(Invalid), transaction():
        tranches.pay(people.finance, key, "付-1", date(2026, 2, 19))
    assert make.tranche_now(key).state == "allocated" and not letters()


def test_a_step_taken_twice_is_taken_once(app: Flask) -> None:
    people = make.hands()
    key = make.make_tranche("paid", people)
    again = (
        lambda: tranches.release(people.officer, key, "再次"),
        lambda: tranches.approve(people.approver, key),
        lambda: tranches.pay(people.finance, key, "付-2", date(2026, 3, 2)),
    )
    for step in again:
        with pytest.raises(AlreadyHandled), transaction():
            step()
    assert entries() == ["income", "allocation", "payment"]


@pytest.mark.parametrize("state", ["released", "allocated"])
def test_eight_at_once_approve_or_pay_once(app: Flask, state: str) -> None:
    people = make.hands()
    key = make.make_tranche(state, people)
    if state == "released":
        results = at_once(app, *[lambda: tranches.approve(people.approver, key).id] * 8)
    else:
        step = lambda: tranches.pay(people.finance, key, "付-1", date(2026, 3, 2)).id  # noqa: E731
        results = at_once(app, *[step] * 8)
    assert [r for r in results if not isinstance(r, PortalError)] == [key]
    assert all(isinstance(r, AlreadyHandled) for r in results if r != key)
    wanted = (
        ["income", "allocation"] if state == "released" else ["income", "allocation", "payment"]
    )
    assert entries() == wanted


def test_who_stops_and_who_pays_at_once_do_not_both_win(app: Flask) -> None:
    people = make.hands()
    key = make.make_tranche("allocated", people)
    results = at_once(
        app,
        lambda: tranches.stop(people.approver, key, "项目中止").state,
        lambda: tranches.pay(people.finance, key, "付-1", date(2026, 3, 2)).state,
    )
    (won,) = [r for r in results if not isinstance(r, PortalError)]
    assert make.tranche_now(key).state == won
    last = {"stopped": "reversal", "paid": "payment"}[won]
    assert entries() == ["income", "allocation", last]


def test_stopping_gives_the_promise_back_and_a_new_one_is_another_entry(app: Flask) -> None:
    people = make.hands()
    key = make.make_tranche("allocated", people)
    make.move(people, key, "stopped")
    assert ledger.balance(people.fund.fund_id).available_fen == 10 * make.AWARD_FEN
    with transaction():
        tranches.resume(people.approver, key, "整改完成")
    assert make.tranche_now(key).released_by is None
    make.move(people, key, "paid")
    second = ledger.entry(make.tranche_now(key).allocation_id or 0)
    assert second is not None and second.source == f"tranche:{key}:2"
    assert entries() == ["income", "allocation", "reversal", "allocation", "payment"]
    assert [t.split("：")[0] for t in letters()] == ["停止拨付通知", "恢复拨付通知", "付款通知"]


def test_what_the_ledger_knows_is_not_dropped_from_a_plan(app: Flask) -> None:
    people, award = make.hands(), make.make_award()
    key = make.make_tranche("allocated", people, award)
    make.move(people, key, "stopped")
    with transaction():
        tranches.resume(people.approver, key, "整改完成")
    with pytest.raises(Invalid) as refused:
        replan(people, award.id, make.parts_of(people, make.AWARD_FEN))
    assert "已有账目记录" in str(refused.value.fields["parts"][0])


def test_a_confirmation_sent_back_says_why_to_the_organization(app: Flask) -> None:
    people, award = make.hands(), make.make_award(title="银龄食光")
    key = make.make_tranche("released", people, award)
    with pytest.raises(Invalid), transaction():
        tranches.unrelease(people.approver, key, " ")
    with transaction():
        tranches.unrelease(people.approver, key, "协议缺少盖章")
    assert make.tranche_now(key).state == "planned"
    assert letters()[0].startswith("拨付条件需要重新确认：银龄食光")


def test_tranches_follow_what_the_ledger_takes_back(app: Flask, worker: Worker) -> None:
    people = make.hands()
    key = make.make_tranche("paid", people)
    row = make.tranche_now(key)
    payment, allocation = row.payment_id or 0, row.allocation_id or 0
    with transaction():
        posting.reverse(people.fund.staff, payment, "v", "重复付款")
    worker()
    assert make.tranche_now(key).state == "allocated"
    with transaction():
        tranches.pay(people.finance, key, "付-2", date(2026, 3, 2))
    again = make.tranche_now(key).payment_id or 0
    with transaction():
        posting.reverse(people.fund.staff, again, "v", "重复付款")
        later = posting.reverse(people.fund.staff, allocation, "v", "拨付有误").id
    with transaction():  # whichever of the two is heard of first
        tranches.follow_reversal(SYSTEM, later)
    worker()
    assert make.tranche_now(key).state == "released"
    with transaction():
        tranches.approve(people.approver, key)
        tranches.pay(people.finance, key, "付-3", date(2026, 3, 2))
    assert make.tranche_now(key).state == "paid"


def test_a_title_that_names_a_donor_stays_out_of_the_ledger(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tranches.naming, "donor_named_in", lambda text: "银龄食光" in text)
    people, award = make.hands(), make.make_award(title="银龄食光")
    row = make.tranche_now(make.make_tranche("paid", people, award))
    entry = ledger.entry(row.payment_id or 0)
    assert entry is not None
    assert "银龄食光" not in entry.description and (award.number or "?") in entry.description
