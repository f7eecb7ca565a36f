"""Editions whose scoring is over: sealed reviews with scores, ready to be ranked and chosen from."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from charity_portal.competitions.models.editions import Criterion, Edition, Stage
from charity_portal.competitions.models.outcomes import Ranking, Selection
from charity_portal.competitions.models.panels import Conflict, Panelist
from charity_portal.competitions.models.reviews import Review, ReviewField, Score
from charity_portal.competitions.queries import editions, materials, outcomes
from charity_portal.competitions.queries import results as reading
from charity_portal.competitions.rules import sealing
from charity_portal.competitions.rules.counting import count
from charity_portal.competitions.rules.proposed import Wanted
from charity_portal.competitions.services import rankings, results, selections
from charity_portal.kernel import clock, files, jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import Actor
from charity_portal.organizations.models import Organization
from charity_portal.projects.models.applications import Application
from tests.factories import notices
from tests.factories.calls import make_call
from tests.factories.competitions import (
    Round,
    make_edition,
    make_entry,
    make_panelist,
    make_review,
    make_round,
    make_stage,
)
from tests.factories.examples import Example, World

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
    owner = changes.pop("owner", None)
    settled = {"state": "scored", "limits": {"reserves": 1}} | changes
    made = _round(applications, panelists, owner, call=call, **settled)
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


def _round(applications: int, panelists: int, owner: Organization | None, **changes: Any) -> Round:
    """A round in which the first application is `owner`'s, where one is given."""
    if owner is None:
        return make_round(applications, panelists, **changes)
    edition = make_edition(**changes)
    (stage,) = edition.stages
    desk = notices.office()
    first = notices.eligible(desk.officer, changes["call"], organization=owner)
    entries = [make_entry(stage, first), *(make_entry(stage) for _ in range(applications - 1))]
    panel = [make_panelist(edition) for _ in range(panelists)]
    with transaction():
        reviews = [make_review(stage, judge, entry) for judge in panel for entry in entries]
    return Round(edition, stage, entries, panel, reviews)


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


def close_for_conflict(review: Review) -> None:
    """A conflict comes to light after the review was sealed; inside a transaction."""
    conflict = Conflict(
        panelist_id=review.panelist_id,
        application_id=review.application_id,
        found="officer",
        code="employed",
    )
    db.session.add(conflict)
    db.session.flush()
    db.session.execute(
        sa.update(Review).where(Review.id == review.id).values({"conflict_id": conflict.id})
    )


def rank(made: Round, _by: Actor | None = None, stage_id: int | None = None) -> Ranking:
    """Count the scores, as the worker does."""
    edition = edition_of(made)
    stage = next((one for one in edition.stages if one.id == stage_id), None)
    snapshot = materials.snapshot(edition, stage)
    counted = count(snapshot.material)
    db.session.rollback()
    with transaction():
        return rankings.keep(made.edition.id, stage_id, snapshot.hash, counted, None)


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


def _proposed(world: World) -> Selection:
    """A proposal that stands, the same one however often it is asked for."""
    known = db.session.scalars(
        sa.select(Selection)
        .join(Edition, Edition.id == Selection.edition_id)
        .where(Edition.state == "scored", Selection.confirmed_at.is_(None))
        .order_by(Selection.id)
    ).first()
    return known or propose(make_scored(applications=2, panelists=2))


def _published(world: World) -> Edition:
    """A published edition in which the world's organization took part, always the same."""
    known = db.session.scalars(
        sa.select(Edition).where(Edition.state == "published").order_by(Edition.id)
    ).first()
    owner = db.session.get_one(Organization, world.organization_id)
    return known or publish(make_scored(applications=2, panelists=2, owner=owner))


def _advancing(world: World) -> int:
    edition = make_scored(applications=2, panelists=2, state="judging").edition
    first = edition.stages[0].id
    make_stage(edition, "pitch", kind="pitch", position=1, state="waiting")
    return first


def _row(world: World) -> int:
    return _proposed(world).rows[0].application_id


def _own(world: World) -> int:
    (entry, *_rest) = reading.own_entries([world.organization_id]) or [
        entry for _ in [_published(world)] for entry in reading.own_entries([world.organization_id])
    ]
    return entry.application_id


def _first(world: World) -> int:
    return db.session.get_one(Edition, _proposed(world).edition_id).stages[0].id


def _judge(world: World) -> str:
    edition = _published(world)
    codes = sa.select(Panelist.code).where(Panelist.edition_id == edition.id)
    return db.session.scalars(codes.order_by(Panelist.id)).first() or ""


EXAMPLES: dict[str, Example] = {
    **{
        f"{view}.edition_id": lambda world: _proposed(world).edition_id
        for view in (
            *(f"competitions_ranking.{n}" for n in ("show", "compute", "methods", "application", "export")),
            *(
                f"competitions_selection.{n}"
                for n in (
                    "show", "propose", "set_reserves", "edit", "decide", "reset", "confirm",
                    "withdraw", "export", "export_inversions",
                )
            ),
            "competitions_publishing.show",
            "competitions_publishing.publish",
        )
    },
    **{
        f"{view}.application_id": _row
        for view in (
            "competitions_ranking.application",
            "competitions_selection.edit",
            "competitions_selection.decide",
            "competitions_selection.reset",
        )
    },
    **{f"competitions_ranking.{n}.stage_id": _first for n in ("show", "compute", "export")},
    "competitions_advancing.show.stage_id": _advancing,
    "competitions_advancing.settle.stage_id": _advancing,
    "competitions_own_results.show.application_id": _own,
    **{
        f"competitions_results.{n}.number": lambda world: _published(world).number
        for n in ("show", "application", "judge", "bundle", "export", "export_inversions")
    },
    "competitions_results.application.code": lambda world: "A-001",
    "competitions_results.judge.code": _judge,
    "office_reports.draft_competition.edition_id": lambda world: _published(world).id,
}  # fmt: skip
