"""Lists of calls: in the right group, the right order, and a constant number of statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.kernel import clock as kernel_clock
from charity_portal.kernel.database import db, transaction
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries.call_lists import (
    Filter,
    counts,
    latest,
    office_page,
    public_page,
)
from charity_portal.projects.rules.calls import PHASES, phase
from tests.factories.calls import CLOSES, OPENS, make_call
from tests.factories.organizations import make_organization
from tests.support.clocks import FrozenClock

ALL = Filter()
DAY = timedelta(days=1)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that run inside."""
    seen: list[str] = []

    def note(_c: object, _k: object, text: str, *_: object) -> None:
        seen.append(text)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def ids(group: str, wanted: Filter = ALL) -> list[int]:
    return [call.id for call in public_page(group, wanted).items]


def test_open_calls_stand_by_closing_upcoming_by_opening_past_by_the_latest(app: Flask) -> None:
    late = make_call(closes_at=CLOSES + DAY)
    early = make_call()
    far = make_call(opens_at=CLOSES + DAY, closes_at=CLOSES + 9 * DAY)
    near = make_call(opens_at=CLOSES, closes_at=CLOSES + 9 * DAY)
    make_call(state="draft")
    old = make_call(opens_at=OPENS - 400 * DAY, closes_at=CLOSES - 400 * DAY)
    done = make_call(state="concluded", opens_at=OPENS - 90 * DAY, closes_at=OPENS - 60 * DAY)
    taken_over = make_call(
        state="concluded",
        opens_at=None,
        closes_at=None,
        concluded_at=datetime(2020, 1, 1, tzinfo=UTC),
        external_ref="X",
    )
    assert ids("open") == [early.id, late.id]
    assert ids("upcoming") == [near.id, far.id]
    assert ids("past") == [done.id, old.id, taken_over.id]


@pytest.mark.parametrize("name", PHASES)
def test_the_phase_in_sql_is_the_phase_in_rules(app: Flask, clock: FrozenClock, name: str) -> None:
    made = [make_call(state=s) for s in ("draft", "published", "noticed", "concluded", "cancelled")]
    made.append(make_call(closes_at=None))
    for moment in (OPENS - DAY, OPENS, CLOSES - timedelta(seconds=1), CLOSES):
        clock.set(moment)
        expected = {c.id for c in made if phase(c, kernel_clock.now()) == name}
        assert {c.id for c in office_page(Filter(phase=name)).items} == expected


def test_lists_are_narrowed_by_source_kind_and_text(app: Flask) -> None:
    one = make_call(fund_source="lottery", kind="micro", title_zh="金种子小微项目")
    make_call()
    for wanted in (Filter(source="lottery"), Filter(kind="micro"), Filter(text="金种子")):
        assert ids("open", wanted) == [one.id]
    assert ids("open", Filter(text=one.number)) == [one.id]
    assert ids("open", Filter(text="%")) == []


def test_pages_go_on_where_the_last_one_ended(app: Flask) -> None:
    with transaction():
        made = [make_call(closes_at=CLOSES + n * DAY).id for n in range(5)]
    first = public_page("open", ALL, size=2)
    second = public_page("open", ALL, first.next_cursor, size=2)
    third = public_page("open", ALL, second.next_cursor, size=2)
    found = [c.id for p in (first, second, third) for c in p.items]
    assert found == made and third.next_cursor is None
    past = [make_call(state="concluded", closes_at=CLOSES - n * DAY).id for n in range(3)]
    top = public_page("past", ALL, size=2)
    assert [c.id for c in top.items] == past[:2]
    assert [c.id for c in public_page("past", ALL, top.next_cursor, size=2).items] == past[2:]


def test_applications_are_counted_by_where_they_stand(app: Flask) -> None:
    call, empty, organization = make_call(), make_call(), make_organization()
    states = ("draft", "discarded", "withdrawn", "submitted", "submitted", "eligible", "refused")
    with transaction():
        for state in states:
            db.session.add(
                Application(call_id=call.id, organization_id=organization.id, state=state)
            )
    found = counts([call.id, empty.id])
    assert (found[call.id].drafts, found[call.id].handed_in, found[call.id].waiting) == (1, 4, 2)
    assert (found[empty.id].drafts, found[empty.id].handed_in) == (0, 0)


@pytest.mark.parametrize("group", ["open", "office"])
def test_thirty_calls_cost_as_many_statements_as_three(app: Flask, group: str) -> None:
    def cost() -> int:
        db.session.rollback()
        with statements() as seen:
            page = office_page(ALL) if group == "office" else public_page(group, ALL, size=50)
            counts(c.id for c in page.items)
            titles = [c.title_zh for c in page.items]
        assert titles
        return len(seen)

    with transaction():
        for _ in range(3):
            make_call()
    three = cost()
    with transaction():
        for _ in range(27):
            make_call()
    assert cost() == three


def test_the_feed_has_what_was_published_here(app: Flask) -> None:
    make_call(state="draft")
    make_call(state="concluded", external_ref="X")
    second = make_call(published_at=OPENS + DAY)
    first: Call = make_call()
    assert [c.id for c in latest()] == [second.id, first.id]
    assert [c.id for c in latest(limit=1)] == [second.id]
