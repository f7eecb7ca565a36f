"""Calls: their phases to the second, and how they are made, saved, copied, published, cancelled."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.edits import Draft
from charity_portal.kernel.errors import Forbidden, Invalid, NotFound, NotSignedIn, WrongState
from charity_portal.kernel.permissions import ANONYMOUS, Actor
from charity_portal.projects.errors import CallNotReady, ClosedCall, StaleCall
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import calls
from charity_portal.projects.queries.call_drafts import draft_of
from charity_portal.projects.rules.calls import (
    a_year_later,
    closing,
    next_year,
    phase,
    prolonging_problem,
    require_open,
)
from charity_portal.projects.services import calls as services
from tests.factories.accounts import make_user
from tests.factories.calls import CLOSES, OPENS, make_call
from tests.factories.organizations import make_organization
from tests.support.clocks import FrozenClock

SECOND = timedelta(seconds=1)
LATER = SimpleNamespace(until=CLOSES + timedelta(days=3))
EARLIER = SimpleNamespace(until=CLOSES - timedelta(days=3))


def call_in(state: str = "published", **window: Any) -> Any:
    return SimpleNamespace(**({"state": state, "opens_at": OPENS, "closes_at": CLOSES} | window))


def officer() -> Actor:
    user = make_user(roles=["officer"])
    return Actor(user.id, user.name, frozenset(["officer"]))


APPROVER = Actor(2, "approver", frozenset(["approver"]))


@pytest.mark.parametrize(
    ("now", "extension", "expected"),
    [
        (OPENS - SECOND, None, "upcoming"),
        (OPENS, None, "open"),
        (CLOSES - SECOND, None, "open"),
        (CLOSES, None, "closed"),
        (CLOSES + SECOND, None, "closed"),
        (CLOSES, LATER, "open"),
        (LATER.until - SECOND, LATER, "open"),
        (LATER.until, LATER, "closed"),
        (OPENS - SECOND, LATER, "upcoming"),
        (CLOSES - SECOND, EARLIER, "open"),
        (CLOSES, EARLIER, "closed"),
    ],
)
def test_a_phase_changes_on_the_second(now: datetime, extension: Any, expected: str) -> None:
    assert phase(call_in(), now, extension) == expected


@pytest.mark.parametrize("state", ["draft", "noticed", "concluded", "cancelled"])
def test_every_other_state_is_its_own_phase(state: str) -> None:
    assert phase(call_in(state), OPENS) == state
    assert phase(call_in(state), OPENS, LATER) == state


def test_a_published_call_without_a_window_is_closed() -> None:
    assert phase(call_in(opens_at=None), OPENS) == "closed"
    assert phase(call_in(closes_at=None), OPENS) == "closed"


def test_handing_in_is_refused_outside_the_window_with_the_reason(app: Flask) -> None:
    require_open(call_in(), CLOSES - SECOND)
    require_open(call_in(), CLOSES, LATER)
    for now, word in ((OPENS - SECOND, "尚未开始"), (CLOSES, "已经截止")):
        with pytest.raises(ClosedCall, match=word) as refused:
            require_open(call_in(), now)
        assert refused.value.status == 409
    with pytest.raises(ClosedCall):
        require_open(call_in("cancelled"), OPENS)


def test_an_extension_never_shortens() -> None:
    assert closing(call_in(), EARLIER) == CLOSES
    assert closing(call_in(closes_at=None), LATER) is None


def test_a_window_only_grows() -> None:
    now = OPENS
    assert prolonging_problem(call_in(), CLOSES + SECOND, now) is None
    assert prolonging_problem(call_in(), CLOSES, now) is not None
    assert prolonging_problem(call_in(), CLOSES + SECOND, CLOSES + SECOND) is not None
    assert prolonging_problem(call_in("noticed"), LATER.until, now) is not None


def test_a_year_later_is_the_same_local_time() -> None:
    assert next_year(CLOSES) == datetime(2027, 3, 20, 9, 0, tzinfo=UTC)
    leap = datetime(2028, 2, 29, 9, 0, tzinfo=UTC)
    assert next_year(leap) == datetime(2029, 2, 28, 9, 0, tzinfo=UTC)


def test_the_year_in_a_title_moves_with_the_window() -> None:
    units = {"opens_at": OPENS, "closes_at": None, "title_zh": "2026 年征集", "title_en": None}
    moved = a_year_later(Draft(units)).units
    assert (moved["title_zh"], moved["title_en"], moved["closes_at"]) == ("2027 年征集", None, None)


def test_a_new_call_starts_as_a_numbered_draft_with_the_usual_form(app: Flask) -> None:
    with transaction():
        key = services.create(officer_in_transaction(), "standard", "助残项目征集").id
    call = calls.whole_call(key)
    assert call is not None
    assert (call.state, call.number, call.kind) == ("draft", "ZJ-2026-000001", "standard")
    assert len(call.questions) == 7 and call.questions[0].label_en == "Need"
    assert [s.need for s in call.slots] == ["required", "required", "secondary", "optional"]
    assert calls.published_call(key) is None


def officer_in_transaction() -> Actor:
    return Actor(None, "", frozenset(["officer"]))


def test_drafts_are_made_and_saved_by_officers_only(app: Flask) -> None:
    call = make_call(state="draft")
    mine = draft_of(call)
    for actor, refusal in ((ANONYMOUS, NotSignedIn), (APPROVER, Forbidden)):
        with pytest.raises(refusal), transaction():
            services.create(actor, "standard", "x")
        with pytest.raises(refusal), transaction():
            services.save(actor, call.id, mine, call.rev, mine.prints())
        with pytest.raises(refusal), transaction():
            services.copy(actor, call.id)
        with pytest.raises(refusal), transaction():
            services.publish(actor, call.id)


def save(actor: Actor, call: Call, mine: Draft, rev: int, base: Draft) -> list[str]:
    with transaction():
        return services.save(actor, call.id, mine, rev, base.prints())[1]


def test_saving_keeps_what_changed_and_counts_it(app: Flask) -> None:
    call, actor = make_call(state="draft"), officer()
    base = draft_of(call)
    rows = [dict(row) for row in base.rows("tracks")]
    rows = [
        rows[2],
        {"id": None, "title_zh": "社区治理", "title_en": None, "purse_fen": 5},
        rows[0],
    ]
    mine = base.with_units(purse_fen=120_000_000, tracks=rows, min_grade=4)
    assert save(actor, call, mine, 0, base) == []
    found = calls.whole_call(call.id)
    assert found is not None and found.rev == 1
    assert [t.key for t in found.tracks] == ["villages", "t1", "elderly"]
    assert (found.purse_fen, found.eligibility) == (120_000_000, {"min_grade": 4})
    entry = audit.history(found)[0]
    assert entry.before == {"purse_fen": 100_000_000}
    assert entry.after is not None
    assert set(entry.after["changed"]) == {"purse_fen", "tracks", "min_grade"}


def test_saving_nothing_new_leaves_no_trace(app: Flask) -> None:
    call, actor = make_call(state="draft"), officer()
    base = draft_of(call)
    save(actor, call, base, 0, base)
    assert calls.call(call.id).rev == 0  # type: ignore[union-attr]
    assert audit.history(call) == []


def test_two_officers_who_change_different_things_are_both_kept(app: Flask) -> None:
    call, actor = make_call(state="draft"), officer()
    base = draft_of(call)
    save(actor, call, base.with_units(title_zh="甲改的名称"), 0, base)
    taken = save(actor, call, base.with_units(purse_fen=1_000), 0, base)
    assert taken == ["title_zh"]
    found = calls.call(call.id)
    assert found is not None
    assert (found.title_zh, found.purse_fen, found.rev) == ("甲改的名称", 1_000, 2)


def test_two_officers_who_change_the_same_thing_clash_and_the_first_stays(app: Flask) -> None:
    call, actor = make_call(state="draft"), officer()
    base = draft_of(call)
    save(actor, call, base.with_units(title_zh="甲"), 0, base)
    late = base.with_units(title_zh="乙", purse_fen=7)
    with pytest.raises(StaleCall) as stale:
        save(actor, call, late, 0, base)
    assert (stale.value.status, stale.value.clashes, stale.value.rev) == (409, ["title_zh"], 1)
    found = calls.call(call.id)
    assert found is not None and (found.title_zh, found.purse_fen) == ("甲", 100_000_000)


def test_a_published_form_is_frozen(app: Flask) -> None:
    call, actor = make_call(), officer()
    base = draft_of(call)
    with pytest.raises(WrongState):
        save(actor, call, base.with_units(cap_fen=1), 0, base)
    assert calls.call(call.id).cap_fen == 10_000_000  # type: ignore[union-attr]


def test_ranges_that_the_database_refuses_are_refused_with_words(app: Flask) -> None:
    call, actor = make_call(state="draft"), officer()
    base = draft_of(call)
    wrong = base.with_units(opens_at=CLOSES, closes_at=OPENS, floor_fen=9, cap_fen=8)
    with pytest.raises(Invalid) as refused:
        save(actor, call, wrong, 0, base)
    assert set(refused.value.fields) == {"closes_at", "floor_fen"}


def test_publishing_a_ready_call_opens_it_to_the_public(app: Flask) -> None:
    call, actor = make_call(state="draft"), officer()
    with transaction():
        services.publish(actor, call.id)
    found = calls.published_call(call.id)
    assert found is not None and found.state == "published"
    assert found.published_at is not None
    assert [c.id for c in calls.open_calls()] == [call.id]


def test_publishing_names_every_defect_and_changes_nothing(app: Flask) -> None:
    call, actor = make_call(state="draft", purse_fen=None, contact="", questions=[]), officer()
    with pytest.raises(CallNotReady) as refused, transaction():
        services.publish(actor, call.id)
    assert set(refused.value.fields) == {"purse_fen", "contact", "questions"}
    assert calls.call(call.id).state == "draft"  # type: ignore[union-attr]


def test_a_call_is_published_once(app: Flask) -> None:
    call, actor = make_call(), officer()
    with pytest.raises(WrongState), transaction():
        services.publish(actor, call.id)


def test_cancelling_is_the_approvers_and_needs_a_reason(app: Flask) -> None:
    call = make_call()
    with pytest.raises(Forbidden), transaction():
        services.cancel(officer_in_transaction_signed(), call.id, "理由")
    with pytest.raises(Invalid) as refused, transaction():
        services.cancel(APPROVER, call.id, " ")
    assert list(refused.value.fields) == ["reason"]
    with transaction():
        services.cancel(APPROVER, call.id, "资金安排调整。")
    assert calls.call(call.id).state == "cancelled"  # type: ignore[union-attr]
    assert audit.history(call)[0].reason == "资金安排调整。"


def officer_in_transaction_signed() -> Actor:
    return Actor(3, "", frozenset(["officer"]))


@pytest.mark.parametrize("state", ["draft", "noticed", "concluded", "cancelled"])
def test_only_a_published_call_is_cancelled(app: Flask, state: str) -> None:
    call = make_call(state=state)
    with pytest.raises(WrongState), transaction():
        services.cancel(APPROVER, call.id, "理由")


def test_a_copy_is_a_new_draft_a_year_later_with_rows_of_its_own(app: Flask) -> None:
    source, actor = make_call(eligibility={"kinds": ["service"]}), officer()
    with transaction():
        key = services.copy(actor, source.id).id
    copy, source = calls.whole_call(key), calls.whole_call(source.id)  # type: ignore[assignment]
    assert copy is not None
    assert (copy.state, copy.copied_from_id, copy.rev) == ("draft", source.id, 0)
    assert copy.number != source.number and copy.published_at is None
    assert copy.title_zh.startswith("2027 年")
    assert copy.title_en == "2027 municipal venture philanthropy call"
    assert copy.opens_at == datetime(2027, 2, 24, 1, 0, tzinfo=UTC)
    assert copy.eligibility == {"kinds": ["service"]}
    assert [q.label_zh for q in copy.questions] == [q.label_zh for q in source.questions]
    assert {q.id for q in copy.questions}.isdisjoint(q.id for q in source.questions)
    assert len(source.questions) == 5


def test_a_call_that_does_not_exist_is_not_found(app: Flask) -> None:
    with pytest.raises(NotFound), transaction():
        services.publish(officer_in_transaction(), 10**9)


def test_withdrawn_and_discarded_applications_do_not_count(app: Flask) -> None:
    call, organization = make_call(), make_organization()
    with transaction():
        for state in ("draft", "submitted", "withdrawn", "discarded"):
            db.session.add(
                Application(call_id=call.id, organization_id=organization.id, state=state)
            )
    assert calls.applications_of(call.id, organization.id) == 2
    one = db.session.query(Application).filter_by(state="draft").one()
    assert calls.applications_of(call.id, organization.id, but=one.id) == 1


def test_open_calls_are_those_of_this_moment(app: Flask, clock: FrozenClock) -> None:
    late = make_call(closes_at=CLOSES + timedelta(days=9))
    early = make_call()
    make_call(state="draft")
    make_call(opens_at=CLOSES, closes_at=CLOSES + SECOND)
    assert [c.id for c in calls.open_calls()] == [early.id, late.id]
    clock.set(CLOSES)
    assert early.id not in [c.id for c in calls.open_calls()]
