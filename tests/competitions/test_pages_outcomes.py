"""Ranking and selection as staff see them."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.queries import outcomes as queries
from charity_portal.kernel import jobs
from charity_portal.kernel.database import db
from tests.factories import notices, outcomes
from tests.factories.outcomes import make_scored
from tests.support.people import sign_in
from tests.support.statements import counted


@pytest.fixture
def desk(app: Flask) -> notices.Office:
    return notices.office()


def enter(client: FlaskClient, actor: object) -> FlaskClient:
    sign_in(client, actor.user_id)  # type: ignore[attr-defined]
    return client


def test_an_officer_has_the_ranking_counted_and_reads_it(
    client: FlaskClient, desk: notices.Office, worker: object
) -> None:
    made = make_scored(applications=4)
    page = enter(client, desk.officer)
    url = f"/office/competitions/{made.edition.id}/ranking"
    assert "尚未计算排名" in page.get(url).text

    asked = page.post(url)
    assert asked.status_code == 303
    jobs.run_due()

    text = page.get(url).text
    for application in made.applications:
        assert application.title in text
    assert "A-001" in text and "明确入选" in text
    english = page.get(url + "?lang=en").text
    assert "Ranking" in english and "clearly in" in english


def test_scores_are_not_counted_while_scoring_is_open(
    client: FlaskClient, desk: notices.Office
) -> None:
    made = outcomes.make_scored_with({}, 2, 2, stage_state="open", state="judging")
    page = enter(client, desk.officer)

    answer = page.post(f"/office/competitions/{made.edition.id}/ranking")

    assert answer.status_code == 409
    assert "评分尚未截止" in answer.text


def test_what_is_missing_is_named(client: FlaskClient, desk: notices.Office) -> None:
    made = outcomes.make_scored_with({(0, 0): (5, 5, 5)}, 2, 2)
    outcomes.rank(made, desk.officer)

    text = enter(client, desk.officer).get(f"/office/competitions/{made.edition.id}/ranking").text

    assert "还有 3 份评审未提交" in text
    assert made.applications[1].title in text


def test_the_other_methods_stand_beside_the_announced_one(
    client: FlaskClient, desk: notices.Office
) -> None:
    made = make_scored(applications=4)
    outcomes.rank(made, desk.officer)

    text = (
        enter(client, desk.officer)
        .get(f"/office/competitions/{made.edition.id}/ranking/methods")
        .text
    )

    assert "本页仅供了解" in text and "校正评委宽严的模型分" in text


def test_one_application_shows_every_review_it_is_made_of(
    client: FlaskClient, desk: notices.Office
) -> None:
    made = make_scored(applications=2)
    outcomes.rank(made, desk.officer)
    key = made.applications[0].id

    text = (
        enter(client, desk.officer)
        .get(f"/office/competitions/{made.edition.id}/ranking/applications/{key}")
        .text
    )

    for panelist in made.panelists:
        assert panelist.code in text
    assert "方案扎实，预算清楚。" in text and "仅供评审组参考。" in text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_ranking_can_be_taken_away(
    client: FlaskClient, desk: notices.Office, kind: str
) -> None:
    made = make_scored(applications=3)
    outcomes.propose(made, desk.officer)
    page = enter(client, desk.officer)

    for part in ("ranking", "selection"):
        answer = page.get(f"/office/competitions/{made.edition.id}/{part}/export.{kind}")
        assert answer.status_code == 200 and len(answer.data) > 200


def test_the_selection_is_proposed_changed_and_confirmed_on_its_pages(
    client: FlaskClient, desk: notices.Office
) -> None:
    made = make_scored(applications=4)
    outcomes.rank(made, desk.officer)
    page = enter(client, desk.officer)
    url = f"/office/competitions/{made.edition.id}/selection"

    assert page.post(url).status_code == 303
    first = made.applications[0].id
    assert page.get(f"{url}/{first}").status_code == 200
    bare = page.post(f"{url}/{first}", data={"rev": "0", "outcome": "partial", "amount": "9万"})
    assert bare.status_code == 422
    assert "应少于申请金额" in bare.text or "请填写" in bare.text
    kept = page.post(
        f"{url}/{first}",
        data={"rev": "0", "outcome": "refuse", "reason": "与上年度项目重复。"},
    )
    assert kept.status_code == 303
    text = page.get(url).text
    assert "与上年度项目重复。" in text and "名次靠前而落选的" in text
    stale = page.post(
        f"{url}/{first}", data={"rev": "0", "outcome": "refuse", "reason": "又一个理由。"}
    )
    assert stale.status_code == 409 and "又一个理由。" in stale.text
    assert page.post(f"{url}/{first}/reset", data={"rev": "1"}).status_code == 303
    assert page.post(f"{url}/confirm", data={"rev": "2"}).status_code == 403

    enter(client, desk.approver)
    assert page.post(f"{url}/confirm", data={"rev": "2"}).status_code == 303
    assert "写入立项决定" in page.get(url).text
    assert page.post(f"{url}/withdraw", data={"reason": ""}).status_code == 422
    assert page.post(f"{url}/withdraw", data={"reason": "核对出错。"}).status_code == 303


def test_reserve_places_follow_the_ranking(client: FlaskClient, desk: notices.Office) -> None:
    made = make_scored(applications=5)
    outcomes.propose(made, desk.officer)
    page = enter(client, desk.officer)

    answer = page.post(
        f"/office/competitions/{made.edition.id}/selection/reserves",
        data={"rev": "0", "reserves": "2"},
    )

    assert answer.status_code == 303
    db.session.rollback()
    selection = queries.newest_selection(made.edition.id)
    assert selection is not None
    assert [r.outcome for r in selection.rows] == [
        "award", "award", "reserve", "reserve", "refuse",
    ]  # fmt: skip


def test_pages_cost_as_many_statements_for_many_as_for_few(
    app: Flask, client: FlaskClient, desk: notices.Office
) -> None:
    few, many = make_scored(applications=2), make_scored(applications=6, panelists=4)
    for made in (few, many):
        outcomes.propose(made, desk.officer)
    page = enter(client, desk.officer)

    def cost(made: outcomes.Round, part: str) -> int:
        url = f"/office/competitions/{made.edition.id}/{part}"
        page.get(url)
        with counted(app) as seen:
            assert page.get(url).status_code == 200
        return len(seen)

    for part in ("ranking", "ranking/methods", "selection"):
        assert cost(few, part) == cost(many, part), part
    assert cost(many, "ranking") <= 22
