"""The people of one walk, and what an applicant does on the way from call to receipt."""

import re
from dataclasses import dataclass
from datetime import date

from playwright.sync_api import expect

from charity_portal.accounts.models import User
from charity_portal.kernel.database import db
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from tests.browser.hands import Person, sign_in
from tests.factories import uploads
from tests.factories.accounts import PASSWORD, code_of
from tests.factories.applications import add_paper, make_draft, submit
from tests.factories.organizations import acting, make_member, make_organization
from tests.support.stage import Stage

TITLE = "2026 年社区助老项目征集"
PROJECT = "银龄食光：社区老年助餐"
TITLES = ("邻里守望", "乡村幸福食堂", "金色年华合唱团")
OBJECTOR = "欧阳云舒"
NEED = "辖区独居老人三百余名，做饭不便。\n冬季更难。"


@dataclass
class Line:
    """Everybody of one journey."""

    stage: Stage
    officer: Person
    approver: Person
    editor: Person
    citizen: Person
    accounts: dict[str, User]

    def enter(self, who: str, path: str) -> Person:
        """Somebody opens a page; who is asked to sign in does so and goes on to it."""
        person: Person = getattr(self, who)
        person.page.goto(path)
        if "/account/sign-in" in person.page.url:
            account = self.accounts[who]
            code = code_of(account) if account.totp_secret else None
            sign_in(person, account.email, PASSWORD, code)
        assert person.address() == path
        return person


def apply(line: Line, call_id: int) -> int:
    """The editor finds the call, sees that the organization may apply, writes and hands in."""
    editor = line.editor
    editor.go("/")
    editor.follow("项目征集", within=editor.page.get_by_role("navigation").first)
    editor.follow(TITLE)
    editor.sees("还剩 17 天")
    editor.follow("开始申请")
    sign_in(editor, line.accounts["editor"].email, PASSWORD)
    editor.stands_before("开始申请")
    expect(editor.page.get_by_role("table").get_by_text("不符合")).to_have_count(0)
    editor.press("以本机构名义开始填写")
    write(editor)
    editor.press("下一步：上传材料")
    editor.upload("法人登记证书", "法人登记证书.pdf", uploads.pdf())
    editor.follow("下一步：检查并提交")
    mend(editor)
    editor.press("提交申请")
    editor.stands_before("已收到您的申请")
    take_receipt(editor)
    line.stage.look()
    application = db.session.query(Application).one()
    assert (application.state, application.amount_requested_fen) == ("submitted", 3_700_000)
    assert application.call_id == call_id
    return application.id


def write(editor: Person) -> None:
    """All fields, with two faults: a budget line that does not add up, and no summary."""
    editor.fill("项目名称", PROJECT)
    editor.tick("为老服务")
    editor.fill("项目负责人", "周安宁")
    editor.fill("开始日期", "2026-05-01")
    editor.fill("结束日期", "2027-04-30")
    editor.fill("服务需求", NEED)
    editor.fill("预计直接受益人数", "320")
    editor.tick("城区")
    budget_line(editor, "助老活动", "活动费", "场", "40", "1000", "34000", "5000")
    editor.press("添加一行")
    budget_line(editor, "办公与审计", "管理费", "项", "1", "4000", "3000", "1000")
    editor.tick("我确认以上内容真实、完整，并对此负责。")
    if editor.javascript:
        editor.saved_state("已保存 14:00:00")
        editor.page.reload()
        expect(editor.field("服务需求")).to_have_value(NEED)


def budget_line(editor: Person, item: str, category: str, unit: str, *figures: str) -> None:
    """Fill the last line of the budget."""
    editor.fill("支出内容", item)
    editor.choose("科目", category)
    editor.fill("单位", unit)
    for label, figure in zip(("数量", "单价", "申请资助", "自筹"), figures, strict=True):
        editor.fill(label, figure)


def mend(editor: Person) -> None:
    """Everything wrong is listed at once, each with a link to its place; nothing else is asked."""
    editor.stands_before("检查并提交")
    editor.sees("提交前需要处理（3 项）")
    editor.follow("请填写项目概述")
    expect(editor.field("项目概述")).to_have_attribute("aria-invalid", "true")
    editor.fill("项目概述", "为辖区六十名独居老人每周提供五次午餐和陪伴。")
    editor.fill("自筹", "6000", number=0)
    editor.press("下一步：上传材料")
    editor.upload("项目负责人简历", "简历.pdf", uploads.pdf(2))
    editor.upload("上年度审计报告", "审计报告.pdf", uploads.pdf(3))
    editor.follow("下一步：检查并提交")
    editor.sees("检查通过，没有发现问题。")


def take_receipt(editor: Person) -> None:
    """The worker makes the PDF; the page says when it is there, without JavaScript too."""
    main = editor.page.get_by_role("main")
    ready = main.get_by_role("link", name=re.compile("^(查看|下载)回执"))
    expect(ready.first).to_be_visible(timeout=60_000)
    if main.get_by_role("link", name="查看回执").is_visible():
        editor.follow("查看回执", within=main)
    name, content = editor.download("下载回执", "PDF")
    assert content.startswith(b"%PDF") and "HZ-2026-000001" in name
    editor.sees("HZ-2026-000001")


def colleagues_apply(line: Line, call_id: int) -> list[int]:
    """Three more organizations hand in, one of them without its audit report."""
    found = []
    for number, (title, papers) in enumerate(
        (
            (TITLES[0], ("certificate", "resume", "audit")),
            (TITLES[1], ("certificate", "resume")),
            (TITLES[2], ("certificate", "resume", "audit")),
        )
    ):
        organization = make_organization(registered_on=date(2016, 1, 1))
        actor = acting(make_member(organization, "owner"))
        make_member(organization, "editor", line.accounts["editor"])
        call = db.session.get_one(Call, call_id)
        draft = make_draft(actor, call, fields_for(call, title))
        slots = dict(zip(("certificate", "resume", "audit"), call.slots, strict=True))
        for paper in papers:
            add_paper(actor, draft, slots[paper].key, uploads.pdf(number + 4))
        submit(actor, draft)
        found.append(draft.id)
    return found


def fields_for(call: Call, title: str) -> dict[str, str]:
    """A draft without a defect for the officer's call."""
    need, people, place = (f"answer:{question.key}" for question in call.questions)
    activity, management = call.categories[0].key, call.categories[-1].key
    lines = {
        "aaaaaaaa": (activity, "1", "30000", "26000"),
        "bbbbbbbb": (management, "1", "2000", "2000"),
    }
    fields = {
        "title": title,
        "track": call.tracks[1].key,
        "summary": "每周两次入户陪伴和就医陪护。",
        "lead_name": "许知远",
        "starts_on": "2026-05-01",
        "ends_on": "2027-04-30",
        need: "就医不便。",
        people: "90",
        place: call.questions[2].choices[1]["key"],
        "confirmed": "yes",
        "budget:order": ",".join(lines),
    }
    for uid, (category, quantity, price, grant) in lines.items():
        cells = {
            "category": category,
            "item": "服务",
            "unit": "项",
            "quantity": quantity,
            "unit_price": price,
            "grant": grant,
            "own": str(int(price) - int(grant)),
        }
        fields |= {f"budget:{uid}:{column}": text for column, text in cells.items()}
    return fields
