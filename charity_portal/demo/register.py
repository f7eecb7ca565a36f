"""The register of organizations and everybody who has an account."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from charity_portal.accounts.services import people
from charity_portal.demo import sources
from charity_portal.demo.city import City, address, owner_key
from charity_portal.demo.timeline import Story
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.identifiers import make_uscc
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.organizations.services import members, register

MARKS = {"association": "1", "service": "2", "foundation": "3"}
YEAR = timedelta(days=365)
FIRST_SERIAL = 100
HOST = "fushan"
BEGINNING = -480
"""Working days before the city is loaded: the funds have a past of nearly two years."""


def beginning(city: City) -> Story:
    """The office and the charity that hosts the funds come first."""
    yield city.at(BEGINNING, 8, 30)
    for row in sources.rows("people", "staff"):
        _open_account(city, row["key"], row["name"], row["role"])
    for row in sources.rows("people", "seat"):
        _open_account(city, row["key"], row["name"])
    yield city.at(BEGINNING, 9)
    rows = sources.rows("organizations", "organization")
    place = next(place for place, row in enumerate(rows) if row["key"] == HOST)
    _enter(city, place, rows[place])


def story(city: City) -> Story:
    """Organizations are entered, their owners join; later some lose their standing."""
    rows = {row["key"]: row for row in sources.rows("organizations", "organization")}
    yield city.at(-111, 9)
    for place, row in enumerate(rows.values()):
        if row["key"] != HOST:
            _enter(city, place, row)
    yield city.at(-110, 10)
    for row in sources.rows("people", "member"):
        _open_account(city, row["key"], row["name"])
    for row in sources.rows("people", "other"):
        _open_account(city, row["key"], row["name"])
    yield city.at(-110, 14)
    for row in sources.rows("people", "member"):
        if row["key"] != "editor2":  # comes by invitation
            _join(city, row["key"], row["organization"], row["role"])
    for row in rows.values():
        if "owner" in row and owner_key(row["key"]).startswith("owner."):
            _open_account(city, owner_key(row["key"]), row["owner"])
            _join(city, owner_key(row["key"]), row["key"], "owner")
    yield city.at(-100, 15)
    _list(city, "hongtu", "abnormal", "连续两年未按规定报送年度工作报告")
    yield city.at(-60, 15)
    _list(city, "yuanfan", "abnormal", rows["yuanfan"]["basis"])
    yield city.at(-50, 11)
    with transaction():
        reason = rows["jiuyuan"]["archived"]
        register.set_archived(city.person("officer"), city.organizations["jiuyuan"], True, reason)
    yield city.at(-41, 15)
    _list(city, "hongtu", "serious", rows["hongtu"]["basis"])


def _open_account(city: City, key: str, name: str, *roles: str) -> None:
    with transaction():
        people.create_person(
            SYSTEM, address(key), name, roles, password_hash=city.password_hash, is_demo=True
        )


def _join(city: City, person: str, organization: str, role: str) -> None:
    user_id = city.person(person).user_id
    assert user_id is not None
    with transaction():
        members.join(SYSTEM, city.organizations[organization], user_id, role)


def _enter(city: City, place: int, row: Mapping[str, Any]) -> None:
    host = city.organizations[row["host"]] if "host" in row else None
    with transaction():
        values = _values(place, row)
        city.organizations[row["key"]] = register.register(city.person("officer"), values, host)


def _values(place: int, row: Mapping[str, Any]) -> dict[str, Any]:
    today = clock.today()
    founded = _founded(today, place, row["years"])
    code = _code(place, row, founded)
    values = {
        **{name: row.get(name) for name in ("name", "name_en", "kind", "county", "grade")},
        **code,
        "is_hub": row.get("hub", False),
        "is_charity": row.get("charity", False),
        "registered_on": founded,
        "contact_phone": f"0535-0000{200 + place}",
        "contact_email": f"office.{row['key']}@{sources.DOMAIN}",
        "contact_name": row.get("owner"),
        "legal_rep": row.get("owner") if row["kind"] in MARKS else None,
    }
    if "grade" in row:
        values |= {"grade_from": today - YEAR, "grade_to": today + 4 * YEAR}
    for qualification in ("fundraising", "deductible"):
        if row.get(qualification):
            values[f"{qualification}_from"] = today - 2 * YEAR
            values[f"{qualification}_to"] = today + 3 * YEAR
    return values


def _founded(today: date, place: int, years: int) -> date:
    """So many whole years ago and some weeks, which differ."""
    return today - years * YEAR - timedelta(days=20 + 7 * place % 300)


def _code(place: int, row: Mapping[str, Any], founded: date) -> dict[str, str]:
    serial = FIRST_SERIAL + place
    if row["kind"] in MARKS:
        return {"uscc": make_uscc(row["county"], serial, MARKS[row["kind"]])}
    return {"filing_number": f"鲁东社备〔{founded.year}〕{serial:04d}号"}


def _list(city: City, organization: str, standing: str, basis: str) -> None:
    with transaction():
        register.set_standing(
            city.person("officer"), city.organizations[organization], standing, clock.today(), basis
        )
