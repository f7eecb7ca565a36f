"""Organizations for tests: synthetic, with codes that check."""

import io
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from charity_portal.accounts.models import User
from charity_portal.kernel import files
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.identifiers import make_uscc
from charity_portal.kernel.permissions import SYSTEM, Actor
from charity_portal.kernel.tables import Column, write_xlsx
from charity_portal.organizations import queries
from charity_portal.organizations.models import Claim, Invitation, Organization, RosterImport
from charity_portal.organizations.rules.roster_rows import TITLES
from charity_portal.organizations.services import claims, members, register, rosters
from tests.factories.accounts import make_user
from tests.factories.examples import Example
from tests.factories.uploads import pdf

OFFICER = Actor(user_id=None, name="officer", roles=frozenset({"officer"}))
_serials = itertools.count(1)
_MARKS = {"association": "1", "service": "2", "foundation": "3"}


def values(**given: Any) -> dict[str, Any]:
    """A complete entry; `given` replaces fields."""
    number = next(_serials)
    kind = given.get("kind", "service")
    entry: dict[str, Any] = {
        "name": f"春晓社会工作服务中心{number}",
        "kind": kind,
        "county": "370602",
        "registered_on": None,
    }
    if kind in _MARKS:
        entry["uscc"] = make_uscc("370602", number, _MARKS[kind])
    elif kind == "community_group":
        entry["filing_number"] = f"芝社备〔2025〕{number:04d}号"
    else:
        entry["org_ref"] = f"GB-CHC-{1000000 + number}"
        entry["county"] = None
    return entry | given


def make_organization(host: Organization | None = None, **given: Any) -> Organization:
    """An entry of the register."""
    with transaction():
        key = register.register(OFFICER, values(**given), host.id if host else None)
    return db.session.get_one(Organization, key)


def make_member(organization: Organization, role: str = "owner", user: User | None = None) -> User:
    """Somebody who acts for an organization."""
    user = user or make_user()
    with transaction():
        members.join(SYSTEM, organization.id, user.id, role)
    return user


def acting(user: User) -> Actor:
    """The person as the app makes actors."""
    return Actor(user.id, user.name, frozenset(), queries.memberships_of(user.id))


def letter() -> files.Prepared:
    """A letter of authority."""
    return files.prepare_own(pdf(), "授权书.pdf", "application/pdf")


def make_claim(organization: Organization | None = None, user: User | None = None) -> Claim:
    """An open claim."""
    organization, user = organization or make_organization(), user or make_user()
    prepared = letter()
    with transaction():
        key = claims.claim(acting(user), organization.id, "秘书长", prepared)
    return db.session.get_one(Claim, key)


def make_invitation(
    organization_id: int, email: str = "new@example.org", role: str = "editor"
) -> Invitation:
    """An open invitation, sent by the office."""
    with transaction():
        key = members.invite(OFFICER, organization_id, email, role)
    return db.session.get_one(Invitation, key)


def roster_file(
    rows: Iterable[Mapping[str, Any]], without: Iterable[str] = (), **titles: str
) -> bytes:
    """A workbook with all columns of a roster, as text; `rows` by field name."""
    left_out = set(without)
    columns = [
        Column(name, titles.get(name, title.msgid))
        for name, title in TITLES.items()
        if name not in left_out
    ]
    return write_xlsx("名册", columns, ({c.key: row.get(c.key) for c in columns} for row in rows))


def roster_rows(count: int, first: int = 500_000) -> list[dict[str, Any]]:
    """So many service organizations as rows of a roster."""
    return [
        {
            "name": f"名册机构{number}",
            "kind": "社会服务机构",
            "uscc": make_uscc("370602", number),
            "county": "芝罘区",
            "registered_on": "2019-06-01",
            "contact_phone": f"0535-6{number:06d}",
            "is_charity": "是" if number % 5 == 0 else "否",
        }
        for number in range(first, first + count)
    ]


def make_roster(
    rows: Iterable[Mapping[str, Any]] | None = None, actor: Actor = OFFICER
) -> RosterImport:
    """A roster on its way, not checked yet."""
    content = roster_file(roster_rows(2) if rows is None else rows)
    prepared = files.prepare(io.BytesIO(content), "名册.xlsx", files.TABLES)
    with transaction():
        return rosters.begin_roster(actor, prepared, "zh")


EXAMPLES: dict[str, Example] = {
    "organization_id": lambda world: world.organization_id,
    "claim_id": lambda world: make_claim(user=db.session.get_one(User, world.people["person"])).id,
    "invitation_id": lambda world: make_invitation(world.organization_id).id,
    "import_id": lambda world: make_roster().id,
    "file_format": lambda world: "csv",
}
