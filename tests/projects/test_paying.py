"""Plans, shares and letters about an award's money, on plain values."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say
from charity_portal.projects.rules import paying, paying_letters
from charity_portal.projects.rules.letters import About, Letter
from charity_portal.projects.rules.paying import Part, Pocket
from charity_portal.projects.rules.paying_letters import Demanded, Which

DAY = date(2026, 3, 2)
POCKETS = {1: Pocket(1_000_000), 2: Pocket(0, say("没有用途。"))}


@dataclass
class Tranche:
    id: int = 1
    state: str = "planned"
    condition: str = "agreement"
    amount_fen: int = 500
    due_on: date = DAY
    purpose_id: int = 1


def part(amount: int, **given: object) -> Part:
    plain = {"condition": "agreement", "due_on": DAY, "purpose_id": 1}
    return Part(amount_fen=amount, **(plain | given))  # type: ignore[arg-type]


@given(st.integers(1, 10**12), st.lists(st.integers(1, 9_999), min_size=1, max_size=6))
def test_shares_make_amounts_that_add_up_to_the_fen(left: int, cuts: list[int]) -> None:
    edges = sorted({0, paying.WHOLE_BP, *cuts})
    shares = [b - a for a, b in pairwise(edges)]
    amounts = paying.shares_to_amounts(left, shares)
    assert sum(amounts) == left and len(amounts) == len(shares)


def test_the_usual_split_is_half_forty_and_ten(app: Flask) -> None:
    shares = [share * 100 for _, share in paying.DEFAULT_SPLIT]
    assert paying.shares_to_amounts(5_000_001, shares) == [2_500_001, 2_000_000, 500_000]


@pytest.mark.parametrize(
    ("shares", "field", "words"),
    [
        ([5_000, 4_000], "parts", "90%"),
        ([5_000, None, 5_000], "parts-1-share", "比例"),
        ([10_000, 1], "parts", "100.01%"),
    ],
)
def test_shares_that_are_no_whole_are_refused(
    app: Flask, shares: list[int | None], field: str, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        paying.shares_to_amounts(100, shares)
    assert words in str(refused.value.fields[field][0])


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        ([part(600), part(400)], set()),
        ([], {"parts"}),
        ([part(999)], {"parts"}),
        ([part(1001)], {"parts"}),
        ([part(1000, condition="rain")], {"parts-0-condition"}),
        ([part(1000), part(0)], {"parts-1-amount"}),
        ([part(1000, purpose_id=9)], {"parts-0-purse"}),
        ([part(1000, purpose_id=2)], {"parts-0-purse"}),
        ([part(1000, due_on=date(2026, 3, 1))], {"parts-0-due_on"}),
        ([part(1000, due_on=date(2036, 3, 2))], {"parts-0-due_on"}),
        ([part(500, due_on=date(2026, 4, 1)), part(500)], {"parts-1-due_on"}),
        ([part(100)] * 9 + [part(25)] * 4, {"parts"}),
    ],
)
def test_a_plan_says_everything_that_is_wrong_with_it(
    app: Flask, parts: list[Part], wrong: set[str]
) -> None:
    found = paying.plan_problems(1000, parts, DAY, POCKETS)
    assert set(found) == wrong
    assert all(str(text) for texts in found.values() for text in texts)


def test_nothing_left_needs_no_parts(app: Flask) -> None:
    assert paying.plan_problems(0, [], DAY, POCKETS) == {}


def test_a_purse_that_others_count_on_too_is_short() -> None:
    assert paying.short_purses([part(600)], {1: 400_000}, POCKETS) == {}
    assert paying.short_purses([part(700_000)], {1: 400_000}, POCKETS) == {1: 100_000}


def test_what_is_paid_keeps_its_number() -> None:
    assert paying.free_positions([2, 3], 3) == [1, 4, 5]


def test_the_mark_changes_with_every_fact_and_with_nothing_else() -> None:
    plain = paying.mark([Tranche()])
    assert plain == paying.mark([Tranche()])
    for changed in (
        Tranche(state="released"),
        Tranche(amount_fen=501),
        Tranche(due_on=date(2026, 3, 3)),
        Tranche(purpose_id=2),
        Tranche(condition="closing"),
        Tranche(id=2),
    ):
        assert paying.mark([changed]) != plain


def test_days_follow_one_another_whatever_the_project_says() -> None:
    for starts, ends in ((None, None), (date(2026, 5, 1), date(2027, 4, 30)), (DAY, DAY)):
        days = paying.default_days(DAY, DAY, starts, ends)
        assert days["agreement"] == date(2026, 3, 23)
        assert days["agreement"] <= days["midterm"] <= days["closing"]


@pytest.mark.parametrize(
    ("today", "years", "until"),
    [
        (DAY, 3, date(2029, 3, 1)),
        (date(2028, 2, 29), 3, date(2031, 2, 28)),
        (date(2028, 2, 29), 4, date(2032, 2, 28)),
        (date(2026, 1, 1), 1, date(2026, 12, 31)),
    ],
)
def test_a_bar_ends_on_the_eve_of_its_anniversary(today: date, years: int, until: date) -> None:
    assert paying.bar_period(today, years) == (today, until)


@given(st.text("长", max_size=300), st.text("题", max_size=300), st.text("尾", max_size=40))
def test_what_the_ledger_says_fits_and_keeps_its_end(call: str, project: str, tail: str) -> None:
    said = paying.describe(call, project, tail)
    assert len(said) <= 200 and said.endswith(tail)


WHICH = Which(2, "midterm", 2_000_000)
ABOUT = About("SB-2026-000001", "银龄食光", "2026 年公益创投", "https://example.org/x")
LETTERS = [
    paying_letters.sent_back(ABOUT, WHICH, "缺盖章"),
    paying_letters.paid(ABOUT, WHICH, DAY),
    paying_letters.stopped(ABOUT, WHICH, "中止"),
    paying_letters.resumed(ABOUT, WHICH, "整改"),
    paying_letters.reclaimed(ABOUT, Demanded("ZJK-2026-0001", 100, DAY, "挪用", DAY)),
    paying_letters.came_back(ABOUT, "ZJK-2026-0001", 100, 0),
    paying_letters.waived(ABOUT, "ZJK-2026-0001", 100, "困难"),
    paying_letters.bar_lifted(ABOUT, "整改"),
]


@pytest.mark.parametrize("letter", LETTERS)
def test_each_letter_names_the_project_and_leads_on(app: Flask, letter: Letter) -> None:
    text = "\n".join(map(str, letter.paragraphs))
    assert "银龄食光" in str(letter.title) and "SB-2026-000001" in text
    assert "https://example.org/x" in text


def test_a_demand_says_how_much_by_when_why_and_what_else(app: Flask) -> None:
    text = "\n".join(map(str, LETTERS[4].paragraphs))
    for said in ("¥1.00", "2026年3月2日", "挪用", "ZJK-2026-0001", "暂停贵单位申请"):
        assert said in text
    free = paying_letters.reclaimed(ABOUT, Demanded("ZJK-2026-0001", 100, DAY, "挪用"))
    assert "暂停" not in "\n".join(map(str, free.paragraphs))
