"""Donors, gifts and promises: recorded with their entries, corrected, given back."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from charity_portal.funds.errors import Overdrawn
from charity_portal.funds.models.donations import Donation
from charity_portal.funds.queries import donations as queries
from charity_portal.funds.queries import ledger
from charity_portal.funds.rules.giving import DonorFacts, Promise
from charity_portal.funds.services import donations, donors, pledges
from charity_portal.funds.services.donations import Correction
from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Conflict, Forbidden, Invalid, WrongState
from charity_portal.kernel.identifiers import make_uscc
from tests.factories.donations import gift, make_donation, make_donor, make_pledge
from tests.factories.funds import make_fund, make_staff
from tests.factories.organizations import make_organization
from tests.support.plans import plans
from tests.support.statements import counted


def test_a_gift_is_posted_once_however_often_it_is_sent(app: Flask) -> None:
    fund = make_fund()
    told = gift(fund, donor=DonorFacts("person", "测试甲", "13900000001"), income_source="sale")
    with transaction():
        first = donations.record(fund.staff, told)
    with transaction():
        assert donations.record(fund.staff, told).id == first.id
    assert ledger.income_by_source(fund.fund_id)["sale"] == 10_000
    entry = ledger.entry(first.entry_id)
    assert entry is not None
    assert (entry.source, entry.voucher) == (f"donation:{first.number}", first.number)


def test_goods_come_in_at_their_value(app: Flask) -> None:
    fund = make_fund()
    make_donation(fund, form="in_kind", amount_fen=30_000)
    assert ledger.balance(fund.fund_id).goods_fen == 30_000


def test_only_who_keeps_the_books_records(app: Flask) -> None:
    fund, officer = make_fund(), make_staff("officer")
    with pytest.raises(Forbidden), transaction():
        donations.record(officer, gift(fund))


def test_the_same_donor_is_found_again(app: Flask) -> None:
    staff = make_staff("finance")
    code = make_uscc("370602", 77, "9")
    linked = make_organization(kind="foundation")
    told = [
        DonorFacts("person", "测试甲", "139 0000 0001"),
        DonorFacts("organization", "测试公司", code=code),
        DonorFacts("organization", linked.name, code=linked.uscc or ""),
    ]
    with transaction():
        made = [donors.known_or_new(staff, facts) for facts in told]
    with transaction():
        again = [donors.known_or_new(staff, facts) for facts in told]
        assert donors.known_or_new(staff, DonorFacts("person", "测试甲")).id != made[0].id
    assert [d.id for d in again] == [d.id for d in made]
    assert queries.same_donors(told) == made
    assert made[2].organization_id == linked.id
    with pytest.raises(Invalid) as refused, transaction():
        donors.add(staff, told[1])
    assert list(refused.value.fields) == ["code"]


def test_a_stale_change_of_a_donor_is_refused(app: Flask) -> None:
    staff, donor = make_staff("officer"), make_donor(name="测试甲")
    with transaction():
        donors.edit(staff, donor.id, DonorFacts("person", "测试乙"), rev=0)
    with pytest.raises(Conflict), transaction():
        donors.edit(staff, donor.id, DonorFacts("person", "测试丙"), rev=0)
    assert [d.id for d in queries.find_donors("测试乙")] == [donor.id]
    assert queries.find_donors("测试甲") == []


def test_looking_at_a_donor_needs_a_reason_that_names_nobody(app: Flask) -> None:
    staff, donor = make_staff("auditor"), make_donor(name="琥珀青禾")
    for reason in (" ", "查琥珀青禾"):
        with pytest.raises(Invalid), transaction():
            donors.reveal(staff, donor.id, reason)
    with transaction():
        donors.reveal(staff, donor.id, "年度审计抽查")
    entry = audit.history(donor)[0]
    assert (entry.action, entry.reason) == ("funds.donor.reveal", "年度审计抽查")


def test_a_gift_that_is_given_back_leaves_the_book_and_its_promise_is_open_again(
    app: Flask,
) -> None:
    fund, donor = make_fund(), make_donor()
    promise = make_pledge(fund, donor)
    first = make_donation(fund, donor, pledge_id=promise.id, amount_fen=20_000)
    assert promise.state == "open"
    second = make_donation(fund, donor, pledge_id=promise.id, amount_fen=30_000)
    assert promise.state == "kept"
    with transaction():
        donations.give_back(fund.staff, second.id, "汇错")
    assert (promise.state, queries.received(promise.id)) == ("open", 20_000)
    assert ledger.balance(fund.fund_id).bank_fen == 20_000
    with pytest.raises(WrongState), transaction():
        donations.give_back(fund.staff, second.id, "汇错")
    fund.allocate(20_000, "test:spent")
    with pytest.raises(Overdrawn), transaction():
        donations.give_back(fund.staff, first.id, "汇错")
    assert first.state == "received"


def test_naming_and_receipt_are_put_right_later(app: Flask) -> None:
    fund, donor = make_fund(), make_donor()
    row, other = make_donation(fund, donor), make_donation(fund, donor)
    given = Correction("named", "甲一家", "370001", date(2026, 3, 2))
    with transaction():
        donations.correct(fund.staff, row.id, given, rev=0)
    assert (row.naming, row.public_name, row.receipt_number) == ("named", "甲一家", "370001")
    assert "甲一家" not in str(audit.history(row)[0].after)
    with pytest.raises(Conflict), transaction():
        donations.correct(fund.staff, row.id, given, rev=0)
    with pytest.raises(Invalid) as refused, transaction():
        donations.correct(fund.staff, other.id, given, rev=0)
    assert list(refused.value.fields) == ["receipt_number"]


def test_what_does_not_belong_together_is_refused_by_field(app: Flask) -> None:
    fund, donor, refusing = make_fund(), make_donor(), make_donor(refuses=True)
    elsewhere = make_pledge(make_fund(), donor)
    wrong = {
        "pledge_id": gift(fund, donor_id=donor.id, pledge_id=elsewhere.id),
        "naming": gift(fund, donor_id=refusing.id, naming="named"),
        "donor_id": gift(fund, donor_id=10**9),
        "campaign_id": gift(fund, campaign_id=10**9),
    }
    for field, told in wrong.items():
        with pytest.raises(Invalid) as refused, transaction():
            donations.record(fund.staff, told)
        assert list(refused.value.fields) == [field]
    with pytest.raises(Invalid) as refused, transaction():
        donations.record(fund.staff, gift(fund, form="in_kind", goods=f"{refusing.name}赠棉被"))
    assert list(refused.value.fields) == ["goods"]
    assert db.session.query(Donation).count() == 0


def test_a_promise_is_amended_while_it_is_open_and_cancelled(app: Flask) -> None:
    staff, fund, donor = make_staff("officer"), make_fund(), make_donor()
    row = make_pledge(fund, donor)
    make_donation(fund, donor, pledge_id=row.id)
    with pytest.raises(Invalid), transaction():
        pledges.amend(staff, row.id, 10_000, row.due_on)
    with transaction():
        pledges.amend(staff, row.id, 60_000, date(2026, 5, 1))
        pledges.cancel(staff, row.id, "协商一致")
    assert (row.amount_fen, row.state) == (60_000, "cancelled")
    with pytest.raises(WrongState), transaction():
        pledges.amend(staff, row.id, 70_000, row.due_on)
    strange = Promise(donor.id, fund.fund_id, 10**9, 100, date(2026, 5, 1))
    with pytest.raises(Invalid) as refused, transaction():
        pledges.pledge(staff, replace(strange, campaign_id=10**9))
    assert list(refused.value.fields) == ["purpose_id", "campaign_id"]


def test_the_public_list_costs_the_same_however_much_was_given(app: Flask) -> None:
    fund, donor = make_fund(), make_donor()
    returned = make_donation(fund, donor)
    with transaction():
        donations.give_back(fund.staff, returned.id, "汇错")
    make_donation(fund, donor, naming="named", form="in_kind")
    costs = []
    for more in (0, 6):
        for _ in range(more):
            make_donation(fund, make_donor(), naming="named")
        db.session.expire_all()
        with counted(app) as statements:
            page = queries.public_page(fund.fund_id, size=5)
        costs.append(len(statements))
    assert costs[0] == costs[1] == 2
    assert (len(page.items), page.next_cursor is not None) == (5, True)
    (last,) = queries.public_page(fund.fund_id, page.next_cursor, size=5).items[-1:]
    assert (last.goods, last.name) == ("棉被", donor.name)


@pytest.mark.parametrize("campaign", [False, True], ids=["fund", "campaign"])
def test_the_public_list_is_cut_by_an_index(app: Flask, campaign: bool) -> None:
    fund = make_fund()
    for _ in range(3):
        make_donation(fund)
    key, index = (1, "ix_donation_campaign") if campaign else (None, "ix_donation_fund")
    cursor = queries.public_page(fund.fund_id, size=2).next_cursor
    fund_id = None if campaign else fund.fund_id
    for after in (None, cursor):
        plan = plans(
            lambda after=after: queries.public_page(fund_id, after, campaign_id=key, size=2),
            "FROM donation ",
        )
        assert index in plan, plan
        assert not any(word in plan for word in ("SCAN", "Seq Scan", "TEMP B-TREE", "Sort")), plan
