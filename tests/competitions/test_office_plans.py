"""A plan in the office: read, changed by hand with its cost, undone, adopted."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.models.reviews import AssignmentRun, Review
from charity_portal.kernel.database import db
from charity_portal.kernel.mail import OutboxMail
from charity_portal.kernel.tables import read_table
from tests.factories import assignments as make
from tests.factories.notices import Office, office
from tests.support.people import sign_in
from tests.support.statements import counted


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> Office:
    people = office()
    sign_in(client, people.officer.user_id or 0)
    return people


def address(run: AssignmentRun, rest: str = "") -> str:
    return f"/office/competitions/assignments/{run.id}{rest}"


def reviews(stage: Stage) -> list[Review]:
    db.session.rollback()
    return list(db.session.query(Review).filter_by(stage_id=stage.id).order_by(Review.id))


def test_the_page_tells_the_gap_and_never_says_optimal_without_it(
    client: FlaskClient, desk: Office
) -> None:
    run = make.make_run(make.make_field())
    page = client.get(address(run)).text
    assert "不低于可能上限的" in page and "相差 0.25" in page and "相差 0.10" in page
    assert "最优" not in page
    english = client.get(address(run) + "?lang=en").text
    assert "at least" in english.lower()


def test_a_change_is_weighed_first_then_made_then_taken_back(
    client: FlaskClient, desk: Office
) -> None:
    stage = make.make_field()
    run = make.make_run(stage)
    before = make.pairs_of(run)
    entry = run.instance["entries"][0][0]
    old = min(judge for judge, own in before if own == entry)
    new = max(m.id for m in make.members_of(stage))
    place = address(run, f"/applications/{entry}")
    assert client.get(place).status_code == 200
    preview = client.get(f"{place}?drop={old}&add={new}").text
    assert "这样调整的代价" in preview and "最弱申请的匹配度合计" in preview
    assert make.pairs_of(run) == before
    data = {"rev": "0", "drop": str(old), "add": str(new)}
    assert client.post(place, data=data).status_code == 303
    db.session.expire_all()
    assert make.pairs_of(run) == before - {(old, entry)} | {(new, entry)}
    again = client.post(place, data=data)
    assert again.status_code == 409 and "同事又调整" in again.text
    assert "换下 J" in client.get(address(run)).text
    assert client.post(address(run, "/undo"), data={"rev": "1"}).status_code == 303
    db.session.expire_all()
    assert make.pairs_of(run) == before and run.rev == 2


def test_a_conflict_is_refused_with_its_sentence(client: FlaskClient, desk: Office) -> None:
    stage = make.make_field()
    entry = make.round_of(stage).entries[0].id
    barred = make.members_of(stage)[-1]
    make.make_conflict(barred.id, entry)
    run = make.make_run(stage)
    place = address(run, f"/applications/{entry}")
    assert "必须回避" in client.get(place).text
    drop = next(judge for judge, own in make.pairs_of(run) if own == entry)
    data = {"rev": "0", "drop": str(drop), "add": str(barred.id)}
    answer = client.post(place, data=data)
    assert answer.status_code == 422 and "必须回避" in answer.text
    assert make.pairs_of(run) == make.pairs_of(db.session.get_one(AssignmentRun, run.id))


def test_a_plan_with_something_missing_is_not_adopted(client: FlaskClient, desk: Office) -> None:
    stage = make.make_field()
    run = make.make_run(stage)
    entry = run.instance["entries"][0][0]
    drop = next(judge for judge, own in make.pairs_of(run) if own == entry)
    place = address(run, f"/applications/{entry}")
    assert client.post(place, data={"rev": "0", "drop": str(drop)}).status_code == 303
    answer = client.post(address(run, "/adopt"), data={"rev": "1"})
    assert answer.status_code == 409 and "只有 1 位评委，应为 2 位" in answer.text
    assert reviews(stage) == []


def test_adopting_writes_the_reviews_and_one_letter_each(client: FlaskClient, desk: Office) -> None:
    stage = make.make_field()
    run = make.make_run(stage)
    assert client.post(address(run, "/adopt"), data={"rev": "0"}).status_code == 303
    written = reviews(stage)
    assert {(r.panelist_id, r.application_id) for r in written} == make.pairs_of(run)
    assert {r.run_id for r in written} == {run.id}
    letters = db.session.query(OutboxMail).filter_by(kind="competitions.allotment").all()
    assert len(letters) == len({r.panelist_id for r in written})
    assert all("/reviews" in letter.body for letter in letters)
    again = client.post(address(run, "/adopt"), data={"rev": "0"})
    assert again.status_code == 409 and len(reviews(stage)) == len(written)


def test_a_conflict_found_after_the_plan_stops_its_adoption(
    client: FlaskClient, desk: Office
) -> None:
    stage = make.make_field()
    run = make.make_run(stage)
    judge, entry = min(make.pairs_of(run))
    make.make_conflict(judge, entry)
    assert "有变化" in client.get(address(run)).text
    answer = client.post(address(run, "/adopt"), data={"rev": "0"})
    assert answer.status_code == 409 and "必须回避" in answer.text and reviews(stage) == []


def test_an_impossible_round_says_who_is_short_and_what_would_help(
    client: FlaskClient, desk: Office
) -> None:
    stage = make.make_field(applications=3, members=2, each=2, max_load=2)
    of = make.round_of(stage)
    shortages = {
        "entries": [[of.entries[1].id, 2]],
        "judges": [[of.judges[0].id, 1]],
        "others": [[of.entries[0].id, "finance", 1], [of.entries[2].id, "employer", 1]],
        "relief": [[of.judges[0].id, 1], [of.judges[1].id, 1]],
    }
    run = make.make_run(stage, pairs=frozenset(), shortages=shortages)
    page = client.get(address(run)).text
    assert (
        "无法满足全部硬性规则" in page
        and "共增加 2 份" in page
        and "J001：由 2 份提高到 3 份" in page
    )
    assert "财务专业人员" in page and "同一单位" in page and "采用这份方案" not in page
    answer = client.post(address(run, "/adopt"), data={"rev": "0"})
    assert answer.status_code == 409 and reviews(stage) == []
    assert client.get(f"/office/competitions/stages/{stage.id}/assignment").status_code == 200


def test_others_read_and_do_not_change(client: FlaskClient, desk: Office) -> None:
    run = make.make_run(make.make_field())
    sign_in(client, desk.approver.user_id or 0)
    page = client.get(address(run))
    assert page.status_code == 200 and "采用这份方案" not in page.text
    assert client.post(address(run, "/adopt"), data={"rev": "0"}).status_code == 403
    entry = run.instance["entries"][0][0]
    assert client.get(address(run, f"/applications/{entry}")).status_code == 403


def test_the_export_has_every_pair_with_its_reason(client: FlaskClient, desk: Office) -> None:
    run = make.make_run(make.make_field())
    answer = client.get(address(run, "/export.xlsx"))
    rows = read_table(io.BytesIO(answer.data), "x.xlsx").rows
    assert len(rows) == len(make.pairs_of(run))
    assert all(row.cells["理由"] and row.cells["申请机构"] for row in rows)
    assert client.get(address(run, "/export.csv")).status_code == 200


def test_the_page_costs_the_same_number_of_statements_however_large(
    app: Flask, client: FlaskClient, desk: Office
) -> None:
    costs = []
    for size in (2, 6):
        run = make.make_run(make.make_field(size, size, each=1, max_load=9))
        client.get(address(run))
        with counted(app) as seen:
            assert client.get(address(run)).status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 20
