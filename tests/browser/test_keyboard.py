"""Applying from beginning to end without a mouse: every stop is reached, seen, and never covered."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from charity_portal.kernel.database import db
from charity_portal.projects.models.applications import Application
from tests.browser.hands import Person
from tests.factories import uploads
from tests.factories.accounts import PASSWORD
from tests.factories.calls import make_call
from tests.factories.organizations import make_member, make_organization
from tests.support.stage import Stage

# The calendar button inside a date field has the browser's own ring; the field itself has none then.
STOP = """() => {
  const node = document.activeElement;
  const labels = [...(node.labels || [])];
  const name = node.getAttribute("aria-label") || labels.map(label => label.textContent).join(" ")
    || node.textContent || node.getAttribute("title") || "";
  const drawn = [node, node.nextElementSibling, ...labels].filter(Boolean).map(n => getComputedStyle(n));
  const outlined = style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const ringed = !node.matches(":focus") || drawn.some(s => outlined(s) || s.boxShadow !== "none");
  const box = node.getBoundingClientRect();
  const bar = document.querySelector(".actionbar");
  const edge = bar && !bar.contains(node) ? bar.getBoundingClientRect().top : innerHeight;
  const small = box.height < 100;
  const hidden = small ? box.bottom > edge + 1 || box.top < -1 : box.top > edge - 40 || box.bottom < 40;
  return { tag: node.tagName, name: name.trim().replace(/\\s+/g, " "), ringed, hidden };
}"""
MOST_STOPS = 150


@pytest.fixture
def live(stage: Stage) -> Stage:
    return stage


class Keyboard:
    """Somebody who only types."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []

    def to(self, name: str, tag: str = "") -> None:
        """Press Tab until the focus is on something of this name."""
        passed: list[str] = []
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            stop: dict[str, Any] = self.page.evaluate(STOP)
            if stop["tag"] == "BODY":
                continue
            where = f"{self.page.url.split('/', 3)[3]}: {stop['tag']} {stop['name'][:30]}"
            if not stop["ringed"]:
                self.faults.append(f"no focus ring: {where}")
            if stop["hidden"]:
                self.faults.append(f"covered: {where}")
            passed.append(stop["name"][:30])
            if stop["name"].startswith(name) and tag in ("", stop["tag"]):
                return
        raise AssertionError(f"Tab never comes to {name}: {passed}")

    def write(self, name: str, text: str) -> None:
        self.to(name)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def write_day(self, name: str, day: str) -> None:
        """Type into the parts of a date field, which come in the order of the browser's country."""
        year, month, date_ = day.split("-")
        self.to(name)
        field = self.page.locator(":focus")
        for parts in ((year, month, date_), (month, date_, year), (date_, month, year)):
            for part in parts:
                self.page.keyboard.type(part)
                if part == year and part != parts[-1]:
                    self.page.keyboard.press("ArrowRight")
            if field.input_value() == day:
                return
            for _ in parts:
                self.page.keyboard.press("ArrowLeft")
        raise AssertionError(f"{name} cannot be typed")

    def press(self, name: str, key: str = "Enter", tag: str = "") -> None:
        self.to(name, tag)
        self.page.keyboard.press(key)

    def answer(self, name: str) -> None:
        """Press a button and, in the dialog that opens, the one that says yes."""
        self.press(name, tag="BUTTON")
        expect(self.page.get_by_role("dialog")).to_be_visible()
        self.press(name, tag="BUTTON")


def test_an_application_is_written_and_handed_in_by_keyboard_alone(
    stage: Stage, open_page: Callable[..., Page]
) -> None:
    call = make_call()
    owner = make_member(make_organization(registered_on=date(2015, 1, 1)))
    person = Person(open_page())
    keyboard = Keyboard(person.page)
    person.go(f"/calls/{call.id}")
    keyboard.press("跳到正文")
    keyboard.press("开始申请")
    person.stands_before("登录")
    keyboard.write("电子邮箱", owner.email)
    keyboard.write("密码", PASSWORD)
    person.page.keyboard.press("Enter")
    person.stands_before("开始申请")
    keyboard.press("以本机构名义开始填写")
    person.stands_before("填写申请")
    fill_in(keyboard)
    person.saved_state("已保存")
    keyboard.press("下一步：上传材料")
    person.stands_before("上传材料")
    for slot in ("法人登记证书", "预算说明"):
        with person.page.expect_file_chooser() as chooser:
            keyboard.press(f"为“{slot}”选择文件")
        given: Any = {"name": f"{slot}.pdf", "mimeType": "application/pdf", "buffer": uploads.pdf()}
        chooser.value.set_files(given)
        place = person.page.get_by_role("region", name=slot, exact=True)
        expect(place.get_by_text("已上传", exact=True)).to_be_visible()
    keyboard.press("下一步：检查并提交")
    person.sees("检查通过，没有发现问题。")
    keyboard.answer("提交申请")
    person.stands_before("已收到您的申请")
    stage.look()
    assert db.session.query(Application).one().state == "submitted"
    assert keyboard.faults == []


def fill_in(keyboard: Keyboard) -> None:
    keyboard.write("项目名称", "银龄食光")
    keyboard.press("为老服务", "Space")
    keyboard.write("项目概述", "为独居老人送餐。")
    keyboard.write("项目负责人", "周安宁")
    keyboard.write_day("开始日期", "2026-05-01")
    keyboard.write_day("结束日期", "2027-04-30")
    keyboard.write("服务需求", "辖区独居老人三百余名。")
    keyboard.write("实施地点", "向阳街道")
    keyboard.write("预计受益人数", "320")
    keyboard.press("老年人", "Space")
    keyboard.write("支出内容", "助老活动")
    keyboard.to("科目")
    keyboard.page.keyboard.press("ArrowDown")
    for column, text in (("数量", "40"), ("单位", "场"), ("单价", "1000")):
        keyboard.write(column, text)
    for column, text in (("申请资助", "35000"), ("自筹", "5000")):
        keyboard.write(column, text)
    keyboard.press("我确认以上内容真实", "Space")
