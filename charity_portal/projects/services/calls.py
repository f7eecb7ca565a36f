"""Calls are drafted, copied, published and cancelled."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.edits import Draft, Row, fresh_key, merge
from charity_portal.kernel.errors import Invalid, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.projects.errors import CallNotReady, StaleCall
from charity_portal.projects.models.calls import (
    BudgetCategory,
    Call,
    Question,
    Slot,
    Track,
)
from charity_portal.projects.queries.call_drafts import draft_of
from charity_portal.projects.rules import readiness
from charity_portal.projects.rules.call_edits import COLUMNS, ELIGIBILITY, ROW_UNITS
from charity_portal.projects.rules.call_templates import starting_point
from charity_portal.projects.rules.calls import a_year_later, window_problem

NUMBERS = "ZJ"
ROW_MODELS: dict[str, tuple[type[Any], str]] = {
    "tracks": (Track, "t"),
    "questions": (Question, "q"),
    "categories": (BudgetCategory, "b"),
    "slots": (Slot, "s"),
}
IN_AUDIT = ("purse_fen", "floor_fen", "cap_fen", "opens_at", "closes_at", "notice_workdays")
"""Units whose values stand in the audit trail; of all others it says that they changed."""


def create(actor: Actor, kind: str, title_zh: str) -> Call:
    """A new draft with the usual form of its kind (standard or micro)."""
    require(actor, "projects:call:edit")
    call = _new(actor, kind, starting_point(kind, title_zh))
    audit.record(actor, "projects.call.create", call, after={"number": call.number, "kind": kind})
    return call


def copy(actor: Actor, call_id: int) -> Call:
    """A new draft like an earlier call: number new, window and years in the title one year on."""
    require(actor, "projects:call:edit")
    source = locked(Call, call_id)
    call = _new(actor, source.kind, a_year_later(_without_ids(draft_of(source))))
    call.copied_from_id = source.id
    audit.record(
        actor,
        "projects.call.copy",
        call,
        after={"number": call.number, "from": source.number},
    )
    return call


def save(
    actor: Actor, call_id: int, mine: Draft, rev: int, base: Mapping[str, str]
) -> tuple[Call, list[str]]:
    """Keep an edit of a draft call; returns the call and the units that were merged in from others.

    `rev` and `base` (prints of every unit) are what the form was drawn from. StaleCall when somebody
    else changed a unit that this edit changes too; nothing is kept then.
    """
    require(actor, "projects:call:edit")
    call = locked(Call, call_id)
    if call.state != Call.MACHINE.initial:
        raise WrongState(say("征集已经发布，申报内容不能再修改。"))
    theirs = draft_of(call)
    taken_over: list[str] = []
    if rev != call.rev:
        merged = merge(mine, theirs, base)
        if merged.clashes:
            raise StaleCall(merged.clashes, call.rev)
        mine, taken_over = merged.draft, merged.taken_over
    _check_ranges(mine)
    changed = mine.changed_from(theirs)
    if changed:
        _write(call, mine)
        call.rev += 1
        call.changed_at = clock.now()
        _audit_save(actor, call, theirs, mine, changed)
    db.session.flush()
    return call, taken_over


def publish(actor: Actor, call_id: int) -> Call:
    """Open the call to the public; from here on its form is frozen. CallNotReady names all defects."""
    call = locked(Call, call_id)
    Call.MACHINE.step(call.state, "publish")
    require(actor, "projects:call:publish", call)
    defects = readiness.blockers(draft_of(call), clock.now())
    if defects:
        fields: dict[str, list[Any]] = {}
        for defect in defects:
            fields.setdefault(defect.key, []).append(defect.text)
        raise CallNotReady(fields=fields)
    call.published_at = call.changed_at = clock.now()
    fire(actor, call, "publish", rev=call.rev)
    return call


def cancel(actor: Actor, call_id: int, reason: str) -> Call:
    """Take a published call back; the reason is shown to the public."""
    call = locked(Call, call_id)
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请写明取消的理由。")]})
    call.changed_at = clock.now()
    fire(actor, call, "cancel", reason=reason.strip())
    return call


def _new(actor: Actor, kind: str, draft: Draft) -> Call:
    call = Call(
        number=next_number(NUMBERS, clock.today().year),
        kind=kind,
        title_zh=draft.units["title_zh"],
        created_by=actor.user_id,
    )
    db.session.add(call)
    db.session.flush()
    _write(call, draft)
    db.session.flush()
    return call


def _check_ranges(draft: Draft) -> None:
    """What the database would refuse is refused with words."""
    fields = {}
    problem = window_problem(draft.units["opens_at"], draft.units["closes_at"])
    if problem is not None:
        fields["closes_at"] = [problem]
    floor, cap = draft.units["floor_fen"], draft.units["cap_fen"]
    if floor is not None and cap is not None and floor > cap:
        fields["floor_fen"] = [say("单项资助下限高于上限。")]
    if fields:
        raise Invalid(fields=fields)


def _write(call: Call, draft: Draft) -> None:
    for name in COLUMNS:
        setattr(call, name, draft.units[name])
    kept = {name: draft.units[name] for name in ELIGIBILITY}
    call.eligibility = {name: value for name, value in kept.items() if value}
    for unit in ROW_UNITS:
        _write_rows(call, unit, draft.rows(unit))


def _write_rows(call: Call, unit: str, rows: Sequence[Row]) -> None:
    """Make the call's list like `rows`: known ids are changed, others added, missing ones removed."""
    model, letter = ROW_MODELS[unit]
    present = {row.id: row for row in getattr(call, unit)}
    keys = {row.key for row in present.values()}
    ordered = []
    for position, values in enumerate(rows):
        columns = {name: value for name, value in values.items() if name != "id"}
        row = present.pop(values["id"], None)
        if row is None:
            key = fresh_key(letter, keys)
            keys.add(key)
            row = model(call_id=call.id, key=key, **columns)
            db.session.add(row)
        for name, value in columns.items():
            setattr(row, name, value)
        row.position = position
        ordered.append(row)
    for row in present.values():
        db.session.delete(row)
    db.session.flush()
    db.session.expire(call, [unit])


def _without_ids(draft: Draft) -> Draft:
    rows = {unit: [{**row, "id": None} for row in draft.rows(unit)] for unit in ROW_UNITS}
    return draft.with_units(**rows)


def _audit_save(actor: Actor, call: Call, before: Draft, after: Draft, changed: list[str]) -> None:
    told = [unit for unit in changed if unit in IN_AUDIT]
    audit.record(
        actor,
        "projects.call.save",
        call,
        before={unit: _told(before.units[unit]) for unit in told},
        after={"rev": call.rev, "changed": changed}
        | {unit: _told(after.units[unit]) for unit in told},
    )


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
