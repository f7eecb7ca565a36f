"""No page offers its reader what would then be refused."""

from collections.abc import Callable

from flask import Flask

from charity_portal.kernel.database import db
from tests.architecture.house import access
from tests.architecture.house.offers import Offer, offered, refused
from tests.architecture.house.source import expect_none
from tests.factories.examples import World, all_examples
from tests.factories.personas import actor, settle
from tests.support.apps import Portal
from tests.support.people import sign_in

READERS = ("auditor", "officer", "reviewer", "org_finance", "anonymous")
"""Who sees more than they may do; owners, editors and administrators may do what they see."""


def walk(app: Flask, world: World) -> list[str]:
    """Read every page as whoever may; what is offered in vain."""
    built = access.build(app, all_examples(), world)
    wrong = []
    for persona in READERS:
        client = app.test_client()
        if persona != "anonymous":
            sign_in(client, world.people[persona])
        reader = actor(world, persona)
        known: dict[Offer, list[str]] = {}
        for door in access.doors(app, access.READING):
            values = access.values_for(door, built)
            db.session.rollback()
            if None in values.values() or not door.opens(reader, values):
                continue
            url = access.address(app, door, values)
            with client.get(url) as answer:
                if answer.status_code != 200 or answer.mimetype != "text/html":
                    continue
                page = answer.get_data(as_text=True)
            for offer in offered(page, f"http://localhost{url}"):
                known.setdefault(offer, []).append(door.endpoint)
        db.session.rollback()
        for offer, pages in known.items():
            wrong += [f"{persona} on {pages[0]}: {text}" for text in refused(app, reader, {offer})]
    return wrong


def test_every_link_and_button_opens_for_whoever_sees_it(
    portals: Callable[[str], Portal],
) -> None:
    portal = portals("sqlite")
    portal.restore()
    with portal.app.app_context():
        expect_none(walk(portal.app, settle()))
        db.session.remove()


def test_what_leads_nowhere_or_is_refused_is_found(app: Flask) -> None:
    page = (
        '<a href="/office/competitions">x</a><a href="/nothing-here">x</a>'
        '<form method="post" action="/office/competitions/new"></form>'
        '<button formaction="/office/competitions">x</button><a href="https://example.org/">x</a>'
    )
    found = list(refused(app, actor(settle(), "auditor"), offered(page, "http://localhost/")))
    assert found == [
        "GET /nothing-here: 404",
        "POST /office/competitions: 405",
        "POST /office/competitions/new: competitions:edition:edit",
    ]
