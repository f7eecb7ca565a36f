"""Stages: their field under codes, and when they open, close and open again."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.competitions.errors import StageNotReady
from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.queries import edition_desk
from charity_portal.competitions.services import editions, stages
from charity_portal.kernel import clock, secrets
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, Invalid, WrongState
from charity_portal.kernel.permissions import SYSTEM, Actor
from charity_portal.projects.services import submissions
from tests.factories.editions import (
    APPROVER,
    OFFICER,
    assign_everything,
    loaded,
    make_open,
    make_ready,
    make_running,
)
from tests.support.working import Worker


def running() -> tuple[Edition, Stage]:
    """An edition whose first stage is being scored, everybody reviewing everything."""
    edition, stage, _reviews = make_running()
    return edition, stage


def seal(stage: Stage) -> None:
    with transaction():
        db.session.execute(
            sa.text(f"UPDATE review SET state = 'sealed' WHERE stage_id = {stage.id}")
        )


def test_codes_follow_from_the_seed_and_not_from_arrival(app: Flask) -> None:
    stage = make_open().stages[0]
    ids = list(range(1, 41))
    one = stages.codes("417", stage, ids)
    assert one == stages.codes("417", stage, ids[::-1])
    assert [code for _key, code in one] == [f"P-{n:02d}" for n in range(1, 41)]
    assert [key for key, _code in one] != ids
    assert one != stages.codes("418", stage, ids)
    assert stages.codes("417", stage, range(1, 140))[0][1] == "P-001"


def test_the_published_seed_alone_does_not_tell_whose_a_code_is(app: Flask) -> None:
    """A reviewer who knows seed and numbers would otherwise know every applicant."""
    stage = make_open().stages[0]
    before = stages.codes("417", stage, range(1, 41))
    known = list(secrets._keys)
    try:
        secrets.configure("another key that is only good for tests, and long enough")
        assert stages.codes("417", stage, range(1, 41)) != before
    finally:
        secrets._keys[:] = known


def test_a_field_is_settled_anew_until_reviews_are_assigned(app: Flask) -> None:
    edition = make_open(applications=3)
    stage = edition.stages[0]
    ids = edition_desk.entered(stage)
    with transaction():
        stages.settle_field(OFFICER, stage.id, ids[:2])
    assert sorted(edition_desk.entered(stage)) == sorted(ids[:2])
    with pytest.raises(Invalid), transaction():
        stages.settle_field(OFFICER, stage.id, [999_999])
    with pytest.raises(Invalid), transaction():
        stages.settle_field(OFFICER, stage.id, [])
    assign_everything(loaded(edition.id), loaded(edition.id).stages[0])
    with pytest.raises(WrongState), transaction():
        stages.settle_field(OFFICER, stage.id, ids)


def test_a_later_stage_takes_only_what_was_in_the_one_before(app: Flask) -> None:
    edition = make_ready(applications=3, template="three")
    with transaction():
        editions.open_edition(OFFICER, edition.id)
    first, second, _third = loaded(edition.id).stages
    ids = edition_desk.entered(first)
    with transaction():
        stages.settle_field(OFFICER, first.id, ids[:2])
    with pytest.raises(Invalid), transaction():
        stages.settle_field(OFFICER, second.id, ids)
    with transaction():
        entries = stages.settle_field(OFFICER, second.id, ids[:2])
    assert sorted(e.code for e in entries) == ["V-01", "V-02"]


def test_scoring_opens_only_with_a_field_reviews_and_time(app: Flask) -> None:
    edition = make_ready(applications=2, template="three")
    with transaction():
        editions.open_edition(OFFICER, edition.id)
    first, second, _third = loaded(edition.id).stages
    with pytest.raises(StageNotReady, match="没有分配"), transaction():
        stages.open_stage(OFFICER, first.id)
    with pytest.raises(StageNotReady, match="上一阶段"), transaction():
        stages.open_stage(OFFICER, second.id)
    assign_everything(loaded(edition.id), loaded(edition.id).stages[0])
    with transaction():
        db.session.get_one(Stage, first.id).due_at = clock.now() - timedelta(minutes=1)
    with pytest.raises(StageNotReady, match="先改期"), transaction():
        stages.open_stage(OFFICER, first.id)
    with transaction():
        stages.postpone(OFFICER, first.id, clock.now() + timedelta(days=3), "评委出差")
        stages.open_stage(OFFICER, first.id)
    assert loaded(edition.id).stages[0].state == "open"


def test_a_stage_with_missing_reviews_closes_only_with_a_reason(app: Flask) -> None:
    _edition, stage = running()
    with pytest.raises(Invalid, match="填写的内容有误"), transaction():
        stages.close_stage(OFFICER, stage.id)
    with transaction():
        stages.close_stage(OFFICER, stage.id, "两位评委住院")
    assert loaded(stage.edition_id).stages[0].closed_at is not None


def test_a_stage_with_all_reviews_closes_without_one_and_reopens_with_one(app: Flask) -> None:
    edition, stage = running()
    seal(stage)
    with transaction():
        stages.close_stage(OFFICER, stage.id)
    with pytest.raises(Invalid), transaction():
        stages.reopen_stage(APPROVER, stage.id, "")
    with pytest.raises(Forbidden), transaction():
        stages.reopen_stage(Actor(1, "x", frozenset({"officer"})), stage.id, "漏评")
    with transaction():
        stages.reopen_stage(APPROVER, stage.id, "漏评")
    found = loaded(edition.id).stages[0]
    assert (found.state, found.closed_at) == ("open", None)


def test_a_stage_does_not_reopen_once_the_next_one_runs(app: Flask) -> None:
    edition = make_ready(applications=2, template="three")
    with transaction():
        editions.open_edition(OFFICER, edition.id)
    first = loaded(edition.id).stages[0]
    assign_everything(loaded(edition.id), loaded(edition.id).stages[0])
    with transaction():
        stages.open_stage(OFFICER, first.id)
        stages.close_stage(OFFICER, first.id, "x")
    with transaction():
        db.session.execute(sa.text("UPDATE stage SET state = 'open' WHERE key = 'visit'"))
    with pytest.raises(StageNotReady), transaction():
        stages.reopen_stage(APPROVER, first.id, "漏评")


def test_the_due_date_moves_forward_with_a_reason(app: Flask) -> None:
    _edition, stage = running()
    with pytest.raises(Invalid) as wrong, transaction():
        stages.postpone(OFFICER, stage.id, clock.now() - timedelta(days=1), " ")
    assert set(wrong.value.fields) == {"due_at", "reason"}


def test_an_application_that_leaves_is_asked_about_no_more(app: Flask) -> None:
    edition, stage = running()
    before = edition_desk.progress([stage])[stage.id]
    key = edition_desk.entered(stage)[0]
    with pytest.raises(Invalid), transaction():
        stages.leave(OFFICER, edition.id, key, "")
    with transaction():
        assert stages.leave(OFFICER, edition.id, key, "机构注销") == 1
    after = edition_desk.progress([stage])[stage.id]
    assert (before.entries, after.entries, after.left) == (2, 1, 1)
    assert key not in edition_desk.entered(stage)
    assert {code for m in edition_desk.unsealed(stage) for _key, code in m.reviews} == {
        entry.code for entry in edition_desk.entries_page(stage).items if not entry.left_at
    }


def test_a_withdrawn_application_leaves_by_itself(app: Flask, worker: Worker) -> None:
    edition, stage = running()
    key = edition_desk.entered(stage)[0]
    with transaction():
        submissions.withdraw(SYSTEM, key, "人手不足")
    worker()
    assert key not in edition_desk.entered(loaded(edition.id).stages[0])
