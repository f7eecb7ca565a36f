"""A stage's assignment in the office: the round, its loads and gaps, asking for a plan, the export."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.services import assignments
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.kernel.states import fire
from charity_portal.kernel.tables import read_table
from tests.factories import assignments as make
from tests.factories.notices import Office, office
from tests.support.people import sign_in
from tests.support.statements import counted

ASKED = {"objective": "fair", "each": "2", "one_per_employer": "y", "bridges": "y"}


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> Office:
    people = office()
    sign_in(client, people.officer.user_id or 0)
    return people


def address(stage_id: int, rest: str = "") -> str:
    return f"/office/competitions/stages/{stage_id}/assignment{rest}"


def test_the_page_shows_loads_needs_and_recusals(client: FlaskClient, desk: Office) -> None:
    stage = make.make_field(applications=5, members=3, each=3, max_load=4)
    of = make.round_of(stage)
    make.make_conflict(of.judges[0].id, of.entries[0].id)
    page = client.get(address(stage.id)).text
    assert "少 3 份，无法分配" in page and "J001" in page and "计算分配方案" in page
    assert "还没有计算过方案" in page


def test_asking_starts_a_job_with_everything_that_was_asked(
    client: FlaskClient, desk: Office
) -> None:
    stage = make.make_field()
    answer = client.post(address(stage.id), data=ASKED | {"needs": ["finance"]})
    job = db.session.query(Job).filter_by(kind=assignments.JOB).one()
    assert answer.status_code == 303 and answer.location.endswith(f"/jobs/{job.id}")
    assert assignments.wishes_from(job.args["wishes"]) == make.Wishes(
        "fair", 2, True, True, ("finance",)
    )


def test_what_does_not_hold_is_kept_and_said(client: FlaskClient, desk: Office) -> None:
    stage = make.make_field()
    answer = client.post(address(stage.id), data=ASKED | {"each": "0", "objective": "total"})
    assert answer.status_code == 422 and "1 到 50 的整数" in answer.text
    assert 'value="0"' in answer.text
    empty = make.make_field(applications=0)
    answer = client.post(address(empty.id), data=ASKED)
    assert answer.status_code == 409 and "还没有参评申请" in answer.text


def test_gaps_are_listed_once_something_is_assigned(client: FlaskClient, desk: Office) -> None:
    stage = make.make_field()
    run = make.make_run(stage)
    with transaction():
        assignments.adopt(desk.officer, run.id, 0)
    assert "每份申请都有足够的评委" in client.get(address(stage.id)).text
    with transaction():
        fire(SYSTEM, db.session.query(Review).order_by(Review.id).first(), "abstain")  # type: ignore[arg-type]
    page = client.get(address(stage.id)).text
    assert "有 1 份申请的评委不足，共缺 1 份评审" in page and "计算补位方案" in page


def test_auditors_read_and_reviewers_do_not(client: FlaskClient, desk: Office) -> None:
    stage = make.make_field()
    sign_in(client, desk.approver.user_id or 0)
    page = client.get(address(stage.id))
    assert page.status_code == 200 and "计算分配方案" not in page.text
    assert client.post(address(stage.id), data=ASKED).status_code == 403
    member = make.members_of(stage)[0].user_id
    sign_in(client, member)
    assert client.get(address(stage.id)).status_code == 403
    assert client.get(address(stage.id, "/reviews.xlsx")).status_code == 403


def test_the_export_lists_what_is_in_force(client: FlaskClient, desk: Office) -> None:
    stage = make.make_field()
    run = make.make_run(stage)
    with transaction():
        assignments.adopt(desk.officer, run.id, 0)
    rows = read_table(
        io.BytesIO(client.get(address(stage.id, "/reviews.xlsx")).data), "x.xlsx"
    ).rows
    assert len(rows) == 8 and {row.cells["状态"] for row in rows} == {"评审中"}
    assert client.get(address(stage.id, "/reviews.csv")).status_code == 200


def test_the_number_of_statements_does_not_grow(
    app: Flask, client: FlaskClient, desk: Office
) -> None:
    costs = []
    for size in (2, 7):
        stage = make.make_field(size, size, each=1, max_load=9)
        make.make_run(stage)
        client.get(address(stage.id))
        with counted(app) as seen:
            assert client.get(address(stage.id)).status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 22
