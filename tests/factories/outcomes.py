"""Editions whose scoring is over: sealed reviews with scores, ready to be ranked and chosen from."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from charity_portal.competitions.models.editions import Criterion, Edition, Stage
from charity_portal.competitions.models.outcomes import Ranking, Selection
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.models.reviews import Review, ReviewField, Score
from charity_portal.competitions.queries import editions, outcomes
from charity_portal.competitions.rules import sealing
from charity_portal.competitions.rules.proposed import Wanted
from charity_portal.competitions.services import rankings, results, selections
from charity_portal.kernel import clock, files, jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import Actor
from charity_portal.projects.models.applications import Application
from tests.factories import notices
from tests.factories.calls import make_call
from tests.factories.competitions import Round, make_round

Values = Mapping[tuple[int, int], Sequence[int | None]]
"""(judge, application) counted from 0 -> need, design, budget."""


def make_scored(applications: int = 4, panelists: int = 3, **changes: Any) -> Round:
    """Every judge reviewed every application: the first application is the best, the first judge the
    strictest. The stage is closed and the edition waits to be ranked."""
    values = {
        (judge, place): (
            max(5 - place - (judge == 0), 0),
            max(5 - place, 0),
            max(4 - place // 2, 0),
        )
        for judge in range(panelists)
        for place in range(applications)
    }
    return make_scored_with(values, applications, panelists, **changes)


def make_scored_with(
    values: Values, applications: int, panelists: int, stage_state: str = "closed", **changes: Any
) -> Round:
    """A round with exactly these scores; pairs without values stay open."""
    call = changes.pop("call", None) or make_call(
        purse_fen=100_000_00, max_awards=None, min_awards=None
    )
    settled = {"state": "scored", "limits": {"reserves": 1}} | changes
    made = make_round(applications, panelists, call=call, **settled)
    with transaction():
        stage = db.session.get_one(Stage, made.stage.id)
        db.session.execute(
            sa.update(Stage).where(Stage.id == stage.id).values({"state": stage_state})
        )
        for judge, panelist in enumerate(made.panelists):
            for place, application in enumerate(made.applications):
                if (judge, place) in values:
                    write_scores(stage, panelist, application, values[judge, place])
    db.session.expire_all()
    return made


def write_scores(
    stage: Stage, panelist: Panelist, application: Application, given: Sequence[int | None]
) -> Review:
    """Seal one assigned review with these values, in the order of the criteria; inside a transaction."""
    review = db.session.scalars(
        sa.select(Review).where(
            Review.stage_id == stage.id,
            Review.panelist_id == panelist.id,
            Review.application_id == application.id,
        )
    ).one()
    criteria = db.session.scalars(
        sa.select(Criterion).where(Criterion.stage_id == stage.id).order_by(Criterion.position)
    ).all()
    texts = {"comment": "方案扎实，预算清楚。", "note": "仅供评审组参考。"}
    for criterion, value in zip(criteria, given, strict=True):
        db.session.add(Score(review_id=review.id, criterion_id=criterion.id, value=value))
        texts[f"score:{criterion.key}"] = "na" if value is None else str(value)
    for key, text in texts.items():
        db.session.add(ReviewField(review_id=review.id, key=key, value=text, rev=1))
    db.session.execute(
        sa.update(Review)
        .where(Review.id == review.id)
        .values(
            {
                "state": "sealed",
                "sealed_at": clock.now(),
                "points": sealing.points(criteria, texts),
                "version": 1,
            }
        )
    )
    return review


def rank(made: Round, actor: Actor | None = None, stage_id: int | None = None) -> Ranking:
    """Count the scores, as the worker does."""
    officer = actor or notices.office().officer
    with transaction():
        rankings.ask(officer, made.edition.id, stage_id)
    jobs.run_due()
    db.session.rollback()
    found = outcomes.newest_ranking(made.edition.id, stage_id)
    assert found is not None
    return found


def edition_of(made: Round) -> Edition:
    """The edition as it stands now."""
    found = editions.edition(made.edition.id)
    assert found is not None
    return found


def propose(made: Round, actor: Actor | None = None) -> Selection:
    """Rank, and write the rule's own proposal."""
    officer = actor or notices.office().officer
    if outcomes.newest_ranking(made.edition.id) is None:
        rank(made, officer)
    planned = selections.plan(edition_of(made), {})
    db.session.rollback()
    with transaction():
        return selections.propose(officer, made.edition.id, planned)


def decide(
    made: Round, selection: Selection, wanted: Mapping[int, Wanted], actor: Actor | None = None
) -> Selection:
    """Put people's decisions into a proposal."""
    officer = actor or notices.office().officer
    planned = selections.plan(edition_of(made), wanted)
    db.session.rollback()
    with transaction():
        return selections.change(officer, selection.id, selection.rev, planned)


def confirm(made: Round, approver: Actor | None = None) -> Selection:
    """Propose if nothing stands, and confirm."""
    selection = outcomes.newest_selection(made.edition.id) or propose(made)
    approver = approver or notices.office().approver
    with transaction():
        return selections.confirm(approver, selection.id, selection.rev)


def on_notice(made: Round, approver: Actor | None = None) -> Selection:
    """Confirm, and start the public notice of the call."""
    approver = approver or notices.office().approver
    selection = confirm(made, approver)
    notices.start(approver, made.applications[0].call)
    return selection


def publish(made: Round, approver: Actor | None = None, feedback: str = "full") -> Edition:
    """Bring a scored round all the way to its published result, with the jobs that follow left to do."""
    approver = approver or notices.office().approver
    on_notice(made, approver)
    with transaction():
        results.ask_to_publish(approver, made.edition.id, feedback)
    content, seen_hash = results.write_bundle(edition_of(made))
    prepared = files.prepare_own(content, "bundle.zip", "application/zip")
    db.session.rollback()
    with transaction():
        db.session.execute(sa.delete(jobs.Job).where(jobs.Job.kind == "competitions.publish"))
        results.publish(made.edition.id, seen_hash, prepared)
    db.session.expire_all()
    return edition_of(made)
