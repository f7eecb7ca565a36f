"""What may be asked about organizations; outsiders get frozen values, never rows.

Cards, profiles and regions need no database; they are offered here because this is the door.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import contains_eager, joinedload

from charity_portal.kernel import clock
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.i18n import language
from charity_portal.organizations.models import (
    Claim,
    Invitation,
    Membership,
    Organization,
    RosterChange,
    RosterImport,
    Standing,
)
from charity_portal.organizations.rules import identity
from charity_portal.organizations.rules.cards import Card as Card
from charity_portal.organizations.rules.cards import add_cards as add_cards
from charity_portal.organizations.rules.cards import cards as cards
from charity_portal.organizations.rules.profile import OrganizationProfile as OrganizationProfile
from charity_portal.organizations.rules.regions import cities as cities
from charity_portal.organizations.rules.regions import counties as counties
from charity_portal.organizations.rules.regions import county_name as county_name
from charity_portal.organizations.rules.regions import region as region
from charity_portal.organizations.rules.regions import townships as townships

_MANY = 5000  # both databases take that many parameters


_COPIED = [
    name
    for name in OrganizationProfile.__dataclass_fields__
    if name not in ("standing", "archived")
]


def profile(organization_id: int) -> OrganizationProfile | None:
    """One organization."""
    return profiles([organization_id]).get(organization_id)


def profiles(ids: Iterable[int]) -> dict[int, OrganizationProfile]:
    """The organizations with these ids."""
    rows = [row for some in _chunks(set(ids)) for row in db.session.scalars(
        sa.select(Organization).where(Organization.id.in_(some))
    )]  # fmt: skip
    standings = standings_on(clock.today())
    return {
        row.id: OrganizationProfile(
            **{name: getattr(row, name) for name in _COPIED},
            archived=row.archived_at is not None,
            standing=standings.get(row.id, "normal"),
        )
        for row in rows
    }


def names(ids: Iterable[int]) -> dict[int, str]:
    """Names for the reader, by id."""
    found: dict[int, str] = {}
    english = language() == "en"
    wanted = sa.select(Organization.id, Organization.name, Organization.name_en)
    for some in _chunks(set(ids)):
        for key, name, name_en in db.session.execute(wanted.where(Organization.id.in_(some))):
            found[key] = name_en if english and name_en else name
    return found


def find_by_ref(ref: str) -> int | None:
    """The id of the organization with this identifier (`CN-USCI-…`, `GB-CHC-…`)."""
    return db.session.scalar(sa.select(Organization.id).where(Organization.org_ref == ref))


def find_by_code(code: str) -> Organization | None:
    """The organization with this unified social credit code or filing number; archived ones not."""
    return db.session.scalar(
        sa.select(Organization).where(
            sa.or_(Organization.uscc == code, Organization.filing_number == code),
            Organization.archived_at.is_(None),
        )
    )


def named_like(text: str) -> sa.Select[int]:
    """Ids of organizations whose name or code contains a text; to be used inside a larger query."""
    return sa.select(Organization.id).where(_contains(text.strip()))


def standings_on(day: date) -> dict[int, str]:
    """The organizations that are on a list on a day, with the list; all others are normal."""
    listed = sa.select(Standing.organization_id, Standing.standing).where(
        _spans(day), Standing.standing.in_(identity.LISTED)
    )
    return dict(db.session.execute(listed).all())


def standing_on(organization_id: int, day: date) -> str:
    """`normal`, `abnormal` or `serious` on a day; normal where nothing is recorded."""
    found = db.session.scalar(
        sa.select(Standing.standing).where(Standing.organization_id == organization_id, _spans(day))
    )
    return found or "normal"


def standings(organization_id: int) -> list[Standing]:
    """All recorded spans of an organization, newest first."""
    wanted = sa.select(Standing).where(Standing.organization_id == organization_id)
    return list(db.session.scalars(wanted.order_by(Standing.from_date.desc())))


def _spans(day: date) -> sa.ColumnElement[bool]:
    still = sa.or_(Standing.to_date.is_(None), Standing.to_date >= day)
    return sa.and_(Standing.from_date <= day, still)


def home_region() -> str:
    """The code that the city's own counties begin with."""
    return str(current_app.config["CITY_REGION"])


@dataclass(frozen=True)
class Search:
    """What a list of the register is narrowed down to; empty means everything."""

    text: str = ""
    kind: str = ""
    county: str = ""
    standing: str = ""
    charity: bool = False
    grade: int | None = None
    archived: bool = False


