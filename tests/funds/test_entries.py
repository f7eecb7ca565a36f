"""What may be posted by itself, and when two postings say the same."""

from dataclasses import replace
from datetime import date

import pytest

from charity_portal.funds.rules import entries as rules
from charity_portal.funds.rules.accounts import (
    INCOME_SOURCES,
    SHAPES,
    Address,
    accounts_of_fund,
    accounts_of_purpose,
)
from charity_portal.funds.rules.entries import Earmark, Posting
from charity_portal.kernel.errors import Invalid

TODAY = date(2026, 3, 2)
GIFT = Posting(
    fund_id=1, purpose_id=2, kind="income", debit=Address("bank"),
    credit=Address("income", 2, "donation"), amount_fen=100, booked_on=TODAY, source="gift:1",
    voucher="v", description="d",
)  # fmt: skip
AWARD = replace(
    GIFT, kind="allocation", debit=Address("spending", 2), credit=Address("payable"), spent_on="award"
)  # fmt: skip


def wrong(posting: Posting) -> set[str]:
    try:
        rules.check(posting, TODAY)
    except Invalid as refusal:
        return set(refusal.fields)
    return set()


@pytest.mark.parametrize(
    ("posting", "fields"),
    [
        (GIFT, set()),
        (AWARD, set()),
        (replace(GIFT, amount_fen=0), {"amount_fen"}),
        (replace(GIFT, booked_on=date(2026, 3, 3)), {"booked_on"}),
        (replace(GIFT, voucher="长" * 201), {"voucher"}),
        (replace(GIFT, kind="bonus"), {"kind"}),
        (replace(GIFT, debit=Address("payable")), {"kind"}),
        (replace(GIFT, credit=Address("purse", 2)), {"kind"}),
        (replace(GIFT, reverses_id=5), {"kind"}),
        (replace(GIFT, kind="reversal"), {"kind"}),
        (replace(GIFT, spent_on="award"), {"spent_on"}),
        (replace(AWARD, spent_on=None), {"spent_on"}),
        (replace(AWARD, spent_on="holiday"), {"spent_on"}),
    ],
)
def test_a_posting_is_checked_by_itself(posting: Posting, fields: set[str]) -> None:
    assert wrong(posting) == fields


def test_accounts_are_named_by_purpose_and_source() -> None:
    assert [a.code for a in accounts_of_fund()] == ["bank", "goods", "payable"]
    codes = [a.code for a in accounts_of_purpose(7, spendable=True)]
    assert codes[:4] == ["purse:7", "moved:7", "spending:7", "income:7:donation"]
    assert len(codes) == 3 + len(INCOME_SOURCES)
    assert "spending:7" not in [a.code for a in accounts_of_purpose(7, spendable=False)]
    assert Address("income", 7, "sale").purse == Address("purse", 7)
    assert Address("bank").purse is None


def test_nothing_is_posted_to_a_purse_itself() -> None:
    assert all("purse" not in shape for shape in SHAPES)


def test_promises_are_made_by_running_funds_only() -> None:
    assert rules.is_open("active", "allocation", "award")
    assert not rules.is_open("suspended", "allocation", "award")
    assert not rules.is_open("draft", "allocation", "award")
    assert rules.is_open("suspended", "allocation", "surplus")
    assert rules.is_open("suspended", "payment", None) and rules.is_open("draft", "income", None)
    kinds = ("income", "allocation", "handout", "payment", "payout", "reversal")
    assert not any(rules.is_open("ended", kind, None) for kind in kinds)


def test_an_earmark_allows_what_it_names_and_the_surplus() -> None:
    earmark = Earmark(True, frozenset({"wish"}))
    assert [earmark.allows(use) for use in ("wish", "surplus", "award", None)] == [
        True, True, False, False,
    ]  # fmt: skip
    assert not Earmark(False, frozenset({"wish"})).allows("wish")


def test_words_and_days_may_differ_when_a_cause_is_told_again() -> None:
    assert rules.same(GIFT, replace(GIFT, description="x", voucher="y", booked_on=date(2026, 1, 1)))
    for other in (
        replace(GIFT, amount_fen=101),
        replace(GIFT, debit=Address("goods")),
        replace(GIFT, payee_id=3),
        replace(GIFT, purpose_id=3),
    ):
        assert not rules.same(GIFT, other)


def test_what_is_short_is_told() -> None:
    stands = {"spending:2": 0, "payable": 0, "purse:2": -99}
    assert rules.short_of(AWARD, stands) == 99
    assert rules.short_of(AWARD, stands | {"purse:2": -100}) is None
    payment = replace(GIFT, kind="payment", debit=Address("payable"), credit=Address("bank"))
    assert rules.short_of(payment, {"payable": -100, "bank": 40}) == 40
    assert rules.short_of(payment, {"payable": -40, "bank": 100}) == 40
