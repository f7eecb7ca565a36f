"""Nothing that was typed is lost, whatever happens meanwhile; and the page always says how it stands."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Dialog, Page, Route, expect
from playwright.sync_api import Error as PlaywrightError

from charity_portal.accounts.services import sessions
from charity_portal.kernel.database import transaction
from tests.browser.hands import Person, sign_in
from tests.browser.writing import NEED, PLACE, Draft, at, is_save, make
from tests.factories.accounts import PASSWORD
from tests.support.stage import Stage

AREA = "answer:area"
WATCH = """() => {
  const place = document.querySelector("[data-save-state]");
  window.said = [];
  addEventListener("input", () => window.said.push([performance.now(), "input"]), true);
  new MutationObserver(() => window.said.push([performance.now(), place.textContent]))
    .observe(place, { childList: true, characterData: true, subtree: true });
}"""


@pytest.fixture
def live(stage: Stage) -> Stage:
    return stage


@pytest.fixture
def draft(stage: Stage) -> Draft:
    return make(stage)


@pytest.fixture
def writer(draft: Draft, page_as: Callable[..., Page]) -> Person:
    return at(page_as(draft.owner.id), draft)


def test_the_page_says_that_something_is_unsaved_and_soon_that_it_is_saved(
    writer: Person, draft: Draft
) -> None:
    writer.page.evaluate(WATCH)
    writer.append(PLACE, "、胜利街道")
    writer.saved_state("已保存 10:05:00")
    said = writer.page.evaluate("window.said")
    first = next(at for at, word in said if word == "input")
    last = max(at for at, word in said if word == "input")
    unsaved = next(at for at, word in said if word == "有未保存的修改")
    saved = next(at for at, word in said if word.startswith("已保存"))
    assert unsaved - first < 200
    assert saved - last < 2000
    assert draft.text(AREA) == "向阳街道、胜利街道"


def test_half_typed_pinyin_is_never_sent(draft: Draft, page_as: Callable[..., Page]) -> None:
    page = page_as(draft.owner.id)
    page.clock.install()
    writer = at(page, draft)
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.post_data or "") if is_save(request) else 0
    )
    writer.field(PLACE).fill("")
    page.clock.run_for(1000)
    writer.saved_state("已保存")
    sent.clear()
    keyboard = page.context.new_cdp_session(page)
    for typed in ("n", "ni", "ni'h", "ni'hao"):
        keyboard.send(
            "Input.imeSetComposition",
            {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)},
        )
        page.clock.run_for(5000)
    writer.saved_state("有未保存的修改")
    assert sent == []
    keyboard.send("Input.insertText", {"text": "你好"})
    with page.expect_response(lambda response: is_save(response.request)):
        page.clock.run_for(1000)
    writer.saved_state("已保存")
    assert draft.text(AREA) == "你好"
    assert not any("ni" in text for text in sent)


def test_without_a_network_writing_goes_on_and_is_saved_when_it_is_back(
    writer: Person, draft: Draft
) -> None:
    writer.page.context.set_offline(True)
    writer.fill(PLACE, "离线时写的")
    writer.saved_state("离线：已存在本机，联网后自动保存")
    writer.fill(NEED, "又写了一段")
    assert draft.text(AREA) == "向阳街道"
    writer.page.context.set_offline(False)
    writer.saved_state("已保存")
    assert (draft.text(AREA), draft.text("answer:need")) == ("离线时写的", "又写了一段")


def test_a_browser_that_died_brings_the_text_back_and_says_so(
    writer: Person, draft: Draft, troubles: list[str]
) -> None:
    writer.page.route("**/fields", lambda route: route.abort())
    writer.fill(NEED, "还没来得及保存的一段")
    writer.saved_state("正在重试")
    with writer.page.expect_event("crash"), suppress(PlaywrightError):
        writer.page.goto("chrome://crash")  # ends the process that shows the page, at once
    again = Person(writer.page.context.new_page())
    again.go(draft.path)
    again.sees("已恢复上次未保存的内容")
    expect(again.field(NEED)).to_have_value("还没来得及保存的一段")
    again.saved_state("已保存")
    assert draft.text("answer:need") == "还没来得及保存的一段"
    troubles.clear()  # the browser told of the failed requests


def test_a_session_that_ended_costs_nothing(writer: Person, draft: Draft) -> None:
    with transaction():
        sessions.revoke_all(draft.owner.id)
    writer.fill(PLACE, "登录过期时写的")
    writer.saved_state("登录已过期，文字已存在本机")
    assert draft.text(AREA) == "向阳街道"
    with writer.page.context.expect_page() as opened:
        writer.follow("去登录（新标签页）")
    other = Person(opened.value)
    sign_in(other, draft.owner.email, PASSWORD)
    other.stands_before("我的机构")
    other.page.close()
    writer.page.bring_to_front()
    writer.page.evaluate("dispatchEvent(new Event('focus'))")
    writer.saved_state("已保存")
    assert draft.text(AREA) == "登录过期时写的"


def test_a_form_open_for_eight_hours_still_saves(writer: Person, draft: Draft) -> None:
    draft.stage.advance(hours=8)
    writer.fill(PLACE, "晚上继续写的")
    writer.saved_state("已保存 18:05:00")
    assert draft.text(AREA) == "晚上继续写的"


def test_a_failing_server_is_asked_again_and_the_text_arrives_once(
    draft: Draft, page_as: Callable[..., Page], troubles: list[str]
) -> None:
    page = page_as(draft.owner.id)
    page.clock.install()
    writer, failures = at(page, draft), [500, 500]

    def fail_twice(route: Route) -> None:
        if failures:
            route.fulfill(status=failures.pop(), body="<h1>broken</h1>")
        else:
            route.continue_()

    page.route("**/fields", fail_twice)
    writer.fill(PLACE, "第三次才保存上")
    page.clock.run_for(1000)
    writer.saved_state("保存失败，正在重试（2 秒后）")
    page.clock.run_for(2000)
    writer.saved_state("保存失败，正在重试（4 秒后）")
    page.clock.run_for(4000)
    writer.saved_state("已保存")
    assert draft.text(AREA) == "第三次才保存上"
    assert draft.changes(AREA) == [("向阳街道", "第三次才保存上")]
    assert len(troubles) == 2
    troubles.clear()


def test_an_answer_that_got_lost_leaves_no_duplicate_and_no_conflict(
    draft: Draft, page_as: Callable[..., Page], troubles: list[str]
) -> None:
    page = page_as(draft.owner.id)
    page.clock.install()
    writer, lost = at(page, draft), []

    def lose_the_answer(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    page.route("**/fields", lose_the_answer)
    writer.fill(PLACE, "其实已经保存了")
    page.clock.run_for(1000)
    writer.saved_state("正在重试")
    assert draft.text(AREA) == "其实已经保存了"
    page.clock.run_for(2000)
    writer.saved_state("已保存")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert (lost, draft.changes(AREA)) == ([200], [("向阳街道", "其实已经保存了")])
    troubles.clear()


def test_leaving_asks_only_while_something_is_unsaved(writer: Person, draft: Draft) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    writer.page.on("dialog", stay)
    writer.append(PLACE, "，新增")
    writer.saved_state("已保存 10:05:00")
    writer.follow("我的申请")
    writer.stands_before("我的申请")
    assert asked == []
    writer.go(draft.path)
    writer.page.wait_for_load_state("networkidle")
    writer.page.context.set_offline(True)
    writer.append(PLACE, "，还没保存")
    writer.saved_state("离线")
    writer.page.get_by_role("link", name="我的申请").first.click(no_wait_after=True)
    expect(writer.field(PLACE)).to_have_value("向阳街道，新增，还没保存")
    assert asked == ["beforeunload"]
    writer.page.context.set_offline(False)
    writer.saved_state("已保存")