def _contains(text: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        Organization.name.icontains(text, autoescape=True),
        Organization.name_en.icontains(text, autoescape=True),
        Organization.uscc.contains(text.upper().replace(" ", ""), autoescape=True),
        Organization.filing_number.icontains(text, autoescape=True),
    )


def selection(search: Search) -> sa.Select[Organization]:
    """The organizations that a search finds."""
    today = clock.today()
    archived = Organization.archived_at
    found = sa.select(Organization).where(
        archived.is_not(None) if search.archived else archived.is_(None)
    )
    if search.text.strip():
        found = found.where(_contains(search.text.strip()))
    if search.kind:
        found = found.where(Organization.kind == search.kind)
    if search.county:
        found = found.where(Organization.county == search.county)
    if search.charity:
        found = found.where(Organization.is_charity)
    if search.grade:
        valid = sa.and_(Organization.grade_from <= today, Organization.grade_to >= today)
        found = found.where(Organization.grade == search.grade, valid)
    if search.standing:
        on_list = sa.exists().where(Standing.organization_id == Organization.id, _spans(today))
        if search.standing == "normal":
            found = found.where(~on_list.where(Standing.standing.in_(identity.LISTED)))
        else:
            found = found.where(on_list.where(Standing.standing == search.standing))
    return found


def register_page(search: Search, after: str | None = None) -> Page[Organization]:
    """One screenful of the register by name."""
    return page(selection(search), order=[Organization.name, Organization.id], after=after)


def count(search: Search) -> int:
    """How many organizations a search finds."""
    return (
        db.session.scalar(sa.select(sa.func.count()).select_from(selection(search).subquery())) or 0
    )


def everything(search: Search) -> Iterator[Organization]:
    """All organizations that a search finds, in the order of the list; read in pieces."""
    ordered = selection(search).order_by(Organization.name, Organization.id)
    return iter(db.session.scalars(ordered.execution_options(yield_per=1000)))


def organization(organization_id: int) -> Organization | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(Organization, organization_id)


def memberships_of(user_id: int) -> dict[int, str]:
    """The organizations a person acts for, with the role in each."""
    active = sa.select(Membership.organization_id, Membership.role).join(Organization).where(
        Membership.user_id == user_id,
        Membership.ended_at.is_(None),
        Organization.archived_at.is_(None),
    )  # fmt: skip
    return dict(db.session.execute(active).all())


def own_organizations(user_id: int) -> list[Membership]:
    """A person's memberships with their organizations, by name."""
    own = (
        sa.select(Membership)
        .join(Membership.organization)
        .options(contains_eager(Membership.organization))
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
        .where(Organization.archived_at.is_(None))
        .order_by(Organization.name)
    )
    return list(db.session.scalars(own))


def members(organization_id: int) -> list[Membership]:
    """Who acts for an organization: owners first, then by length of service."""
    active = sa.select(Membership).where(
        Membership.organization_id == organization_id, Membership.ended_at.is_(None)
    )
    order = list(identity.ROLES)
    return sorted(db.session.scalars(active), key=lambda m: (order.index(m.role), m.since, m.id))


def invitations(organization_id: int) -> list[Invitation]:
    """Offers made in an organization's name, newest first."""
    wanted = sa.select(Invitation).where(Invitation.organization_id == organization_id)
    return list(db.session.scalars(wanted.order_by(Invitation.id.desc()).limit(50)))


def invitation(invitation_id: int) -> Invitation | None:
    """One offer."""
    return db.session.get(Invitation, invitation_id)


def claim(claim_id: int) -> Claim | None:
    """One claim with its organization."""
    return db.session.get(Claim, claim_id, options=[joinedload(Claim.organization)])


def claims(state: str = "", user_id: int | None = None) -> list[Claim]:
    """Claims, newest first: all, those in one state, those of one person."""
    wanted = sa.select(Claim).options(joinedload(Claim.organization)).order_by(Claim.id.desc())
    if state:
        wanted = wanted.where(Claim.state == state)
    if user_id is not None:
        wanted = wanted.where(Claim.user_id == user_id)
    return list(db.session.scalars(wanted.limit(200)))


def roster(import_id: int) -> RosterImport | None:
    """One roster."""
    return db.session.get(RosterImport, import_id)


def rosters() -> list[RosterImport]:
    """The latest rosters."""
    return list(
        db.session.scalars(sa.select(RosterImport).order_by(RosterImport.id.desc()).limit(50))
    )


