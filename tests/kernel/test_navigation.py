"""A bar offers what its reader may open, in order."""

from collections.abc import Iterator

import pytest
from flask import Flask, g

from charity_portal.kernel import navigation, permissions
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor


@pytest.fixture(autouse=True)
def registry(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Entries and names of this test only; the app has its own by then."""
    monkeypatch.setattr(navigation, "_entries", [])
    monkeypatch.setattr(permissions, "_rules", dict(permissions._rules))
    permissions.register({"tests:office:enter": permissions.staff("officer")})
    navigation.add("public", "accounts.sign_in", say("请先登录"), "public", 20)
    navigation.add("public", "accounts_sessions.index", say("没有找到"), "public", 10)
    navigation.add("public", "accounts.csrf_token", say("没有权限"), "tests:office:enter", 5)
    navigation.add("public", "accounts.start", say("首页"), "public", 30, home_of=("clerk",))
    yield


def labels(app: Flask, actor: Actor) -> list[str]:
    with app.test_request_context("/account/sign-in"):
        g.actor = actor
        return [str(entry.label) for entry in navigation.entries("public")]


def test_only_what_may_be_opened_is_offered_in_order(app: Flask) -> None:
    assert labels(app, Actor()) == ["没有找到", "请先登录", "首页"]
    officer = Actor(user_id=1, roles=frozenset({"officer"}))
    assert labels(app, officer) == ["没有权限", "没有找到", "请先登录", "首页"]


def test_the_part_one_is_in_is_marked(app: Flask) -> None:
    with app.test_request_context("/account/sign-in"):
        marks = {entry.endpoint: entry.current for entry in navigation.entries("public")}
    assert [endpoint for endpoint, marked in marks.items() if marked] == ["accounts.sign_in"]


def test_a_page_that_no_entry_leads_to_belongs_to_the_entry_above_its_address(app: Flask) -> None:
    navigation.add("office", "competitions_editions.index", say("首页"), "public", 10)
    navigation.add("office", "projects_office_calls.index", say("首页"), "public", 20)
    for path, marked in (
        ("/office/competitions/7/panel", ["competitions_editions.index"]),
        ("/office/calls/7", ["projects_office_calls.index"]),
        ("/office/people", []),
    ):
        with app.test_request_context(path):
            found = [e.endpoint for e in navigation.entries("office") if e.current]
        assert found == marked


def test_an_unknown_audience_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="nobody"):
        navigation.add("nobody", "x", say("没有找到"), "public", 1)


def test_each_role_begins_at_its_own_work_and_others_at_the_first_entry(app: Flask) -> None:
    begins = {}
    for role in ("clerk", "officer"):
        with app.test_request_context("/"):
            g.actor = Actor(user_id=1, roles=frozenset({role}))
            entry = navigation.home("public")
            begins[role] = str(entry.label) if entry else None
    assert begins == {"clerk": "首页", "officer": "没有权限"}
    with app.test_request_context("/"):
        assert navigation.home("workspace") is None
