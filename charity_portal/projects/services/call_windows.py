"""More time: for everybody, or for one organization. Never less."""

from datetime import datetime

import sqlalchemy as sa

from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, NotSignedIn, WrongState
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, require
from charity_portal.organizations import queries as organizations
from charity_portal.organizations.queries import OrganizationProfile
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call, Extension
from charity_portal.projects.queries import calls
from charity_portal.projects.rules.calls import extension_problem, prolonging_problem

UNDECIDED = (
    "draft",
    "submitted",
    "correction",
    "conditional",
    "eligible",
    "ineligible",
    "withdrawn",
    "lapsed",
    "discarded",
)


def prolong(actor: Actor, call_id: int, until: datetime | None, reason: str) -> Call:
    """Let a published call close later for everybody; the reason is shown to the public."""
    call = locked(Call, call_id)
    require(actor, "projects:call:extend", call)
    _refuse_decided(call)
    problem: Text | None = say("请填写新的截止时间。")
    if until is not None:
        problem = prolonging_problem(call, until, clock.now())
    _refuse("until", problem, reason)
    assert until is not None
    before, call.closes_at = call.closes_at, until
    call.changed_at = clock.now()
    audit.record(
        actor,
        "projects.call.prolong",
        call,
        before={"closes_at": before},
        after={"closes_at": until},
        reason=reason.strip(),
    )
    db.session.flush()
    return call


def extend(
    actor: Actor, call_id: int, organization_id: int | None, until: datetime | None, reason: str
) -> Extension:
    """Let one organization hand in later; a second grant to the same one may only be later still."""
    call = locked(Call, call_id)
    require(actor, "projects:call:extend", call)
    if actor.user_id is None:
        raise NotSignedIn
    _refuse_decided(call)
    profile = organizations.profile(organization_id) if organization_id is not None else None
    known = calls.extension(call.id, profile.id) if profile is not None else None
    problem = _extension_problem(call, until, known)
    _refuse("until", problem, reason, _organization_problem(profile))
    assert until is not None and profile is not None
    before = known.until if known is not None else None
    if known is None:
        known = Extension(call_id=call.id, organization_id=profile.id)
        db.session.add(known)
    known.until, known.reason = until, reason.strip()
    known.granted_by, known.granted_at = actor.user_id, clock.now()
    audit.record(
        actor,
        "projects.call.extend",
        call,
        before={"until": before},
        after={"organization_id": profile.id, "until": until},
        reason=reason.strip(),
    )
    db.session.flush()
    return known


def _organization_problem(profile: OrganizationProfile | None) -> dict[str, list[Text]]:
    if profile is None:
        return {"organization": [say("没有找到这家机构，请核对统一社会信用代码或备案编号。")]}
    if profile.archived:
        return {"organization": [say("这家机构已经注销，不能延期。")]}
    return {}


def _extension_problem(call: Call, until: datetime | None, known: Extension | None) -> Text | None:
    if until is None:
        return say("请填写延期后的截止时间。")
    problem = extension_problem(call, until, clock.now())
    if problem is None and known is not None and until <= known.until:
        return say("这家机构已延期至更晚的时间，延期只能延长、不能缩短。")
    return problem


def _refuse(
    field: str, problem: Text | None, reason: str, fields: dict[str, list[Text]] | None = None
) -> None:
    """Raise Invalid with everything that is wrong at once."""
    fields = dict(fields or {})
    if problem is not None:
        fields[field] = [problem]
    if not reason.strip():
        fields["reason"] = [say("请写明理由。")]
    if fields:
        raise Invalid(fields=fields)


def _refuse_decided(call: Call) -> None:
    """Nobody gets more time once something was decided: others could have used it too."""
    decided = sa.select(Application.id).where(
        Application.call_id == call.id, Application.state.not_in(UNDECIDED)
    )
    if db.session.scalar(decided.limit(1)) is not None:
        raise WrongState(say("本次征集已有申请作出决定，不能再延长时间。"))
