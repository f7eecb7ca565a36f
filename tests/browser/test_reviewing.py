"""A reviewer's day: by keyboard alone, on a phone, without scripts; two panes, one criterion at a time."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from charity_portal.competitions.models.editions import Stage as CompetitionStage
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, transaction
from tests.browser.reviewing import Reviewer, Work, at
from tests.factories.reviews import change_criterion, make_bench
from tests.support.stage import Stage

PageAs = Callable[..., Page]


@pytest.fixture
def live(stage: Stage) -> Stage:
    return stage


@pytest.fixture
def work(stage: Stage) -> Work:
    bench = make_bench(2)
    change_criterion(bench, "need", looks_at="answer:need")
    return Work(stage, bench)


def test_a_whole_day_by_keyboard_only(
    work: Work, page_as: PageAs, check_accessibility: Callable[[Page], None]
) -> None:
    me = at(page_as(work.bench.user_id), "/reviews")
    check_accessibility(me.page)
    me.keys("j", "Enter")
    me.arrives(work.path(0))
    check_accessibility(me.page)
    me.keys("j", "4")
    me.stands_at("need")
    me.score_is("need", "4")
    me.total_is("80.00")
    me.keys("j", "3", "j", "n")
    me.stands_at("budget")
    me.score_is("budget", "na")
    me.total_is("70.67")
    me.keys("k", "Delete")
    me.score_is("design", "")
    me.keys("3", "c")
    me.type("方案具体，建议补充风险预案")
    expect(me.comment()).to_be_focused()
    me.keys("Escape", "l")
    me.keys("?")
    asked = me.page.get_by_role("dialog", name="快捷键")
    expect(asked).to_contain_text("下一项、上一项指标")
    me.keys("Escape")
    expect(asked).to_have_count(0)
    me.keys("Control+s")
    me.saved_state("已保存 10:00:00")
    me.keys("]")
    me.arrives(work.path(1))
    me.keys("[")
    me.arrives(work.path(0))
    me.keys("Control+Enter")
    me.arrives(work.path(1))
    assert work.state(0) == ("sealed", 706_667)
    assert work.texts(0)["comment"] == "方案具体，建议补充风险预案"
    _second_dossier(me, work)


def _second_dossier(me: Reviewer, work: Work) -> None:
    """Handed in with gaps at first: they are listed, the first is focused, nothing is lost."""
    expect(me.criterion("need").locator("table.given")).to_contain_text("您给过的分（1 份）")
    me.keys("j", "5", "j", "2", "c")
    me.type("还要补充")
    me.keys("Control+Enter")
    listed = me.page.get_by_role("alert")
    expect(listed.get_by_role("link")).to_have_count(2)
    expect(me.page.locator("#reason-need")).to_be_focused()
    expect(me.comment()).to_have_value("还要补充")
    me.type("走访了两个社区")
    me.keys("Escape", "j", "j", "5", "r")
    me.type("单价合理")
    me.keys("Control+Enter")
    me.page.wait_for_url("**/reviews")
    me.sees("这一轮的材料已全部处理完毕。")
    me.sees("您的平均 74.8，全距 70.7–79（2 份）")
    assert work.state(1) == ("sealed", 790_000)
    me.go(work.path(1))
    me.unfold("退回修改")
    me.fill("退回理由", "漏看了预算说明")
    me.send("退回修改")
    me.sees("漏看了预算说明")
    assert work.state(1) == ("open", None)


def test_keys_do_nothing_in_text_while_composing_and_when_switched_off(
    work: Work, page_as: PageAs
) -> None:
    page = page_as(work.bench.user_id)
    page.clock.install()
    me = at(page, work.path())
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.post_data or "") if r.method == "PATCH" else None)
    me.keys("j", "j", "r")
    me.type("jjn55c?")
    expect(page.locator("#reason-design")).to_have_value("jjn55c?")
    me.score_is("need", "")
    page.clock.run_for(1000)
    me.saved_state("已保存")
    sent.clear()
    keyboard = page.context.new_cdp_session(page)
    for typed in ("n", "ni", "ni'h", "ni'hao"):
        size = len(typed)
        keyboard.send(
            "Input.imeSetComposition", {"text": typed, "selectionStart": size, "selectionEnd": size}
        )
        page.clock.run_for(5000)
    assert sent == []
    me.score_is("design", "")
    keyboard.send("Input.insertText", {"text": "你好"})
    with page.expect_response(lambda r: r.request.method == "PATCH"):
        page.clock.run_for(1000)
    me.saved_state("已保存")
    assert work.texts()["reason:design"] == "jjn55c?你好"
    me.keys("Escape")
    me.press("快捷键")
    page.get_by_label("使用快捷键（本机记住）").uncheck()
    me.press("关闭")
    me.criterion("need").focus()
    me.keys("5")
    me.score_is("need", "")
    page.reload()
    me.keys("j", "5")
    me.score_is("need", "")


def inside(inner: Locator, page: Page) -> bool:
    """Whether something lies within the window."""
    box, view = inner.bounding_box(), page.viewport_size
    assert view is not None
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= view["height"] + 1


def test_dossier_and_rubric_stand_side_by_side_and_scroll_by_themselves(
    work: Work, page_as: PageAs
) -> None:
    me = at(page_as(work.bench.user_id), work.path())
    page, dossier, rubric = me.page, me.page.locator("#dossier"), me.page.locator("#rubric")
    assert inside(dossier, page) and inside(rubric, page)
    assert inside(page.locator("[data-save-state]"), page)
    rubric.evaluate("pane => pane.scrollTo(0, 300)")
    assert rubric.evaluate("pane => pane.scrollTop") == 300
    assert dossier.evaluate("pane => pane.scrollTop") == 0
    assert page.evaluate("scrollY") == 0
    rubric.evaluate("pane => pane.scrollTo(0, 0)")
    me.follow("看材料：服务需求")
    assert inside(page.locator("[id='part-answer:need']"), page)
    for text in ("没有说明", "有数据、有走访，令人信服"):
        expect(me.criterion("need").get_by_text(text)).to_be_visible()
    me.mark("need", "4").click()
    me.score_is("need", "4")
    me.saved_state("已保存 10:00:00")
    me.mark("need", "4").click()
    me.score_is("need", "")
    me.saved_state("已保存")
    expect(page.locator('[data-status-of="need"]')).to_have_text("缺评分")
    expect(page.locator("[data-save-state][data-state=saved]")).to_be_visible()
    assert work.texts() == {"score:need": ""}


def test_a_whole_review_on_a_phone(
    work: Work, page_as: PageAs, check_accessibility: Callable[[Page], None]
) -> None:
    page = page_as(work.bench.user_id, width=390, height=844)
    me = at(page, "/reviews")
    me.follow("开始评审")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#rubric")).to_be_hidden()
    state, tally = page.locator("[data-save-state]"), page.locator(".tally")
    assert inside(tally, page)
    me.follow("评分表")
    expect(page.locator("#dossier")).to_be_hidden()
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert me.mark("need", "4").bounding_box()["height"] >= 44  # type: ignore[index]
    me.mark("need", "4").click()
    me.mark("design", "3").click()
    page.evaluate("scrollBy(0, 200)")
    before = page.evaluate("scrollY")
    assert inside(state, page) and inside(tally, page)
    me.follow("申请材料")
    expect(page.locator("#rubric")).to_be_hidden()
    assert inside(tally, page)
    me.follow("评分表")
    assert abs(page.evaluate("scrollY") - before) < 30
    me.mark("budget", "不适用").click()
    me.comment().fill("在手机上写的意见")
    me.saved_state("已保存 10:00:00")
    assert me.send("提交评审") == 303
    me.sees("已提交，得分 70.67")
    assert work.state(0) == ("sealed", 706_667)


def test_a_whole_review_without_scripts(work: Work, page_as: PageAs) -> None:
    page = page_as(work.bench.user_id, javascript=False)
    me = Reviewer(page, javascript=False)
    me.go("/reviews")
    me.follow("开始评审")
    me.mark("need", "5").click()
    me.mark("design", "3").click()
    me.comment().fill("没有脚本也能写")
    assert me.send("提交评审") == 422
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(2)
    expect(me.comment()).to_have_value("没有脚本也能写")
    me.mark("need", "未评").click()
    assert me.send("保存") == 303
    expect(me.criterion("need").locator("input:checked")).to_have_value("")
    assert work.texts()["score:need"] == ""
    me.mark("need", "4").click()
    me.mark("budget", "不适用").click()
    assert me.send("提交评审") == 303
    assert work.state(0) == ("sealed", 706_667)


def test_one_criterion_over_all_dossiers_by_keyboard(
    work: Work, page_as: PageAs, check_accessibility: Callable[[Page], None]
) -> None:
    path = f"/reviews/sweep/{work.bench.stage.id}/need"
    me = at(page_as(work.bench.user_id), path)
    check_accessibility(me.page)
    me.sees("辖区独居老人三百余名，就医不便。")
    me.keys("j", "4", "j", "5", "r")
    me.type("有调查数据")
    states = me.page.locator("[data-save-state]")
    for place in (0, 1):
        expect(states.nth(place)).to_contain_text("已保存")
    assert work.texts(0) == {"score:need": "4"}
    assert work.texts(1) == {"score:need": "5", "reason:need": "有调查数据"}


def test_scores_can_be_written_as_soon_as_the_stage_opens(work: Work, page_as: PageAs) -> None:
    with transaction():
        stage = db.session.get_one(CompetitionStage, work.bench.stage.id)
        stage.state = "waiting"
    page = page_as(work.bench.user_id)
    page.clock.install()
    me = at(page, work.path())
    me.sees("本轮评分现在不开放")
    expect(page.get_by_role("button", name="提交评审")).to_have_count(0)
    with transaction():
        stage = db.session.get_one(CompetitionStage, work.bench.stage.id)
        stage.state, stage.opened_at = "open", clock.now()
    page.clock.run_for(6000)
    expect(page.get_by_role("button", name="提交评审")).to_be_visible()
