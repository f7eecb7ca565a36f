"""The expert pool: nominated, admitted, suspended, left; and what experts say about themselves."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from charity_portal.accounts import queries as accounts
from charity_portal.accounts.services import grants, invitations
from charity_portal.competitions.models.experts import Employment, Expert
from charity_portal.competitions.queries import experts as queries
from charity_portal.competitions.queries.conflicts import ADDRESS, PHONE
from charity_portal.competitions.rules import expertise, ties
from charity_portal.competitions.services import conflicts, panel_letters
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, NotFound
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import SYSTEM, Actor, require
from charity_portal.kernel.secrets import blind_index
from charity_portal.kernel.states import fire
from charity_portal.organizations import queries as organizations

INVITATION = "competitions.expert"
STEPS = ("admit", "refuse", "suspend", "leave", "nominate")


def nominate(actor: Actor, email: str, locale: str = "zh") -> Expert | None:
    """Put somebody forward. Who has a reviewer's account gets an entry and a letter; anybody else is
    invited by e-mail and gets both on accepting (None). Invalid when they are in the pool already."""
    require(actor, "competitions:expert:nominate")
    person = accounts.find_by_email(email)
    if person is None or "reviewer" not in person.roles:
        payload = {"nominated_by": actor.user_id}
        invitations.invite(actor, email, INVITATION, payload=payload, locale=locale)
        return None
    if not person.is_active:
        raise Invalid(fields={"email": [say("该账号已停用。")]})
    if queries.expert_of(person.id) is not None:
        raise Invalid(fields={"email": [say("此人已在专家库中。")]})
    expert = _enter(actor, person.id, actor.user_id)
    panel_letters.nominated(actor, expert)
    return expert


def _enter(actor: Actor, user_id: int, nominated_by: int | None) -> Expert:
    expert = Expert(user_id=user_id, nominated_by=nominated_by)
    db.session.add(expert)
    db.session.flush()
    verb = "nominated" if nominated_by is not None else "registered"
    after = {"user": user_id, "by": nominated_by}
    audit.record(actor, f"competitions.expert.{verb}", expert, after=after)
    return expert


def _describe(payload: dict[str, Any]) -> Text:
    return say("加入评审专家库")


def _accept(actor: Actor, payload: dict[str, Any]) -> str:
    """Whoever accepts becomes a reviewer, and somebody for an approver to admit. The portal gives the
    role: it lets a person see their own entry and what they are invited to, nothing else."""
    user_id = actor.user_id or 0
    if "reviewer" not in accounts.roles_held(user_id):
        grants.grant(SYSTEM, user_id, "reviewer", str(say("接受专家库邀请")))
    if queries.expert_of(user_id) is None:
        _enter(actor, user_id, payload["nominated_by"])
    return "/reviews/profile"


invitations.register(invitations.Kind(INVITATION, describe=_describe, complete=_accept))


def step(actor: Actor, expert_id: int, action: str, reason: str) -> Expert:
    """Admit, refuse, suspend, let leave, or nominate again; each with a reason, told to the expert.
    Nobody decides about their own entry."""
    expert = locked(Expert, expert_id)
    if action not in STEPS:
        raise NotFound
    own = expert.user_id == actor.user_id
    if own and action != "leave":
        raise Invalid(say("不能办理本人的入库事项。"))
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请填写理由。")]})
    if action == "admit" and not expert.expertise:
        raise Invalid(fields={"reason": [say("该专家尚未填写专业领域，不能入库。")]})
    fire(actor, expert, action, reason=reason.strip())
    expert.changed_at = clock.now()
    if not own:
        panel_letters.decided(actor, expert, reason.strip())
    return expert


@dataclass(frozen=True)
class Profile:
    """What an expert says about themselves."""

    title: str
    about: str
    expertise: tuple[str, ...]
    capacities: tuple[str, ...]
    phone: str
    address: str
    away_from: date | None
    away_to: date | None
    most_reviews: int | None


def save(actor: Actor, profile: Profile) -> Expert:
    """Write one's own entry; it is made when there is none. Which fields changed goes on record, what
    they say does not. New contacts are compared with the applicants' at once."""
    require(actor, "competitions:expert:own")
    expert = _own(actor)
    if profile.away_from and profile.away_to and profile.away_to < profile.away_from:
        raise Invalid(fields={"away_to": [say("结束日期不能早于开始日期。")]})
    if (profile.away_from is None) != (profile.away_to is None):
        raise Invalid(fields={"away_to": [say("请同时填写开始和结束日期。")]})
    values: dict[str, Any] = {
        **{name: getattr(profile, name) for name in _PLAIN},
        "expertise": expertise.known(profile.expertise),
        "capacities": expertise.known(profile.capacities, expertise.CAPACITIES),
        "phone": profile.phone or None,
        "address": profile.address or None,
    }
    changed = [name for name, value in values.items() if getattr(expert, name) != value]
    if not changed:
        return expert
    for name in changed:
        setattr(expert, name, values[name])
    expert.phone_index = _index(PHONE, ties.plain_phone(profile.phone))
    expert.address_index = _index(ADDRESS, ties.plain_address(profile.address))
    _edited(actor, expert, "edited", {"changed": changed})
    return expert


