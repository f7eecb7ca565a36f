"""Settling lines of bank statements, and a month seen from both sides."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.funds.errors import EntryTaken
from charity_portal.funds.models.bank import BankLine
from charity_portal.funds.queries import bank as queries
from charity_portal.funds.queries import bank_entries, bank_sheets
from charity_portal.funds.rules.explaining import EXPLANATIONS
from charity_portal.funds.rules.reconciling import suggest
from charity_portal.funds.services import bank, bank_imports
from charity_portal.funds.services.moving import Paper
from charity_portal.funds.services.posting import reverse
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Conflict, Forbidden, Invalid, WrongState
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.kernel.secrets import blind_index
from tests.factories import bank as statements
from tests.factories.bank import Move
from tests.factories.donations import make_donation, make_donor, make_pledge
from tests.factories.funds import Settled, make_fund, make_staff
from tests.factories.organizations import make_organization
from tests.support.at_once import at_once

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture
def fund(app: Flask) -> Settled:
    return make_fund()


def _paper(day: str = "2026-03-02", voucher: str = "记-1") -> Paper:
    return Paper(voucher, "收到捐赠", date.fromisoformat(day))


def _lines(fund: Settled, *moves: Move) -> list[int]:
    return statements.line_ids(statements.keep(fund, moves))


def _match(fund: Settled, line: int, *entries: int) -> None:
    with transaction():
        bank.match(fund.staff, line, entries)


def _sheet(fund: Settled, month: date = MARCH) -> bank_sheets.MonthSheet:
    found = bank_sheets.month_sheet(fund.host_id, month)
    assert found is not None
    return found


def _state(line: int) -> str:
    return db.session.get_one(BankLine, line, populate_existing=True).state


def test_a_line_is_its_entries_exactly(fund: Settled) -> None:
    (line,) = _lines(fund, Move("2026-03-02", 100))
    one, two = fund.receive(6_000, "a:1"), fund.receive(3_000, "a:2")
    with pytest.raises(Invalid) as wrong:
        _match(fund, line, one, two)
    assert "必须相等" in wrong.value.fields["entries"][0].in_source()
    three = fund.receive(1_000, "a:3")
    _match(fund, line, one, two, three)
    assert [m.entry_id for m in queries.matches(line)] == [one, two, three]
    assert _state(line) == "matched"
    assert bank_entries.waiting_page(fund.host_id).items == []


def test_an_entry_is_part_of_one_line_and_waits_again_when_that_is_taken_back(
    fund: Settled,
) -> None:
    first, second = _lines(fund, Move("2026-03-02", 100), Move("2026-03-02", 100))
    entry = fund.receive(10_000, "a:1")
    _match(fund, first, entry)
    with pytest.raises(EntryTaken):
        _match(fund, second, entry)
    with transaction():
        bank.reopen(fund.staff, first)
    _match(fund, second, entry)
    assert (_state(first), _state(second)) == ("open", "matched")


def test_entries_of_another_charity_and_those_that_move_no_money_are_no_lines(
    fund: Settled,
) -> None:
    (line,) = _lines(fund, Move("2026-03-02", 100))
    other = make_fund()
    with pytest.raises(EntryTaken):
        _match(fund, line, other.receive(10_000, "b:1"))
    with pytest.raises(EntryTaken):
        _match(fund, line, fund.receive(10_000, "b:2", in_kind=True))


def test_an_explanation_has_a_kind_and_can_be_taken_back(fund: Settled) -> None:
    (line,) = _lines(fund, Move("2026-03-02", -5))
    with pytest.raises(Invalid), transaction():
        bank.explain(fund.staff, line, "other", " ")
    with transaction():
        bank.explain(fund.staff, line, "fee", "")
    with pytest.raises(WrongState), transaction():
        bank.explain(fund.staff, line, "fee", "")
    with transaction():
        row = bank.reopen(fund.staff, line)
    assert (row.state, row.explained_as, row.settled_by) == ("open", None, None)


def test_each_kind_of_explanation_is_one_the_database_takes(fund: Settled) -> None:
    kinds = sorted(EXPLANATIONS)
    lines = _lines(fund, *(Move("2026-03-02", -5 - n) for n in range(len(kinds))))
    for line, kind in zip(lines, kinds, strict=True):
        with transaction():
            bank.explain(fund.staff, line, kind, "另行说明")
        assert db.session.get_one(BankLine, line).explanation == "另行说明"


def test_only_finance_settles(fund: Settled) -> None:
    (line,) = _lines(fund, Move("2026-03-02", -5))
    for role in ("officer", "auditor", "approver"):
        other = make_staff(role)
        with pytest.raises(Forbidden), transaction():
            bank.explain(other, line, "fee", "")


def test_what_was_posted_by_mistake_and_taken_back_needs_no_line(fund: Settled) -> None:
    _lines(fund, Move("2026-03-01", 1))
    entry, stands = fund.receive(500, "a:1"), fund.receive(700, "a:2")
    with transaction():
        reverse(fund.staff, entry, "记-9", "录入有误")
    assert [pair.entry.id for pair in bank_entries.unmoved_pairs(fund.host_id)] == [entry]
    with pytest.raises(Conflict), transaction():
        bank.settle_unmoved(fund.staff, stands)
    with transaction():
        bank.settle_unmoved(fund.staff, entry)
    waiting = [e.id for e in bank_entries.waiting_page(fund.host_id).items]
    assert waiting == [stands]
    with pytest.raises(EntryTaken), transaction():
        bank.settle_unmoved(fund.staff, entry)
    with transaction():
        bank.unsettle_unmoved(fund.staff, entry)
    assert len(bank_entries.waiting_page(fund.host_id).items) == 3


def test_a_payment_that_came_back_is_two_lines(fund: Settled) -> None:
    fund.receive(90_000, "a:0")
    payee = make_organization(name="某某社会工作服务中心")
    payment = fund.pay(fund.allocate(10_000, "a:1", payee=payee.id, use="award"))
    out, back = _lines(
        fund, Move("2026-03-02", -100, "某某社会工作服务中心"), Move("2026-03-02", 100)
    )
    with transaction():
        reversal = reverse(fund.staff, payment, "记-9", "账号有误退回").id
    found = bank_entries.candidates(bank_entries.waiting_near(fund.host_id, MARCH, 10_000))
    named = blind_index("donor.name", "某某社会工作服务中心")
    assert {c.id for c in found if named in c.names} == {payment, reversal}
    _match(fund, out, payment)
    _match(fund, back, reversal)
    assert bank_entries.unmoved_pairs(fund.host_id) == []


def test_certain_pairs_are_accepted_and_taken_back_in_one_go(fund: Settled) -> None:
    first, second, third = _lines(
        fund,
        Move("2026-03-02", 100, remark="凭证记-2026-0001"),
        Move("2026-03-02", 200, remark="凭证 记-2026-0001"),
        Move("2026-03-02", 300),
    )
    entries = [fund.receive(yuan * 100, f"a:{yuan}") for yuan in (100, 200, 300)]
    sure = bank_entries.certain_pairs(fund.host_id)
    assert [(line.id, e.id) for line, e in sure] == [(first, entries[0]), (second, entries[1])]
    with transaction():
        moment, done = bank.match_certain(
            fund.staff, fund.host_id, {first: entries[0], second: entries[0], third: entries[2]}
        )
    assert (done, _state(first), _state(second), _state(third)) == (1, "matched", "open", "open")
    with transaction():
        assert bank.reopen_together(fund.staff, fund.host_id, moment) == 1
    assert _state(first) == "open"


def test_a_month_balances_with_what_is_in_transit_both_ways(fund: Settled) -> None:
    fund.receive(5_000, "a:old", paper=_paper("2026-02-20"))  # stands in the first balance
    one, two = fund.receive(10_000, "a:1"), fund.receive(20_000, "a:2")
    arrived, fee, unknown = _lines(
        fund, Move("2026-03-02", 100), Move("2026-03-03", -1), Move("2026-03-04", 50)
    )
    _match(fund, arrived, one)
    with transaction():
        bank.explain(fund.staff, fee, "fee", "")
    march = _sheet(fund)
    assert march.sheet.difference == 0
    assert march.sheet.bank == 100_000 + 10_000 - 100 + 5_000
    assert march.sheet.opening == 95_000  # of 1000.00 yuan 50.00 belong to the fund
    assert (march.sheet.book, march.sheet.explained) == (35_000, -100)
    assert [line.id for line in march.open_lines] == [unknown]
    assert [e.id for e in march.waiting] == [two]
    assert queries.open_lines(fund.host_id, MARCH) == 1
    assert queries.open_lines(fund.host_id, date(2026, 2, 1)) == 0


def test_a_gift_that_arrives_next_month_is_in_transit_at_the_end_of_this(
    fund: Settled, clock: object
) -> None:
    early, late = fund.receive(10_000, "a:1"), fund.receive(700, "a:2")
    clock.set("2026-04-10 10:00")  # type: ignore[attr-defined]
    booked = fund.receive(30_000, "a:3", paper=_paper("2026-04-02"))
    with transaction():
        reverse(fund.staff, late, "记-9", "录入有误")
        bank.settle_unmoved(fund.staff, late)
    march, april = _lines(fund, Move("2026-03-31", 300), Move("2026-04-01", 100))
    _match(fund, april, early)
    _match(fund, march, booked)
    sheet = _sheet(fund)
    assert [e.id for e in sheet.booked_later] == [booked]
    assert [e.id for e in sheet.arrived_later] == [early, late]
    assert sheet.sheet.difference == 0
    assert _sheet(fund, APRIL).sheet.difference == 0
    assert _sheet(fund, APRIL).arrived_later == []


def test_a_statement_that_is_missing_shows_as_a_difference(fund: Settled) -> None:
    statements.keep(fund, [Move("2026-03-02", 100)], opening=1_000)
    statements.keep(fund, [Move("2026-03-20", 100)], opening=1_500)
    assert _sheet(fund).sheet.difference == 40_000
    assert bank_sheets.month_sheet(fund.host_id, date(2026, 1, 1)) is None


def test_the_next_open_line_follows_the_one_that_was_settled(fund: Settled) -> None:
    one, two, three = _lines(fund, *(Move(f"2026-03-0{day}", day) for day in (1, 2, 3)))
    behind = db.session.get_one(BankLine, two)
    assert queries.next_open(fund.host_id, behind).id == three  # type: ignore[union-attr]
    last = db.session.get_one(BankLine, three)
    assert queries.next_open(fund.host_id, last).id == one  # type: ignore[union-attr]


def test_pledges_and_approved_allocations_are_hints(fund: Settled) -> None:
    fund.receive(90_000, "a:0")
    promised = fund.allocate(10_000, "a:1", use="award")
    paid = fund.allocate(10_000, "a:2", use="award")
    fund.pay(paid)
    found = bank_entries.unpaid_allocations(fund.host_id, 10_000)
    assert [e.id for e in found] == [promised]
    assert bank_entries.open_pledges(fund.host_id, 10_000, None) == []


def test_a_gift_recorded_from_a_line_is_suggested_first(fund: Settled) -> None:
    donor = make_donor(name="捐赠人 甲乙丙")
    other = make_donor()
    promise = make_pledge(fund, other, amount_fen=10_000, agreement_number="捐协〔2026〕7号")
    fund.receive(10_000, "a:other")
    lines = _lines(
        fund,
        Move("2026-03-02", 100, "捐赠人甲乙丙"),
        Move("2026-03-03", 100, "某某", "履行捐协[2026]7号"),
    )
    line, second = (db.session.get_one(BankLine, key) for key in lines)
    for amount, name, hints in ((10_000, None, [promise.id]), (1, line.counterparty_index, [])):
        found = bank_entries.open_pledges(fund.host_id, amount, name)
        assert [p.id for p in found] == hints
    entry = make_donation(fund, donor).entry_id
    kept = make_donation(fund, other, pledge_id=promise.id).entry_id
    near = bank_entries.waiting_near(fund.host_id, line.booked_on, line.amount_fen)
    candidates = bank_entries.candidates(near)
    best = suggest(bank_entries.line_facts(line), candidates)[0]
    assert best.entries == (entry,)
    assert "姓名（名称）相同" in best.reasons[-1].in_source()
    promised = suggest(bank_entries.line_facts(second), candidates)[0]
    assert promised.entries == (kept,)
    assert [(a.id, b.id) for a, b in bank_entries.certain_pairs(fund.host_id)] == [
        (line.id, entry),
        (second.id, kept),
    ]


def test_one_entry_goes_to_one_of_two_who_match_it_at_once(app: Flask, fund: Settled) -> None:
    lines = _lines(fund, Move("2026-03-02", 100), Move("2026-03-02", 100))
    entry = fund.receive(10_000, "a:1")
    steps = [lambda key=key: bank.match(fund.staff, key, [entry]).id for key in lines]
    results = at_once(app, *steps)
    assert sorted(isinstance(found, EntryTaken) for found in results) == [False, True]


def test_two_who_keep_overlapping_files_at_once_add_each_movement_once(
    app: Flask, fund: Settled
) -> None:
    table = statements.rows([Move("2026-03-02", 100), Move("2026-03-03", 5), Move("2026-03-04", 7)])
    waiting = [
        statements.look_through(fund.staff, fund.host_id, statements.grid_of(part)).id
        for part in (table[:2], table[1:])
    ]
    steps = [lambda key=key: bank_imports.keep(fund.staff, key).lines for key in waiting]
    results = at_once(app, *steps)
    assert sum(results) == 3


def test_files_that_nobody_went_on_with_are_put_aside_after_a_week(
    fund: Settled, clock: Any
) -> None:
    table = statements.rows([Move("2026-03-02", 100)])
    waiting = statements.look_through(fund.staff, fund.host_id, statements.grid_of(table)).id
    clock.advance(days=6)
    with transaction():
        assert bank_imports.discard_forgotten(SYSTEM) == 0
    clock.advance(days=2)
    with transaction():
        assert bank_imports.discard_forgotten(SYSTEM) == 1
    row = queries.statement(waiting)
    assert row is not None and (row.state, row.content) == ("discarded", None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bank_line SET amount_fen = 1",
        "UPDATE bank_line SET booked_on = '2020-01-01'",
        "DELETE FROM bank_line",
        "UPDATE bank_statement SET account_tail = '9999'",
        "DELETE FROM bank_statement",
    ],
)
def test_what_the_bank_said_is_never_changed(fund: Settled, statement: str) -> None:
    _lines(fund, Move("2026-03-02", 100))
    with pytest.raises(sa.exc.DBAPIError), transaction():
        db.session.execute(sa.text(statement))
