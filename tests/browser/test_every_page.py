"""Every page that can be opened, as the person it is for: accessible, in one piece on a telephone,
with targets large enough, silent in the console, and in the reader's language."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.jobs import Job
from tests.architecture.house import access
from tests.browser import sight
from tests.factories.examples import World, all_examples
from tests.factories.personas import actor, settle
from tests.support.clocks import START, FrozenClock
from tests.support.stage import Stage

# Whose page it is, when several may open it: the first of these.
READERS = (
    "anonymous", "org_owner", "org_editor", "person", "officer", "approver", "community_worker",
    "finance", "auditor", "administrator", "reviewer",
)  # fmt: skip
LOOKS: tuple[dict[str, Any], ...] = (
    {"language": "en"},
    {"care": "1"},
    {"care": "2", "width": 390, "height": 844},
    {"dark": True, "theme": "dark"},
)
OFFICE_START = "2026-03-01 10:00"


@dataclass(frozen=True)
class Leaf:
    """A page, and who opens it."""

    endpoint: str
    path: str
    persona: str


@dataclass(frozen=True)
class Whole:
    """All pages of a portal in which something of everything exists."""

    leaves: list[Leaf]
    world: World
    typed: sight.Typed


@pytest.fixture(scope="module")
def whole(empty_portal: Stage) -> Iterator[Whole]:
    """Made once: each test of this module begins with the same rows."""
    with ExitStack() as stack:
        time = FrozenClock(stack)
        stack.enter_context(empty_portal.opened(time))
        time.set(OFFICE_START)
        empty_portal.set(OFFICE_START)
        time.set(START)  # the worker still lives a day earlier: the examples are left in peace
        world = settle()
        built = access.build(empty_portal.app, all_examples(), world)
        with transaction():
            never = clock.now().replace(year=2099)
            db.session.execute(sa.update(Job).where(Job.state == "queued").values(run_at=never))
        leaves = list(pages(empty_portal, world, built))
        typed = sight.everything_typed()
        db.session.remove()
        with empty_portal.database.checkpoint():
            yield Whole(leaves, world, typed)


def pages(stage: Stage, world: World, built: dict[str, object]) -> Iterator[Leaf]:
    """Every address that answers its first reader with a page."""
    cookies = {name: stage.cookie(key) for name, key in world.people.items()}
    for door in access.doors(stage.app, access.READING):
        values = access.values_for(door, built)
        path = access.address(stage.app, door, values)
        for persona in READERS:
            db.session.rollback()
            if not door.opens(actor(world, persona), values):
                continue
            client = stage.app.test_client()
            if persona != "anonymous":
                client.set_cookie("session", cookies[persona])
            with client.get(path) as answer:
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    yield Leaf(door.endpoint, path, persona)
            break


@pytest.fixture
def live(whole: Whole, stage: Stage) -> Stage:
    return stage


@pytest.fixture
def readers(
    whole: Whole, open_page: Callable[..., Page], page_as: Callable[..., Page]
) -> Callable[..., Page]:
    """`readers(persona, **look)`: that person's browser, opened once."""
    known: dict[tuple[object, ...], Page] = {}

    def reader(persona: str, care: str = "", theme: str = "", **look: Any) -> Page:
        key = (persona, care, theme, *look.items())
        if key not in known:
            anonymous = persona == "anonymous"
            page = open_page(**look) if anonymous else page_as(whole.world.people[persona], **look)
            for name, value in (("care", care), ("theme", theme)):
                if value:
                    url = stage_url(page)
                    page.context.add_cookies([{"name": name, "value": value, "url": url}])
            known[key] = page
        return known[key]

    def stage_url(page: Page) -> str:
        return str(page.context._impl_obj._options["baseURL"])

    return reader


def test_there_are_pages_of_every_kind(whole: Whole) -> None:
    parts = {leaf.path.split("/")[1] for leaf in whole.leaves}
    assert {
        "office",
        "workspace",
        "account",
        "calls",
        "notices",
        "results",
        "organizations",
    } <= parts
    assert len(whole.leaves) > 70


def test_in_chinese_at_a_desk_and_on_telephones(
    whole: Whole, readers: Callable[..., Page], check_accessibility: Callable[..., None]
) -> None:
    """Every other page; the rest comes in another look below. Axe weighs colours, which come from one
    style sheet and take it longest, by turns."""
    wrong: list[str] = []
    for number, leaf in enumerate(whole.leaves[1::2]):
        page = readers(leaf.persona)
        page.set_viewport_size({"width": 1366, "height": 768})
        wrong += arrived(page, leaf, "zh-CN")
        wrong += violations(page, leaf, check_accessibility, colours=number % 4 == 0)
        wrong += [f"{leaf.path}: lower than 44 px: {found}" for found in sight.too_low(page, 44)]
        wrong += [f"{leaf.path} at 320: {found}" for found in sight.wider(page, 320)]
    assert not wrong, "\n".join(wrong)


def test_every_other_page_in_another_look_by_turns(
    whole: Whole, readers: Callable[..., Page], check_accessibility: Callable[..., None]
) -> None:
    wrong: list[str] = []
    for number, leaf in enumerate(whole.leaves[::2]):
        look = LOOKS[number % len(LOOKS)]
        page = readers(leaf.persona, **look)
        wrong += arrived(page, leaf, "en" if "language" in look else "zh-CN")
        colours = "theme" in look or number % 8 == 0
        found = violations(page, leaf, check_accessibility, colours)
        wrong += [f"{look} {text}" for text in found]
        least = 60 if "care" in look else 44
        wrong += [f"{look} {leaf.path}: low: {found}" for found in sight.too_low(page, least)]
        wrong += [f"{look} {leaf.path} at 390: {found}" for found in sight.wider(page, 390)]
        if "width" not in look:
            page.set_viewport_size({"width": 1366, "height": 768})
    assert not wrong, "\n".join(wrong)


def test_in_english_nothing_is_left_untranslated(whole: Whole, stage: Stage) -> None:
    """Read as it is served; in a browser every eighth page is looked at in English above."""
    wrong: list[str] = []
    for leaf in whole.leaves:
        client = stage.app.test_client()
        if leaf.persona != "anonymous":
            client.set_cookie("session", stage.cookie(whole.world.people[leaf.persona]))
        client.set_cookie("language", "en")
        with client.get(leaf.path) as answer:
            html = answer.get_data(as_text=True)
        if answer.status_code != 200 or '<html lang="en"' not in html or html.count("<h1") != 1:
            wrong.append(f"{leaf.path} as {leaf.persona}: no page in English with one heading")
        wrong += [
            f"{leaf.endpoint} {leaf.path}: {text}"
            for text in sight.left_in_chinese(html, whole.typed)
        ]
    assert not wrong, "\n".join(wrong)


def arrived(page: Page, leaf: Leaf, language: str) -> list[str]:
    """Open the page; what is wrong with the answer itself."""
    answer = page.goto(leaf.path)
    wrong = []
    if answer is None or not answer.ok:
        wrong.append(f"{leaf.path} as {leaf.persona}: {answer and answer.status}")
    if page.locator("html").get_attribute("lang") != language:
        wrong.append(f"{leaf.path}: html lang")
    if page.get_by_role("heading", level=1).count() != 1:
        wrong.append(f"{leaf.path}: not one h1")
    return wrong


def violations(
    page: Page, leaf: Leaf, check_accessibility: Callable[..., None], colours: bool
) -> list[str]:
    try:
        check_accessibility(page, colours)
    except AssertionError as found:
        return [f"{leaf.endpoint} {leaf.path}: {str(found)[:600]}"]
    return []
