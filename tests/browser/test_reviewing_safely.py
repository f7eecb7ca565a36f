"""Nothing of a review is lost: two tabs, no network, a dead browser, an ended session, a failing server."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Dialog, Page, Route, expect
from playwright.sync_api import Error as PlaywrightError

from charity_portal.accounts.models import User
from charity_portal.accounts.services import sessions
from charity_portal.kernel.database import db, transaction
from tests.browser.hands import Person, sign_in
from tests.browser.reviewing import Reviewer, Work, at
from tests.factories.accounts import PASSWORD, code_of
from tests.factories.reviews import make_bench
from tests.support.stage import Stage

PageAs = Callable[..., Page]


@pytest.fixture
def live(stage: Stage) -> Stage:
    return stage


@pytest.fixture
def work(stage: Stage) -> Work:
    return Work(stage, make_bench(2))


@pytest.fixture
def me(work: Work, page_as: PageAs) -> Reviewer:
    return at(page_as(work.bench.user_id), work.path())


def test_two_tabs_with_different_criteria_keep_both_and_ask_nothing(
    me: Reviewer, work: Work
) -> None:
    other = at(me.page.context.new_page(), work.path())
    me.sees("这份材料还在另一个标签页中打开")
    me.mark("need", "4").click()
    me.saved_state("已保存 10:00:00")
    other.mark("design", "2").click()
    other.saved_state("已保存 10:00:00")
    other.score_is("need", "4")
    for tab in (me, other):
        expect(tab.page.get_by_role("dialog")).to_have_count(0)
    assert work.texts() == {"score:need": "4", "score:design": "2"}


def test_two_tabs_with_the_same_criterion_show_both_scores(me: Reviewer, work: Work) -> None:
    other = at(me.page.context.new_page(), work.path())
    me.mark("need", "4").click()
    me.saved_state("已保存 10:00:00")
    other.mark("need", "1").click()
    asked = other.page.get_by_role("dialog", name="同一项内容有两个版本")
    expect(asked).to_contain_text("需求真实性")
    versions = asked.locator(".versions")
    expect(versions).to_contain_text("我写的1")
    expect(versions).to_contain_text("已保存的4")
    other.keys("Escape")
    other.saved_state("有 1 项与他人的修改冲突")
    other.score_is("need", "1")
    assert work.texts() == {"score:need": "4"}
    other.press("处理冲突")
    other.press("采用我写的", within=asked)
    other.saved_state("已保存 10:00:00")
    assert work.texts() == {"score:need": "1"}


def test_without_a_network_scoring_goes_on_and_is_saved_when_it_is_back(
    me: Reviewer, work: Work
) -> None:
    me.page.context.set_offline(True)
    me.keys("j", "4", "c")
    me.type("在火车上写的")
    me.saved_state("离线：已存在本机，联网后自动保存")
    assert work.texts() == {}
    me.page.context.set_offline(False)
    me.saved_state("已保存 10:00:00")
    assert work.texts() == {"score:need": "4", "comment": "在火车上写的"}


def test_a_browser_that_died_brings_scores_and_text_back_and_says_so(
    me: Reviewer, work: Work, troubles: list[str]
) -> None:
    me.page.route("**/fields", lambda route: route.abort())
    me.mark("need", "4").click()
    me.comment().fill("还没来得及保存")
    me.saved_state("正在重试")
    with me.page.expect_event("crash"), suppress(PlaywrightError):
        me.page.goto("chrome://crash")
    again = at(me.page.context.new_page(), work.path())
    again.sees("已恢复上次未保存的内容")
    again.score_is("need", "4")
    expect(again.comment()).to_have_value("还没来得及保存")
    again.saved_state("已保存 10:00:00")
    assert work.texts() == {"score:need": "4", "comment": "还没来得及保存"}
    troubles.clear()  # the browser told of the failed requests


def test_a_session_that_ended_costs_nothing(me: Reviewer, work: Work) -> None:
    user = db.session.get_one(User, work.bench.user_id)
    with transaction():
        sessions.revoke_all(user.id)
    me.mark("need", "4").click()
    me.saved_state("登录已过期，文字已存在本机")
    with me.page.context.expect_page() as opened:
        me.follow("去登录（新标签页）")
    other = Person(opened.value)
    sign_in(other, user.email, PASSWORD, code_of(user))
    other.stands_before("我的评审")
    other.page.close()
    me.page.bring_to_front()
    me.page.evaluate("dispatchEvent(new Event('focus'))")
    me.saved_state("已保存 10:00:00")
    assert work.texts() == {"score:need": "4"}


def test_a_page_open_for_eight_hours_saves_through_a_server_that_fails_twice(
    work: Work, page_as: PageAs, troubles: list[str]
) -> None:
    page = page_as(work.bench.user_id)
    page.clock.install()
    me, failures = at(page, work.path()), [500, 500]
    work.stage.advance(hours=8)

    def fail_twice(route: Route) -> None:
        if failures:
            route.fulfill(status=failures.pop(), body="<h1>broken</h1>")
        else:
            route.continue_()

    page.route("**/fields", fail_twice)
    me.mark("need", "4").click()
    page.clock.run_for(1000)
    me.saved_state("保存失败，正在重试（2 秒后）")
    page.clock.run_for(2000)
    me.saved_state("保存失败，正在重试（4 秒后）")
    page.clock.run_for(4000)
    me.saved_state("已保存 18:00:00")
    assert work.changes("score:need") == [("", "4")]
    assert len(troubles) == 2
    troubles.clear()


def test_leaving_asks_only_when_what_is_unsaved_cannot_be_saved(me: Reviewer, work: Work) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    me.page.on("dialog", stay)
    me.mark("need", "4").click()
    me.follow("下一份")
    me.page.wait_for_url(f"**{work.path(1)}")
    assert work.texts() == {"score:need": "4"} and asked == []
    me.page.wait_for_load_state("networkidle")
    me.page.context.set_offline(True)
    me.mark("need", "3").click()
    me.saved_state("离线")
    me.page.get_by_role("link", name="上一份").click(no_wait_after=True)
    me.score_is("need", "3")
    expect(me.page.locator("[data-save-state]")).to_contain_text("离线")
    assert asked == ["beforeunload"]
    me.page.context.set_offline(False)
    me.saved_state("已保存")


def test_what_the_server_refuses_is_said_and_the_rest_is_saved(me: Reviewer, work: Work) -> None:
    me.comment().fill("长" * 5001)
    me.saved_state("有内容不合要求")
    me.sees("不能超过 5000 个字。")
    me.mark("need", "4").click()
    expect(me.page.locator("[data-save-state]")).not_to_contain_text("有未保存的修改")
    me.comment().fill("改短了")
    me.saved_state("已保存 10:00:00")
    assert work.texts() == {"score:need": "4", "comment": "改短了"}
