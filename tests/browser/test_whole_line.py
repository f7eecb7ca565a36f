"""The whole line as four people walk it: an officer, an organization's editor, an approver, a citizen.

From an empty portal with accounts to a published result whose PDF is told from an altered copy, once
with JavaScript and once without. Three more organizations hand in beside the one that is watched.
"""

import csv
import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from charity_portal.kernel.database import db
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.notices import Objection, PublicNotice
from tests.browser.hands import Person
from tests.browser.line import OBJECTOR, PROJECT, TITLE, TITLES, Line, apply, colleagues_apply
from tests.factories import uploads
from tests.factories.accounts import make_user
from tests.factories.organizations import make_member, make_organization
from tests.support.stage import Stage


@pytest.fixture
def live(stage: Stage) -> Stage:
    return stage


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def line(request: pytest.FixtureRequest, stage: Stage, open_page: Callable[..., Page]) -> Line:
    """Staff with accounts, one organization with its editor, nothing else."""
    people = [Person(open_page(javascript=request.param), request.param) for _ in range(4)]
    organization = make_organization(
        name="鲁东市春晓社会工作服务中心", registered_on=date(2015, 6, 1)
    )
    accounts = {
        "officer": make_user("何经办", ["officer"]),
        "approver": make_user("姜审批", ["approver"]),
        "editor": make_member(organization, "editor", make_user("周安宁")),
    }
    return Line(stage, *people, accounts)


def test_from_a_call_to_a_result_that_can_be_verified(line: Line) -> None:
    call_id = publish_a_call(line)
    line.stage.set("2026-03-03 14:00")
    application_id = apply(line, call_id)
    others = colleagues_apply(line, call_id)
    line.stage.set("2026-03-23 09:30")
    screen(line, application_id, *others)
    decide(line, call_id)
    notice = start_the_notice(line, call_id)
    object_and_answer(line, notice)
    conclude(line, notice)
    published_pdf, published_number = publish_the_result(line)
    verify(line, published_pdf, published_number)


def publish_a_call(line: Line) -> int:
    """The officer drafts a call, is told what is missing, completes and publishes it."""
    officer = line.enter("officer", "/office/calls")
    officer.follow("新建征集")
    officer.fill("名称", TITLE)
    officer.press("建立草稿")
    officer.stands_before("修改征集")
    officer.press("保存并检查")
    officer.sees("发布前还需处理")
    officer.sees("请填写资助总额。")
    officer.follow("修改", within=officer.page.get_by_role("main"), exact=True)
    officer.fill("简介", "支持社会组织为独居老人送餐、陪伴、就医。")
    officer.fill("正文", "面向在本市登记的社会组织征集助老项目。")
    officer.fill("咨询方式", "慈善事业促进科 0535-0000000")
    officer.fill("资助总额", "1,000,000")
    officer.fill("单项资助上限", "100000")
    officer.fill("开始时间", "2026-03-02T09:00")
    officer.fill("截止时间", "2026-03-20T17:00")
    for question in ("项目目标", "实施方案", "团队与经验", "风险与应对", "项目结束后如何延续"):
        officer.press(f"删除：{question}")
    for track in ("为老服务", "乡村养老"):
        officer.press("添加赛道")
        officer.unfold("新的赛道")
        officer.fill("赛道名称", track)
    officer.press("添加问题")
    officer.unfold("新的问题")
    officer.fill("问题", "实施地点")
    officer.choose("回答方式", "单选")
    officer.fill("选项", "城区 | Town\n乡村 | Villages")
    officer.press("删除：宣传费")
    officer.press("删除：合作单位意向书")
    officer.press("保存并检查")
    officer.sees("内容齐全，可以发布。")
    officer.press("发布")
    officer.stands_before(TITLE)
    expect(officer.page.get_by_role("heading", level=1)).to_be_visible()
    line.stage.look()
    call = db.session.query(Call).one()
    assert call.state == "published"
    assert [t.title_zh for t in call.tracks] == ["为老服务", "乡村养老"]
    assert [q.label_zh for q in call.questions] == ["服务需求", "预计直接受益人数", "实施地点"]
    return call.id


