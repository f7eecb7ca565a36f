"""Lists of gifts: with one fault nothing is recorded; what was recorded is not recorded again."""

import pytest
from flask import Flask

from charity_portal.funds.models.donations import Donation, DonationList
from charity_portal.funds.queries import ledger
from charity_portal.funds.services import donation_lists
from charity_portal.funds.tasks import donation_lists as tasks
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Conflict
from tests.factories.donations import make_donor, make_list
from tests.factories.funds import Settled, make_fund
from tests.support.working import Worker

ROWS = [
    ("2026-03-01", "10.00", "测试甲", "13900000001", "助老", "同意"),
    ("2026-03-01", "10.00", "测试甲", "13900000001", "助老", "同意"),
    ("2026-03-01", "20.50", "", "", "急难", ""),
]


def checked(fund: Settled, worker: Worker, *rows: tuple[str, ...]) -> DonationList:
    row = make_list(fund, *rows)
    worker()
    return row


def imported(fund: Settled, worker: Worker, *rows: tuple[str, ...]) -> DonationList:
    row = checked(fund, worker, *rows)
    with transaction():
        donation_lists.confirm(fund.staff, row.id, "zh")
    worker()
    return row


def test_a_sound_list_is_recorded_and_forgotten(app: Flask, worker: Worker) -> None:
    fund = make_fund()
    row = checked(fund, worker, *ROWS)
    assert (row.state, row.fresh, row.known, row.amount_fen) == ("checked", 3, 0, 40_50)
    assert ledger.balance(fund.fund_id).bank_fen == 0
    row = imported(fund, worker, *ROWS)
    assert (row.state, row.content) == ("kept", None)
    assert ledger.balance(fund.fund_id).bank_fen == 40_50
    assert len({d.donor_id for d in db.session.query(Donation)} - {None}) == 1


def test_the_same_rows_add_nothing_and_new_ones_beside_them_do(app: Flask, worker: Worker) -> None:
    fund = make_fund()
    imported(fund, worker, *ROWS)
    more = ("2026-03-02", "5.00", "测试乙", "", "助老", "")
    row = imported(fund, worker, more, *reversed(ROWS))
    assert (row.fresh, row.known) == (1, 3)
    assert ledger.balance(fund.fund_id).bank_fen == 45_50


def test_one_fault_refuses_the_whole_list(app: Flask, worker: Worker) -> None:
    fund, refusing = make_fund(), make_donor(refuses=True, name="琥珀青禾", phone="13954500017")
    named = ("2026-03-01", "1", "琥珀青禾", "13954500017", "助老", "同意")
    row = checked(fund, worker, *ROWS, named, ("2026-13-01", "x", "", "", "", ""))
    assert (row.state, row.faulty) == ("refused", 2)
    found = donation_lists.problems_of(row)
    assert [field for field, _ in found[5]] == ["naming"]
    assert {field for field, _ in found[6]} == {"received_on", "amount_fen", "purpose"}
    assert refusing.name not in (row.problems or "")
    assert db.session.query(Donation).count() == 0
    with transaction():
        donation_lists.discard(fund.staff, row.id)
    assert (row.state, row.content, row.problems) == ("discarded", None, None)


def test_work_that_broke_off_goes_on_where_it_stopped(
    app: Flask, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_PART", 1)
    fund = make_fund()
    row = checked(fund, worker, *ROWS)
    entries = tasks.read(row)
    with transaction():
        donation_lists.apply_part(fund.staff, row.id, entries[:1])
    with transaction():
        donation_lists.confirm(fund.staff, row.id, "zh")
    worker()
    assert row.state == "kept"
    assert ledger.balance(fund.fund_id).bank_fen == 40_50


def test_what_changed_since_the_check_stops_the_import(app: Flask, worker: Worker) -> None:
    fund = make_fund()
    row = checked(fund, worker, *ROWS)
    make_donor(refuses=True, name="测试甲", phone="13900000001")
    with pytest.raises(Conflict), transaction():
        donation_lists.apply_part(fund.staff, row.id, tasks.read(row))
    assert (row.state, ledger.balance(fund.fund_id).bank_fen) == ("checked", 0)
