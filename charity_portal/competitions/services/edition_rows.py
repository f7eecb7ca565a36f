"""Writing an edition's content part by part, as `queries.edition_drafts` reads it."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from charity_portal.competitions.models.editions import (
    Bonus,
    Criterion,
    Edition,
    EditionTrack,
    Stage,
)
from charity_portal.competitions.models.pitches import Pitch
from charity_portal.competitions.rules.edition_parts import LIMITS, WORDS, points
from charity_portal.kernel.database import db
from charity_portal.kernel.edits import Draft, fresh_key
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say

Rows = Sequence[Mapping[str, Any]]


def write(edition: Edition, part: str, draft: Draft, stage: Stage | None = None) -> None:
    """Make one part of the edition like `draft`; rows that it does not name any more go."""
    if part == "basics":
        for name in WORDS["basics"]:
            setattr(edition, name, draft.units[name])
    elif part == "method":
        _method(edition, draft.units)
    elif part == "tracks":
        _tracks(edition, draft.rows("tracks"))
    elif part == "stages":
        write_stages(edition, draft.rows("stages"))
    elif part == "bonuses":
        _bonuses(edition, draft.rows("bonuses"))
    else:
        assert stage is not None
        write_criteria(edition, stage, draft.rows("criteria"))
    db.session.flush()


def _method(edition: Edition, units: Mapping[str, Any]) -> None:
    for name in WORDS["method"]:
        if name not in LIMITS:
            setattr(edition, name, units[name])
    limits = {name: units[name] for name in LIMITS} | {"floor": points(units["floor"])}
    edition.limits = {name: value for name, value in limits.items() if value is not None}


def _tracks(edition: Edition, rows: Rows) -> None:
    known = {row.track_id: row for row in edition.tracks}
    for values in rows:
        row = known.get(values["id"])
        if row is None:
            row = EditionTrack(edition_id=edition.id, track_id=values["id"])
            db.session.add(row)
        row.min_winners = values["min_winners"] or 0
        row.max_winners = values["max_winners"]
        row.expertise = list(values["expertise"])
    db.session.flush()
    db.session.expire(edition, ["tracks"])


def write_stages(edition: Edition, rows: Rows) -> list[Stage]:
    """Make the stages like `rows`, in their order; returns them."""
    present = {stage.id: stage for stage in edition.stages}
    gone = [stage for key, stage in present.items() if key not in {row["id"] for row in rows}]
    for superfluous in gone:
        _remove(superfluous)
    keys = {stage.key for stage in present.values()}
    written = []
    for position, values in enumerate(rows):
        stage: Stage | None = present.get(values["id"])
        if stage is None:
            key = values["kind"] if values["kind"] not in keys else fresh_key(values["kind"], keys)
            keys.add(key)
            stage = Stage(edition_id=edition.id, key=key)
            db.session.add(stage)
        for name, value in values.items():
            if name not in ("id", "criteria"):
                setattr(stage, name, value)
        stage.position = position
        written.append(stage)
    db.session.flush()
    db.session.expire(edition, ["stages"])
    return written


def _remove(stage: Stage) -> None:
    if db.session.scalar(sa.select(Pitch.id).where(Pitch.stage_id == stage.id).limit(1)):
        text = say("“%(stage)s”已经安排了路演，请先删除路演再删除阶段。", stage=stage.title_zh)
        raise Invalid(fields={"stages": [text]})
    for criterion in list(stage.criteria):
        db.session.delete(criterion)
    db.session.flush()
    db.session.expire(stage, ["criteria"])
    db.session.delete(stage)
    db.session.flush()


def write_criteria(edition: Edition, stage: Stage, rows: Rows) -> None:
    """Make the rubric of a stage like `rows`; keys of criteria are unique within the edition, because
    tie rules and exports name them."""
    present = {criterion.id: criterion for criterion in stage.criteria}
    ids = {row["id"] for row in rows}
    for criterion_id, criterion in present.items():
        if criterion_id not in ids:
            db.session.delete(criterion)
    db.session.flush()
    mine = sa.select(Criterion.key).join(Stage).where(Stage.edition_id == edition.id)
    keys = set(db.session.scalars(mine))
    for position, values in enumerate(rows):
        row: Criterion | None = present.get(values["id"])
        if row is None:
            key = values.get("key") or fresh_key("c", keys)
            keys.add(key)
            row = Criterion(stage_id=stage.id, key=key)
            db.session.add(row)
        for name, value in values.items():
            if name not in ("id", "key"):
                setattr(row, name, value)
        row.position = position
    db.session.flush()
    db.session.expire(stage, ["criteria"])


def _bonuses(edition: Edition, rows: Rows) -> None:
    present = {bonus.id: bonus for bonus in edition.bonuses}
    for bonus_id, bonus in present.items():
        if bonus_id not in {row["id"] for row in rows}:
            db.session.delete(bonus)
    keys = {bonus.key for bonus in present.values()}
    for position, values in enumerate(rows):
        row: Bonus | None = present.get(values["id"])
        if row is None:
            key = fresh_key("b", keys)
            keys.add(key)
            row = Bonus(edition_id=edition.id, key=key)
            db.session.add(row)
        for name, value in values.items():
            if name != "id":
                setattr(row, name, value)
        row.position = position
    db.session.flush()
    db.session.expire(edition, ["bonuses"])
