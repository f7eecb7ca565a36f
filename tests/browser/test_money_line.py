"""A fund's money as the people walk it: a gift that arrives, a request, the committee's vote and the
supervisor's opinion, approval, payment and voucher by different people, and a citizen who walks from
the fund's figure to the words of the voucher; without JavaScript.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from charity_portal.funds.models.funds import Fund
from charity_portal.funds.queries import checking
from charity_portal.funds.rules.establishing import Member
from charity_portal.kernel.database import db
from tests.browser.hands import Person
from tests.factories import uploads
from tests.factories.accounts import make_user
from tests.factories.funds import make_fund
from tests.support.stage import Stage

GIVER = "鲁东海棠食品有限公司"
HIDDEN = "澹台听雪"
TITLE = "爱心食堂炊具更新"
VOUCHER = "炊具发票一张，附验收单"


@pytest.fixture
def live(stage: Stage) -> Stage:
    return stage


@pytest.fixture
def people(
    stage: Stage, open_page: Callable[..., Page], page_as: Callable[..., Page]
) -> dict[str, Person]:
    """Everybody with a browser of their own, and a running fund whose chair and supervisor have
    accounts."""
    accounts = {
        role: make_user(name, [role]).id
        for role, name in (("officer", "何经办"), ("approver", "姜审批"), ("finance", "沈出纳"))
    }
    accounts |= {
        seat: make_user(name).id for seat, name in (("chair", "梁主任"), ("watch", "向监督"))
    }
    members = [Member("member", f"委员{n}", "居民代表") for n in "甲乙丙丁"]
    chair = Member("chair", "梁主任", "居民代表", accounts["chair"])
    supervisor = Member("supervisor", "向监督", "街道干部", accounts["watch"])
    make_fund(members=(chair, *members, supervisor))
    found = {
        key: Person(page_as(user_id, javascript=False), False) for key, user_id in accounts.items()
    }
    return found | {"citizen": Person(open_page(javascript=False), False)}


def test_from_a_gift_to_the_words_of_a_voucher(people: dict[str, Person], stage: Stage) -> None:
    fund = db.session.query(Fund).one()
    give(people["finance"], fund.id, "50000", GIVER, "2026-03-02", named=True)
    give(people["finance"], fund.id, "8000", HIDDEN, "2026-03-02", named=False)
    request_id = ask(people["officer"], fund.id)
    vote(people, request_id)
    approve_and_pay(people, request_id)
    close(people["finance"], request_id)
    walk(people["citizen"], fund.number)
    stage.look()
    assert checking.recount().difference is None


def give(finance: Person, fund_id: int, yuan: str, donor: str, day: str, named: bool) -> None:
    finance.go(f"/office/donations/new?fund={fund_id}")
    finance.fill("金额（实物填写价值）", yuan)
    finance.fill("到账（收到）日期", day)
    finance.choose("用途", "助老")
    finance.page.get_by_role("radio", name="新的捐赠人").check()
    finance.unfold("新的捐赠人")
    finance.tick("单位或团体" if named else "个人")
    finance.fill("姓名或单位名称", donor)
    finance.tick("同意公开姓名（名称）" if named else "不同意公开")
    assert finance.send("登记并记账") == 303
    finance.sees("并记账")


def ask(officer: Person, fund_id: int) -> int:
    officer.go(f"/office/spending/new/{fund_id}")
    officer.page.get_by_label("资金用途和支出类别").select_option(label="助老：慈善活动")
    officer.fill("事项（公开）", TITLE)
    officer.fill("申请理由（内部）", "旧炊具用了九年，三家比价后选定。")
    officer.fill("金额", "12600.50")
    officer.tick("供应商或服务单位")
    officer.fill("供应商名称或个人姓名", "福山区匠心厨具行")
    assert officer.send("保存草稿") == 303
    officer.fill("表决截止日期", "2026-03-12")
    assert officer.send("提交表决") == 303
    officer.sees("管委会表决中")
    return int(officer.address().rstrip("/").rsplit("/", 1)[1])


def vote(people: dict[str, Person], request_id: int) -> None:
    """The chair and the supervisor by themselves, the others by their signed minutes."""
    path = f"/workspace/spending/{request_id}"
    people["chair"].go("/workspace/spending")
    people["chair"].follow(TITLE)
    people["chair"].tick("同意")
    assert people["chair"].send("提交我的意见") == 303
    officer = people["officer"]
    officer.go(f"/office/spending/{request_id}")
    officer.sees("现在还不能计票")
    people["watch"].go(path)
    people["watch"].tick("无异议")
    people["watch"].fill("意见内容", "程序合规，价格合理。")
    assert people["watch"].send("提交监督意见") == 303
    officer.go(f"/office/spending/{request_id}")
    officer.unfold("按会议纪要登记表决")
    minutes = {"name": "会议纪要.pdf", "mimeType": "application/pdf", "buffer": uploads.pdf()}
    officer.page.get_by_label("签字的会议纪要").set_input_files(minutes)
    for n, choice in zip("甲乙丙丁", ("同意", "同意", "弃权", "不同意"), strict=True):
        seat = officer.page.get_by_role("group", name=f"委员{n}")
        seat.get_by_label("意见", exact=True).select_option(label=choice)
    assert officer.send("登记表决") == 303
    assert officer.send("计票") == 303
    officer.sees("待审批")


def approve_and_pay(people: dict[str, Person], request_id: int) -> None:
    """Three people: whoever approves may not pay."""
    approver, finance = people["approver"], people["finance"]
    approver.go(f"/office/spending/{request_id}")
    assert approver.send("批准") == 303
    approver.sees("批准人不能付款")
    expect(approver.page.get_by_role("button", name="登记付款")).to_have_count(0)
    finance.go(f"/office/spending/{request_id}")
    finance.fill("付款凭证号（公开）", "付-2026-0007")
    finance.fill("付款日期", "2026-03-02")
    assert finance.send("登记付款") == 303
    finance.sees("已付款、待交凭证")


def close(finance: Person, request_id: int) -> None:
    finance.go(f"/office/spending/{request_id}")
    finance.unfold("上传凭证")
    finance.choose("凭证种类", "发票")
    finance.fill("凭证内容（公开）", VOUCHER)
    invoice = {"name": "发票.pdf", "mimeType": "application/pdf", "buffer": uploads.pdf()}
    finance.page.get_by_label("文件", exact=True).set_input_files(invoice)
    assert finance.send("上传凭证") == 303
    assert finance.send("凭证齐全，办结") == 303
    finance.sees("凭证齐全")


def walk(citizen: Person, number: str) -> None:
    """From what the fund spent to the entry behind it, to its voucher; who gave, and who did not want
    to be told."""
    citizen.go(f"/funds/{number}")
    citizen.sees("¥58,000.00")
    citizen.sees("¥45,399.50")
    citizen.follow("¥12,600.50")
    citizen.follow(TITLE)
    citizen.sees("同意 3 票，不同意 1 票，弃权 1 票，回避 0 人")
    citizen.sees(VOUCHER)
    citizen.go(f"/funds/{number}/donations")
    citizen.sees(GIVER)
    citizen.sees("爱心人士")
    assert HIDDEN not in citizen.page.content()
