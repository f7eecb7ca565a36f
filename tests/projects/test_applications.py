"""Reading applications costs the same however many there are."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from charity_portal.kernel.database import db
from charity_portal.projects.queries import applications, desk
from charity_portal.projects.queries.applications import Filters
from tests.factories.applications import FIELDS, make_draft, make_submitted, make_team
from tests.factories.calls import make_call

pytestmark = pytest.mark.usefixtures("app")


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    db.session.rollback()
    db.session.expire_all()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def cost(read) -> int:
    db.session.expunge_all()
    with statements() as seen:
        read()
    return len([s for s in seen if s.lstrip().upper().startswith(("SELECT", "WITH"))])


@pytest.fixture
def call():
    return make_call()


def hand_in(call, count):
    for n in range(count):
        make_submitted(make_team()[1], call, title=f"项目{n}")


def test_lists_of_a_call_cost_the_same_for_one_and_for_four(call):
    hand_in(call, 1)
    call_id = call.id

    def read():
        found = applications.applications_of_call_page(call_id, Filters())
        return [(a.call.title_zh, a.track.title_zh if a.track else "") for a in found.items]

    one = cost(read)
    hand_in(call, 3)
    assert len(read()) == 4
    assert cost(read) == one == 1


def test_a_dossier_costs_six_statements_however_long_it_is(call):
    _, actor = make_team()
    application, _ = make_submitted(actor, call)
    key = application.id

    def read():
        found = applications.application(key)
        return applications.dossier_of(found)

    assert len(read().budget.lines) == 3
    assert cost(read) <= 7


def test_the_desk_costs_the_same_for_one_and_for_three():
    _, actor = make_team()
    make_draft(actor, fields={"title": "一"})
    own = list(actor.memberships)

    def read():
        return desk.rows(applications.applications_of(own).items)

    one = cost(read)
    for _ in range(2):
        make_draft(actor, make_call(), {"title": "二"})
    assert len(read()) == 3 and cost(read) == one == 4


def test_lists_are_narrowed_by_text_state_and_track(call):
    hand_in(call, 2)
    _, actor = make_team()
    other, _ = make_submitted(actor, call, title="无障碍出行地图", track="children")
    make_draft(make_team()[1], call, FIELDS)

    def found(**filters):
        page = applications.applications_of_call_page(call.id, Filters(**filters))
        return [a.title for a in page.items]

    assert len(found()) == 3
    assert found(text="无障碍") == ["无障碍出行地图"]
    assert found(text=other.number.lower()) == ["无障碍出行地图"]
    assert found(track="children") == ["无障碍出行地图"]
    assert len(found(state="submitted")) == 3 and found(state="correction") == []


def test_an_application_is_found_by_its_number(call):
    hand_in(call, 1)
    assert applications.application_of("SB-2026-000001").title == "项目0"
    assert applications.application_of("SB-2026-000002") is None
