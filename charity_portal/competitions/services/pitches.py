"""A pitch session: planned, drawn, run turn by turn, scored when the officer says, revealed by its rule."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from charity_portal.competitions.errors import PitchRefused
from charity_portal.competitions.models.editions import Stage, StageEntry
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.models.pitches import REVEALS, Pitch, PitchSlot
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import pitches
from charity_portal.competitions.rules import pitch_clock, pitch_order
from charity_portal.competitions.rules.pitch_clock import ACTIVE, OVER, TIMED
from charity_portal.competitions.rules.pitch_order import Entrant
from charity_portal.competitions.services import assignments
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, NotFound
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.projects.queries import judging

RUN = "competitions:pitch:run"


@dataclass(frozen=True)
class Plan:
    """What an officer fixes beforehand. Times in seconds; `by` and `groups` as in `rules.pitch_order`."""

    title: str
    place: str = ""
    held_on: date | None = None
    present_seconds: int = 300
    question_seconds: int = 180
    reveal: str = "end"
    groups: int = 1
    by: str = "size"


def plan(actor: Actor, stage_id: int, wanted: Plan) -> Pitch:
    """Plan a session with everybody of the stage who has no turn yet, in the order of their lots."""
    stage = locked(Stage, stage_id)
    require(actor, RUN, stage)
    if stage.kind != "pitch":
        raise PitchRefused(say("只有路演阶段可以安排路演。"))
    waiting = pitches.unplanned(stage_id)
    if not waiting:
        raise PitchRefused(say("本阶段的项目都已排入路演，或者参评名单还没有确定。"))
    if wanted.reveal not in REVEALS or wanted.by not in pitch_order.BY:
        raise Invalid
    pitch = Pitch(
        stage_id=stage_id,
        title=wanted.title,
        place=wanted.place,
        held_on=wanted.held_on,
        present_seconds=wanted.present_seconds,
        question_seconds=wanted.question_seconds,
        reveal=wanted.reveal,
        seed=f"{stage.edition.seed} {wanted.title}",
        created_at=clock.now(),
    )
    db.session.add(pitch)
    db.session.flush()
    _draw(pitch, waiting, wanted)
    facts = {"stage": stage_id, "projects": len(waiting), "groups": wanted.groups, "by": wanted.by}
    audit.record(actor, "competitions.pitch.plan", pitch, after=facts)
    return pitch


def _draw(pitch: Pitch, waiting: Collection[StageEntry], wanted: Plan) -> None:
    known = judging.described([entry.application_id for entry in waiting])
    entrants = [
        Entrant(e.application_id, e.code, known[e.application_id].track_id or 0) for e in waiting
    ]
    groups = pitch_order.order(pitch.seed, entrants, wanted.groups, wanted.by)
    position = 0
    for number, ids in enumerate(groups, 1):
        for application_id in ids:
            position += 1
            db.session.add(
                PitchSlot(
                    pitch_id=pitch.id,
                    application_id=application_id,
                    group_number=number,
                    position=position,
                )
            )
    db.session.flush()


def discard(actor: Actor, pitch_id: int) -> int:
    """Take a session back that has not begun; its projects can be planned again. Returns the stage."""
    pitch = _pitch(actor, pitch_id)
    if pitch.state != "planned":
        raise PitchRefused(say("路演已经开始，不能取消安排。"))
    stage_id = pitch.stage_id
    facts = {"stage": stage_id, "projects": len(pitch.slots)}
    audit.record(actor, "competitions.pitch.discard", pitch, before=facts)
    db.session.execute(sa.delete(PitchSlot).where(PitchSlot.pitch_id == pitch.id))
    db.session.expire(pitch, ["slots"])
    db.session.delete(pitch)
    db.session.flush()
    return stage_id


def swap(actor: Actor, pitch_id: int, slot_id: int, other_id: int, reason: str) -> None:
    """Let two projects that have not presented change places; the reason is kept."""
    pitch = _pitch(actor, pitch_id)
    first, second = _slot(pitch, slot_id), _slot(pitch, other_id)
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请写明调整的原因。")]})
    if first is second or {first.state, second.state} != {"waiting"}:
        raise PitchRefused(say("只能对调两个还在候场的项目。"))
    places = (first.group_number, first.position), (second.group_number, second.position)
    (second.group_number, second.position), (first.group_number, first.position) = places
    _changed(pitch)
    facts = {"slots": [first.id, second.id], "positions": [places[0][1], places[1][1]]}
    audit.record(actor, "competitions.pitch.swap", pitch, after=facts, reason=reason.strip())


def assign(actor: Actor, pitch_id: int, panelist_ids: Collection[int]) -> int:
    """Have these members review every project of the session, conflicts excepted; how many are new."""
    pitch = _pitch(actor, pitch_id)
    present = db.session.scalars(
        sa.select(Panelist.id).where(
            Panelist.id.in_(panelist_ids),
            Panelist.edition_id == pitch.stage.edition_id,
            Panelist.state == "accepted",
        )
    ).all()
    if not present:
        raise PitchRefused(say("请选择到场的评委。"))
    ids = [slot.application_id for slot in pitch.slots]
    written = assignments.assign_all(actor, pitch.stage_id, present, ids)
    _changed(pitch)
    return len(written.added)


def start(actor: Actor, pitch_id: int) -> None:
    """Begin the session."""
    pitch = _pitch(actor, pitch_id)
    fire(actor, pitch, "start")
    _changed(pitch)


def end(actor: Actor, pitch_id: int) -> None:
    """Close the session once every project has had its turn."""
    pitch = _pitch(actor, pitch_id)
    if any(slot.state not in OVER for slot in pitch.slots):
        raise PitchRefused(say("还有项目没有完成，不能结束路演。"))
    fire(actor, pitch, "end")
    _changed(pitch)


def step(actor: Actor, pitch_id: int, slot_id: int, action: str) -> PitchSlot:
    """Take one project a step further; one project is on stage at a time."""
    pitch = _pitch(actor, pitch_id)
    slot = _slot(pitch, slot_id)
    if pitch.state != "running":
        raise PitchRefused(say("路演还没有开始，或者已经结束。"))
    on_stage = pitches.current(pitch.slots)
    if action == "call_up" and on_stage is not None:
        raise PitchRefused(say("台上的项目还没有结束，请先结束再叫下一个。"))
    fire(actor, slot, action)
    now = clock.now()
    slot.paused_at = None
    slot.spent_seconds = 0
    slot.phase_at = now if slot.state in ACTIVE else None
    if slot.state == "scoring":
        slot.scoring_at = now
    if slot.state in ("waiting", "absent"):
        slot.scoring_at = None
    _changed(pitch)
    return slot


def pause(actor: Actor, pitch_id: int) -> None:
    """Stop the clock of the project on stage."""
    pitch = _pitch(actor, pitch_id)
    slot = _timed(pitch)
    if slot.paused_at is not None:
        return
    now = clock.now()
    slot.spent_seconds = pitch_clock.elapsed(slot, now)
    slot.paused_at = now
    _changed(pitch)
    audit.record(actor, "competitions.pitch.pause", pitch, after={"slot": slot.id})


def resume(actor: Actor, pitch_id: int) -> None:
    """Let the clock run on from where it was stopped."""
    pitch = _pitch(actor, pitch_id)
    slot = _timed(pitch)
    if slot.paused_at is None:
        return
    slot.phase_at, slot.paused_at = clock.now(), None
    _changed(pitch)
    audit.record(actor, "competitions.pitch.resume", pitch, after={"slot": slot.id})


def reveal(actor: Actor, pitch_id: int) -> int:
    """Show the scores that the session's rule lets out now; how many projects."""
    pitch = _pitch(actor, pitch_id)
    ready = pitches.revealable(pitch)
    if not ready:
        raise PitchRefused(say("按本场的公布规则，现在没有可以公布的分数。"))
    now = clock.now()
    for slot in ready:
        slot.revealed_at = now
    if all(s.revealed_at is not None or s.state == "absent" for s in pitch.slots):
        pitch.revealed_at = now
    _changed(pitch)
    audit.record(actor, "competitions.pitch.reveal", pitch, after={"slots": [s.id for s in ready]})
    return len(ready)


def may_score(review: Review) -> bool:
    """Whether a review can be scored as far as pitch sessions are concerned; for the reason see
    `queries.pitches.closed_because`."""
    return pitches.closed_because(review) is None


def _pitch(actor: Actor, pitch_id: int) -> Pitch:
    pitch = locked(Pitch, pitch_id)
    require(actor, RUN, pitch)
    return pitch


def _slot(pitch: Pitch, slot_id: int) -> PitchSlot:
    found = next((slot for slot in pitch.slots if slot.id == slot_id), None)
    if found is None:
        raise NotFound
    return found


def _timed(pitch: Pitch) -> PitchSlot:
    slot = pitches.current(pitch.slots)
    if slot is None or slot.state not in TIMED:
        raise PitchRefused(say("现在没有在计时的项目。"))
    return slot


def _changed(pitch: Pitch) -> None:
    """Every screen has something new to show."""
    pitch.rev += 1
    db.session.flush()
