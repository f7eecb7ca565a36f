"""A funder moves in with its history: whole or not at all, once, and to the last penny."""

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden
from charity_portal.kernel.permissions import Actor
from charity_portal.projects.errors import HistoryDiffers
from charity_portal.projects.models.applications import Submission
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.screening import Award
from charity_portal.projects.queries import results
from charity_portal.projects.rules import history as rules
from charity_portal.projects.services import history
from tests.factories.history import grants, record, take_over

ANDREW = "360giving-andrew-lloyd-webber-foundation"


def problems_of(**changes: Any) -> list[tuple[str, str]]:
    changed = {k: v for k, v in record(**changes).items() if v is not ...}
    _, problems = rules.read_grant(7, changed)
    assert all(problem.row == 7 for problem in problems)
    return [(problem.field, problem.why.in_source()) for problem in problems]


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"id": ...}, "id", "缺少"),
        ({"title": "  "}, "title", "缺少"),
        ({"currency": "POUND"}, "currency", "POUND"),
        ({"amountAwarded": ...}, "amountAwarded", "缺少"),
        ({"amountAwarded": "lots"}, "amountAwarded", "lots"),
        ({"amountAwarded": True}, "amountAwarded", "不是金额"),
        ({"amountAwarded": Decimal("1.005")}, "amountAwarded", "小数超过 2 位"),
        ({"amountAwarded": -5}, "amountAwarded", "不小于 0"),
        ({"amountAppliedFor": 10**15}, "amountAppliedFor", "一万亿"),
        ({"awardDate": "03/11/2020"}, "awardDate", "03/11/2020"),
        ({"awardDate": "2020-02-30"}, "awardDate", "2020-02-30"),
        ({"awardDate": None}, "awardDate", "缺少"),
        ({"recipientOrganization": []}, "recipientOrganization/id", "缺少"),
        ({"recipientOrganization": [{"id": "X-1"}]}, "recipientOrganization/name", "缺少"),
        ({"fundingOrganization": ...}, "fundingOrganization/id", "缺少"),
        ({"plannedDates": [{"startDate": "soon"}]}, "plannedDates/startDate", "soon"),
    ],
)
def test_a_fault_is_told_with_its_field_and_reason(
    changes: dict[str, Any], field: str, says: str
) -> None:
    found = problems_of(**changes)
    assert field in [name for name, _ in found]
    assert says in dict(found)[field]


def test_one_fault_does_not_hide_another() -> None:
    found = problems_of(id=..., amountAwarded="x", awardDate="y")
    assert [name for name, _ in found] == ["id", "amountAwarded", "awardDate"]


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (900, "GBP", 90000),
        ("1,234.50", "GBP", 123450),
        (Decimal("41133.770000000004"), "GBP", 4113377),
        (Decimal("80394.5"), "GBP", 8039450),
        (900, "JPY", 900),
        (0, "GBP", 0),
    ],
)
def test_amounts_become_minor_units_of_their_own_currency(
    amount: Any, currency: str, minor: int
) -> None:
    [grant] = grants(record(amountAwarded=amount, currency=currency))
    assert (grant.awarded, grant.currency) == (minor, currency)


def test_a_number_that_comes_twice_is_told_with_both_rows() -> None:
    _, problems = rules.read_grants([(1, record(1)), (2, record(2)), (3, record(1))])
    assert [(p.row, p.field) for p in problems] == [(3, "id")]
    assert "第 1 条" in problems[0].why.in_source()


def test_a_grant_to_a_person_brings_no_name(app: Flask) -> None:
    person = record(
        1, recipientOrganization=..., recipientIndividual=[{"id": "p", "name": "Canary"}]
    )
    take_over({k: v for k, v in person.items() if v is not ...})
    [row] = results.awarded_rows(db.session.scalars(sa.select(Call.id)).one())
    assert "Canary" not in (row.organization, row.title)
    assert row.org_ref == "GB-CHC-000001:individuals"


def test_grants_become_a_concluded_call_with_awards(app: Flask) -> None:
    done = take_over(record(1), record(2, amountAwarded=1200, awardDate="2012-01-02"))
    assert (done.added, done.unchanged, done.corrected) == (2, 0, 0)
    call = db.session.scalars(sa.select(Call)).one()
    assert (call.state, call.currency, call.title_en) == (
        "concluded", "GBP", "Example Trust: grants 2012–2020",
    )  # fmt: skip
    totals = results.totals(call.id)
    assert (totals.count, totals.requested, totals.awarded) == (2, 200000, 210000)
    assert (totals.above_request, totals.below_request) == (1, 1)
    assert [row.number for row in results.awarded_rows(call.id)] == ["360G-EX-1", "360G-EX-2"]


def test_the_source_row_is_kept_word_for_word(app: Flask) -> None:
    take_over(record(1, Website={"Notes": "kept"}))
    content = db.session.scalars(sa.select(Submission.content)).one()
    assert content["record"]["Website"] == {"Notes": "kept"}


def test_a_second_run_changes_nothing(app: Flask) -> None:
    take_over(record(1), record(2))
    before = audit.head()
    done = take_over(record(1), record(2))
    assert (done.added, done.unchanged, done.corrected) == (0, 2, 0)
    assert audit.head() == before
    assert db.session.scalar(sa.select(sa.func.count(Submission.id))) == 2


def test_further_grants_join_the_same_call(app: Flask) -> None:
    first = take_over(record(1))
    second = take_over(record(1), record(2, grantProgramme=[{"title": "Dance"}]))
    assert first.call_ids == second.call_ids
    assert (second.added, second.unchanged) == (1, 1)
    assert len(results.track_totals(first.call_ids[0])) == 2


def test_currencies_are_never_added_up(app: Flask) -> None:
    done = take_over(record(1), record(2, currency="EUR"))
    assert len(done.call_ids) == 2
    assert [results.totals(call).currency for call in done.call_ids] == ["GBP", "EUR"]


def test_a_record_that_says_something_else_now_changes_nothing(app: Flask) -> None:
    take_over(record(1), record(2))
    with pytest.raises(HistoryDiffers) as refusal:
        take_over(record(1, amountAwarded=901), record(2), record(3))
    assert [(p.row, p.field) for p in refusal.value.problems] == [(1, "amountAwarded")]
    assert db.session.scalar(sa.select(sa.func.count(Award.id))) == 2


def test_a_correction_is_taken_when_asked_for_and_leaves_the_old_version(app: Flask) -> None:
    take_over(record(1))
    done = take_over(record(1, amountAwarded=901), accept_changes=True)
    assert done.corrected == 1
    assert db.session.scalars(sa.select(Award.amount_fen)).one() == 90100
    versions = db.session.scalars(sa.select(Submission).order_by(Submission.version)).all()
    assert [v.content["record"]["amountAwarded"] for v in versions] == [900, 901]


def test_only_administrators_bring_history_in(app: Flask) -> None:
    officer = Actor(user_id=1, roles=frozenset({"officer"}))
    with pytest.raises(Forbidden), transaction():
        history.take_over(officer, grants(record(1)))
