"""Every figure is what the entries behind it add up to."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from charity_portal.funds.queries import figures, ledger
from charity_portal.funds.queries.statements import statement
from charity_portal.funds.rules.figures import FIGURES, Narrowing
from tests.factories.public_funds import Lived, lived

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def fund(app: Flask) -> Lived:
    return lived(endowed=True)


def read(fund: Lived, wanted: Narrowing, size: int = 4) -> list[figures.FigureLine]:
    """All pages put together."""
    found, after = [], None
    while True:
        cut = figures.entries(fund.fund.fund_id, wanted, after, size)
        found += cut.items
        after = cut.next_cursor
        if after is None:
            return found


def narrowings(fund: Lived) -> list[Narrowing]:
    first = fund.fund.purpose
    wanted = []
    for since, until in ((None, None), (FEBRUARY, FEBRUARY), (MARCH, None)):
        asked = [Narrowing(kind) for kind in FIGURES]
        asked += [Narrowing(kind, first) for kind in ("income", "spending", "available")]
        asked += [Narrowing("income", source=source) for source in ("sale", "show")]
        asked += [Narrowing("spending", use=use) for use in ("award", "refunded", "surplus")]
        asked.append(Narrowing("spending", first, use="award"))
        wanted += [replace(one, since=since, until=until) for one in asked]
    return wanted


def test_every_figure_is_the_sum_of_the_entries_behind_it(fund: Lived) -> None:
    seen = 0
    for wanted in narrowings(fund):
        lines = read(fund, wanted)
        assert figures.figure(fund.fund.fund_id, wanted) == sum(
            line.moved_fen or 0 for line in lines
        ), wanted
        keys = [(line.entry.booked_on, line.entry.id) for line in lines]
        assert keys == sorted(set(keys), reverse=True), wanted
        seen += len(lines)
    assert seen > 60


def test_figures_are_those_of_the_accounts(fund: Lived) -> None:
    key = fund.fund.fund_id
    balance = ledger.balance(key)
    expected = {
        "income": balance.received_fen,
        "spending": balance.spent_fen,
        "available": balance.available_fen,
        "principal": balance.principal_fen,
        "bank": balance.bank_fen,
        "goods": balance.goods_fen,
        "payable": balance.payable_fen,
    }
    assert {kind: figures.figure(key, Narrowing(kind)) for kind in FIGURES} == expected
    assert expected["spending"] == 1_200_00 + 90_00 + 150_00 - 45_50
    assert expected["principal"] == 10_000_00 - 400_00
    assert figures.figure(key, Narrowing("payment")) is None


def test_corrections_stand_behind_a_figure_with_their_own_sign(fund: Lived) -> None:
    lines = read(fund, Narrowing("income", source="donation"))
    moved = {line.entry.id: line.moved_fen for line in lines}
    assert moved[fund.reversed] == 70_00 and moved[fund.reversal] == -70_00
    wishes = read(fund, Narrowing("spending", use="award"))
    assert [line.moved_fen for line in wishes] == [-60_00, 60_00, 1_200_00]
    assert [line.moved_fen for line in read(fund, Narrowing("spending", use="refunded"))] == [
        -45_50
    ]


def test_lists_without_a_figure_show_plain_entries(fund: Lived) -> None:
    everything = read(fund, Narrowing())
    assert {line.moved_fen for line in everything} == {None}
    assert len(everything) == 14
    for wanted in (Narrowing(), Narrowing("bank"), Narrowing("goods", until=date(2025, 1, 1))):
        count = len(read(fund, wanted))
        assert not figures.more_than(fund.fund.fund_id, wanted, count)
        assert count == 0 or figures.more_than(fund.fund.fund_id, wanted, count - 1)
    payments = read(fund, Narrowing("payment"))
    assert [line.entry.id for line in payments] == [fund.payment]
    second = read(fund, Narrowing("", fund.fund.purposes[1], since=FEBRUARY, until=FEBRUARY))
    assert {line.entry.kind for line in second} == {"income", "handout", "payout"}
    assert read(fund, Narrowing("handout", fund.fund.purpose)) == []
    assert read(fund, Narrowing("goods", since=date(2025, 1, 1), until=date(2025, 1, 1))) == []


def test_a_statement_leads_from_what_was_to_what_is(fund: Lived) -> None:
    key = fund.fund.fund_id
    whole = statement(key)
    balance = ledger.balance(key)
    assert whole.opening.net_fen == 0
    assert (whole.closing.bank_fen, whole.closing.available_fen) == (
        balance.bank_fen,
        balance.available_fen,
    )
    assert (whole.income_fen, whole.spending_fen) == (balance.received_fen, balance.spent_fen)
    assert sum(whole.uses.values()) == whole.spending_fen
    assert whole.moved_fen == 400_00
    part = statement(key, date(2026, 2, 15), date(2026, 2, 20))
    assert (part.since, part.until) == (FEBRUARY, FEBRUARY)
    assert part.opening == statement(key, None, date(2026, 1, 31)).closing
    assert part.closing == statement(key, MARCH).opening
    for s in (whole, part):
        net = s.opening.net_fen + s.income_fen - s.spending_fen
        assert s.closing.net_fen == net
        assert s.closing.bank_fen + s.closing.goods_fen == s.closing.payable_fen + net
        spendable = [p for p in s.purposes if p.spendable]
        assert s.closing.available_fen == s.opening.available_fen + sum(
            p.income_fen - p.spending_fen + p.moved_fen for p in spendable
        )
        assert sum(m.income_fen for m in s.months) == s.income_fen
        assert sum(m.spending_fen for m in s.months) == s.spending_fen
        assert sum(s.uses.values()) == s.spending_fen
