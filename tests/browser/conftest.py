"""Fixtures of the browser journeys: a real portal, a real browser, and no error left unnoticed."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from weakref import WeakSet

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from playwright.sync_api import Error as PlaywrightError

from tests.support.clocks import FrozenClock
from tests.support.live import BarePortal, LivePortal, chromium
from tests.support.stage import Stage

OpenPage = Callable[..., Page]
WITHOUT_SCRIPTS: WeakSet[Page] = WeakSet()  # axe would wait for ever on these
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A page that answers 4xx on purpose makes the browser say so; a missing file or a 5xx never is.
ON_PURPOSE = "Failed to load resource: the server responded with a status of 4"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, kept from talking to its makers."""
    return {**browser_type_launch_args, "executable_path": chromium(), "args": ARGUMENTS}


@pytest.fixture(scope="session")
def portals_running() -> Iterator[Callable[[str], LivePortal]]:
    """Running portals by the name of their database, started on first use."""
    running: dict[str, LivePortal] = {}
    failed: dict[str, str] = {}  # a start that failed once is not tried again for each test

    def get(name: str) -> LivePortal:
        if name in failed:
            pytest.fail(f"the portal on {name} did not start, see above: {failed[name]}", False)
        if name not in running:
            try:
                running[name] = LivePortal(name) if name == "sqlite" else BarePortal(name)
            except AssertionError as error:
                failed[name] = str(error).splitlines()[0]
                raise
        return running[name]

    yield get
    for portal in running.values():
        portal.stop()


@pytest.fixture
def live(
    request: pytest.FixtureRequest, portals_running: Callable[[str], LivePortal]
) -> LivePortal:
    """The demo city as it was when it opened, on SQLite.

    `@pytest.mark.parametrize("live", ["sqlite", "postgresql"], indirect=True)` adds the portal without
    a city on PostgreSQL (`tests/demo` loads the city there).
    """
    portal = portals_running(getattr(request, "param", "sqlite"))
    portal.restore()
    return portal


@pytest.fixture(scope="session")
def empty_portal() -> Iterator[Stage]:
    """The portal without the demo city, started on first use."""
    portal = Stage()
    yield portal
    portal.stop()


@pytest.fixture
def stage(empty_portal: Stage, clock: FrozenClock) -> Iterator[Stage]:
    """A portal with nothing in it and a clock that the test moves (`support/stage.py`). A module
    whose pages belong to it says so: `live` is then this portal."""
    with empty_portal.opened(clock):
        yield empty_portal


@pytest.fixture
def page_as(open_page: OpenPage, stage: Stage) -> OpenPage:
    """`page_as(user_id, **look)`: as `open_page`, with that person signed in on the empty portal."""

    def open_signed_in(user_id: int, **look: Any) -> Page:
        page = open_page(**look)
        page.context.add_cookies(
            [{"name": "session", "value": stage.cookie(user_id), "url": stage.url}]
        )
        return page

    return open_signed_in


@pytest.fixture
def troubles() -> Iterator[list[str]]:
    """What the browser complained about; the test fails unless the list is empty in the end."""
    seen: list[str] = []
    yield seen
    assert seen == []


@pytest.fixture
def open_page(live: LivePortal, browser: Browser, troubles: list[str]) -> Iterator[OpenPage]:
    """`open_page(javascript=True, language="zh", width=1366, height=768, dark=False)`: a person of
    their own, with their own cookies, standing before the portal's address (`page.goto("/calls")`).
    """
    contexts: list[BrowserContext] = []

    def open_one(
        javascript: bool = True,
        language: str = "zh",
        width: int = 1366,
        height: int = 768,
        dark: bool = False,
    ) -> Page:
        context = browser.new_context(
            base_url=live.url,
            java_script_enabled=javascript,
            locale="zh-CN" if language == "zh" else "en-GB",
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(15_000)
        if language == "en":
            context.add_cookies([{"name": "language", "value": "en", "url": live.url}])
        contexts.append(context)
        context.on("page", lambda page: listen(page, troubles))  # each of the person's tabs
        page = context.new_page()
        if not javascript:
            WITHOUT_SCRIPTS.add(page)
        return page

    yield open_one
    for context in contexts:
        context.close()


def listen(page: Page, troubles: list[str]) -> None:
    """Note script errors, refused content (CSP) and failed loads of this page."""

    def on_console(message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        expected = message.text.startswith(ON_PURPOSE) and "/static/" not in where
        if message.type == "error" and not expected:
            troubles.append(f"{page.url}: {message.text} ({where})")

    page.on("console", on_console)
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A visitor with JavaScript, in Chinese, at a desk."""
    return open_page()


@pytest.fixture
def no_js_page(open_page: OpenPage) -> Page:
    """A visitor whose browser runs no scripts."""
    return open_page(javascript=False)


@pytest.fixture(scope="session")
def check_accessibility() -> Callable[..., None]:
    """`check_accessibility(page, colours=True)` fails with every violation of the page as it is now."""
    axe = Axe()

    def check(page: Page, colours: bool = True) -> None:
        assert page not in WITHOUT_SCRIPTS, "axe is a script; check the page with scripts"
        results = axe.run(page, options={"rules": {"color-contrast": {"enabled": colours}}})
        found = [
            f"{v['id']} ({v['impact']}): {v['help']}: {[node['target'] for node in v['nodes']]}"
            for v in results.response["violations"]
        ]
        assert found == [], f"{page.url}"

    return check


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Iterator[Any]:
    """Keep a picture of each open page when a journey fails."""
    report = yield
    if report.when == "call" and report.failed:
        folder = item.config.rootpath / "tests" / "browser" / "failures"
        folder.mkdir(exist_ok=True)
        browser = getattr(item, "funcargs", {}).get("browser")
        pages = [page for context in browser.contexts for page in context.pages] if browser else []
        for number, page in enumerate(pages):
            path = folder / f"{item.name.replace('/', '_')}-{number}.png"
            with suppress(PlaywrightError):  # of a page that died there is none
                page.screenshot(path=path, full_page=True)
            report.sections.append(("picture", f"{page.url} -> {path}"))
    return report
