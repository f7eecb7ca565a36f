"""A whole competition as the people walk it: from the draft of an edition to a result that anybody
can count again.

Four applications passed screening and three experts stand in the pool; everything after that is done
on the pages by an officer, an approver, three reviewers and a citizen.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.editions import Stage as Round
from charity_portal.competitions.models.outcomes import SelectionRow
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.models.reviews import Review
from charity_portal.kernel.database import db
from charity_portal.organizations.models import Organization
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.screening import Decision
from tests.browser.reviewing import Reviewer
from tests.factories import notices
from tests.factories.accounts import make_user
from tests.factories.calls import make_call
from tests.factories.competitions import make_expert
from tests.support.paths import ROOT
from tests.support.stage import Stage

TITLE = "2026 年社区公益创投大赛"
PROJECTS = ("银龄食光助餐", "四点半课堂", "乡村幸福食堂", "暖心热线")
JUDGES = ("顾清和", "宋知远", "梁以宁")
CAPACITIES = (["finance"], ["user_representative"], ["senior"])
SEED = "福彩 3D 第 2026072 期 538"
QUALITY = dict(zip(PROJECTS, ("5", "4", "3", "2"), strict=True))
"""What every reviewer gives a project, on both criteria."""


@dataclass
class Contest:
    """Everybody of one journey, and what they work on."""

    stage: Stage
    officer: Reviewer
    approver: Reviewer
    judges: dict[int, Reviewer]
    citizen: Reviewer
    call: Call

    def edition(self) -> Edition:
        """The edition as it stands in the database now."""
        self.stage.look()
        return db.session.query(Edition).one()

    def round(self) -> Round:
        """Its only stage."""
        return self.edition().stages[0]

    def desk(self) -> str:
        """Where the office works on it."""
        return f"/office/competitions/{self.edition().id}"


@pytest.fixture
def live(stage: Stage) -> Stage:
    return stage


@pytest.fixture(params=[False], ids=["no-javascript"])
def contest(
    request: pytest.FixtureRequest,
    stage: Stage,
    open_page: Callable[..., Page],
    page_as: Callable[..., Page],
) -> Contest:
    """A call that has closed, its field screened; staff and experts with accounts."""
    stage.set("2026-03-18 09:00")
    desk = notices.office()
    call = make_call(min_awards=1, max_awards=2, purse_fen=12_000_000)
    for title in PROJECTS:
        notices.eligible(desk.officer, call, title=title)
    experts = [
        make_expert(name, expertise=["elderly"], capacities=capacities)
        for name, capacities in zip(JUDGES, CAPACITIES, strict=True)
    ]
    stage.set("2026-03-23 09:30")
    script = request.param

    def person(user_id: int) -> Reviewer:
        return Reviewer(page_as(user_id, javascript=script), script)

    approver = make_user("陆审批", roles=("approver",)).id
    return Contest(
        stage,
        person(desk.officer.user_id or 0),
        person(approver),
        {expert.user_id: person(expert.user_id) for expert in experts},
        Reviewer(open_page(javascript=script), script),
        call,
    )


def test_from_a_drafted_edition_to_a_result_that_can_be_counted_again(
    contest: Contest, tmp_path: Path
) -> None:
    draft(contest)
    fix_the_rubric(contest)
    check(contest)
    draw(contest)
    for user_id in contest.judges:
        join(contest, user_id)
    begin(contest)
    assign(contest)
    for user_id in contest.judges:
        score(contest, user_id)
    end_scoring(contest)
    rank(contest)
    select(contest)
    publish(contest)
    count_again(contest, tmp_path)


def draft(contest: Contest) -> None:
    """One stage of papers, two reviews for each application, a seed from a public draw of lots."""
    officer = contest.officer
    officer.go("/office/competitions")
    officer.sees("还没有评审")
    officer.follow("新建评审")
    officer.tick("一阶段：书面评审")
    officer.press("建立草稿")
    officer.stands_before("2026 年市级社会组织公益创投项目评审")
    officer.follow("修改规则")
    officer.fill("名称", TITLE)
    officer.fill("随机种子", SEED)
    officer.fill("评委人数", "3")
    officer.fill("候补人数", "0")
    officer.press("保存")
    officer.sees("已保存。")
    officer.follow("评审阶段", within=parts(officer))
    officer.unfold("书面评审")
    officer.fill("每项申请评审份数", "2")
    officer.fill("评分截止", "2026-04-10T18:00")
    officer.press("保存")
    officer.sees("已保存。")


def fix_the_rubric(contest: Contest) -> None:
    """Two criteria are enough; their weights have to add up."""
    officer = contest.officer
    officer.follow("书面评审标准", within=parts(officer))
    for title in ("可行性", "团队能力", "预算合理性", "可持续性"):
        officer.press(f"删除：{title}")
    for title, weight in (("需求真实性", "60"), ("方案设计", "30")):
        officer.unfold(title)
        field = officer.page.get_by_role("listitem").filter(has_text=title)
        officer.fill("权重", weight, within=field)
    officer.press("保存并检查")
    officer.sees("赛道的权重合计为 90.00%，应为 100%。")
    officer.follow("“为老服务”赛道的权重合计为 90.00%")
    officer.unfold("方案设计")
    field = officer.page.get_by_role("listitem").filter(has_text="方案设计")
    officer.fill("权重", "40", within=field)


def check(contest: Contest) -> None:
    """What is left is the panel: the rules alone do not open anything."""
    officer = contest.officer
    officer.press("保存并检查")
    officer.sees("开始前还需处理 1 处")
    officer.sees("每项申请要有 2 位评委，目前只有 0 位接受邀请。")
    officer.press("确定规则并开始评审")
    expect(officer.page.get_by_role("alert")).to_contain_text("开始前还需处理 1 处")
    assert contest.edition().state == "draft"


def draw(contest: Contest) -> None:
    """The panel is drawn from the published seed; the record of the draw is kept; letters go out."""
    officer = contest.officer
    officer.go("/office/experts")
    for name in JUDGES:
        officer.sees(name)
    officer.go(contest.desk())
    officer.follow("评审组", within=officer.page.get_by_role("main"), exact=True)
    officer.sees(SEED)
    officer.press("抽取")
    officer.sees("抽取完成，抽取记录已经保存。")
    officer.sees(SEED)
    officer.go(f"{contest.desk()}/panel")
    officer.press("发出邀请")
    officer.sees("已发出 3 份邀请。")


def join(contest: Contest, user_id: int) -> None:
    """Accept, promise, declare; the first of them is tied to an applicant. No applicant is named."""
    me = contest.judges[user_id]
    me.go("/reviews")
    me.follow("查看并答复")
    me.press("接受邀请")
    me.stands_before("承诺与申报")
    me.tick("我已阅读并承诺遵守以上全部内容")
    me.press("签署承诺")
    if user_id == next(iter(contest.judges)):
        declare(contest, me)
    me.tick("除以上申报外，我与其他任何机构没有可能影响公正评审的关系")
    me.press("完成申报")
    me.sees("承诺和申报已经完成，分配项目后即可开始评审。")
    for title in PROJECTS:
        assert title not in me.page.content()


def declare(contest: Contest, me: Reviewer) -> None:
    """A tie to the organization behind the first project, found in the register."""
    contest.stage.look()
    application = db.session.query(Application).filter_by(title=PROJECTS[0]).one()
    name = db.session.get_one(Organization, application.organization_id).name
    me.fill("机构名称或代码", name)
    me.press("查找")
    me.page.get_by_role("radio", name=name).check()
    me.tick("近亲属在该机构任职")
    me.press("申报")
    me.sees("已申报。")


def begin(contest: Contest) -> None:
    """The rules are fixed and public; the field has codes."""
    officer = contest.officer
    officer.go(contest.desk())
    officer.follow("开始前检查")
    officer.sees("标准、规则、评委和名单都已齐备，可以开始评审。")
    officer.press("确定规则并开始评审")
    officer.sees("规则已确定并公开")
    citizen = contest.citizen
    citizen.go("/competitions")
    citizen.follow(TITLE)
    citizen.sees(SEED)
    for title in PROJECTS:
        assert title not in citizen.page.content()


def assign(contest: Contest) -> None:
    """A plan is computed and adopted; who is tied to an applicant gets nothing of it."""
    officer = contest.officer
    officer.go(contest.desk())
    officer.follow("书面评审：分配评审")
    officer.follow("分配", within=officer.page.get_by_role("main"))
    officer.press("计算分配方案")
    on(officer)
    officer.stands_before("分配方案")
    officer.press("采用这份方案")
    officer.sees("已采用：新分配 8 份，收回 0 份，已通知 3 位评委。")
    contest.stage.look()
    given = {(r.panelist.user_id, r.application_id) for r in db.session.query(Review)}
    application = db.session.query(Application).filter_by(title=PROJECTS[0]).one()
    assert len(given) == 8
    assert (next(iter(contest.judges)), application.id) not in given
    officer.go(f"/office/competitions/stages/{contest.round().id}")
    officer.press("开始评分")
    officer.sees("评分已开始，评委可以打分。")


def score(contest: Contest, user_id: int) -> None:
    """One dossier after the other, each handed in; the last leads back to the desk."""
    me = contest.judges[user_id]
    contest.stage.look()
    mine = db.session.query(Review).join(Panelist).filter(Panelist.user_id == user_id).count()
    me.go("/reviews")
    me.follow("开始评审")
    for number in range(mine):
        expect(me.page.locator(".order").first).to_contain_text(f"第 {number + 1} 份，共 {mine} 份")
        heading = me.page.get_by_role("heading", level=1).inner_text()
        value = next(value for title, value in QUALITY.items() if title in heading)
        for criterion in ("需求真实性", "方案设计"):
            group = me.page.get_by_role("radiogroup", name=criterion)
            group.locator("label.mark").filter(has_text=value).click()
            if value == "5":
                me.fill(f"理由：{criterion} 评 0 分或 5 分时必填", "走访了两个社区")
        me.press("提交评审")
        me.sees("已提交，得分")
    me.sees("这一轮的材料已全部处理完毕。")


def end_scoring(contest: Contest) -> None:
    """Everything is in: the stage is closed, then scoring as a whole."""
    officer = contest.officer
    officer.go(contest.desk())
    officer.sees("8 / 8")
    officer.follow("书面评审：评审已全部提交，可以截止")
    officer.press("截止评分")
    officer.sees("评分已截止")
    officer.go(contest.desk())
    officer.press("结束全部评分")
    officer.sees("评分已全部结束，可以计算排名。")
    assert contest.edition().state == "scored"


def rank(contest: Contest) -> None:
    """The worker counts; what the reviewers gave decides the places."""
    officer = contest.officer
    officer.follow("计算排名，确定拟资助名单")
    officer.press("计算排名")
    on(officer)
    officer.stands_before("排名")
    rows = officer.page.get_by_role("table", name="名次").get_by_role("rowheader")
    for number, title in enumerate(PROJECTS):
        expect(rows.nth(number)).to_contain_text(title)
    officer.follow("拟资助名单", within=officer.page.get_by_role("main"))
    officer.press("按规则测算")
    officer.sees("核对无误后，由审批人确定。")


def select(contest: Contest) -> None:
    """The approver confirms; the call's decisions are written from it and put on notice."""
    approver = contest.approver
    approver.go(f"{contest.desk()}/selection")
    approver.press("确定拟资助名单")
    approver.sees("确定，并写入立项决定。")
    contest.stage.look()
    chosen = {row.application_id: row.outcome for row in db.session.query(SelectionRow)}
    decided = {row.application_id: row.outcome for row in db.session.query(Decision)}
    titles = {a.id: a.title for a in db.session.query(Application)}
    assert decided == chosen
    assert [titles[key] for key, word in chosen.items() if word == "award"] == [*PROJECTS[:2]]
    approver.go(f"{contest.desk()}/publish")
    approver.sees("拟立项项目尚未公示。")
    approver.go(f"/office/decisions/{contest.call.id}")
    approver.follow("开始公示…")
    approver.press("开始公示并发出通知书")
    approver.go(f"{contest.desk()}/publish")
    approver.press("公布结果")
    on(approver)
    assert contest.edition().state == "published"


