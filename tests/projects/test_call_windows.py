"""A window in working days; more time for everybody or for one; never less."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, NotSignedIn, WrongState
from charity_portal.kernel.permissions import ANONYMOUS, Actor
from charity_portal.organizations.models import Organization
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import calls
from charity_portal.projects.rules.call_windows import span
from charity_portal.projects.services import call_windows
from tests.factories.accounts import make_user
from tests.factories.calls import CLOSES, OPENS, make_call
from tests.factories.organizations import make_organization
from tests.support.clocks import FrozenClock

LATER = datetime(2026, 3, 27, 9, 0, tzinfo=UTC)


def officer() -> Actor:
    user = make_user(roles=["officer"])
    return Actor(user.id, user.name, frozenset(["officer"]))


def test_a_window_is_counted_in_working_days_with_both_ends() -> None:
    found = span(OPENS, CLOSES)
    assert found is not None
    # 24 February is the first working day after the Spring Festival; 28 February is made up for.
    assert (found.days, found.workdays) == (25, 20)
    assert found.opens.works and found.closes.works
    assert not found.provisional


def test_a_window_until_midnight_ends_on_the_day_before() -> None:
    found = span(
        datetime(2026, 3, 1, 16, tzinfo=UTC), datetime(2026, 3, 6, 16, tzinfo=UTC)
    )  # 2 March 00:00 to 7 March 00:00 on the city's clocks
    assert found is not None and (found.days, found.workdays) == (5, 5)


def test_an_incomplete_or_reversed_window_is_none() -> None:
    assert span(None, CLOSES) is None and span(OPENS, None) is None and span(CLOSES, OPENS) is None


def test_a_window_in_a_year_without_announced_holidays_is_provisional() -> None:
    found = span(datetime(2031, 3, 3, tzinfo=UTC), datetime(2031, 3, 7, tzinfo=UTC))
    assert found is not None and found.provisional


def test_prolonging_moves_the_closing_and_leaves_a_trace(app: Flask) -> None:
    call, actor = make_call(), officer()
    with transaction():
        call_windows.prolong(actor, call.id, LATER, " 申请数量不足。 ")
    assert calls.call(call.id).closes_at == LATER  # type: ignore[union-attr]
    entry = audit.history(call)[0]
    assert (entry.action, entry.reason) == ("projects.call.prolong", "申请数量不足。")
    assert entry.before is not None and entry.before["closes_at"].startswith("2026-03-20")


@pytest.mark.parametrize(
    "until",
    [CLOSES, datetime(2026, 3, 19, 9, tzinfo=UTC), None],
    ids=["the same", "earlier", "none"],
)
def test_a_call_is_never_shortened(app: Flask, until: datetime | None) -> None:
    call, actor = make_call(), officer()
    with pytest.raises(Invalid) as refused, transaction():
        call_windows.prolong(actor, call.id, until, "理由")
    assert list(refused.value.fields) == ["until"]
    assert calls.call(call.id).closes_at == CLOSES  # type: ignore[union-attr]


def test_prolonging_needs_a_reason_and_says_all_at_once(app: Flask) -> None:
    call, actor = make_call(), officer()
    with pytest.raises(Invalid) as refused, transaction():
        call_windows.prolong(actor, call.id, OPENS, "  ")
    assert set(refused.value.fields) == {"until", "reason"}


def test_a_closed_call_opens_again_only_into_the_future(app: Flask, clock: FrozenClock) -> None:
    call, actor = make_call(), officer()
    clock.set("2026-04-01 09:00")
    with pytest.raises(Invalid), transaction():
        call_windows.prolong(actor, call.id, LATER, "理由")
    with transaction():
        call_windows.prolong(actor, call.id, datetime(2026, 4, 10, tzinfo=UTC), "理由")


def test_nobody_gets_more_time_once_something_is_decided(app: Flask) -> None:
    call, actor, organization = make_call(), officer(), make_organization()
    with transaction():
        db.session.add(
            Application(call_id=call.id, organization_id=organization.id, state="decided")
        )
    with pytest.raises(WrongState), transaction():
        call_windows.prolong(actor, call.id, LATER, "理由")
    with pytest.raises(WrongState), transaction():
        call_windows.extend(actor, call.id, organization.id, LATER, "理由")


@pytest.mark.parametrize("state", ["draft", "cancelled", "noticed", "concluded"])
def test_only_a_published_call_is_prolonged(app: Flask, state: str) -> None:
    call, actor = make_call(state=state), officer()
    with pytest.raises(Invalid), transaction():
        call_windows.prolong(actor, call.id, LATER, "理由")


def test_more_time_is_given_by_officers_only(app: Flask) -> None:
    call = make_call()
    for actor, refusal in (
        (ANONYMOUS, NotSignedIn),
        (Actor(1, "", frozenset(["auditor"])), Forbidden),
    ):
        with pytest.raises(refusal), transaction():
            call_windows.prolong(actor, call.id, LATER, "理由")
        with pytest.raises(refusal), transaction():
            call_windows.extend(actor, call.id, 1, LATER, "理由")


def extended(call: Call, organization: Organization) -> datetime | None:
    found = calls.extension(call.id, organization.id)
    return found.until if found else None


def test_one_organization_gets_more_time_and_no_other(app: Flask) -> None:
    call, actor = make_call(), officer()
    one, other = make_organization(), make_organization()
    with transaction():
        call_windows.extend(actor, call.id, one.id, LATER, "系统登记信息更正中。")
    assert extended(call, one) == LATER
    assert extended(call, other) is None
    assert calls.call(call.id).closes_at == CLOSES  # type: ignore[union-attr]


def test_a_second_extension_replaces_the_first_and_only_grows(app: Flask) -> None:
    call, actor, one = make_call(), officer(), make_organization()
    with transaction():
        call_windows.extend(actor, call.id, one.id, LATER, "理由")
    with pytest.raises(Invalid), transaction():
        call_windows.extend(actor, call.id, one.id, LATER, "理由")
    later_still = datetime(2026, 3, 30, 9, tzinfo=UTC)
    with transaction():
        call_windows.extend(actor, call.id, one.id, later_still, "再延")
    assert extended(call, one) == later_still
    assert len(calls.extensions(call.id)) == 1


def test_an_unknown_organization_is_said_with_everything_else(app: Flask) -> None:
    call, actor = make_call(), officer()
    with pytest.raises(Invalid) as refused, transaction():
        call_windows.extend(actor, call.id, None, CLOSES, "")
    assert set(refused.value.fields) == {"organization", "until", "reason"}
