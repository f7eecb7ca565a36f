"""The front door stands open: in both languages, on a telephone, in the dark, without scripts."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.live import LivePortal

LOOKS: dict[str, dict[str, Any]] = {
    "Chinese at a desk": {},
    "English at a desk": {"language": "en"},
    "Chinese on a telephone": {"width": 390, "height": 844},
    "English on a narrow telephone in the dark": {"language": "en", "width": 320, "dark": True},
    "without scripts": {"javascript": False},
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=[name.replace(" ", "-") for name in LOOKS])
def test_the_home_page_reads_well(
    open_page: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    look: dict[str, Any],
) -> None:
    page = open_page(**look)
    answer = page.goto("/")
    assert answer is not None and answer.ok
    expect(page.locator("html")).to_have_attribute("lang", "en" if "language" in look else "zh-CN")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    wider_than_the_screen = "document.documentElement.scrollWidth > window.innerWidth"
    assert not page.evaluate(wider_than_the_screen)
    if look.get("javascript", True):
        check_accessibility(page)


@pytest.mark.parametrize("live", ["sqlite", "postgresql"], indirect=True)
def test_the_real_command_serves_on_both_databases(live: LivePortal, page: Page) -> None:
    answer = page.goto("/")
    assert answer is not None and answer.ok
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "fits this code" in live.flask("database", "check")