def publish(contest: Contest) -> None:
    """The citizen reads the whole ranking: names of who is funded, codes of the others."""
    citizen = contest.citizen
    citizen.go("/competitions")
    citizen.follow(TITLE)
    citizen.page.reload()  # public pages may be a minute old
    citizen.follow("查看评审结果")
    citizen.stands_before("评审结果")
    for title in PROJECTS[:2]:
        citizen.sees(title)
    for name in JUDGES:
        citizen.sees(name)
    citizen.sees("没有人工决定，名单完全按规则产生。")


def count_again(contest: Contest, folder: Path) -> None:
    """The bundle gives the published result on a machine that has no database at all."""
    name, content = contest.citizen.download("复算资料包", "ZIP")
    assert name.endswith(".zip")
    (folder / name).write_bytes(content)
    command = [sys.executable, "-m", "flask", "--app", "charity_portal.app", "competitions"]
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:9/none"
    done = subprocess.run(
        [*command, "recompute", str(folder / name)],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": nowhere,
            "DATA_DIR": str(folder),
            "SECRET_KEY": "another machine, another key, and long enough for it",
            "LANG": "zh_CN.UTF-8",
        },
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "与公布的结果逐位相同。" in done.stderr


def parts(officer: Reviewer) -> Locator:
    """The links to the parts of a draft."""
    return officer.page.get_by_role("navigation", name="评审规则")


def on(person: Reviewer) -> None:
    """Go on from the page that shows how far the worker is."""
    person.stands_before("处理进度")
    ready = person.page.get_by_role("link", name="查看结果")
    expect(ready).to_be_visible(timeout=60_000)
    ready.click()