def screen(line: Line, first: int, second: int, third: int, fourth: int) -> None:
    """Accepted; sent back and put right; taken with a paper missing, promised and brought; accepted."""
    officer = line.enter("officer", "/office/screening")
    for application_id in (first, fourth):
        officer.go(f"/office/screening/{application_id}")
        officer.press("其余各项均符合")
        officer.press("审查通过")
        officer.stands_before("确认：审查通过")
        officer.press("确认并发送")
    ask_for_correction(officer, second)
    take_with_a_paper_missing(officer, third)
    put_right(line, second)
    bring_the_paper(line, third)
    officer.go(f"/office/screening/{second}")
    officer.sees("与上一版相比的改动（1 处）")
    officer.press("其余各项均符合")
    officer.tick("符合", within=officer.page.get_by_role("group", name="项目概述"))
    officer.press("审查通过")
    officer.press("确认并发送")
    officer.go(f"/office/screening/{third}")
    officer.press("材料已补齐，审查通过")
    officer.sees("材料已补齐，审查通过。")
    line.stage.look()
    assert {a.state for a in db.session.query(Application)} == {"eligible"}


def ask_for_correction(officer: Person, application_id: int) -> None:
    officer.go(f"/office/screening/{application_id}")
    row = officer.page.get_by_role("group", name="项目概述")
    officer.tick("不符合", within=row)
    row.get_by_role("textbox").fill("请写明服务人数。")
    officer.press("其余各项均符合")
    officer.unfold("一次性告知补正")
    officer.press("预览补正通知")
    officer.sees("请写明服务人数。")
    officer.press("确认并发送")


def take_with_a_paper_missing(officer: Person, application_id: int) -> None:
    officer.go(f"/office/screening/{application_id}")
    officer.press("其余各项均符合")
    officer.unfold("容缺受理")
    officer.press("预览容缺受理通知")
    officer.sees("上年度审计报告")
    officer.press("确认并发送")


def put_right(line: Line, application_id: int) -> None:
    """Only what was asked for can be changed; then it is handed in again."""
    editor = line.enter("editor", "/workspace/applications")
    editor.follow(TITLES[0])
    editor.sees("请写明服务人数。")
    expect(editor.page.get_by_label("项目名称")).to_have_count(0)
    editor.fill("项目概述", "每周两次入户陪伴和就医陪护，服务九十人。")
    editor.press("检查")
    editor.sees("检查通过，没有发现问题。")
    editor.press("提交补正")
    editor.stands_before("已收到您的申请")
    assert f"/applications/{application_id}/receipts/2" in editor.address()


def bring_the_paper(line: Line, application_id: int) -> None:
    """The promise is signed with a tick, then the paper follows."""
    editor = line.enter("editor", "/workspace/applications")
    editor.follow(TITLES[1])
    editor.press("签署承诺")
    editor.sees("请勾选承诺后再签署。")
    editor.page.get_by_role("checkbox").check()
    editor.press("签署承诺")
    editor.upload("上年度审计报告", "审计报告.pdf", uploads.pdf(9))
    editor.press("提交补齐的材料")
    editor.stands_before("已收到您的申请")
    assert f"/applications/{application_id}/receipts/2" in editor.address()


def decide(line: Line, call_id: int) -> None:
    """Award, part, reserve, refusal, in one go; what does not hold is said and nothing is kept."""
    line.stage.set("2026-03-26 09:30")
    approver = line.enter("approver", f"/office/decisions/{call_id}")
    names = (PROJECT, *TITLES)
    for name, word in zip(names, ("立项", "部分资助", "候补", "不予资助"), strict=True):
        approver.choose(f"“{name}”的决定", word)
    approver.fill(f"“{TITLES[0]}”的资助金额", "20000")
    approver.fill(f"“{TITLES[1]}”的候补顺位", "1")
    approver.fill(f"“{TITLES[2]}”的理由", "与征集方向不符")
    approver.press("保存全部决定")
    approver.sees("没有保存")
    approver.fill(f"“{TITLES[0]}”的理由", "预算压缩")
    approver.press("保存全部决定")
    approver.sees("57,000.00")
    line.stage.look()
    assert {a.state for a in db.session.query(Application)} == {"decided"}
    editor = line.enter("editor", "/workspace/applications")
    editor.sees("审查通过，评审中")
    assert "已决定" not in editor.page.get_by_role("main").inner_text()


def start_the_notice(line: Line, call_id: int) -> str:
    """What will be published is read once more, then the notice runs."""
    approver = line.approver
    approver.follow("开始公示…")
    approver.sees("公示至 2026年4月2日 24:00")
    approver.press("开始公示并发出通知书")
    line.stage.look()
    notice = db.session.query(PublicNotice).one()
    assert (notice.call_id, notice.ends_on) == (call_id, date(2026, 4, 2))
    return notice.number


