"""Who goes on to the next stage."""

from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.competitions.errors import NoRanking
from charity_portal.competitions.models.editions import Stage, StageEntry
from charity_portal.competitions.models.outcomes import Advancement
from charity_portal.competitions.services import advancing
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Invalid
from tests.factories import notices
from tests.factories.competitions import Round, make_review, make_stage
from tests.factories.outcomes import edition_of, make_scored, rank, write_scores
from tests.support.people import sign_in


def two_stages(applications: int = 3, places: int = 2) -> tuple[Round, Stage]:
    """A round whose first stage is closed, with a pitch stage behind it."""
    made = make_scored(applications=applications, panelists=2, state="judging")
    with transaction():
        first = db.session.get_one(Stage, made.stage.id)
        first.advance, first.weight_bp = places, 6000
    later = make_stage(
        edition_of(made), "pitch", kind="pitch", position=1, weight_bp=4000, state="waiting",
        title_zh="路演评审", title_en="Pitches",
    )  # fmt: skip
    db.session.expire_all()
    return made, later


def field(stage: Stage) -> set[int]:
    wanted = sa.select(StageEntry.application_id).where(StageEntry.stage_id == stage.id)
    return set(db.session.scalars(wanted))


def test_the_first_places_go_on(app: Flask) -> None:
    made, later = two_stages()
    officer = notices.office().officer
    ranking = rank(made, officer, made.stage.id)
    going = advancing.first_places(ranking.rows, 2)
    db.session.rollback()

    with transaction():
        advancing.advance(officer, made.stage.id, ranking.id, going, {})

    assert field(later) == {made.applications[0].id, made.applications[1].id}


def test_a_change_against_the_ranking_needs_a_reason_that_is_kept(app: Flask) -> None:
    made, later = two_stages()
    officer = notices.office().officer
    ranking = rank(made, officer, made.stage.id)
    first, second, third = (a.id for a in made.applications)
    db.session.rollback()

    with pytest.raises(Invalid) as refused, transaction():
        advancing.advance(officer, made.stage.id, ranking.id, {first, third}, {third: "申诉成立。"})
    assert set(refused.value.fields) == {f"reason-{second}"}

    reasons = {second: "已申请退出。", third: "申诉成立。"}
    with transaction():
        advancing.advance(officer, made.stage.id, ranking.id, {first, third}, reasons)
    kept = db.session.scalars(sa.select(Advancement)).one()
    assert {c["application"]: c["reason"] for c in kept.changes} == reasons
    assert field(later) == {first, third}


def test_nobody_goes_on_from_an_old_ranking(app: Flask) -> None:
    made, _later = two_stages()
    officer = notices.office().officer
    old = rank(made, officer, made.stage.id).id
    rank(made, officer, made.stage.id)
    db.session.rollback()

    with pytest.raises(NoRanking), transaction():
        advancing.advance(officer, made.stage.id, old, {made.applications[0].id}, {})


def test_the_page_keeps_what_was_ticked_and_typed(app: Flask, client: FlaskClient) -> None:
    made, later = two_stages()
    officer = notices.office().officer
    ranking = rank(made, officer, made.stage.id)
    first, second, third = (a.id for a in made.applications)
    sign_in(client, officer.user_id)
    url = f"/office/competitions/stages/{made.stage.id}/advance"
    assert client.get(url).text.count(" checked") == 2
    data = {"ranking": ranking.id, "go": [first, third], f"reason-{third}": "申诉成立。"}

    refused = client.post(url, data=data)

    assert refused.status_code == 422
    assert "申诉成立。" in refused.text and refused.text.count(" checked") == 2
    done = client.post(url, data=data | {f"reason-{second}": "已申请退出。"})
    assert done.status_code == 303
    assert field(later) == {first, third}
    assert "已于" in client.get(done.location).text


def test_stages_are_weighed_and_who_did_not_go_on_stands_at_the_end(app: Flask) -> None:
    made, later = two_stages()
    desk = notices.office()
    ranking = rank(made, desk.officer, made.stage.id)
    first, second, third = made.applications
    db.session.rollback()
    with transaction():
        advancing.advance(desk.officer, made.stage.id, ranking.id, {first.id, second.id}, {})
    judge = made.panelists[0]
    make_review(later, judge, first)
    make_review(later, judge, second)
    with transaction():
        write_scores(later, judge, first, (1, 1, 1))
        write_scores(later, judge, second, (5, 5, 5))
        db.session.execute(sa.update(Stage).values({"state": "closed"}))

    whole = rank(made, desk.officer)

    assert [r.application_id for r in whole.rows] == [second.id, first.id, third.id]
    top = whole.rows[0]
    stage_points = [Decimal(stage["points"]) for stage in top.details["stages"]]
    assert top.points is not None
    assert Decimal(top.points).scaleb(-4) == (
        stage_points[0] * Decimal("0.6") + stage_points[1] * Decimal("0.4")
    )
    assert whole.rows[2].points is None
