"""The city while it is being told: who acts, and where everything is."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from charity_portal.accounts import queries as accounts
from charity_portal.demo.sources import DOMAIN
from charity_portal.demo.timeline import Calendar
from charity_portal.kernel import files
from charity_portal.kernel.permissions import Actor
from charity_portal.organizations import queries as organizations


def address(key: str) -> str:
    """The mail address of somebody in the city."""
    return f"{key}@{DOMAIN}"


@dataclass
class City:
    """Ids by the keys of the data files; `papers` holds one prepared file of each sort.

    `applications` maps (call, place in its list) to an id. `codes` are the follow-up codes of
    objections, which the portal tells only once.
    """

    present: datetime
    calendar: Calendar
    password_hash: str
    papers: dict[str, files.Prepared] = field(default_factory=dict)
    organizations: dict[str, int] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    applications: dict[tuple[str, int], int] = field(default_factory=dict)
    funds: dict[str, int] = field(default_factory=dict)
    donors: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    def at(self, workdays: int, hour: int, minute: int = 0) -> datetime:
        """A moment so many working days from today."""
        return self.calendar.at(workdays, hour, minute)

    def person(self, key: str) -> Actor:
        """Somebody of the city as the portal knows them when they act."""
        known = accounts.find_by_email(address(key))
        if known is None:
            raise LookupError(key)
        return Actor(known.id, known.name, known.roles, organizations.memberships_of(known.id))

    def owner(self, organization: str) -> Actor:
        """Whoever answers for an organization."""
        return self.person(owner_key(organization))

    def application(self, call: str, place: int) -> int:
        """The id of an application."""
        return self.applications[call, place]


OWNERS: dict[str, Any] = {"nuanxin": "owner", "xingqiao": "owner2"}


def owner_key(organization: str) -> str:
    """The first part of the owner's address; the best-known owners have short ones."""
    return str(OWNERS.get(organization, f"owner.{organization}"))
