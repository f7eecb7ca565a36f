"""Reviews being written: a reviewer at the desk, with dossiers that were really submitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from charity_portal.competitions.models.editions import Criterion, Edition, Stage
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.services import reviews, sealing
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.merging import Saved
from charity_portal.kernel.permissions import Actor
from tests.factories.competitions import (
    make_edition,
    make_entry,
    make_expert,
    make_panelist,
    make_review,
    reviewer_of,
)
from tests.factories.examples import World

COMPLETE = {
    "score:need": "4",
    "score:design": "3",
    "score:budget": "4",
    "reason:need": "走访了两个社区",
}


@dataclass(frozen=True)
class Bench:
    """One reviewer with some reviews in one stage."""

    edition: Edition
    stage: Stage
    panelist: Panelist
    reviews: list[Review]

    @property
    def actor(self) -> Actor:
        return reviewer_of(self.panelist)

    @property
    def user_id(self) -> int:
        return self.panelist.user_id


def make_bench(count: int = 3, user_id: int | None = None, **changes: Any) -> Bench:
    """A reviewer with `count` open reviews; `changes` concern the edition."""
    edition = make_edition(**changes)
    (stage,) = edition.stages
    entries = [make_entry(stage) for _ in range(count)]
    panelist = make_panelist(edition, make_expert(user_id=user_id))
    found = [make_review(stage, panelist, entry) for entry in entries]
    return Bench(edition, stage, panelist, found)


def write(bench: Bench, review: Review, fields: Mapping[str, str], rev: int | None = None) -> Saved:
    """Save fields as the reviewer does."""
    with transaction():
        now = db.session.get_one(Review, review.id).rev
        return reviews.save_fields(bench.actor, review.id, now if rev is None else rev, fields)


def seal(bench: Bench, review: Review, **more: str) -> Review:
    """A complete review, handed in."""
    write(bench, review, COMPLETE | more)
    with transaction():
        return sealing.seal(bench.actor, review.id)


def change_criterion(bench: Bench, key: str, **values: Any) -> None:
    """Another rubric than the usual one, as if the edition had been opened with it."""
    with transaction():
        edition = db.session.get_one(Edition, bench.edition.id)
        opened, edition.state = edition.state, "draft"
        db.session.flush()
        wanted = db.select(Criterion).filter_by(stage_id=bench.stage.id, key=key)
        criterion = db.session.scalars(wanted).one()
        for name, value in values.items():
            setattr(criterion, name, value)
        db.session.flush()
        edition.state = opened


def _bench(world: World, part: str) -> int:
    """A number of the one bench that all examples of a sweep share."""
    if "bench" not in world.made:
        bench = make_bench(1, user_id=world.people["reviewer"])
        world.made["bench"] = {
            "review": bench.reviews[0].id,
            "edition": bench.edition.id,
            "stage": bench.stage.id,
        }
    return int(world.made["bench"][part])


EXAMPLES = {
    "review_id": lambda world: _bench(world, "review"),
    "criterion_key": lambda world: "need",
    "competitions_office_reviews.index.edition_id": lambda world: _bench(world, "edition"),
    "competitions_office_reviews.scores.edition_id": lambda world: _bench(world, "edition"),
    "competitions_sweep.show.stage_id": lambda world: _bench(world, "stage"),
    "competitions_sheets.show.stage_id": lambda world: _bench(world, "stage"),
    "competitions_sheets.download.stage_id": lambda world: _bench(world, "stage"),
    "competitions_sheets.upload.stage_id": lambda world: _bench(world, "stage"),
    "competitions_sheets.apply.stage_id": lambda world: _bench(world, "stage"),
}
