"""Rankings: counted by the worker from one snapshot, kept for good, noticed when they are out of date."""

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.competitions.errors import NotCounted, ScoresMoved
from charity_portal.competitions.models.outcomes import Ranking, RankingRow
from charity_portal.competitions.models.reviews import Score
from charity_portal.competitions.queries import materials, readiness
from charity_portal.competitions.rules.counting import count
from charity_portal.competitions.services import rankings
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden
from tests.factories import notices, outcomes
from tests.factories.outcomes import edition_of, make_scored, make_scored_with, rank


def test_places_points_and_chances_are_kept_as_they_were_counted(app: Flask) -> None:
    made = make_scored(applications=3)

    ranking = rank(made)

    first, second, third = ranking.rows
    assert [r.application_id for r in ranking.rows] == [a.id for a in made.applications]
    assert first.points is not None and second.points is not None
    assert first.points > second.points
    assert (first.band, third.band) == ("in", "out")
    assert first.reviews == 3 and first.details["runs"] == 3
    assert ranking.figures["counts"]["scores"] == 27


def test_one_snapshot_gives_one_ranking_however_often_it_is_counted(app: Flask) -> None:
    made = make_scored(applications=3)

    again = rank(made), rank(made)

    kept = [[(r.rank, r.points, r.details) for r in one.rows] for one in again]
    assert kept[0] == kept[1] and again[0].input_hash == again[1].input_hash


def test_a_score_that_moves_while_it_is_counted_keeps_nothing(app: Flask) -> None:
    made = make_scored(applications=2)
    snapshot = materials.snapshot(edition_of(made))
    counted = count(snapshot.material)
    db.session.rollback()
    with transaction():
        db.session.scalars(sa.select(Score).limit(1)).one().value = 1

    with pytest.raises(ScoresMoved), transaction():
        rankings.keep(made.edition.id, None, snapshot.hash, counted, None)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Ranking)) == 0


def test_a_later_change_of_a_score_is_noticed(app: Flask) -> None:
    made = make_scored(applications=2)
    ranking = rank(made)
    assert not readiness.outdated(edition_of(made), ranking)
    db.session.rollback()

    with transaction():
        score = db.session.scalars(sa.select(Score).limit(1)).one()
        score.value = 0 if score.value else 1

    assert readiness.outdated(edition_of(made), ranking)
    assert materials.snapshot(edition_of(made)).hash != ranking.input_hash


def test_the_hash_knows_nothing_of_who_decided_otherwise_later(app: Flask) -> None:
    made = make_scored(applications=2)
    first = materials.snapshot(edition_of(made))
    code = first.material.applications[0].id
    override = materials.Override(code, "out", "重复资助")

    assert materials.snapshot(edition_of(made), overrides=[override]).hash == first.hash


def test_what_is_not_applicable_is_no_zero_and_an_unread_project_has_no_points(
    app: Flask,
) -> None:
    made = make_scored_with({(0, 0): (5, 5, None), (1, 0): (5, 5, 5)}, 2, 2)

    ranking = rank(made)

    assert [row.points for row in ranking.rows] == [1_000_000, None]


def test_a_conflict_found_afterwards_takes_a_review_out_of_the_count(app: Flask) -> None:
    made = make_scored(applications=2)
    before = materials.snapshot(edition_of(made))
    db.session.rollback()
    with transaction():
        outcomes.close_for_conflict(made.reviews[0])

    after = materials.snapshot(edition_of(made))

    assert len(after.material.scores) == len(before.material.scores) - 3


def test_rankings_are_never_changed(app: Flask) -> None:
    made = make_scored(applications=2)
    rank(made)

    with pytest.raises(sa.exc.DBAPIError), transaction():
        db.session.execute(sa.update(RankingRow).values(rank=1))


def test_only_officers_and_approvers_have_scores_counted_and_only_after_closing(
    app: Flask,
) -> None:
    made = make_scored(applications=2)
    auditor = notices.staff("auditor", "甄审计")
    open_one = make_scored_with({}, 2, 2, stage_state="open", state="judging")
    officer = notices.office().officer

    with pytest.raises(Forbidden), transaction():
        rankings.ask(auditor, made.edition.id)
    with pytest.raises(NotCounted), transaction():
        rankings.ask(officer, open_one.edition.id)


def test_codes_stay_the_same_and_say_nothing_of_order(app: Flask) -> None:
    made = make_scored(applications=6)

    codes = materials.codes_of(made.edition.id, [a.id for a in made.applications])
    again = materials.codes_of(made.edition.id, [a.id for a in reversed(made.applications)])

    assert codes == again
    assert sorted(codes.values()) == [f"A-{n:03d}" for n in range(1, 7)]
    other = materials.codes_of(made.edition.id + 1, [a.id for a in made.applications])
    assert other != codes
