"""Reading a draft: its texts, how they came about, and what may be changed at this moment."""

from collections.abc import Collection

import sqlalchemy as sa

from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.merging import Held, Step
from charity_portal.projects.models.applications import Application, DraftChange, DraftField
from charity_portal.projects.models.screening import ConditionalAcceptance, CorrectionRequest
from charity_portal.projects.rules import scope
from charity_portal.projects.rules.scope import Scope


def held(application_id: int) -> dict[str, DraftField]:
    """All fields of a draft, by key."""
    wanted = sa.select(DraftField).where(DraftField.application_id == application_id)
    return {field.key: field for field in db.session.scalars(wanted)}


def texts(application_id: int) -> dict[str, str]:
    """What the draft says, by key."""
    wanted = sa.select(DraftField.key, DraftField.value)
    rows = db.session.execute(wanted.where(DraftField.application_id == application_id))
    return {row.key: row.value for row in rows}


def facts(fields: dict[str, DraftField]) -> dict[str, Held]:
    """Fields as the merging rules want them."""
    return {key: Held(field.value, field.rev) for key, field in fields.items()}


def steps_since(application_id: int, rev: int) -> dict[str, list[Step]]:
    """What happened to each field later than revision `rev`, oldest first."""
    wanted = (
        sa.select(DraftChange.key, DraftChange.first_rev, DraftChange.rev, DraftChange.before)
        .where(DraftChange.application_id == application_id, DraftChange.rev > rev)
        .order_by(DraftChange.rev, DraftChange.id)
    )
    found: dict[str, list[Step]] = {}
    for key, first_rev, last_rev, before in db.session.execute(wanted):
        found.setdefault(key, []).append(Step(first_rev, last_rev, before))
    return found


def newest_change(application_id: int, key: str) -> DraftChange | None:
    """The latest recorded change of a field."""
    return db.session.scalar(
        sa.select(DraftChange)
        .where(DraftChange.application_id == application_id, DraftChange.key == key)
        .order_by(DraftChange.rev.desc(), DraftChange.id.desc())
        .limit(1)
    )


def newest_changes(application_id: int, keys: Collection[str]) -> dict[str, DraftChange]:
    """The latest recorded change of each of these fields, by key; ids grow with revisions."""
    newest = (
        sa.select(sa.func.max(DraftChange.id))
        .where(DraftChange.application_id == application_id, DraftChange.key.in_(keys))
        .group_by(DraftChange.key)
    )
    rows = db.session.scalars(sa.select(DraftChange).where(DraftChange.id.in_(newest)))
    return {row.key: row for row in rows}


def changes_page(application_id: int, key: str = "", after: str | None = None) -> Page[DraftChange]:
    """The changes of a draft (or of one field), newest first."""
    wanted = sa.select(DraftChange).where(DraftChange.application_id == application_id)
    if key:
        wanted = wanted.where(DraftChange.key == key)
    return page(wanted, order=[DraftChange.rev.desc(), DraftChange.id.desc()], after=after, size=20)


def change(application_id: int, change_id: int) -> DraftChange | None:
    """One recorded change of this draft."""
    return db.session.scalar(
        sa.select(DraftChange).where(
            DraftChange.id == change_id, DraftChange.application_id == application_id
        )
    )


def corrections(ids: Collection[int]) -> dict[int, CorrectionRequest]:
    """The correction requests that wait for an answer, by application."""
    waiting = (
        sa.select(CorrectionRequest)
        .where(
            CorrectionRequest.application_id.in_(ids),
            CorrectionRequest.answered_at.is_(None),
            CorrectionRequest.lapsed_at.is_(None),
        )
        .order_by(CorrectionRequest.id)
    )
    return {request.application_id: request for request in db.session.scalars(waiting)}


def conditions(ids: Collection[int]) -> dict[int, ConditionalAcceptance]:
    """The conditional acceptances whose papers are still owed, by application."""
    waiting = (
        sa.select(ConditionalAcceptance)
        .where(
            ConditionalAcceptance.application_id.in_(ids),
            ConditionalAcceptance.completed_at.is_(None),
            ConditionalAcceptance.lapsed_at.is_(None),
        )
        .order_by(ConditionalAcceptance.id)
    )
    return {granted.application_id: granted for granted in db.session.scalars(waiting)}


def correction(application_id: int) -> CorrectionRequest | None:
    """The correction request that waits for an answer."""
    return corrections([application_id]).get(application_id)


def condition(application_id: int) -> ConditionalAcceptance | None:
    """The conditional acceptance whose papers are still owed."""
    return conditions([application_id]).get(application_id)


def scope_of(application: Application) -> Scope:
    """What may be changed in the application now, by those who may change it."""
    if application.state == "draft":
        return scope.EVERYTHING
    if application.state == "correction":
        request = correction(application.id)
        return scope.of_correction(request.defects) if request else scope.NOTHING
    if application.state == "conditional":
        acceptance = condition(application.id)
        return scope.of_missing(acceptance.missing) if acceptance else scope.NOTHING
    return scope.NOTHING
