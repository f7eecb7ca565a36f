"""A view without a name is closed; a name is asked for in one way everywhere."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from charity_portal.kernel import permissions
from charity_portal.kernel.errors import Forbidden, NotFound, NotSignedIn
from charity_portal.kernel.permissions import ANONYMOUS, SYSTEM, Actor, can, require, requires

KNOWN = Actor(user_id=5, name="known", memberships={7: "editor"})


@pytest.fixture(autouse=True)
def rules(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Names of this test only; the app has its own by then."""
    monkeypatch.setattr(permissions, "_rules", dict(permissions._rules))
    permissions.register(
        {
            "tests:thing:see": lambda actor, thing: thing == "open",
            "tests:office:enter": permissions.staff("officer", "auditor"),
        }
    )
    yield


def test_a_permission_is_defined_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        permissions.register({"tests:thing:see": permissions.anybody})


def test_an_unknown_permission_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        can(KNOWN, "tests:thing:fly")


def test_a_stranger_is_asked_to_sign_in_and_a_known_person_is_refused() -> None:
    with pytest.raises(NotSignedIn):
        require(ANONYMOUS, "tests:thing:see", "closed")
    with pytest.raises(Forbidden):
        require(KNOWN, "tests:thing:see", "closed")
    require(KNOWN, "tests:thing:see", "open")


def test_the_portal_itself_may_everything() -> None:
    assert can(SYSTEM, "tests:thing:see", "closed")


def test_one_of_the_roles_is_enough() -> None:
    assert can(Actor(user_id=1, roles=frozenset({"auditor"})), "tests:office:enter")
    assert not can(Actor(user_id=1, roles=frozenset({"finance"})), "tests:office:enter")


def test_a_role_in_an_organization_is_of_that_organization_only() -> None:
    assert KNOWN.role_in(7) == "editor"
    assert KNOWN.role_in(8) is None
    assert KNOWN.role_in(None) is None


def test_a_view_gets_the_loaded_subject_or_is_not_found(app: Flask) -> None:
    @requires("tests:thing:see", load=lambda key: {"a": "open", "b": "closed"}.get(key))
    def show(thing: Any) -> str:
        return f"saw {thing}"

    with app.test_request_context():
        assert show(key="a") == "saw open"
        with pytest.raises(NotSignedIn):
            show(key="b")
        with pytest.raises(NotFound):
            show(key="c")


def test_a_view_that_names_no_permission_is_closed(app: Flask) -> None:
    guard = next(f for f in app.before_request_funcs[None] if f.__name__ == "refuse_unnamed")
    app.view_functions["tests.forgotten"] = lambda: "open door"
    try:
        with app.test_request_context("/") as context:
            context.request.url_rule = app.url_map._rules[0].empty()
            context.request.url_rule.endpoint = "tests.forgotten"
            with pytest.raises(Forbidden):
                guard()
    finally:
        del app.view_functions["tests.forgotten"]
