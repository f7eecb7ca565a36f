"""Whether an organization may apply to a call, rule by rule."""

from collections.abc import Callable
from datetime import date

from charity_portal.kernel import clock
from charity_portal.kernel.database import db
from charity_portal.kernel.errors import NotFound
from charity_portal.organizations import queries as organizations
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import bars, calls
from charity_portal.projects.rules import eligibility
from charity_portal.projects.rules.defects import Defect
from charity_portal.projects.rules.eligibility import Answer, Applicant, Rules

MOST_FOUND = 20


def answers(call: Call, organization_id: int, but: int | None = None) -> list[Answer]:
    """Every condition of the call, answered for one organization today.

    `but` is an application that does not count against the limit: the one being looked at. Raises
    NotFound when there is no such organization.
    """
    return eligibility.answers(*_asked(call, organization_id, but))


def defects(call: Call, organization_id: int, but: int | None = None) -> list[Defect]:
    """The conditions that do not hold today."""
    return eligibility.check(*_asked(call, organization_id, but))


def found_by(text: str) -> list[organizations.OrganizationProfile]:
    """Organizations whose name or code holds a text, by name; at most MOST_FOUND."""
    ids = db.session.scalars(organizations.named_like(text).limit(MOST_FOUND))
    return sorted(organizations.profiles(ids).values(), key=lambda profile: profile.name)


Asked = tuple[Rules, Applicant, date, int, Callable[[str], str], date | None]


def _asked(call: Call, organization_id: int, but: int | None) -> Asked:
    profile = organizations.profile(organization_id)
    if profile is None:
        raise NotFound
    return (
        Rules.read(call.eligibility, call.per_organization_limit),
        profile,
        clock.today(),
        calls.applications_of(call.id, organization_id, but),
        organizations.county_name,
        bars.barred_until([organization_id]).get(organization_id),
    )
