"""An edition with its rubric, panel and reviews, written straight into the tables.

For tests of one part that need the others to be there; each part's own tests use its services.
"""

import itertools
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from charity_portal.competitions.models.editions import Criterion, Edition, Stage, StageEntry
from charity_portal.competitions.models.experts import Expert
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.models.reviews import Review
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, in_transaction, transaction
from charity_portal.kernel.permissions import Actor
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from tests.factories import notices
from tests.factories.accounts import make_user
from tests.factories.calls import make_call

_numbers = itertools.count(1)
CRITERIA = (
    ("need", "需求真实性", 4000),
    ("design", "方案可行性", 3500),
    ("budget", "预算合理性", 2500),
)


def _adding() -> Any:
    return nullcontext() if in_transaction() else transaction()


def make_edition(call: Call | None = None, **changes: Any) -> Edition:
    """An edition with one open stage of papers and three criteria; every column can be changed."""
    call = call or make_call()
    values: dict[str, Any] = {
        "number": f"CT-2025-{next(_numbers):06d}",
        "call_id": call.id,
        "state": "judging",
        "title_zh": "第七届公益创投大赛",
        "title_en": "Seventh Venture Philanthropy Competition",
        "seed": "2026-03-02 08:00 福彩3D 第2026051期 417",
        "opened_at": clock.now(),
    } | changes
    with _adding():
        edition = Edition(**values)
        db.session.add(edition)
        db.session.flush()
        make_stage(edition)
    return edition


def make_stage(edition: Edition, key: str = "papers", **changes: Any) -> Stage:
    """A stage of an edition with the three criteria."""
    values: dict[str, Any] = {
        "edition_id": edition.id,
        "key": key,
        "kind": "papers",
        "state": "open" if edition.state == "judging" else "waiting",
        "title_zh": "书面评审",
        "title_en": "Review of papers",
        "weight_bp": 10_000,
        "reviews_each": 3,
    } | changes
    with _adding():
        was, edition.state = edition.state, "draft"  # afterwards the rubric is frozen
        stage = Stage(**values)
        db.session.add(stage)
        db.session.flush()
        for position, (name, title, weight) in enumerate(CRITERIA):
            db.session.add(
                Criterion(
                    stage_id=stage.id,
                    key=name,
                    title_zh=title,
                    title_en=name.title(),
                    weight_bp=weight,
                    top=5,
                    may_skip=name == "budget",
                    position=position,
                    anchors=[
                        {"value": 0, "zh": "没有说明", "en": "Not addressed"},
                        {"value": 5, "zh": "有数据、有走访，令人信服", "en": "Convincing evidence"},
                    ],
                )
            )
        db.session.flush()
        edition.state = was
        db.session.flush()
    return stage


def make_entry(stage: Stage, application: Application | None = None) -> Application:
    """An application that passed screening and takes part in the stage."""
    if application is None:
        call = db.session.get_one(Call, stage.edition.call_id)
        application = notices.eligible(notices.office().officer, call)
    with _adding():
        db.session.add(
            StageEntry(
                stage_id=stage.id, application_id=application.id, code=f"P-{application.id:03d}"
            )
        )
        db.session.flush()
    return application


def make_expert(name: str = "顾评审", user_id: int | None = None, **changes: Any) -> Expert:
    """An admitted expert; the account is made when none is given. Somebody who is one stays so."""
    known = sa.select(Expert).where(Expert.user_id == user_id)
    if user_id is not None and (expert := db.session.scalar(known)) is not None:
        return expert
    user_id = user_id or make_user(name, roles=("reviewer",)).id
    with _adding():
        expert = Expert(**({"user_id": user_id, "state": "admitted"} | changes))
        db.session.add(expert)
        db.session.flush()
    return expert


def make_panelist(edition: Edition, expert: Expert | None = None, **changes: Any) -> Panelist:
    """A member of the panel who accepted, agreed and declared."""
    expert = expert or make_expert()
    number = next(_numbers)
    values: dict[str, Any] = {
        "edition_id": edition.id,
        "expert_id": expert.id,
        "user_id": expert.user_id,
        "code": f"J{number:02d}",
        "position": number,
        "state": "accepted",
        "invited_at": clock.now(),
        "answered_at": clock.now(),
        "agreed_at": clock.now(),
        "declared_at": clock.now(),
    } | changes
    with _adding():
        panelist = Panelist(**values)
        db.session.add(panelist)
        db.session.flush()
    return panelist


def make_review(
    stage: Stage, panelist: Panelist, application: Application, **changes: Any
) -> Review:
    """An assigned review, open unless changed."""
    values: dict[str, Any] = {
        "stage_id": stage.id,
        "panelist_id": panelist.id,
        "application_id": application.id,
        "position": next(_numbers),
    } | changes
    with _adding():
        review = Review(**values)
        db.session.add(review)
        db.session.flush()
    return review


def reviewer_of(panelist: Panelist) -> Actor:
    """The panel member, as the app makes actors."""
    return Actor(panelist.user_id, "评审", frozenset({"reviewer"}))


@dataclass(frozen=True)
class Round:
    """A small round: one stage, its applications, its panel, every pair assigned."""

    edition: Edition
    stage: Stage
    applications: list[Application]
    panelists: list[Panelist]
    reviews: list[Review]


def make_round(applications: int = 3, panelists: int = 2, **changes: Any) -> Round:
    """Everybody reviews everything; nothing is written yet."""
    edition = make_edition(**changes)
    (stage,) = edition.stages
    entries = [make_entry(stage) for _ in range(applications)]
    panel = [make_panelist(edition) for _ in range(panelists)]
    with _adding():
        reviews = [make_review(stage, judge, entry) for judge in panel for entry in entries]
    return Round(edition, stage, entries, panel, reviews)
