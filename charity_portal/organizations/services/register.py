"""Entries of the register and their standing."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from charity_portal.kernel import audit, clock, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid, WrongState
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.identifiers import check_uscc
from charity_portal.kernel.permissions import Actor, require
from charity_portal.organizations import errors, queries
from charity_portal.organizations.models import Organization, Standing
from charity_portal.organizations.rules import identity

_REF = re.compile(r"[A-Za-z0-9][^\x00-\x1f]{2,199}")  # publishers make up their own, blanks and all


def register(actor: Actor, values: Mapping[str, Any], host_id: int | None = None) -> int:
    """Enter an organization; `values` by the names in identity.FIELDS, `org_ref` for `other`.

    Returns its id. Raises Invalid naming each field at fault, Duplicate when the code is taken.
    """
    require(actor, "organizations:organization:manage")
    clean = _checked(values)
    _refuse_duplicate(clean, None)
    organization = Organization(host_id=_checked_host(clean, host_id, None), **clean)
    db.session.add(organization)
    db.session.flush()
    after = _for_trail({name: clean[name] for name in clean if clean[name] not in (None, False)})
    audit.record(actor, "organizations.register", organization, after=after)
    jobs.announce(actor, "organizations.organization_registered", id=organization.id)
    return organization.id


def update(
    actor: Actor, organization_id: int, values: Mapping[str, Any], host_id: int | None = None
) -> list[str]:
    """Change an organization's entry; returns the fields that changed (none: nothing is written)."""
    require(actor, "organizations:organization:manage")
    organization = locked(Organization, organization_id)
    given = {"org_ref": organization.org_ref} if organization.kind == "other" else {}
    clean = _checked({**given, **values})
    _refuse_duplicate(clean, organization_id)
    clean["host_id"] = _checked_host(clean, host_id, organization_id)
    before = {name: getattr(organization, name) for name in clean}
    changed = [name for name in clean if before[name] != clean[name]]
    if changed:
        for name in changed:
            setattr(organization, name, clean[name])
        organization.updated_at = clock.now()
        old, new = ({name: side[name] for name in changed} for side in (before, clean))
        audit.record(actor, "organizations.update", organization, _for_trail(old), _for_trail(new))
    return changed


def ensure_external(actor: Actor, ref: str, name: str, name_en: str | None = None) -> int:
    """The organization with this identifier, entered as kind `other` when it is not there yet.

    For takeovers of a funder's history: recipients from outside the city's register. A known one
    is left as it is. Raises Invalid when `ref` is no identifier.
    """
    ref, name = ref.strip(), name.strip()
    known = queries.find_by_ref(ref)
    if known is not None:
        return known
    if not _REF.fullmatch(ref):
        raise Invalid(say("“%(ref)s”不是机构标识，应为 GB-CHC-1234567 的形式。", ref=ref[:60]))
    values: dict[str, Any] = {"kind": "other", "name": name, "name_en": name_en, "org_ref": ref}
    if ref.startswith("CN-USCI-"):
        values["uscc"] = ref.removeprefix("CN-USCI-")
    return register(actor, values)


def set_archived(actor: Actor, organization_id: int, archived: bool, reason: str) -> None:
    """Take an organization out of the lists (deregistered, merged), or bring it back."""
    require(actor, "organizations:organization:manage")
    organization = locked(Organization, organization_id)
    if (organization.archived_at is not None) == archived:
        raise WrongState
    organization.archived_at = clock.now() if archived else None
    verb = "archive" if archived else "restore"
    audit.record(actor, f"organizations.{verb}", organization, reason=reason)


def set_standing(
    actor: Actor, organization_id: int, standing: str, from_date: date, basis: str
) -> None:
    """Put an organization on a list, move it, or take it off, from a day on.

    The span before ends the day before. Raises StandingOverlaps when the day is not after the
    beginning of the last span, Invalid for a day to come.
    """
    require(actor, "organizations:organization:manage")
    organization = locked(Organization, organization_id)
    if standing not in identity.STANDINGS or not basis.strip():
        raise Invalid(fields={"basis": [say("请填写依据。")]})
    if from_date > clock.today():
        raise Invalid(fields={"from_date": [say("起始日期不能晚于今天。")]})
    spans = queries.standings(organization_id)
    last = spans[0] if spans else None
    if last is not None and from_date <= last.from_date:
        raise errors.StandingOverlaps(fields={"from_date": [errors.StandingOverlaps.default()]})
    before = last.standing if last is not None else "normal"
    if before == standing:
        raise Invalid(fields={"standing": [say("与当前名录状态相同。")]})
    if last is not None and (last.to_date is None or last.to_date >= from_date):
        last.to_date = from_date - timedelta(days=1)
    db.session.add(
        Standing(
            organization_id=organization_id, standing=standing, from_date=from_date, basis=basis
        )
    )
    after = {"standing": standing, "from_date": from_date, "basis": basis}
    audit.record(actor, "organizations.standing", organization, {"standing": before}, after)
    jobs.announce(actor, "organizations.standing_changed", id=organization_id)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an organization from what was given; Invalid names every fault."""
    tidy = {name: _tidy(values.get(name)) for name in (*identity.FIELDS, "org_ref")}
    tidy |= {name: bool(values.get(name)) for name in ("is_hub", "is_charity")}
    if found := identity.faults(tidy, clock.today()):
        raise Invalid(fields=found)
    if tidy["uscc"]:
        tidy["uscc"] = check_uscc(tidy["uscc"])
    tidy["org_ref"] = identity.make_org_ref(tidy)
    return tidy


def _tidy(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


def _refuse_duplicate(values: Mapping[str, Any], own_id: int | None) -> None:
    same = [Organization.org_ref == values["org_ref"]]
    same += [
        getattr(Organization, name) == values[name]
        for name in ("uscc", "filing_number")
        if values[name]
    ]
    wanted = sa.select(Organization.id, Organization.name).where(sa.or_(*same))
    for key, name in db.session.execute(wanted):
        if key != own_id:
            raise errors.Duplicate(key, name)


def _checked_host(values: Mapping[str, Any], host_id: int | None, own_id: int | None) -> int | None:
    """The registered organization through which a community group applies."""
    if host_id is None:
        return None
    host = db.session.get(Organization, host_id)
    wrong: Text | None = None
    if values["kind"] != "community_group":
        wrong = say("只有社区社会组织需要填写依托机构。")
    elif host is None or host.id == own_id or host.kind not in identity.REGISTERED:
        wrong = say("依托机构应是登记库中的社会团体、社会服务机构或基金会。")
    if wrong is not None:
        raise Invalid(fields={"host": [wrong]})
    return host_id


def _for_trail(values: Mapping[str, Any]) -> dict[str, Any]:
    """The trail names codes and dates; of people it says only that something changed."""
    return {k: "*" if k in identity.PERSONAL else v for k, v in values.items()}