def object_and_answer(line: Line, notice: str) -> None:
    """A citizen objects under a real name and follows it; the office examines and dismisses it."""
    citizen, text = line.citizen, "该项目与上一年度已获资助的项目内容重复，请核实。"
    citizen.go("/")
    citizen.follow("公示", within=citizen.page.get_by_role("navigation").first, exact=True)
    citizen.follow(TITLE)
    citizen.sees(notice)
    citizen.sees(PROJECT)
    assert TITLES[2] not in citizen.page.get_by_role("main").inner_text()
    citizen.follow(re.compile(f"提出异议.*{PROJECT}"))
    citizen.fill("异议的事实和理由", text)
    citizen.fill("联系电话或电子邮箱", "13800000000")
    citizen.press("提交异议")
    citizen.sees("异议须实名提出")
    expect(citizen.field("异议的事实和理由")).to_have_value(text)
    citizen.fill("真实姓名或单位名称", OBJECTOR)
    citizen.press("提交异议")
    citizen.stands_before("异议受理回执")
    number, code = citizen.page.locator(".code-once").all_inner_texts()
    ask_for_status(citizen, number, code, "已收到")
    answer(line, number)
    ask_for_status(citizen, number, code, "内容不同")
    citizen.go(f"/notices/{notice}")
    citizen.sees("内容不同")
    assert OBJECTOR not in citizen.page.content()


def ask_for_status(citizen: Person, number: str, code: str, word: str) -> None:
    citizen.go("/notices/objections/status")
    citizen.fill("受理编号", number)
    citizen.fill("查询码", code)
    citizen.press("查询")
    citizen.sees(word)


def answer(line: Line, number: str) -> None:
    line.stage.look()
    path = f"/office/objections/{db.session.query(Objection).one().id}"
    line.stage.set("2026-03-27 10:00")
    officer = line.enter("officer", path)
    officer.press("开始复核")
    officer.sees("由审批人作出答复")
    line.stage.set("2026-03-31 10:00")
    approver = line.enter("approver", path)
    approver.sees(OBJECTOR)
    approver.tick("异议不成立，维持拟立项")
    approver.fill("复核情况（内部留存，加密保存）", "调取了上年度项目档案。")
    approver.fill("复核结论（向社会公布）", "两个项目的服务对象和内容不同。")
    approver.press("作出答复并公布")
    approver.sees("两个项目的服务对象和内容不同。")


def conclude(line: Line, notice: str) -> None:
    """After midnight of the last day the worker ends the notice; the approver confirms the awards."""
    line.stage.set("2026-04-03 00:00")
    approver = line.enter("approver", "/office/notices")
    approver.follow(notice)
    conclude_button = approver.page.get_by_role("button", name="办结公示，确认立项")
    for _ in range(40):
        if conclude_button.is_visible():
            break
        approver.page.reload()
    approver.press("办结公示，确认立项")
    approver.press("办结征集")
    line.stage.look()
    states = [a.state for a in db.session.query(Application).order_by(Application.id)]
    assert states == ["awarded", "awarded", "reserve", "refused"]
    assert db.session.query(Call).one().state == "concluded"


def publish_the_result(line: Line) -> tuple[bytes, str]:
    """The approver reads the drafted result and publishes it; the citizen finds it and its files."""
    approver = line.enter("approver", "/office/reports")
    for _ in range(40):
        if approver.page.get_by_role("link", name=re.compile(TITLE)).count():
            break
        approver.page.reload()
    approver.follow(TITLE, within=approver.page.get_by_role("main"))
    approver.press("核对无误，发布")
    done = approver.page.get_by_role("link", name="查看结果")
    expect(done).to_be_visible(timeout=90_000)
    citizen = line.citizen
    citizen.go("/results")
    citizen.follow(TITLE)
    citizen.sees("57,000.00")
    _, table = citizen.download("下载这些明细", "CSV")
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert [row["项目名称"] for row in rows] == [PROJECT, TITLES[0]]
    _, pdf = citizen.download("公告全文（中文）", "PDF")
    assert pdf.startswith(b"%PDF")
    return pdf, citizen.address().rpartition("/")[2]


def verify(line: Line, pdf: bytes, number: str) -> None:
    """The file as it was published is genuine; with one byte changed it is not."""
    citizen = line.citizen
    middle = len(pdf) // 2
    altered = pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]
    for content, verdict in ((pdf, "文件真实有效"), (altered, "文件与公布的不一致")):
        citizen.follow("核验公开文件")
        given = {"name": "公告.pdf", "mimeType": "application/pdf", "buffer": content}
        citizen.page.get_by_label("PDF 文件").set_input_files(given)  # type: ignore[arg-type]
        citizen.press("核验文件")
        citizen.sees(verdict)
        citizen.sees(number)
