"""Reading calls: one of them, what it asks for, and lists for citizens and staff."""

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from charity_portal.kernel import clock
from charity_portal.kernel.database import db
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call, Extension, Question
from charity_portal.projects.rules import call_form
from charity_portal.projects.rules.call_form import CallForm
from charity_portal.projects.rules.eligibility import Rules

NOT_COUNTED = ("withdrawn", "discarded")
"""Applications in these states do not use up an organization's limit."""
IN_HAND = ("draft", "discarded")
"""Applications in these states were never handed in."""


def call(call_id: int) -> Call | None:
    """The call whatever its state."""
    return db.session.get(Call, call_id)


def published_call(call_id: int) -> Call | None:
    """The call unless it is still a draft."""
    found = db.session.get(Call, call_id)
    return found if found is not None and found.state != "draft" else None


def whole_call(call_id: int) -> Call | None:
    """The call with its parts loaded, in a number of statements that does not depend on them."""
    parts = (Call.tracks, Call.questions, Call.categories, Call.slots)
    return db.session.get(Call, call_id, options=[selectinload(part) for part in parts])


def extension(call_id: int, organization_id: int) -> Extension | None:
    """The later closing time granted to one organization."""
    return db.session.scalar(
        sa.select(Extension).where(
            Extension.call_id == call_id, Extension.organization_id == organization_id
        )
    )


def extensions(call_id: int) -> list[Extension]:
    """All extensions of a call, the latest grant first."""
    order = (Extension.granted_at.desc(), Extension.id.desc())
    wanted = sa.select(Extension).where(Extension.call_id == call_id).order_by(*order)
    return list(db.session.scalars(wanted))


def applications_of(call_id: int, organization_id: int, but: int | None = None) -> int:
    """How many applications count against the organization's limit; `but` leaves one out."""
    counted = sa.select(sa.func.count()).where(
        Application.call_id == call_id,
        Application.organization_id == organization_id,
        Application.state.not_in(NOT_COUNTED),
    )
    if but is not None:
        counted = counted.where(Application.id != but)
    return db.session.scalar(counted) or 0


def form_of(call: Call) -> CallForm:
    """Everything the call asks for, frozen."""
    return CallForm(
        call_id=call.id,
        number=call.number,
        kind=call.kind,
        state=call.state,
        title_zh=call.title_zh,
        title_en=call.title_en,
        currency=call.currency,
        purse_fen=call.purse_fen,
        floor_fen=call.floor_fen,
        cap_fen=call.cap_fen,
        own_contribution_min_bp=call.own_contribution_min_bp,
        management_cost_max_bp=call.management_cost_max_bp,
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        eligibility=Rules.read(call.eligibility, call.per_organization_limit),
        tracks=tuple(
            call_form.TrackForm(t.id, t.key, t.title_zh, t.title_en, t.purse_fen)
            for t in call.tracks
        ),
        questions=tuple(_question(q) for q in call.questions),
        categories=tuple(
            call_form.CategoryForm(c.id, c.key, c.title_zh, c.title_en, c.cap_bp, c.is_management)
            for c in call.categories
        ),
        slots=tuple(
            call_form.SlotForm(
                id=s.id,
                key=s.key,
                title_zh=s.title_zh,
                title_en=s.title_en,
                help_zh=s.help_zh,
                help_en=s.help_en,
                need=s.need,
                kinds=tuple(s.kinds),
                max_files=s.max_files,
                max_mb=s.max_mb,
            )
            for s in call.slots
        ),
    )


def _question(q: Question) -> call_form.QuestionForm:
    return call_form.QuestionForm(
        id=q.id,
        key=q.key,
        kind=q.kind,
        label_zh=q.label_zh,
        label_en=q.label_en,
        help_zh=q.help_zh,
        help_en=q.help_en,
        required=q.required,
        longest=q.longest,
        choices=tuple(call_form.Choice(c["key"], c["zh"], c.get("en")) for c in q.choices),
    )


def open_calls(limit: int = 50) -> list[Call]:
    """Calls that take applications now, the first to close first."""
    now = clock.now()
    wanted = (
        sa.select(Call)
        .where(Call.state == "published", Call.opens_at <= now, Call.closes_at > now)
        .order_by(Call.closes_at, Call.id)
        .limit(limit)
    )
    return list(db.session.scalars(wanted))
