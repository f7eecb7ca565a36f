"""A panel on its way: experts in the pool, drawn, asked, bound; made by the services."""

import itertools
from typing import Any

from charity_portal.accounts.models import User
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.experts import Expert
from charity_portal.competitions.models.panels import Conflict, Panelist
from charity_portal.competitions.queries import experts as expert_queries
from charity_portal.competitions.services import conflicts, draws, panels
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import SYSTEM, Actor
from charity_portal.organizations.models import Organization
from charity_portal.organizations.services import members as organization_members
from charity_portal.projects.models.applications import Application, DraftField
from tests.factories import competitions as make
from tests.factories.accounts import make_user
from tests.factories.examples import Example, World
from tests.factories.organizations import make_organization

_numbers = itertools.count(1)
FIELDS = ("elderly", "children", "community", "finance")


def person(role: str) -> Actor:
    """Somebody with that role, whoever it is."""
    return Actor(name=role, roles=frozenset({role}))


def pool(count: int, **changes: Any) -> list[Expert]:
    """So many admitted experts; the first is a finance professional, the second speaks for those
    served, the third is senior."""
    found = []
    for n in range(count):
        capacities = {0: ["finance"], 1: ["user_representative"], 2: ["senior"]}.get(n, [])
        values = {"expertise": [FIELDS[n % len(FIELDS)]], "capacities": capacities} | changes
        found.append(make.make_expert(f"专家{n:02d}", **values))
    return found


def entry(edition: Edition) -> Application:
    """An application in the edition's first stage, without papers: the row and its lead alone."""
    organization_id = make_organization().id
    with transaction():
        row = Application(
            call_id=edition.call_id,
            organization_id=organization_id,
            state="eligible",
            number=f"SB-2026-9{next(_numbers):05d}",
            title="银龄陪伴计划",
            submitted_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
        db.session.add(DraftField(application_id=row.id, key="lead_name", value="周安宁", rev=1))
    return make.make_entry(edition.stages[0], row)


def scene(applications: int = 2, panelists: int = 2) -> make.Round:
    """Everybody reviews everything, as `make_round`, with applications that hold little."""
    edition = make.make_edition()
    (stage,) = edition.stages
    entries = [entry(edition) for _ in range(applications)]
    panel = [make.make_panelist(edition) for _ in range(panelists)]
    with transaction():
        reviews = [make.make_review(stage, judge, one) for judge in panel for one in entries]
    return make.Round(edition, stage, entries, panel, reviews)


def acting(panelist_or_expert: Panelist | Expert) -> Actor:
    """The expert, as the app makes actors."""
    user = db.session.get_one(User, panelist_or_expert.user_id)
    return Actor(user.id, user.name, frozenset({"reviewer"}))


def drawn(edition: Edition, size: int = 3, standbys: int = 2) -> list[Panelist]:
    """The panel drawn from whoever is in the pool, nobody asked yet."""
    with transaction():
        draws.draw(person("officer"), edition.id, size, standbys, {})
    return listed(edition)


def asked(edition: Edition, size: int = 3, standbys: int = 2, days: int = 5) -> list[Panelist]:
    """The panel drawn and asked to answer within so many days."""
    drawn(edition, size, standbys)
    with transaction():
        panels.invite(person("officer"), edition.id, clock.at_local(_day(days), 18))
    return listed(edition)


def _day(days: int) -> Any:
    return clock.today().fromordinal(clock.today().toordinal() + days)


def listed(edition: Edition) -> list[Panelist]:
    """All places in the order drawn, as they are now."""
    db.session.expire_all()
    found = db.session.query(Panelist).filter_by(edition_id=edition.id)
    return list(found.order_by(Panelist.position))


def belongs(panelist: Panelist | Expert, organization: Organization) -> None:
    """Make the expert a member of an organization."""
    with transaction():
        organization_members.join(SYSTEM, organization.id, panelist.user_id, "editor")


def conflict(panelist: Panelist, application: Application, note: str = "同事举报") -> Conflict:
    """A conflict that an officer entered."""
    with transaction():
        entered = conflicts.add(person("officer"), panelist.id, application.id, "family", note)
    assert entered is not None
    return entered


def _expert(world: World) -> Expert:
    """The persona's own entry: one person has one."""
    user_id = world.people["reviewer"]
    return expert_queries.expert_of(user_id) or make.make_expert(user_id=user_id)


def _panelist(world: World) -> Panelist:
    return make.make_panelist(make.make_edition(), _expert(world))


def _conflict(world: World) -> Conflict:
    edition = make.make_edition()
    return conflict(make.make_panelist(edition, _expert(world)), entry(edition))


def _review(world: World) -> int:
    edition = make.make_edition()
    (stage,) = edition.stages
    panelist = make.make_panelist(edition, _expert(world))
    return make.make_review(stage, panelist, entry(edition)).id


def _invited(world: World) -> int:
    user = make_user(roles=["reviewer"])
    return make.make_panelist(
        make.make_edition(), make.make_expert(user_id=user.id), state="invited"
    ).id


EXAMPLES: dict[str, Example] = {
    "expert_id": lambda world: _expert(world).id,
    "panelist_id": lambda world: _panelist(world).id,
    "conflict_id": lambda world: _conflict(world).id,
    "competitions_recusals.ask.review_id": _review,
    "competitions_recusals.recuse.review_id": _review,
    "competitions_panel.show.edition_id": lambda world: make.make_edition(state="draft").id,
    "competitions_panel.release.panelist_id": _invited,
}
