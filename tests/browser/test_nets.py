"""The nets of the browser tests catch what they are for; shown on pages that are wrong on purpose."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, Route

STRICT = {"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'"}
GOOD = (
    '<!doctype html><html lang="en"><title>t</title><main><h1>Title</h1><p>Text</p></main></html>'
)


@pytest.fixture
def live() -> SimpleNamespace:
    """No portal is needed here: the pages are put in its place."""
    return SimpleNamespace(url="http://portal.test")


@pytest.fixture
def serve(page: Page) -> Callable[..., None]:
    """`serve(path=(status, body))`: what the browser gets instead of a portal."""

    def put(pages: dict[str, tuple[int, str]]) -> None:
        def answer(route: Route) -> None:
            path = route.request.url.removeprefix("http://portal.test")
            status, body = pages.get(path, (404, "nothing"))
            kind = "text/javascript" if path.endswith(".js") else "text/html; charset=utf-8"
            route.fulfill(status=status, body=body, headers={**STRICT, "Content-Type": kind})

        page.route("**/*", answer)

    return put


def caught(troubles: list[str], word: str) -> bool:
    """Whether the trouble was noticed; it is taken off the list, so that the test may pass."""
    found = any(word in trouble for trouble in troubles)
    troubles.clear()
    return found


def test_a_good_page_has_no_trouble(page: Page, serve: Callable[..., None]) -> None:
    serve({"/": (200, GOOD), "/favicon.ico": (200, "")})
    page.goto("/")


def test_a_script_error_is_caught(
    page: Page, serve: Callable[..., None], troubles: list[str]
) -> None:
    serve({"/": (200, GOOD + '<script src="/a.js"></script>'), "/a.js": (200, "nobody.home()")})
    page.goto("/")
    assert caught(troubles, "nobody is not defined")


def test_an_inline_style_that_the_policy_refuses_is_caught(
    page: Page, serve: Callable[..., None], troubles: list[str]
) -> None:
    serve({"/": (200, GOOD + '<p style="color: red">red</p>')})
    page.goto("/")
    assert caught(troubles, "Content Security Policy")


def test_a_missing_static_file_is_caught_and_a_404_page_is_not(
    page: Page, serve: Callable[..., None], troubles: list[str]
) -> None:
    serve({"/": (200, GOOD + '<script src="/static/a.js"></script>'), "/gone": (404, GOOD)})
    page.goto("/gone")
    assert troubles == []
    page.goto("/")
    assert caught(troubles, "404")


def test_a_server_error_is_caught(
    page: Page, serve: Callable[..., None], troubles: list[str]
) -> None:
    serve({"/": (500, GOOD)})
    page.goto("/")
    assert caught(troubles, "500")


def test_a_field_without_label_is_caught(
    page: Page, serve: Callable[..., None], check_accessibility: Callable[[Page], None]
) -> None:
    serve({"/": (200, GOOD), "/bad": (200, GOOD.replace("<p>Text</p>", "<input>"))})
    page.goto("/")
    check_accessibility(page)
    page.goto("/bad")
    with pytest.raises(AssertionError, match="label"):
        check_accessibility(page)
