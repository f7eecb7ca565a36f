"""A fund from its agreement to its end."""

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.funds.errors import FundUnfit
from charity_portal.funds.models.funds import Fund, FundMember
from charity_portal.funds.queries import funds as queries
from charity_portal.funds.queries import ledger
from charity_portal.funds.rules.establishing import Instalment, Member, Purpose
from charity_portal.funds.services import funds
from charity_portal.kernel.database import Model, db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, NotFound, WrongState
from charity_portal.kernel.permissions import ANONYMOUS, can
from charity_portal.organizations.models import Standing
from tests.factories.funds import (
    Settled,
    agreement,
    committee,
    fund_row,
    make_fund,
    make_host,
    make_staff,
)
from tests.factories.organizations import make_organization


def act(step, fund: Settled, *rest: object) -> None:
    with transaction():
        step(fund.staff, fund.fund_id, *rest)


def test_a_fund_opens_in_its_charitys_book_with_a_number(app: Flask) -> None:
    fund = make_fund(active=False)
    row = fund_row(fund)
    assert (row.number, row.state, row.host_id) == ("JJ-2026-0001", "draft", fund.host_id)
    assert [m.seat for m in queries.seated(row.id)] == ["chair"] + ["member"] * 4 + ["supervisor"]
    assert make_fund(host_id=fund.host_id).host_id == fund.host_id
    assert queries.by_number("JJ-2026-0001") == fund_row(fund)
    assert queries.cards({row.id})[row.id].name == row.name_zh
    assert len(queries.register_page(fund.host_id).items) == 2
    assert len(queries.register_page(kind="community", state="draft").items) == 1


def test_a_fund_has_no_account_and_no_fund_inside_it(app: Flask) -> None:
    """By construction: no column names a bank account, and none leads from a fund to a fund."""
    tables = Model.metadata.tables
    columns = {column.name for name in ("fund", "fund_purpose") for column in tables[name].columns}
    assert not {name for name in columns if "account" in name or "seal" in name}
    targets = {key.column.table.name for key in tables["fund"].foreign_keys}
    assert targets == {"ledger_book", "organization", "user_account"}


def test_only_a_charity_in_good_standing_hosts_a_fund(app: Flask) -> None:
    staff, plain, listed = make_staff("officer"), make_organization(), make_host()
    with transaction():
        db.session.add(
            Standing(
                organization_id=listed.id, standing="abnormal", from_date=date(2026, 1, 1),
                basis="未按时报送年报",
            )
        )  # fmt: skip
    for host_id in (plain.id, listed.id):
        with pytest.raises(FundUnfit), transaction():
            funds.open_fund(staff, agreement(host_id))
    with pytest.raises(NotFound), transaction():
        funds.open_fund(staff, agreement(987654))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Fund)) == 0


def test_an_incomplete_agreement_names_every_fault(app: Flask) -> None:
    staff, faulty = (
        make_staff("officer"),
        agreement(make_host().id, naming="", purposes=(), kind="x"),
    )
    with pytest.raises(Invalid) as refusal, transaction():
        funds.open_fund(staff, faulty)
    assert set(refusal.value.fields) == {"naming", "purposes", "kind"}


def test_who_may_not_open_or_begin_a_fund_does_not(app: Flask) -> None:
    host, fund = make_host(), make_fund(active=False)
    officer, finance = make_staff("officer"), make_staff("finance")
    with pytest.raises(Forbidden), transaction():
        funds.open_fund(finance, agreement(host.id))
    with pytest.raises(Forbidden), transaction():
        funds.activate(officer, fund.fund_id)


def test_a_fund_begins_when_committee_and_money_are_there(app: Flask) -> None:
    parts = (Instalment(date(2026, 3, 1), 100_00), Instalment(date(2026, 9, 1), 400_00))
    fund = make_fund(
        active=False, members=committee(4), minimum_fen=500_00, instalments=parts
    )  # fmt: skip
    with pytest.raises(FundUnfit) as refusal:
        act(funds.activate, fund)
    assert len(refusal.value.problems) == 2
    assert fund_row(fund).state == "draft"
    act(funds.seat, fund, committee(5))
    fund.receive(100_00, "gift:1")
    with pytest.raises(WrongState):
        fund.allocate(1, "award:1")
    act(funds.activate, fund)
    assert (fund_row(fund).state, fund_row(fund).activated_on) == ("active", date(2026, 3, 2))
    fund.allocate(1, "award:1")


def test_a_running_fund_keeps_a_complete_committee(app: Flask, clock) -> None:
    fund = make_fund()
    with pytest.raises(FundUnfit):
        act(funds.seat, fund, committee(4))
    clock.advance(days=30)
    newcomer = Member("supervisor", "新监督员", "街道办事处")
    act(funds.seat, fund, (*committee(5, supervisors=0), newcomer))
    assert [m.name for m in queries.seated(fund.fund_id)][-1] == "新监督员"
    left = db.session.scalars(sa.select(FundMember).where(FundMember.until.is_not(None))).one()
    assert (left.seat, left.until) == ("supervisor", date(2026, 4, 1))


def test_a_purpose_is_added_with_its_own_purse(app: Flask) -> None:
    fund = make_fund()
    act(funds.add_purpose, fund, Purpose("助学", ("bursary",)))
    added = queries.purposes(fund.fund_id)[-1]
    fund.receive(5, "gift:1", purpose=added.id)
    fund.allocate(5, "bursary:1", purpose=added.id, use="bursary")
    with pytest.raises(Invalid):
        act(funds.add_purpose, fund, Purpose("助学", ("bursary",)))
    with pytest.raises(Invalid):
        act(funds.add_purpose, fund, Purpose("本金", spendable=False))


def test_a_fund_resumes_only_with_a_fit_charity(app: Flask) -> None:
    fund = make_fund()
    act(funds.suspend, fund, "检查发现问题")
    with transaction():
        db.session.add(
            Standing(
                organization_id=fund.host_id, standing="serious", from_date=date(2026, 2, 1),
                to_date=date(2026, 3, 2), basis="行政处罚",
            )
        )  # fmt: skip
    with pytest.raises(FundUnfit):
        act(funds.resume, fund, "整改完成")
    assert fund_row(fund).state == "suspended"
    with pytest.raises(Invalid):
        act(funds.resume, fund, " ")


def test_a_fund_ends_empty_and_for_good(app: Flask) -> None:
    fund = make_fund()
    fund.receive(100, "gift:1")
    with pytest.raises(FundUnfit):
        act(funds.end, fund, "协议期满")
    promised = fund.allocate(100, "surplus:1", use="surplus", payee=fund.host_id)
    with pytest.raises(FundUnfit):
        act(funds.end, fund, "协议期满")
    fund.pay(promised)
    act(funds.end, fund, "协议期满")
    assert (fund_row(fund).state, fund_row(fund).ended_on) == ("ended", date(2026, 3, 2))
    with pytest.raises(WrongState):
        fund.receive(1, "gift:2")
    for step in (funds.seat, funds.add_purpose):
        with pytest.raises(WrongState):
            act(step, fund, ())
    assert ledger.balance(fund.fund_id).available_fen == 0


def test_a_draft_is_seen_by_the_office_and_its_charity(app: Flask) -> None:
    draft, running = fund_row(make_fund(active=False)), fund_row(make_fund())
    assert can(ANONYMOUS, "funds:fund:read", running)
    assert not can(ANONYMOUS, "funds:fund:read", draft)
    assert can(make_staff("auditor"), "funds:fund:read", draft)
