"""Months close one after another, once they are over."""

from datetime import date

import pytest
from flask import Flask

from charity_portal.funds.errors import MonthClosed
from charity_portal.funds.queries import ledger
from charity_portal.funds.rules import months as rules
from charity_portal.funds.services import months
from charity_portal.funds.services.moving import Paper
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Forbidden, Invalid, NotFound
from tests.factories.funds import Settled, make_fund, make_staff

JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))


def close(fund: Settled, month: date) -> None:
    with transaction():
        months.close_month(fund.staff, fund.host_id, month)


def test_a_month_is_named_by_its_first_day() -> None:
    assert rules.month_of(date(2026, 2, 28)) == FEBRUARY
    assert rules.next_month(date(2026, 12, 1)) == date(2027, 1, 1)


def test_a_month_closes_when_it_is_over_and_once() -> None:
    rules.check_closing(FEBRUARY, JANUARY, date(2026, 3, 1))
    for month, last, today in (
        (FEBRUARY, None, date(2026, 2, 28)),
        (FEBRUARY, FEBRUARY, date(2026, 3, 1)),
        (JANUARY, FEBRUARY, date(2026, 3, 1)),
        (date(2026, 2, 2), None, date(2026, 4, 1)),
    ):
        with pytest.raises(Invalid):
            rules.check_closing(month, last, today)


def test_a_closed_month_and_all_before_it_take_nothing_more(app: Flask) -> None:
    fund, other = make_fund(), make_fund()
    close(fund, JANUARY)
    for number, day in enumerate((date(2026, 1, 31), date(2025, 12, 31))):
        with pytest.raises(MonthClosed):
            fund.receive(1, f"gift:{number}", paper=Paper("v", "d", day))
    fund.receive(1, "gift:2", paper=Paper("v", "d", FEBRUARY))
    other.receive(1, "gift:3", paper=Paper("v", "d", JANUARY))
    assert (ledger.last_closed(fund.host_id), ledger.last_closed(other.host_id)) == (JANUARY, None)
    with pytest.raises(Invalid):
        close(fund, MARCH)


def test_what_was_posted_before_is_given_again_after_the_closing(app: Flask) -> None:
    fund = make_fund()
    paper = Paper("v", "d", date(2026, 1, 31))
    first = fund.receive(1, "gift:1", paper=paper)
    close(fund, JANUARY)
    assert fund.receive(1, "gift:1", paper=paper) == first


def test_who_keeps_the_books_closes_them(app: Flask) -> None:
    fund, officer = make_fund(), make_staff("officer")
    with pytest.raises(Forbidden), transaction():
        months.close_month(officer, fund.host_id, JANUARY)
    with pytest.raises(NotFound), transaction():
        months.close_month(fund.staff, 987654, JANUARY)
