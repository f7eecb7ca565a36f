"""Everybody who may knock at a door: each role of the portal, each role in an organization, strangers.

`settle()` makes one person of each kind and two organizations: the one that examples belong to, and
another one, whose owner is the stranger.
"""

from charity_portal.accounts.models import RoleGrant, User
from charity_portal.accounts.rules.roles import ROLES
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.identifiers import make_uscc
from charity_portal.kernel.permissions import ANONYMOUS, Actor
from charity_portal.organizations.models import Membership, Organization
from tests.factories.examples import World

MEMBERS = {"org_owner": "owner", "org_editor": "editor", "org_finance": "finance"}
PERSONAS = ("anonymous", *ROLES, *MEMBERS, "stranger", "person")
"""`stranger` owns another organization; `person` has an account and nothing else."""


def settle() -> World:
    """Make everybody, inside a transaction of its own."""
    with transaction():
        ours, theirs = (_organization(number) for number in (910_001, 910_002))
        people = {persona: _person(persona) for persona in PERSONAS if persona != "anonymous"}
        for role in ROLES:
            db.session.add(RoleGrant(user_id=people[role], role=role))
        for persona, role in MEMBERS.items():
            db.session.add(Membership(organization_id=ours, user_id=people[persona], role=role))
        db.session.add(Membership(organization_id=theirs, user_id=people["stranger"], role="owner"))
        return World(people, ours, theirs)


def actor(world: World, persona: str) -> Actor:
    """Who the portal should take this person for."""
    if persona == "anonymous":
        return ANONYMOUS
    memberships = {}
    if persona in MEMBERS:
        memberships[world.organization_id] = MEMBERS[persona]
    if persona == "stranger":
        memberships[world.other_organization_id] = "owner"
    roles = frozenset({persona}) & frozenset(ROLES)
    return Actor(world.people[persona], persona, roles, memberships)


def _person(persona: str) -> int:
    user = User(email=f"{persona}@example.org", name=persona)
    db.session.add(user)
    db.session.flush()
    return user.id


def _organization(serial: int) -> int:
    code = make_uscc("370602", serial)
    organization = Organization(
        org_ref=f"CN-SOC-{code}", name=f"测试社会组织{serial}", kind="service", uscc=code
    )
    db.session.add(organization)
    db.session.flush()
    return organization.id