def roster_changes(organization_id: int) -> list[tuple[RosterChange, RosterImport]]:
    """What rosters did to an organization, newest first."""
    wanted = sa.select(RosterChange, RosterImport).join(
        RosterImport, RosterImport.id == RosterChange.import_id
    )
    own = wanted.where(RosterChange.organization_id == organization_id)
    return [(a, b) for a, b in db.session.execute(own.order_by(RosterChange.id.desc()).limit(50))]


def _chunks(ids: set[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    return (ordered[i : i + _MANY] for i in range(0, len(ordered), _MANY))


def registered_count() -> int:
    """How many organizations stand in the register; those known from elsewhere are not counted."""
    registered = sa.and_(Organization.archived_at.is_(None), Organization.kind != "other")
    return db.session.scalar(sa.select(sa.func.count(Organization.id)).where(registered)) or 0


@dataclass(frozen=True)
class Contacts:
    """How an organization is reached and who hosts it: for comparing, never for showing."""

    name: str
    phone: str | None
    address: str | None
    host_id: int | None


def contacts(ids: Iterable[int]) -> dict[int, Contacts]:
    """The contacts of these organizations."""
    return {
        row.id: Contacts(row.name, row.contact_phone, row.address, row.host_id)
        for some in _chunks(set(ids))
        for row in db.session.scalars(sa.select(Organization).where(Organization.id.in_(some)))
    }


@dataclass(frozen=True)
class Belonging:
    """Somebody acts, or acted until `ended_at`, for an organization."""

    user_id: int
    organization_id: int
    ended_at: datetime | None


def belongings(user_ids: Iterable[int]) -> list[Belonging]:
    """All memberships of these people, those that ended included."""
    columns = (Membership.user_id, Membership.organization_id, Membership.ended_at)
    wanted = sa.select(*columns).where(Membership.user_id.in_(set(user_ids)))
    return [Belonging(*row) for row in db.session.execute(wanted.order_by(Membership.id))]


@dataclass(frozen=True)
class Naming:
    """All that names an organization, or somebody in it: for hiding, never for showing."""

    names: tuple[str, ...]
    names_en: tuple[str, ...]
    codes: tuple[str, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    websites: tuple[str, ...]
    addresses: tuple[str, ...]
    people: tuple[str, ...]
    member_ids: tuple[int, ...]
    places: tuple[str, ...]
    places_en: tuple[str, ...]


def namings(ids: Iterable[int]) -> dict[int, Naming]:
    """What names these organizations, their hosts included; two statements (a few thousand at most)."""
    wanted = set(ids)
    hosts = sa.select(Organization.host_id).where(Organization.id.in_(wanted))
    rows = {
        row.id: row
        for row in db.session.scalars(
            sa.select(Organization).where(
                sa.or_(Organization.id.in_(wanted), Organization.id.in_(hosts))
            )
        )
    }
    members: dict[int, list[int]] = {}
    active = sa.select(Membership.organization_id, Membership.user_id).where(
        Membership.organization_id.in_(wanted), Membership.ended_at.is_(None)
    )
    for organization_id, user_id in db.session.execute(active.order_by(Membership.id)):
        members.setdefault(organization_id, []).append(user_id)
    return {
        key: _naming(
            [rows[key], *([rows[host]] if (host := rows[key].host_id) in rows else [])],
            members.get(key, []),
        )
        for key in wanted & rows.keys()
    }


def _naming(rows: list[Organization], member_ids: list[int]) -> Naming:
    def column(*names: str) -> tuple[str, ...]:
        return tuple(v for row in rows for name in names if (v := getattr(row, name)))

    codes = {row.county for row in rows} | {row.township for row in rows}
    around = {region.name_zh: region.name_en for region in (*cities(), *counties(home_region()))}
    nearer = [found for code in sorted(filter(None, codes)) if (found := region(code))]
    return Naming(
        names=column("name"),
        names_en=column("name_en"),
        codes=column("uscc", "filing_number", "org_ref"),
        phones=column("contact_phone"),
        emails=column("contact_email"),
        websites=column("website"),
        addresses=column("address"),
        people=column("legal_rep", "contact_name"),
        member_ids=tuple(member_ids),
        places=(*around, *(r.name_zh for r in nearer)),
        places_en=(*filter(None, around.values()), *(r.name_en for r in nearer if r.name_en)),
    )
