"""A person's organizations before a call."""

from flask import Flask

from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import ANONYMOUS, Actor
from charity_portal.projects.models.applications import Application
from charity_portal.projects.queries.call_eligibility import standings
from tests.factories.calls import make_call
from tests.factories.organizations import make_organization


def test_each_organization_that_one_prepares_for_is_answered(app: Flask) -> None:
    good = make_organization(county="370602")
    bad = make_organization(county="370611")
    watched = make_organization(county="370602")
    actor = Actor(1, "", memberships={good.id: "owner", bad.id: "editor", watched.id: "finance"})
    call = make_call(eligibility={"regions": ["370602"], "kinds": ["service"]})
    found = {s.organization_id: s for s in standings(actor, call)}
    assert set(found) == {good.id, bad.id}
    assert found[good.id].holds and not found[bad.id].holds
    wrong = [str(a.found) for a in found[bad.id].answers if not a.holds]
    assert wrong == ["本机构登记地为福山区"]


def test_an_application_begun_uses_up_the_limit(app: Flask) -> None:
    organization, call = make_organization(), make_call()
    actor = Actor(1, "", memberships={organization.id: "owner"})
    assert standings(actor, call)[0].holds
    with transaction():
        db.session.add(
            Application(call_id=call.id, organization_id=organization.id, state="submitted")
        )
    assert not standings(actor, call)[0].holds


def test_strangers_get_no_answers(app: Flask) -> None:
    assert standings(ANONYMOUS, make_call()) == []
