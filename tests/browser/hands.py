"""What a person does with a page, by the names that can be read or heard on it."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Download, Locator, Page, expect

from charity_portal.kernel.i18n import english

Papers = dict[str, Any]


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, page: Page, javascript: bool = True, language: str = "zh") -> None:
        self.page = page
        self.javascript = javascript
        self.language = language

    def word(self, message: str, **params: object) -> str:
        """A message of the portal as this person reads it; every message has its English."""
        if self.language == "zh":
            return message % params if params else message
        text = english().gettext(message)
        assert text != message, f"no English for {message}"
        return text % params if params else text

    def go(self, path: str, status: int = 200) -> None:
        """Open an address."""
        answer = self.page.goto(path)
        assert answer is not None and answer.status == status, (path, answer and answer.status)

    def follow(
        self, name: str | re.Pattern[str], within: Locator | None = None, exact: bool = False
    ) -> None:
        """Follow the first link of this name."""
        (within or self.page).get_by_role("link", name=name, exact=exact).first.click()

    def send(self, name: str, within: Locator | None = None) -> int:
        """Press a button that sends a form; the status of the answer."""
        with self.page.expect_response(lambda r: r.request.method == "POST") as answered:
            self.press(name, within)
        self.page.wait_for_load_state()
        return int(answered.value.status)

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press a button; where the page asks once more (with JavaScript), say yes."""
        (within or self.page).get_by_role("button", name=name, exact=True).first.click()
        asked = self.page.get_by_role("dialog", name=self.word("请确认"))
        if asked.is_visible():
            asked.get_by_role("button", name=name, exact=True).click()

    def field(self, label: str, number: int = -1, within: Locator | None = None) -> Locator:
        """The field of this label; where several have it, the one of this number, the last by
        default (rows are added at the end)."""
        name = re.compile(rf"^\s*{re.escape(label)}\s*(选填|optional)?\s*$")
        return (within or self.page).get_by_label(name).nth(number)

    def fill(self, label: str, text: str, number: int = -1, within: Locator | None = None) -> None:
        """Type into a field."""
        self.field(label, number, within).fill(text)

    def append(self, label: str, text: str) -> None:
        """Type at the end of what stands in a field, key by key."""
        self.field(label).press("End")
        self.field(label).press_sequentially(text)

    def choose(self, label: str, option: str, number: int = -1) -> None:
        """Take an option of a drop-down list."""
        self.field(label, number).select_option(label=option)

    def tick(self, label: str, number: int = -1, within: Locator | None = None) -> None:
        """Choose a radio button or a checkbox."""
        self.field(label, number, within).check()

    def unfold(self, summary: str, within: Locator | None = None) -> None:
        """Open what is folded away."""
        box = (within or self.page).locator("summary", has_text=summary).last
        if not box.evaluate("summary => summary.parentElement.open"):
            box.click()

    def sees(self, text: str | re.Pattern[str]) -> None:
        """The page says this."""
        expect(self.page.get_by_role("main")).to_contain_text(text)

    def stands_before(self, heading: str | re.Pattern[str]) -> None:
        """The page is the one with this heading."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)

    def upload(self, slot: str, name: str, content: bytes, kind: str = "application/pdf") -> None:
        """Put a file into a slot for papers and wait until it is there."""
        place = self.page.get_by_role("region", name=slot, exact=True)
        chosen: Any = {"name": name, "mimeType": kind, "buffer": content}
        place.get_by_label(f"为“{slot}”选择文件").set_input_files(chosen)
        if not self.javascript:
            place.get_by_role("button", name="上传", exact=True).click()
        uploaded = place.get_by_role("listitem").filter(has_text=name)
        expect(uploaded.last.get_by_role("link", name=name)).to_be_visible()

    def download(self, name: str, kind: str) -> tuple[str, bytes]:
        """Follow a link that gives a file of a kind (as the page writes it); its name, content."""
        with self.page.expect_download() as taken:
            line = self.page.get_by_role("listitem").filter(has_text=kind)
            line.get_by_role("link", name=name).first.click()
        given: Download = taken.value
        return given.suggested_filename, Path(given.path()).read_bytes()

    def saved_state(self, state: str) -> None:
        """The line that says how things stand with saving."""
        expect(self.page.locator("[data-save-state]")).to_contain_text(state)

    def address(self) -> str:
        """Where the page is, as a path."""
        return "/" + self.page.url.split("/", 3)[3]

    def absolute(self, path: str) -> str:
        """A path as an address."""
        return urljoin(self.page.url, path)


def sign_in(person: Person, email: str, password: str, code: str | None = None) -> None:
    """Fill in the sign-in page that the person stands before, and the second factor if asked."""
    main = person.page.get_by_role("main")
    person.fill(person.word("电子邮箱"), email)
    person.fill(person.word("密码"), password)
    person.press(person.word("登录"), within=main)
    if code is not None:
        person.fill(person.word("验证码"), code)
        person.press(person.word("完成登录"), within=main)
