"""A pitch day: who may score when, what is shown when, and to whom."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.errors import PitchRefused
from charity_portal.competitions.models.panels import Conflict
from charity_portal.competitions.models.pitches import Pitch, PitchSlot
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import pitches
from charity_portal.competitions.services import pitches as services
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Invalid, WrongState
from charity_portal.kernel.permissions import Actor
from tests.factories.accounts import make_user
from tests.factories.pitches import Day, make_day, make_stage_of_pitches
from tests.support.clocks import FrozenClock
from tests.support.people import sign_in
from tests.support.statements import counted


def start(day: Day) -> None:
    with transaction():
        services.start(day.officer, day.pitch.id)


def seal(day: Day, position: int, *points: int) -> None:
    """The judges hand in totals, in 1e-4 points."""
    slot = db.session.get_one(PitchSlot, day.slot(position))
    rows = db.session.scalars(
        sa.select(Review)
        .where(Review.stage_id == day.stage.id, Review.application_id == slot.application_id)
        .order_by(Review.panelist_id)
    ).all()
    with transaction():
        for review, total in zip(rows, points, strict=True):
            review.state, review.points = "sealed", total


def reviews_at(day: Day, position: int) -> list[Review]:
    slot = db.session.get_one(PitchSlot, day.slot(position))
    wanted = sa.select(Review).where(Review.application_id == slot.application_id)
    return list(db.session.scalars(wanted.order_by(Review.panelist_id)))


def test_everybody_gets_a_turn_and_the_same_plan_draws_the_same_order(app: Flask) -> None:
    day = make_day(5, groups=2)
    drawn = [(s.group_number, s.position, s.application_id) for s in day.pitch.slots]
    assert [(g, p) for g, p, _ in drawn] == [(1, 1), (1, 2), (1, 3), (2, 4), (2, 5)]
    assert {key for *_, key in drawn} == {a.id for a in day.applications}
    with transaction():
        services.discard(day.officer, day.pitch.id)
        again = services.plan(day.officer, day.stage.id, services.Plan("第一场", groups=2))
    assert [(s.group_number, s.position, s.application_id) for s in again.slots] == drawn


def test_only_pitch_stages_with_a_field_can_be_planned(app: Flask) -> None:
    day = make_day(1)
    for stage_id in (day.stage.id, day.edition.stages[0].id):
        with pytest.raises(PitchRefused), transaction():
            services.plan(day.officer, stage_id, services.Plan("第二场"))


def test_two_who_wait_change_places_for_a_reason(app: Flask) -> None:
    day = make_day(3)
    before = [s.application_id for s in day.pitch.slots]
    with pytest.raises(Invalid), transaction():
        services.swap(day.officer, day.pitch.id, day.slot(1), day.slot(3), " ")
    with transaction():
        services.swap(day.officer, day.pitch.id, day.slot(1), day.slot(3), "航班延误")
    db.session.expire_all()
    after = [s.application_id for s in db.session.get_one(Pitch, day.pitch.id).slots]
    assert after == before[::-1]
    start(day)
    day.take(1, "call_up")
    with pytest.raises(PitchRefused), transaction():
        services.swap(day.officer, day.pitch.id, day.slot(1), day.slot(2), "航班延误")


def test_one_project_at_a_time_and_nothing_before_the_start(app: Flask) -> None:
    day = make_day(2)
    with pytest.raises(PitchRefused):
        day.take(1, "call_up")
    start(day)
    day.take(1, "call_up")
    with pytest.raises(PitchRefused):
        day.take(2, "call_up")
    with pytest.raises(WrongState):
        day.take(1, "finish")
    with pytest.raises(PitchRefused), transaction():
        services.end(day.officer, day.pitch.id)
    day.take(1, "question", "open_scoring", "finish")
    day.take(2, "miss")
    with transaction():
        services.end(day.officer, day.pitch.id)
    assert db.session.get_one(Pitch, day.pitch.id).state == "ended"


def test_the_clock_stops_and_runs_on(app: Flask, clock: FrozenClock) -> None:
    day = make_day(1)
    start(day)
    day.take(1, "call_up")
    clock.advance(seconds=60)
    with transaction():
        services.pause(day.officer, day.pitch.id)
    clock.advance(minutes=30)
    with transaction():
        services.pause(day.officer, day.pitch.id)  # pressed twice
        services.resume(day.officer, day.pitch.id)
    clock.advance(seconds=30)
    with transaction():
        services.pause(day.officer, day.pitch.id)
    assert db.session.get_one(PitchSlot, day.slot(1)).spent_seconds == 90
    day.take(1, "question")
    assert db.session.get_one(PitchSlot, day.slot(1)).spent_seconds == 0


def test_scoring_is_open_only_when_the_officer_says(app: Flask) -> None:
    day = make_day(2)
    (first, _) = reviews_at(day, 1)
    assert not services.may_score(first)
    start(day)
    for action, open_now in (
        ("call_up", False),
        ("question", False),
        ("open_scoring", True),
        ("finish", True),
    ):
        day.take(1, action)
        assert services.may_score(first) is open_now
    assert not services.may_score(reviews_at(day, 2)[0])


def test_a_project_that_comes_back_is_closed_again(app: Flask) -> None:
    day = make_day(1)
    start(day)
    day.take(1, "call_up", "miss", "return_to_queue", "call_up", "question", "return_to_queue")
    assert not services.may_score(reviews_at(day, 1)[0])


def test_a_stage_without_session_says_so_and_papers_need_none(app: Flask) -> None:
    edition, stage, _ = make_stage_of_pitches(1)
    review = Review(stage_id=stage.id, stage=stage, application_id=1)
    assert "还没有排定" in str(pitches.closed_because(review))
    papers = edition.stages[0]
    assert pitches.closed_because(Review(stage_id=papers.id, stage=papers)) is None
    db.session.expunge_all()


@pytest.mark.parametrize(
    ("rule", "shown"), [("each", [1, 2, 3]), ("group", [0, 2, 3]), ("end", [0, 0, 3])]
)
def test_scores_come_out_by_the_rule_and_are_not_even_read_before(
    client: FlaskClient, app: Flask, rule: str, shown: list[int]
) -> None:
    day = make_day(3, groups=2, reveal=rule)
    start(day)
    sign_in(client, day.officer.user_id or 0)
    values = {
        1: ("81.23", (812_300, 812_300)),
        2: ("64.57", (640_000, 651_400)),
        3: ("97.31", (973_100, 973_100)),
    }
    for position in (1, 2, 3):
        text, points = values[position]
        day.take(position, "call_up", "open_scoring")
        seal(day, position, *points)
        day.take(position, "finish")
        for page in ("screen", "", "state"):
            body = client.get(f"/office/competitions/pitches/{day.pitch.id}/{page}".rstrip("/"))
            assert text not in body.get_data(as_text=True)
        with app.test_request_context():
            ready = len(pitches.revealable(db.session.get_one(Pitch, day.pitch.id)))
        if ready:
            with transaction():
                services.reveal(day.officer, day.pitch.id)
        db.session.expire_all()
        out = pitches.outcomes(db.session.get_one(Pitch, day.pitch.id))
        assert len(out) == shown[position - 1]
    final = client.get(f"/office/competitions/pitches/{day.pitch.id}/screen").text
    assert re.findall(r'class="num">(\d\d\.\d\d)<', final) == ["97.31", "81.23", "64.57"]
    with pytest.raises(PitchRefused), transaction():
        services.reveal(day.officer, day.pitch.id)


def test_the_desk_tells_how_many_handed_in_and_no_value(client: FlaskClient, app: Flask) -> None:
    day = make_day(1)
    start(day)
    day.take(1, "call_up", "open_scoring")
    seal(day, 1, 912_345, 823_456)
    with transaction():
        db.session.get_one(Review, reviews_at(day, 1)[1].id).state = "open"
    sign_in(client, day.officer.user_id or 0)
    page = client.get(f"/office/competitions/pitches/{day.pitch.id}").text
    assert "评委 2 位，已提交 1 位" in page
    assert "91.23" not in page


def test_a_poll_without_news_is_304_and_costs_one_statement(
    client: FlaskClient, app: Flask
) -> None:
    day = make_day(2)
    start(day)
    sign_in(client, day.officer.user_id or 0)
    url = f"/office/competitions/pitches/{day.pitch.id}/state"
    first = client.get(url)
    with counted(app) as everything:
        again = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    own = [s for s in everything if "FROM pitch" in s]
    assert len(own) == 1
    known = [s for s in everything if s not in own]
    assert all(re.search(r"user_session|user_account|role_grant|membership", s) for s in known)
    day.take(1, "call_up")
    assert client.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_judge_is_told_what_is_on_stage_and_only_that(client: FlaskClient, app: Flask) -> None:
    day = make_day(2)
    start(day)
    judge = day.judges[0]
    sign_in(client, judge.user_id)
    url = f"/reviews/pitch/{day.pitch.id}/now"
    assert client.get(url).json == {"review_id": None}
    day.take(1, "call_up")
    mine = reviews_at(day, 1)[0]
    told = client.get(url)
    assert told.json is not None
    assert (told.json["review_id"], told.json["may_score"]) == (mine.id, False)
    same = client.get(url, headers={"If-None-Match": told.headers["ETag"]})
    assert same.status_code == 304
    day.take(1, "open_scoring")
    assert client.get(url).json["may_score"] is True


def test_behind_a_conflict_the_stage_is_empty_to_the_byte(client: FlaskClient, app: Flask) -> None:
    day = make_day(2)
    start(day)
    judge = day.judges[0]
    sign_in(client, judge.user_id)
    url = f"/reviews/pitch/{day.pitch.id}/now"
    before = client.get(url)
    slot = db.session.get_one(PitchSlot, day.slot(1))
    with transaction():
        db.session.add(
            Conflict(
                panelist_id=judge.id,
                application_id=slot.application_id,
                found="officer",
                code="other",
            )
        )
    day.take(1, "call_up", "open_scoring")
    after = client.get(url)
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
    assert pitches.current_for(judge.id) is None
    assert pitches.current_for(day.judges[1].id) is not None


def test_strangers_and_reviewers_of_other_editions_are_refused(
    client: FlaskClient, app: Flask
) -> None:
    day, other = make_day(1), make_day(1)
    sign_in(client, other.judges[0].user_id)
    assert client.get(f"/reviews/pitch/{day.pitch.id}/now").status_code == 403
    assert client.get(f"/office/competitions/pitches/{day.pitch.id}/screen").status_code == 403
    sign_in(client, make_user().id)
    assert client.get(f"/reviews/pitch/{day.pitch.id}/now").status_code == 403


def test_pages_plan_run_and_keep_what_was_typed(client: FlaskClient, app: Flask) -> None:
    _, stage, _ = make_stage_of_pitches(2)
    sign_in(client, make_user("何经办", roles=("officer",)).id)
    address = f"/office/competitions/stages/{stage.id}/pitches"
    assert "还没有安排路演" in client.get(address).text
    typed = {
        "title": "第一场",
        "place": "市民中心",
        "present_minutes": "0",
        "question_minutes": "3",
        "by": "size",
        "groups": "1",
        "reveal": "end",
    }
    refused = client.post(f"{address}/new", data=typed)
    assert (refused.status_code, "市民中心" in refused.text) == (422, True)
    made = client.post(f"{address}/new", data=typed | {"present_minutes": "5"})
    assert made.status_code == 303
    desk = made.location
    assert client.get(desk).status_code == 200
    assert client.post(f"{desk}/swap", data={"first": "1"}).status_code == 422
    assert client.post(f"{desk}/judges", data={}).status_code == 422
    assert client.post(f"{desk}/start").status_code == 303
    pitch = db.session.scalars(sa.select(Pitch)).one()
    slot = pitch.slots[0].id
    assert client.post(f"{desk}/slots/{slot}/call_up").status_code == 303
    assert client.post(f"{desk}/slots/{slot}/call_up").status_code == 409
    assert client.post(f"{desk}/pause").status_code == 303
    assert "已暂停" in client.get(desk).text
    assert client.post(f"{desk}/resume").status_code == 303
    assert client.get(f"{desk}/screen").status_code == 200
    assert client.post(f"{desk}/reveal").status_code == 409
    assert client.post(f"{desk}/end").status_code == 409


def test_the_desk_costs_the_same_for_many_projects(client: FlaskClient, app: Flask) -> None:
    costs = []
    for projects in (2, 7):
        day = make_day(projects, judges=1)
        sign_in(client, day.officer.user_id or 0)
        with counted(app) as statements:
            assert client.get(f"/office/competitions/pitches/{day.pitch.id}").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_only_officers_run_sessions(app: Flask) -> None:
    day = make_day(1)
    with pytest.raises(Exception, match="没有权限"), transaction():
        services.start(Actor(1, "", frozenset({"auditor"})), day.pitch.id)


def test_the_desk_of_a_judge_begins_with_what_is_on_stage(client: FlaskClient, app: Flask) -> None:
    day = make_day(2)
    sign_in(client, day.judges[0].user_id)
    assert "正在路演" not in client.get("/reviews").text
    start(day)
    waiting = client.get("/reviews").text
    assert "台上现在没有由您评分的项目。" in waiting
    day.take(1, "call_up")
    mine = reviews_at(day, 1)[0]
    called = client.get("/reviews").text
    assert f'href="/reviews/{mine.id}"' in called.partition("data-keys=")[0]
    mark = pitches.running_for([day.judges[0].id])[0].mark
    told = client.get(f"/reviews/pitch/{day.pitch.id}/now")
    assert told.headers["ETag"] == f'"{mark}"'
    assert f'data-mark="{mark}"' in called
    assert pitches.running_for([]) == []


def test_the_screen_counts_judges_while_they_score(client: FlaskClient, app: Flask) -> None:
    day = make_day(1)
    start(day)
    day.take(1, "call_up", "open_scoring")
    sign_in(client, day.officer.user_id or 0)
    page = client.get(f"/office/competitions/pitches/{day.pitch.id}/screen").text
    assert "评委 2 位，已提交 0 位" in page
