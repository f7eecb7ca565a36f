"""The job that computes a plan: from the form to the reviews, and what happens when things move."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.models.reviews import AssignmentRun, Review
from charity_portal.competitions.rules import planning
from charity_portal.competitions.rules.planning import Solved
from charity_portal.competitions.rules.review_rounds import Round
from charity_portal.kernel.database import db
from charity_portal.kernel.jobs import Job
from tests.factories import assignments as make
from tests.factories.notices import Office, office
from tests.support.people import sign_in
from tests.support.working import Worker

ASKED = {"objective": "fair", "each": "2", "one_per_employer": "y", "bridges": "y"}


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> Office:
    people = office()
    sign_in(client, people.officer.user_id or 0)
    return people


def address(stage_id: int) -> str:
    return f"/office/competitions/stages/{stage_id}/assignment"


def last_job() -> Job:
    db.session.rollback()
    found = db.session.query(Job).filter_by(kind="competitions.assign").order_by(Job.id.desc())
    job = found.first()
    assert job is not None
    return job


def test_from_the_form_to_the_reviews(client: FlaskClient, desk: Office, worker: Worker) -> None:
    stage = make.make_field(6, 5, tracks=("elderly", "children"))
    watched = client.post(address(stage.id), data=ASKED).location
    worker()
    assert client.get(watched).status_code == 200
    result = last_job().result
    assert result is not None
    run = db.session.get_one(AssignmentRun, result["run_id"])
    assert run.made_by == desk.officer.user_id and run.job_id == last_job().id
    page = client.get(result["url"]).text
    assert "可证明的上限" in page and "采用这份方案" in page
    assert client.post(f"{result['url']}/adopt", data={"rev": "0"}).status_code == 303
    db.session.rollback()
    written = {(r.panelist_id, r.application_id) for r in db.session.query(Review)}
    assert written == make.pairs_of(run) and len(written) == 12


def test_computing_again_gives_the_same_plan(
    client: FlaskClient, desk: Office, worker: Worker
) -> None:
    stage = make.make_field(6, 5, tracks=("elderly", "children"))
    for _ in range(2):
        client.post(address(stage.id), data=ASKED)
        worker()
    first, second = db.session.query(AssignmentRun).order_by(AssignmentRun.id)
    assert first.plan == second.plan and first.figures == second.figures


def test_what_moves_during_the_computation_keeps_nothing(
    client: FlaskClient, desk: Office, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = make.make_field()
    solve = planning.solve

    def slowly(of: Round) -> Solved:
        make.make_conflict(of.judges[0].id, of.entries[0].id)
        return solve(of)

    monkeypatch.setattr(planning, "solve", slowly)
    client.post(address(stage.id), data=ASKED)
    worker(failing=True)
    assert last_job().state == "failed" and "有变化" in str(last_job().error_text)
    assert db.session.query(AssignmentRun).count() == 0


def test_an_impossible_round_ends_at_a_page_that_says_why(
    client: FlaskClient, desk: Office, worker: Worker
) -> None:
    stage = make.make_field(4, 3, max_load=2)
    client.post(address(stage.id), data=ASKED)
    worker()
    result = last_job().result
    assert result is not None
    page = client.get(result["url"]).text
    assert "无法满足全部硬性规则" in page and "共增加 2 份" in page


def test_a_late_gap_is_filled_and_the_difference_is_shown(
    client: FlaskClient, desk: Office, worker: Worker
) -> None:
    stage = make.make_field(6, 5)
    client.post(address(stage.id), data=ASKED)
    worker()
    result = last_job().result
    assert result is not None
    client.post(f"{result['url']}/adopt", data={"rev": "0"})
    judge, entry = min(make.pairs_of(db.session.get_one(AssignmentRun, result["run_id"])))
    lost = db.session.query(Review).filter_by(panelist_id=judge, application_id=entry).one()
    make.abstain(lost)
    client.post(address(stage.id), data=ASKED)
    worker()
    result = last_job().result
    assert result is not None
    page = client.get(result["url"]).text
    assert "保持 11 份，新分配 1 份，收回 0 份" in page and "可证明至少要收回 0 份" in page
    assert client.post(f"{result['url']}/adopt", data={"rev": "0"}).status_code == 303
    db.session.rollback()
    assert db.session.query(Review).filter(Review.state != "abstained").count() == 12
