"""What a fund needs to open, to begin and to end."""

from dataclasses import replace
from datetime import date

import pytest

from charity_portal.funds.rules import establishing as rules
from charity_portal.funds.rules.establishing import Beginning, Host, Instalment, Member, Purpose
from tests.factories.funds import agreement, committee

TODAY = date(2026, 3, 2)
HOST = Host("foundation", True, False, "normal")


def test_a_complete_agreement_has_no_problems() -> None:
    assert rules.problems(agreement(1), TODAY) == {}


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name_zh", {"name_zh": " "}),
        ("surplus_rule", {"surplus_rule": ""}),
        ("end_conditions", {"end_conditions": "长" * 2001}),
        ("kind", {"kind": "private"}),
        ("nature", {"nature": "eternal"}),
        ("payout_bp", {"payout_bp": 500}),
        ("payout_bp", {"nature": "endowed", "payout_bp": None}),
        ("payout_bp", {"nature": "endowed", "payout_bp": 10_001}),
        ("signed_on", {"signed_on": date(2026, 3, 3)}),
        ("minimum_fen", {"minimum_fen": -1}),
        ("instalments", {"instalments": (Instalment(TODAY, 5), Instalment(TODAY, 5))}),
        ("instalments", {"instalments": (Instalment(TODAY, 0),)}),
        ("instalments", {"minimum_fen": 100, "instalments": (Instalment(TODAY, 99),)}),
        ("purposes", {"purposes": ()}),
    ],
)
def test_each_fact_of_the_agreement_is_checked(field: str, given: dict[str, object]) -> None:
    assert field in rules.problems(agreement(1, **given), TODAY)


@pytest.mark.parametrize(
    ("purposes", "nature", "problems"),
    [
        ((Purpose("助老", ("award",)),), "expendable", 0),
        ((Purpose("本金", spendable=False), Purpose("助学", ("bursary",))), "endowed", 0),
        ((Purpose("助学", ("bursary",)),), "endowed", 1),
        ((Purpose("本金", spendable=False), Purpose("助学", ("bursary",))), "expendable", 1),
        ((Purpose("助老", ("award",)), Purpose("助老", ("wish",))), "expendable", 1),
        ((Purpose("助老", ()),), "expendable", 1),
        ((Purpose("助老", ("surplus",)),), "expendable", 1),
        ((Purpose("本金", spendable=False),), "endowed", 1),
    ],
)
def test_purposes_are_named_earmarked_and_fit_the_nature(
    purposes: tuple[Purpose, ...], nature: str, problems: int
) -> None:
    assert len(rules.purpose_problems(purposes, nature)) == problems


@pytest.mark.parametrize(
    ("host", "fits"),
    [
        (HOST, True),
        (replace(HOST, kind="association"), True),
        (replace(HOST, kind="service"), False),
        (replace(HOST, is_charity=False), False),
        (replace(HOST, archived=True), False),
        (replace(HOST, standing="abnormal"), False),
        (replace(HOST, standing="serious"), False),
    ],
)
def test_only_a_charity_in_good_standing_hosts_a_fund(host: Host, fits: bool) -> None:
    assert (not rules.host_problems(host)) is fits


@pytest.mark.parametrize(
    ("members", "fits"),
    [
        (committee(5), True),
        (committee(7, supervisors=2), True),
        (committee(3), False),
        (committee(4), False),
        (committee(6), False),
        (committee(5, supervisors=0), False),
        ((*committee(5)[1:], Member("member", "另一人", "居民")), False),  # nobody in the chair
        ((*committee(5), Member("supervisor", "测试成员2", "街道")), False),  # on the committee too
        ((*committee(4), Member("member", " ", "居民")), False),
    ],
)
def test_a_committee_is_odd_at_least_five_with_a_chair_and_watched(
    members: tuple[Member, ...], fits: bool
) -> None:
    assert (not rules.committee_problems(members)) is fits


def test_one_account_does_not_sit_twice_under_two_names() -> None:
    members = [*committee(4, 1), Member("member", "甲", "", 7), Member("supervisor", "乙", "", 7)]
    assert rules.committee_problems(members)


def test_a_fund_begins_with_what_is_due_by_now() -> None:
    parts = (Instalment(date(2026, 3, 2), 100), Instalment(date(2026, 9, 1), 900))
    beginning = Beginning(HOST, committee(), 1_000, parts, 99)
    assert rules.beginning_problems(beginning, TODAY)
    assert not rules.beginning_problems(replace(beginning, received_fen=100), TODAY)
    assert rules.beginning_problems(replace(beginning, received_fen=100), date(2026, 9, 1))
    assert rules.due(1_000, (), TODAY) == 1_000


def test_a_fund_ends_with_nothing_left_and_nothing_owed() -> None:
    assert rules.ending_problems(0, 0) == []
    assert len(rules.ending_problems(1, 1)) == 2


def test_a_payout_is_never_rounded_up() -> None:
    assert rules.payout_limit(99_999, 500) == 4_999
    assert rules.payout_limit(10**14, 10_000) == 10**14
