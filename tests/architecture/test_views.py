"""What the map of addresses promises: a permission for each view, tidy addresses, no surprises."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.kernel import permissions
from tests.architecture.house.source import expect_none

NAME = re.compile(r"[a-z_]+(:[a-z_-]+){2}")
ADDRESS = re.compile(r"(/((<[^<>]+>|[a-z0-9-]+)(\.([a-z]+|<[^<>]+>))?)?)+")
FRAMEWORK = {"static"}


def endpoints(app: Flask) -> list[str]:
    """The endpoints that are ours."""
    return sorted(name for name in app.view_functions if name not in FRAMEWORK)


def unnamed(app: Flask) -> list[str]:
    """Views that name no permission, or one that nobody defined."""
    named = {e: getattr(app.view_functions[e], "permission", None) for e in endpoints(app)}
    return [f"{e}: {name}" for e, name in named.items() if name not in permissions.names()]


def untidy(app: Flask) -> list[str]:
    """Addresses that are not kebab-case."""
    ours = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in FRAMEWORK]
    return [rule.rule for rule in ours if not ADDRESS.fullmatch(rule.rule)]


@pytest.fixture
def bare_app(app: Flask) -> Flask:
    """An app of its own that a test may add views to."""
    small = Flask("small")
    small.testing = True
    permissions.init_app(small)
    return small


def test_every_view_names_a_permission_that_exists(app: Flask) -> None:
    expect_none(unnamed(app))


def test_every_permission_is_called_domain_thing_verb(app: Flask) -> None:
    named = permissions.names() - {"public"}
    expect_none(name for name in sorted(named) if not NAME.fullmatch(name))


def test_every_address_is_kebab_case(app: Flask) -> None:
    expect_none(untidy(app))


def test_a_view_that_names_nothing_is_found_and_answers_403(bare_app: Flask) -> None:
    bare_app.add_url_rule("/Open_Door", "open_door", lambda: "come in")
    assert unnamed(bare_app) == ["open_door: None"]
    assert untidy(bare_app) == ["/Open_Door"]
    with pytest.raises(permissions.Forbidden):
        bare_app.test_client().get("/Open_Door")


def test_an_unknown_address_is_404(client: FlaskClient) -> None:
    assert client.get("/no-such-page").status_code == 404
