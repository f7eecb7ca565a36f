"""Every address as every persona: each answers as its rule says, none breaks, and no GET writes.

The client itself fails on a GET that writes. Rules do not depend on the database: everybody knocks
on SQLite alone, where a checkpoint also brings everything back after each post. What a page asks the
database for does depend on it, so on PostgreSQL every page is read by the first who may.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from flask import Flask

from charity_portal.kernel import permissions
from charity_portal.kernel.database import db
from charity_portal.kernel.permissions import requires
from tests.architecture.house import access
from tests.architecture.house.source import expect_none
from tests.factories.examples import World, all_examples
from tests.factories.personas import PERSONAS, actor, settle
from tests.support.apps import Portal
from tests.support.databases import SqliteDatabase
from tests.support.people import sign_in

INSIDERS_FIRST = (*PERSONAS[1:], PERSONAS[0])
"""Signed in one sees more: the visitor comes last."""
RULES = {"tests:door:open": permissions.staff("officer")}


def sweep(
    app: Flask, methods: tuple[str, ...], world: World, database: Any, everybody: bool = True
) -> list[str]:
    """Knock at every door as everybody, or as the first whom its rule lets in; what is wrong."""
    built = access.build(app, all_examples(), world)
    cookies = {persona: _cookie(app, world, persona) for persona in PERSONAS}
    wrong = []
    returning = isinstance(database, SqliteDatabase) and methods == access.WRITING
    with database.checkpoint() if returning else nullcontext():
        for door in access.doors(app, methods):
            values = access.values_for(door, built)
            if None in values.values():
                continue  # no example yet: the test above says so
            url = access.address(app, door, values)
            for persona, wanted in guests(door, values, world, everybody):
                client = app.test_client()
                if cookies[persona]:
                    client.set_cookie("session", cookies[persona])
                wrong.append(access.knock(client, url, door, persona, wanted))
                if returning:
                    db.session.remove()
                    database.restore()
    return [line for line in wrong if line]


def guests(
    door: access.Door, values: dict[str, object], world: World, everybody: bool
) -> Iterator[tuple[str, str]]:
    """Who knocks, and what the answer should be."""
    for persona in PERSONAS if everybody else INSIDERS_FIRST:
        db.session.rollback()
        wanted = access.expected(door, actor(world, persona), values)
        if everybody or wanted == "in":
            yield persona, wanted
            if not everybody:
                return


def _cookie(app: Flask, world: World, persona: str) -> str:
    if persona == "anonymous":
        return ""
    client = app.test_client()
    sign_in(client, world.people[persona])
    cookie = client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def test_every_argument_of_an_address_has_an_example(app: Flask) -> None:
    expect_none(access.without_example(app, all_examples()))


def test_reading_answers_as_the_rules_say(portal: Portal, app: Flask) -> None:
    everybody = isinstance(portal.database, SqliteDatabase)
    expect_none(sweep(app, access.READING, settle(), portal.database, everybody))


def test_writing_answers_as_the_rules_say(portals: Callable[[str], Portal]) -> None:
    portal = portals("sqlite")
    portal.restore()
    with portal.app.app_context():
        expect_none(sweep(portal.app, access.WRITING, settle(), portal.database))
        db.session.remove()


def test_no_rule_is_stricter_without_need(app: Flask) -> None:
    expect_none(endpoint for endpoint in access.STRICTER if endpoint not in app.view_functions)


@pytest.fixture
def holed() -> Flask:
    """A small app whose doors do not do what their rules say."""
    permissions.register(RULES)
    app = Flask("holed")

    def honest() -> str:
        return "in"

    def holed() -> str:
        return "in for everybody"

    def broken() -> str:
        raise RuntimeError

    app.add_url_rule("/honest", view_func=requires("tests:door:open")(honest))
    for view in (holed, broken):
        view.permission = "tests:door:open"  # type: ignore[attr-defined]
        app.add_url_rule(f"/{view.__name__}", view_func=view)
    app.add_url_rule(
        "/thing/<int:thing_id>", view_func=requires("public")(honest), endpoint="thing"
    )
    app.register_error_handler(permissions.Forbidden, lambda _: ("no", 403))
    app.register_error_handler(permissions.NotSignedIn, lambda _: ("who?", 401))
    return app


def test_a_door_without_a_lock_and_a_broken_one_are_found(holed: Flask) -> None:
    found = []
    for door in access.doors(holed, access.READING):
        if not door.arguments:
            wanted = access.expected(door, permissions.ANONYMOUS, {})
            response = holed.test_client().open(f"/{door.endpoint}")
            found.append(access.judge(door, "anonymous", wanted, response))
    by_endpoint = [line.split()[1] for line in found if line]
    assert by_endpoint == ["broken", "holed"]


def test_an_argument_without_example_is_found(holed: Flask) -> None:
    assert access.without_example(holed, {})
    assert not access.without_example(holed, {"thing_id": lambda world: 1})
