"""Shares of a year: exact arithmetic, what counts, the rule of the day; two never exceed it together."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from charity_portal.funds.models.spending import FundRule
from charity_portal.funds.queries import measures as queries
from charity_portal.funds.rules.accounts import EARMARKS
from charity_portal.funds.rules.establishing import Purpose
from charity_portal.funds.rules.measures import (
    CEILINGS,
    SHARES,
    Limit,
    RuleRow,
    YearFigures,
    read_value,
    row_problems,
    share_of,
)
from charity_portal.funds.services import approving, moving
from charity_portal.funds.services import measures as services
from charity_portal.funds.services.moving import Paper
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, WrongState
from charity_portal.organizations.models import Organization
from tests.factories import spending as make
from tests.factories.funds import make_fund
from tests.support.at_once import at_once

DAY = date(2026, 1, 1)
FEN = st.integers(0, 10**12)
ALL_USES = (Purpose("全部", tuple(EARMARKS)),)


@given(FEN, FEN, FEN, FEN, FEN, st.integers(0, 10_000))
def test_a_share_is_compared_exactly(
    charitable: int, management: int, raising: int, raised: int, before: int, value: int
) -> None:
    year = YearFigures(charitable + management + raising, management, raising, raised, before)
    limit = Limit(value, "x", None, DAY)
    wanted = {
        "management_share": (management, year.spent_fen, Fraction.__le__),
        "fundraising_share": (raising, raised, Fraction.__le__),
        "spending_share": (charitable, before, Fraction.__ge__),
    }
    for measure in SHARES:
        part, whole, compares = wanted[measure]
        share = share_of(measure, year, limit)
        assert (share.part_fen, share.whole_fen) == (part, whole)
        if whole:
            assert share.kept is compares(Fraction(part, whole), Fraction(value, 10_000))
        assert share_of(measure, year, None).kept is None


@given(FEN, FEN, st.sampled_from(EARMARKS), FEN)
def test_spending_raises_its_own_share_and_no_other(
    charitable: int, management: int, use: str, amount: int
) -> None:
    year = YearFigures(charitable + management, management)
    after = year.with_spending(use, amount)
    assert after.spent_fen == year.spent_fen + amount
    grows = {"management": after.management_fen - management, "fundraising": after.fundraising_fen}
    assert all(grown == (amount if name == use else 0) for name, grown in grows.items())
    if use not in CEILINGS:
        assert after.charitable_fen == year.charitable_fen + amount


@pytest.mark.parametrize(
    ("measure", "text", "value"),
    [
        ("management_share", "10", 1000), ("management_share", "7.25 %", 725),
        ("management_share", "７.5％", 750), ("management_share", "7.255", None),
        ("management_share", "101", None), ("management_share", "-1", None),
        ("management_share", "nan", None), ("management_share", "", None),
        ("idle_months", "12", 12), ("idle_months", "1.5", None), ("idle_months", "0", None),
        ("bulletin_days", "61", None), ("nothing", "5", None),
    ],
)  # fmt: skip
def test_a_value_is_read_as_its_measure_wants(measure: str, text: str, value: int | None) -> None:
    assert read_value(measure, text) == value


def test_a_row_needs_both_bases_and_a_later_day() -> None:
    row = RuleRow("management_share", "all", 1, DAY, None, " ", "")
    assert set(row_problems(row, [DAY])) == {"basis_zh", "basis_en", "since"}
    assert set(row_problems(RuleRow("x", "y", 1, DAY, None, "a", "b"), [])) == {"measure", "scope"}


def qualified(host_id: int) -> None:
    with transaction():
        db.session.get_one(Organization, host_id).fundraising_from = date(2020, 1, 1)


def test_the_scope_decides_which_rule_holds_and_no_row_means_no_rule(app: Flask) -> None:
    fund = make_fund(purposes=ALL_USES)
    assert services.effect(fund.host_id, "management", 100, clock.today()).after.limit is None  # type: ignore[union-attr]
    qualified(fund.host_id)
    effect = services.effect(fund.host_id, "management", 100, clock.today())
    assert effect.scope == "public" and effect.exceeds
    assert not services.effect(fund.host_id, "activity", 100, clock.today()).exceeds


def test_a_year_counts_over_all_funds_of_a_charity_and_knows_what_is_no_spending(
    app: Flask,
) -> None:
    first = make_fund(purposes=ALL_USES)
    second = make_fund(host_id=first.host_id, purposes=ALL_USES)
    for number, fund in enumerate((first, second)):
        fund.receive(1000, f"gift:{number}")
        fund.receive(7, f"interest:{number}", income_source="interest")
    first.allocate(100, "a:1", use="activity")
    first.allocate(30, "a:2", use="management")
    second.allocate(20, "a:3", use="fundraising")
    second.allocate(500, "a:4", use="surplus")
    first.pay(first.allocate(5, "a:5", use="activity"))
    with transaction():
        moving.refund(first.staff, first.fund_id, None, 5, first.purpose, "r:1", Paper("v", "d"))
    year = queries.shares(first.host_id, 2026)
    assert year.figures == YearFigures(150, 30, 20, 2000, 0)
    assert [fund.figures.spent_fen for fund in year.funds] == [130, 20]
    assert queries.figures(first.host_id, 2027).income_before_fen == 2014


def test_management_beyond_the_limit_is_approved_only_with_published_words(app: Flask) -> None:
    desk = make.make_desk(purposes=ALL_USES)
    qualified(desk.fund.host_id)
    desk.fund.allocate(900_00, "a:1", use="activity")
    fits = make.make_request("approved", desk, use="management", amount_fen=100_00)
    assert fits.exception is None
    key = make.make_request("passed", desk, use="management", amount_fen=1).id
    with pytest.raises(Invalid) as refused, transaction():
        approving.approve(desk.approver, key)
    assert "exception" in refused.value.fields
    make.approve(desk, key, "年度审计费用集中在上半年支付")
    assert make.row(key).exception == "年度审计费用集中在上半年支付"


def test_two_who_each_fit_do_not_exceed_the_limit_together(app: Flask) -> None:
    desk = make.make_desk(purposes=ALL_USES)
    host = desk.fund.host_id
    qualified(host)
    other = make.make_desk(host_id=host, purposes=ALL_USES)
    desk.fund.allocate(900_00, "a:1", use="activity")
    wanted = {"use": "management", "amount_fen": 60_00}
    keys = [make.make_request("passed", d, **wanted).id for d in (desk, other)]
    approvers = (desk.approver, other.approver)
    results = at_once(
        app,
        *(
            lambda a=a, k=k: approving.approve(a, k).id
            for a, k in zip(approvers, keys, strict=True)
        ),
    )
    assert sorted(type(result).__name__ for result in results) == ["Invalid", "int"]


def test_a_new_rule_ends_the_one_before_and_gives_way_again_when_withdrawn(app: Flask) -> None:
    first = make.make_rule(since=clock.today())
    later = make.make_rule(since=clock.today() + timedelta(days=30))
    approver, officer = make.employee("approver"), make.employee("officer")

    def until(key: int) -> date | None:
        db.session.rollback()
        return db.session.get_one(FundRule, key).until

    assert until(first) == clock.today() + timedelta(days=29)
    day = clock.today() + timedelta(days=30)
    assert queries.rule_on("fundraising_share", day).id == later  # type: ignore[union-attr]
    with pytest.raises(WrongState), transaction():
        services.withdraw_rule(approver, first, "笔误")
    with pytest.raises(Invalid), transaction():
        services.withdraw_rule(approver, later, "")
    with pytest.raises(Forbidden), transaction():
        services.withdraw_rule(officer, later, "笔误")
    with transaction():
        services.withdraw_rule(approver, later, "笔误")
    assert until(first) is None
    assert queries.rule(later) is None
