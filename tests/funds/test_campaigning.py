"""What must hold before a campaign starts, what a matcher owes, and when the public is told."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from charity_portal.funds.rules import campaigning as rules
from charity_portal.funds.rules.accounts import INCOME_SOURCES, USES
from charity_portal.funds.rules.campaigning import Form, Money, Plan, Start
from charity_portal.kernel.money import LARGEST_FEN

TODAY = date(2026, 3, 2)
PLAN = Plan(
    purpose_id=1,
    title_zh="春日义卖",
    summary_zh="款项用于社区助老。",
    starts_on=date(2026, 3, 12),
    ends_on=date(2026, 3, 31),
    filing_number="鲁募备〔2026〕0001",
    filed_on=TODAY,
)
READY = Start(PLAN, "sale", "active", may_raise=True)
amounts = st.integers(0, LARGEST_FEN)
ratios = st.integers(1, rules.LARGEST_RATIO_BP)
caps = st.integers(1, LARGEST_FEN)
days = st.dates(date(2025, 1, 1), date(2030, 12, 31))


@given(amounts, ratios, caps)
def test_a_matcher_owes_the_exact_share_rounded_down_and_never_more_than_the_cap(
    given_fen: int, ratio_bp: int, cap_fen: int
) -> None:
    exact = Fraction(given_fen * ratio_bp, 10_000)
    owes = rules.matched(given_fen, ratio_bp, cap_fen)
    assert owes <= cap_fen
    assert owes == cap_fen or 0 <= exact - owes < 1


@given(amounts, amounts, ratios, caps)
def test_more_gifts_never_lower_what_a_matcher_owes(a: int, b: int, ratio: int, cap: int) -> None:
    low, high = sorted((a, b))
    assert rules.matched(low, ratio, cap) <= rules.matched(high, ratio, cap)


def test_nothing_is_owed_for_nothing_nor_for_gifts_given_back() -> None:
    assert rules.matched(0, 10_000, 100) == 0
    assert rules.matched(-5, 10_000, 100) == 0


def test_half_a_fen_is_left_out() -> None:
    assert rules.matched(3, 5_000, 100) == 1


def test_a_filed_plan_of_a_qualified_charity_may_start() -> None:
    assert rules.missing(READY, TODAY) == []


def test_everything_missing_is_said_at_once() -> None:
    plan = replace(PLAN, filing_number=None, filed_on=None, ends_on=date(2026, 3, 1))
    start = Start(replace(plan, starts_on=date(2026, 2, 1)), "naming", "draft", may_raise=False)
    assert len(rules.missing(start, TODAY)) == 5


def test_a_charity_without_the_qualification_may_only_turn_to_its_own() -> None:
    unqualified = replace(READY, may_raise=False)
    assert len(rules.missing(unqualified, TODAY)) == 1
    targeted = replace(unqualified, plan=replace(PLAN, reach="targeted", filing_number=None))
    assert rules.missing(targeted, TODAY) == []


@given(days, days, days)
def test_a_plan_is_filed_ten_days_before_the_start_or_it_waits(
    filed: date, starts: date, today: date
) -> None:
    plan = replace(PLAN, filed_on=filed, starts_on=starts, ends_on=date(2031, 1, 1))
    may = not rules.missing(replace(READY, plan=plan), today)
    assert may == ((max(starts, today) - filed).days >= rules.FILING_DAYS)


def test_in_an_emergency_the_filing_may_follow() -> None:
    plan = replace(PLAN, emergency=True, filing_number=None, filed_on=None, starts_on=TODAY)
    assert rules.missing(replace(READY, plan=plan), TODAY) == []
    assert rules.filing_due(TODAY) == date(2026, 3, 12)


def test_naming_needs_the_consent_of_those_who_are_helped() -> None:
    naming = replace(READY, kind="naming")
    assert len(rules.missing(naming, TODAY)) == 1
    agreed = replace(naming, plan=replace(PLAN, naming_agreed_on=TODAY))
    assert rules.missing(agreed, TODAY) == []


def test_a_complete_plan_can_be_kept() -> None:
    assert rules.plan_problems(PLAN, "sale", TODAY) == {}


def test_what_is_wrong_with_a_plan_is_said_at_its_field() -> None:
    wrong = replace(
        PLAN,
        title_zh=" ",
        ends_on=date(2026, 3, 1),
        target_fen=0,
        filed_on=TODAY + timedelta(days=1),
        naming_agreed_on=TODAY + timedelta(days=1),
        reach="targeted",
        emergency=True,
    )
    assert set(rules.plan_problems(wrong, "sale", TODAY)) == {
        "title_zh", "ends_on", "target_fen", "filed_on", "naming_agreed_on", "emergency",
    }  # fmt: skip


def test_a_filing_has_both_number_and_day() -> None:
    assert "filed_on" in rules.plan_problems(replace(PLAN, filed_on=None), "sale", TODAY)
    assert "filing_number" in rules.plan_problems(replace(PLAN, filing_number=None), "sale", TODAY)


def test_matching_needs_a_matcher_a_ratio_and_a_cap() -> None:
    assert set(rules.plan_problems(PLAN, "matching", TODAY)) == {
        "matcher", "match_bp", "match_cap_fen",
    }  # fmt: skip
    whole = replace(PLAN, matcher_id=1, match_bp=rules.LARGEST_RATIO_BP, match_cap_fen=1)
    assert rules.plan_problems(whole, "matching", TODAY) == {}
    assert rules.plan_problems(
        replace(whole, match_bp=rules.LARGEST_RATIO_BP + 1), "matching", TODAY
    )


@given(days, st.integers(0, 30))
def test_months_later_keeps_the_day_or_takes_the_last_of_the_month(day: date, months: int) -> None:
    later = rules.months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_the_account_is_due_three_months_after_the_end() -> None:
    assert rules.settling_due(date(2026, 3, 31)) == date(2026, 6, 30)
    assert rules.settling_due(date(2026, 11, 30)) == date(2027, 2, 28)


@given(days, st.lists(st.integers(0, 60), max_size=8), st.integers(1, 10))
def test_there_are_never_more_days_than_the_rule_between_a_bulletin_and_the_next_one_due(
    start: date, gaps: list[int], every: int
) -> None:
    published = [start + timedelta(days=sum(gaps[: n + 1])) for n in range(len(gaps))]
    due = rules.bulletin_due(start, published, every)
    assert due == (published or [start])[-1] + timedelta(days=every)


def test_after_the_end_only_what_fell_due_before_is_still_owed() -> None:
    start = date(2026, 3, 1)
    assert rules.bulletin_due(start, [], 5, ended_on=date(2026, 3, 5)) is None
    assert rules.bulletin_due(start, [], 5, ended_on=date(2026, 3, 6)) == date(2026, 3, 6)
    assert rules.bulletin_due(start, [date(2026, 3, 9)], 5, ended_on=date(2026, 3, 10)) is None


def test_what_is_done_early_is_not_late() -> None:
    assert rules.days_late(TODAY, TODAY - timedelta(days=2)) == 0
    assert rules.days_late(TODAY, TODAY + timedelta(days=2)) == 2


def test_the_figures_of_a_campaign_add_up() -> None:
    money = Money(
        {"bank": Form(2, 300), "in_kind": Form(1, 50)}, 200, {"fundraising": 40, "relief": 60}
    )
    assert (money.given_fen, money.received_fen, money.goods_fen) == (350, 550, 50)
    assert (money.spent_fen, money.cost_fen, money.left_fen) == (100, 40, 450)


def test_income_and_cost_have_names_that_the_ledger_knows() -> None:
    assert set(rules.INCOME_OF) == set(rules.CAMPAIGN_KINDS)
    assert set(rules.INCOME_OF.values()) <= set(INCOME_SOURCES)
    assert rules.COST in USES