_PLAIN = ("title", "about", "away_from", "away_to", "most_reviews")


def _index(kind: str, text: str) -> str | None:
    return blind_index(kind, text) if text else None


def _own(actor: Actor) -> Expert:
    """One's own entry, locked; made when there is none."""
    found = queries.expert_of(actor.user_id or 0)
    if found is None:
        return _enter(actor, actor.user_id or 0, None)
    expert = locked(Expert, found.id)
    require(actor, "competitions:expert:edit", expert)
    return expert


@dataclass(frozen=True)
class Job:
    """An employer with the time: a registered organization, or a name."""

    employer: str
    since: date
    until: date | None
    position: str = ""
    organization_id: int | None = None


def add_employer(actor: Actor, job: Job) -> int:
    """Add to one's employers; its id. What it rules out is ruled out at once."""
    require(actor, "competitions:expert:own")
    expert = _own(actor)
    employer = job.employer.strip()
    if job.organization_id is not None:
        found = organizations.profile(job.organization_id)
        if found is None:
            raise Invalid(fields={"organization": [say("请选择列出的机构。")]})
        employer = found.name
    if not employer:
        raise Invalid(fields={"employer": [say("请填写单位名称。")]})
    if job.since > clock.today():
        raise Invalid(fields={"since": [say("开始日期不能晚于今天。")]})
    if job.until is not None and job.until < job.since:
        raise Invalid(fields={"until": [say("结束日期不能早于开始日期。")]})
    row = Employment(
        expert_id=expert.id,
        organization_id=job.organization_id,
        employer=employer,
        position=job.position,
        since=job.since,
        until=job.until,
    )
    db.session.add(row)
    db.session.flush()
    after = {"employment": row.id, "organization": row.organization_id, "since": row.since}
    _edited(actor, expert, "employer_added", after)
    return row.id


def remove_employer(actor: Actor, employment_id: int) -> None:
    """Take a wrongly entered employer away; what it had ruled out stays ruled out."""
    require(actor, "competitions:expert:own")
    expert = _own(actor)
    row = queries.employment(employment_id)
    if row is None or row.expert_id != expert.id:
        raise NotFound
    before = {"employment": row.id, "organization": row.organization_id, "since": row.since}
    db.session.delete(row)
    db.session.flush()
    audit.record(actor, "competitions.expert.employer_removed", expert, before=before)
    expert.changed_at = clock.now()


def _edited(actor: Actor, expert: Expert, verb: str, after: dict[str, Any]) -> None:
    expert.changed_at = clock.now()
    db.session.flush()
    db.session.expire(expert, ["employments"])
    audit.record(actor, f"competitions.expert.{verb}", expert, after=after)
    conflicts.detect_for(expert.user_id)
