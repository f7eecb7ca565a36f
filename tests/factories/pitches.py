"""Pitch sessions for tests."""

from dataclasses import dataclass

from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.models.pitches import Pitch
from charity_portal.competitions.queries import experts
from charity_portal.competitions.services import pitches as services
from charity_portal.competitions.services.pitches import Plan
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import Actor
from charity_portal.projects.models.applications import Application
from tests.factories import notices
from tests.factories.competitions import (
    make_edition,
    make_entry,
    make_expert,
    make_panelist,
    make_stage,
)
from tests.factories.examples import Example, World


@dataclass(frozen=True)
class Day:
    """A stage of pitches with its session, its projects and its judges."""

    edition: Edition
    stage: Stage
    pitch: Pitch
    applications: list[Application]
    judges: list[Panelist]
    officer: Actor

    def slot(self, position: int) -> int:
        """The id of the turn at that place (from 1)."""
        pitch = db.session.get_one(Pitch, self.pitch.id)
        return next(s.id for s in pitch.slots if s.position == position)

    def take(self, position: int, *actions: str) -> None:
        """Take a turn through these steps."""
        for action in actions:
            with transaction():
                services.step(self.officer, self.pitch.id, self.slot(position), action)


def make_stage_of_pitches(projects: int = 3) -> tuple[Edition, Stage, list[Application]]:
    """An edition whose second stage is a pitch day, with its field."""
    edition = make_edition()
    stage = make_stage(edition, "pitch", kind="pitch", title_zh="现场路演", title_en="Pitch day")
    return edition, stage, [make_entry(stage) for _ in range(projects)]


def make_day(projects: int = 3, judges: int = 2, user_id: int | None = None, **plan: object) -> Day:
    """A planned session, reviews assigned; the first judge has `user_id` if given."""
    edition, stage, applications = make_stage_of_pitches(projects)
    known = experts.expert_of(user_id) if user_id else None
    first = known or make_expert(user_id=user_id)
    panel = [
        make_panelist(edition, first if n == 0 else make_expert(f"评委{n}")) for n in range(judges)
    ]
    officer = notices.staff("officer", "何经办")
    with transaction():
        wanted = Plan(**({"title": "第一场"} | plan))  # type: ignore[arg-type]
        pitch = services.plan(officer, stage.id, wanted)
        services.assign(officer, pitch.id, [judge.id for judge in panel])
    return Day(edition, stage, pitch, applications, panel, officer)


def _day(world: World) -> Day:
    return make_day(2, 1, world.people["reviewer"])


def _running(world: World) -> dict[str, int]:
    day = _day(world)
    with transaction():
        services.start(day.officer, day.pitch.id)
    return {"pitch_id": day.pitch.id, "slot_id": day.slot(1)}


def _of_running(world: World, argument: str) -> int:
    if "pitch" not in world.made:
        world.made["pitch"] = _running(world)
    return int(world.made["pitch"][argument])


EXAMPLES: dict[str, Example] = {
    "pitch_id": lambda world: _day(world).pitch.id,
    "slot_id": lambda world: _of_running(world, "slot_id"),
    "competitions_pitch.step.pitch_id": lambda world: _of_running(world, "pitch_id"),
    "competitions_pitch.index.stage_id": lambda world: make_stage_of_pitches(1)[1].id,
    "competitions_pitch.new.stage_id": lambda world: make_stage_of_pitches(1)[1].id,
}
