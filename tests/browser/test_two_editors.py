"""Two people, or two tabs, at one draft: what does not clash is merged, what clashes is shown."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import Person
from tests.browser.writing import NEED, PLACE, Draft, at, make
from tests.support.stage import Stage

AREA, NEED_KEY = "answer:area", "answer:need"


@pytest.fixture
def live(stage: Stage) -> Stage:
    return stage


@pytest.fixture
def draft(stage: Stage) -> Draft:
    return make(stage)


@pytest.fixture
def both(draft: Draft, page_as: Callable[..., Page]) -> tuple[Person, Person]:
    """The owner and the colleague, each with the form open."""
    return at(page_as(draft.owner.id), draft), at(page_as(draft.colleague.id), draft)


def test_two_tabs_with_different_fields_keep_both_and_ask_nothing(
    draft: Draft, page_as: Callable[..., Page]
) -> None:
    first = at(page_as(draft.owner.id), draft)
    second = at(first.page.context.new_page(), draft)
    first.sees("这份材料还在另一个标签页中打开")
    first.fill(PLACE, "第一个标签页")
    first.saved_state("已保存")
    second.fill("项目负责人", "第二个标签页")
    second.saved_state("已保存")
    expect(second.field(PLACE)).to_have_value("第一个标签页")
    for tab in (first, second):
        expect(tab.page.get_by_role("dialog")).to_have_count(0)
    assert (draft.text(AREA), draft.text("lead_name")) == ("第一个标签页", "第二个标签页")


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("采用我写的", "我写的需求"),
        ("采用已保存的", "同事写的需求"),
        ("两段都保留", "我写的需求\n\n同事写的需求"),
    ],
)
def test_the_same_field_shows_both_texts_and_loses_neither(
    both: tuple[Person, Person], draft: Draft, answer: str, kept: str
) -> None:
    mine, theirs = both
    theirs.fill(NEED, "同事写的需求")
    theirs.saved_state("已保存")
    mine.fill(NEED, "我写的需求")
    mine.fill(PLACE, "不相干的一项")
    dialog = mine.page.get_by_role("dialog")
    expect(dialog).to_contain_text("同一项内容有两个版本")
    for text in ("我写的需求", "同事写的需求", draft.colleague.name):
        expect(dialog).to_contain_text(text)
    assert draft.text(NEED_KEY) == "同事写的需求"
    dialog.get_by_role("button", name=answer, exact=True).click()
    expect(mine.field(NEED)).to_have_value(kept)
    mine.saved_state("已保存")
    assert draft.text(NEED_KEY) == kept
    assert draft.text(AREA) == "不相干的一项"
    if answer != "两段都保留":
        mine.unfold("未采用的文字（可复制）")
        other = "同事写的需求" if kept == "我写的需求" else "我写的需求"
        expect(mine.page.get_by_text(other, exact=True)).to_be_visible()


def test_leaving_the_choice_for_later_overwrites_nothing(
    both: tuple[Person, Person], draft: Draft
) -> None:
    mine, theirs = both
    theirs.fill(NEED, "同事写的需求")
    theirs.saved_state("已保存")
    mine.fill(NEED, "我写的需求")
    dialog = mine.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    mine.page.keyboard.press("Escape")
    mine.saved_state("有 1 项与他人的修改冲突，等待您选择")
    expect(mine.field(NEED)).to_have_value("我写的需求")
    assert draft.text(NEED_KEY) == "同事写的需求"
    mine.press("处理冲突")
    dialog.get_by_role("button", name="采用我写的", exact=True).click()
    mine.saved_state("已保存")
    assert draft.text(NEED_KEY) == "我写的需求"
    assert ("同事写的需求", "我写的需求") in draft.changes(NEED_KEY)


def test_both_may_add_a_line_to_the_budget(both: tuple[Person, Person], draft: Draft) -> None:
    for person, item in zip(both, ("甲添加的支出", "乙添加的支出"), strict=True):
        person.press("添加一行")
        person.fill("支出内容", item)
        person.saved_state("已保存")
        expect(person.page.get_by_role("dialog")).to_have_count(0)
    items = [draft.text(f"budget:{uid}:item") for uid in draft.text("budget:order").split(",")]
    assert {"甲添加的支出", "乙添加的支出"} < set(items) and len(items) == 5


def test_without_scripts_both_versions_come_as_a_page(
    draft: Draft, page_as: Callable[..., Page]
) -> None:
    mine = Person(page_as(draft.owner.id, javascript=False), javascript=False)
    theirs = Person(page_as(draft.colleague.id, javascript=False), javascript=False)
    for person in (mine, theirs):
        person.go(draft.path)
    theirs.fill(NEED, "同事写的需求")
    theirs.press("保存草稿")
    theirs.sees("草稿已保存。")
    mine.fill(NEED, "我写的需求")
    mine.fill(PLACE, "不相干的一项")
    with mine.page.expect_response("**/edit") as answered:
        mine.press("保存草稿")
    assert answered.value.status == 409
    mine.stands_before("请选择保留哪个版本")
    for text in ("我写的需求", "同事写的需求", draft.colleague.name):
        mine.sees(text)
    assert draft.text(AREA) == "不相干的一项"
    assert draft.text(NEED_KEY) == "同事写的需求"
    mine.tick("采用我写的")
    mine.press("保存我的选择")
    mine.sees("草稿已保存。")
    assert draft.text(NEED_KEY) == "我写的需求"
    assert ("同事写的需求", "我写的需求") in draft.changes(NEED_KEY)
