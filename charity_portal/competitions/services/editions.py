"""Editions are drafted, copied, opened, finished, published and cancelled."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from charity_portal.competitions.errors import (
    EditionNotReady,
    RulesFixed,
    StageNotReady,
    StaleEdition,
)
from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.queries import (
    edition_calls,
    edition_checks,
    edition_desk,
    editions,
)
from charity_portal.competitions.queries.edition_drafts import draft_of
from charity_portal.competitions.rules import edition_templates, opening
from charity_portal.competitions.rules.edition_parts import CRITERION, STAGE
from charity_portal.competitions.services import edition_rows, stages
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.edits import Draft, merge
from charity_portal.kernel.errors import Conflict, Invalid
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire

NUMBERS = "CT"
COPIED = ("about_zh", "about_en", "blind", "feedback", "panel_size", "standby_size", "method",
          "calibrated", "choice", "limits", "tie_rules")  # fmt: skip
"""What an edition takes over from an earlier one, beside its stages, rubric and bonus rules."""


def create(actor: Actor, call_id: int, template: str, copy_from_id: int | None = None) -> Edition:
    """Draft the edition that judges a published call: from a template, or like an earlier edition."""
    require(actor, "competitions:edition:edit")
    if call_id not in {call.id for call in edition_calls.waiting()}:
        raise Conflict(say("这次征集尚未发布，或者已经建立了评审。"))
    call = edition_calls.facts(call_id)
    edition = Edition(
        number=next_number(NUMBERS, clock.today().year),
        call_id=call.id,
        title_zh=say("%(call)s评审", call=call.title_zh.removesuffix("征集")).in_source(),
        title_en=call.title_en,
        created_by=actor.user_id,
        **edition_templates.method(call.min_awards, call.max_awards),
    )
    db.session.add(edition)
    db.session.flush()
    source = editions.edition(copy_from_id) if copy_from_id is not None else None
    if source is None:
        _fill(edition, edition_templates.stages_of(template, call.max_awards))
    else:
        _copy(edition, source)
    audit.record(
        actor,
        "competitions.edition.create",
        edition,
        after={
            "number": edition.number,
            "call": call.number,
            "template": template if source is None else None,
            "from": source.number if source else None,
        },
    )
    return edition


def save(
    actor: Actor,
    edition_id: int,
    part: str,
    mine: Draft,
    rev: int,
    base: Mapping[str, str],
    stage_id: int | None = None,
) -> tuple[Edition, list[str]]:
    """Keep an edit of one part; returns the edition and the units merged in from others.

    `rev` and `base` (prints of the part's units) are what the form was drawn from. StaleEdition when
    somebody else changed a unit that this edit changes too; nothing is kept then.
    """
    edition = locked(Edition, edition_id)
    require(actor, "competitions:edition:edit", edition)
    if edition.state != Edition.MACHINE.initial:
        raise RulesFixed
    stage = next((s for s in edition.stages if s.id == stage_id), None)
    theirs = draft_of(edition, part, stage)
    taken_over: list[str] = []
    if rev != edition.rev:
        merged = merge(mine, theirs, base)
        if merged.clashes:
            raise StaleEdition(merged.clashes, edition.rev)
        mine, taken_over = merged.draft, merged.taken_over
    changed = mine.changed_from(theirs)
    if "seed" in changed and edition_desk.drawn(edition.id):
        text = say("已经用现在的种子抽取过评委，不能再改：换了种子，等于重新抽取。")
        raise Invalid(fields={"seed": [text]})
    if changed:
        edition_rows.write(edition, part, mine, stage)
        edition.rev += 1
        audit.record(
            actor,
            "competitions.edition.save",
            edition,
            before={unit: _told(theirs.units[unit]) for unit in changed},
            after={"rev": edition.rev, "part": part, "stage": stage_id}
            | {unit: _told(mine.units[unit]) for unit in changed},
        )
    db.session.flush()
    return edition, taken_over


def open_edition(actor: Actor, edition_id: int) -> Edition:
    """Fix the rules and let judging begin: the field of the first stage is settled, nothing is assigned.

    EditionNotReady when anything stands in the way (`rules.opening`).
    """
    edition = locked(Edition, edition_id)
    Edition.MACHINE.step(edition.state, "open")
    require(actor, "competitions:edition:open", edition)
    if opening.blockers(edition_checks.facts(edition)):
        raise EditionNotReady
    edition.opened_at = clock.now()
    fire(actor, edition, "open", rev=edition.rev)
    field = [c.id for c in edition_calls.eligible(edition.call_id)]
    stages.settle_field(actor, edition.stages[0].id, field)
    return edition


def finish(actor: Actor, edition_id: int) -> Edition:
    """End all scoring; every stage is closed by then."""
    edition = locked(Edition, edition_id)
    Edition.MACHINE.step(edition.state, "finish")
    if any(stage.state != "closed" for stage in _stages(edition)):
        raise StageNotReady(say("还有评审阶段没有截止，不能结束评分。"))
    fire(actor, edition, "finish")
    return edition


def resume(actor: Actor, edition_id: int, reason: str) -> Edition:
    """Go back to judging before anything is chosen; stages stay closed until they are reopened."""
    return _with_reason(actor, edition_id, "resume", reason, say("请写明恢复评分的理由。"))


def cancel(actor: Actor, edition_id: int, reason: str) -> Edition:
    """Call the judging off; the reason is public once the rules were."""
    return _with_reason(actor, edition_id, "cancel", reason, say("请写明取消评审的理由。"))


def publish(actor: Actor, edition_id: int) -> Edition:
    """Make the outcome public. What has to be there for that is the business of results."""
    edition = locked(Edition, edition_id)
    edition.published_at = clock.now()
    fire(actor, edition, "publish")
    return edition


def _with_reason(actor: Actor, edition_id: int, step: str, reason: str, missing: Text) -> Edition:
    edition = locked(Edition, edition_id)
    if not reason.strip():
        raise Invalid(fields={"reason": [missing]})
    fire(actor, edition, step, reason=reason.strip())
    return edition


def _stages(edition: Edition) -> Sequence[Stage]:
    """The stages as they stand now, kept from others."""
    wanted = sa.select(Stage).where(Stage.edition_id == edition.id).with_for_update()
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def _fill(edition: Edition, rows: Sequence[Mapping[str, Any]]) -> None:
    written = edition_rows.write_stages(edition, rows)
    for stage, values in zip(written, rows, strict=True):
        edition_rows.write_criteria(edition, stage, values["criteria"])


def _copy(edition: Edition, source: Edition) -> None:
    """Everything that does not belong to the earlier call: dates, seed, purse and titles stay behind.

    Tracks are found again by name; a criterion for a track that is gone is left out, which the check
    before opening shows as a missing weight.
    """
    edition.copied_from_id = source.id
    for name in COPIED:
        setattr(edition, name, getattr(source, name))
    before = {t.id: t.title_zh for t in edition_calls.facts(source.call_id).tracks}
    now = {t.title_zh: t.id for t in edition_calls.facts(edition.call_id).tracks}
    track = {old: now[title] for old, title in before.items() if title in now}
    _fill(edition, [_stage_of(stage, track) for stage in source.stages])
    bonuses = draft_of(source, "bonuses").rows("bonuses")
    edition_rows.write(edition, "bonuses", Draft({"bonuses": [{**b, "id": None} for b in bonuses]}))
    tracks = [
        {**row, "id": track[row["id"]]}
        for row in draft_of(source, "tracks").rows("tracks")
        if row["id"] in track
    ]
    edition_rows.write(edition, "tracks", Draft({"tracks": tracks}))


def _stage_of(stage: Stage, track: Mapping[int, int]) -> dict[str, Any]:
    criteria = [
        {name: getattr(c, name) for name in CRITERION}
        | {"id": None, "key": c.key, "track_id": track.get(c.track_id) if c.track_id else None}
        for c in stage.criteria
        if c.track_id is None or c.track_id in track
    ]
    values = {name: getattr(stage, name) for name in STAGE}
    return {**values, "id": None, "due_at": None, "criteria": criteria}


def _told(value: Any) -> Any:
    """A value as the audit trail keeps it; of a list of rows what decides, not its texts."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return [{k: _told(v) for k, v in row.items() if k in _DECIDING} for row in value]
    return value


_DECIDING = {"id", "weight_bp", "top", "reviews_each", "advance", "due_at", "min_winners",
             "max_winners", "most", "track_id", "expertise", "reason_when", "may_skip"}  # fmt: skip
