"""The expert pool of the city: who was put forward, and what became of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from charity_portal.accounts.services import people
from charity_portal.competitions.queries import experts as queries
from charity_portal.competitions.services import experts
from charity_portal.competitions.services.experts import Job, Profile
from charity_portal.demo import sources
from charity_portal.demo.city import City, address
from charity_portal.demo.timeline import Story
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.permissions import SYSTEM

YEAR = timedelta(days=365)
STEPS = {
    "suspend": ("admit", "suspend"),
    "leave": ("admit", "leave"),
    "refuse": ("refuse",),
    "wait": (),
}
"""What the approver does about a nomination; most are simply admitted."""
DECIDED_BY_OFFICER = ("leave",)


def story(city: City) -> Story:
    """Officers put people forward, these describe themselves, the approver decides; two go again."""
    yield city.at(-98, 9, 30)
    for row in sources.rows("experts", "expert"):
        if "name" in row:
            _open_account(city, row["key"], row["name"])
        with transaction():
            experts.nominate(city.person("officer"), address(row["key"]))
    yield city.at(-97, 20)
    for row in sources.rows("experts", "expert"):
        _describe(city, row)
    yield city.at(-96, 10)
    for row in sources.rows("experts", "expert"):
        steps = STEPS.get(row.get("after", ""), ("admit",))
        if steps:
            _step(city, row, steps[0])
    yield city.at(-70, 11)
    for row in sources.rows("experts", "expert"):
        for step in STEPS.get(row.get("after", ""), ())[1:]:
            _step(city, row, step)


def _open_account(city: City, key: str, name: str) -> None:
    with transaction():
        people.create_person(
            SYSTEM, address(key), name, ("reviewer",), city.password_hash, is_demo=True
        )


def _describe(city: City, row: Mapping[str, Any]) -> None:
    actor = city.person(row["key"])
    profile = Profile(
        title=row["title"],
        about="",
        expertise=tuple(row["expertise"]),
        capacities=tuple(row["capacities"]),
        phone=row["phone"],
        address="",
        away_from=None,
        away_to=None,
        most_reviews=None,
    )
    organization = row.get("organization")
    until = clock.today() - int(row["until_years"]) * YEAR if "until_years" in row else None
    job = Job(
        employer=row.get("employer", ""),
        since=clock.today() - 6 * YEAR,
        until=until,
        organization_id=city.organizations[organization] if organization else None,
    )
    with transaction():
        experts.save(actor, profile)
    with transaction():
        experts.add_employer(actor, job)


def _step(city: City, row: Mapping[str, Any], step: str) -> None:
    person = city.person(row["key"])
    expert = queries.expert_of(person.user_id or 0)
    if expert is None:
        raise LookupError(row["key"])
    actor = city.person("officer" if step in DECIDED_BY_OFFICER else "approver")
    reason = row.get("reason", "") if step != "admit" else ""
    with transaction():
        experts.step(actor, expert.id, step, reason or "材料齐全，符合入库条件。")
