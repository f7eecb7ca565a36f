"""What should not work does not: said clearly in the reader's language, with the right status code,
and nothing lost or half done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from charity_portal.accounts.models import User
from charity_portal.accounts.services import sessions
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.identifiers import make_uscc
from charity_portal.kernel.jobs import Job
from charity_portal.organizations.models import Organization, RosterImport
from charity_portal.projects.models.applications import (
    Application,
    Attachment,
    DraftField,
    Submission,
)
from charity_portal.projects.models.notices import Objection
from charity_portal.projects.models.screening import Decision, Screening
from tests.browser.hands import Person, sign_in
from tests.factories import notices, uploads
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.applications import FIELDS, make_draft, make_ready, make_team
from tests.factories.calls import CLOSES, make_call
from tests.factories.organizations import make_organization, roster_file, roster_rows
from tests.support.stage import Stage

PROGRAM = b"MZ\x90\x00" + b"\x00" * 58 + b"PE\x00\x00" + b"\x00" * 200
BIG = 40 * 1024 * 1024
LINE = "小计 %(amount)s，三项来源合计 %(given)s，少 %(by)s。"

pytestmark = pytest.mark.usefixtures("stage")


@pytest.fixture
def live(stage: Stage) -> Stage:
    return stage


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reader(page_as: Callable[..., Page], language: str) -> Callable[..., Person]:
    """`reader(user_id, javascript=True)`: somebody signed in, reading in the test's language."""

    def open_as(user_id: int, javascript: bool = True) -> Person:
        page = page_as(user_id, javascript=javascript, language=language)
        return Person(page, javascript, language)

    return open_as


def officer() -> int:
    return make_user("何经办", ["officer"]).id


def count(stage: Stage, model: Any) -> int:
    stage.look()
    return db.session.query(model).count()


@dataclass(frozen=True)
class Entry:
    """What an officer types to enter an organization."""

    name: str
    code: str

    def typed_by(self, person: Person) -> int:
        person.go("/office/organizations/new")
        person.fill(person.word("机构名称"), self.name)
        person.choose(person.word("机构类型"), person.word("社会服务机构"))
        person.fill(person.word("统一社会信用代码"), self.code)
        person.field(person.word("县区")).select_option(value="370602")
        return person.send(person.word("保存"))

    def still_typed(self, person: Person) -> None:
        expect(person.field(person.word("机构名称"))).to_have_value(self.name)
        expect(person.field(person.word("统一社会信用代码"))).to_have_value(self.code)


def test_a_wrong_code(stage: Stage, reader: Callable[..., Person]) -> None:
    good = make_uscc("370602", 77)
    entry = Entry("鲁东市晨光社会工作服务中心", good[:-1] + ("0" if good[-1] != "0" else "1"))
    person = reader(officer())
    assert entry.typed_by(person) == 422
    person.sees(person.word("末位校验码不符，请逐位核对。"))
    code = person.field(person.word("统一社会信用代码"))
    expect(code).to_have_attribute("aria-invalid", "true")
    entry.still_typed(person)
    assert count(stage, Organization) == 0


def test_an_organization_that_is_there_already(stage: Stage, reader: Callable[..., Person]) -> None:
    known = make_organization(name="鲁东市春晓社会工作服务中心")
    entry = Entry("鲁东市晨光社会工作服务中心", known.uscc or "")
    person = reader(officer())
    assert entry.typed_by(person) == 409
    person.sees(person.word("登记库中已有该代码的机构：%(name)s。", name=known.name))
    entry.still_typed(person)
    person.follow(person.word("打开登记库中的这家机构"))
    person.stands_before(known.name)
    assert count(stage, Organization) == 1


def test_a_budget_that_does_not_add_up(stage: Stage, reader: Callable[..., Person]) -> None:
    _, actor = make_team()
    draft = make_ready(actor, **{"budget:aaaaaaaa:own": "4999.99"})
    person = reader(actor.user_id)
    person.go(f"/workspace/applications/{draft.id}/check")
    facts = {"amount": "40,000.00", "given": "39,999.99", "by": "0.01"}
    text = person.word(LINE, **facts)
    person.sees(text)
    assert person.send(person.word("提交申请")) == 422
    person.sees(text)
    person.sees(person.word("申请还不能提交，请先处理列出的问题。"))
    assert count(stage, Submission) == 0
    assert db.session.get_one(Application, draft.id).state == "draft"
    person.follow(text)
    expect(person.page.locator("[aria-invalid=true]")).to_be_visible()
    expect(person.page.locator("[aria-invalid=true]")).to_have_value("35000")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_a_file_of_40_mb(
    stage: Stage, reader: Callable[..., Person], tmp_path: Path, javascript: bool
) -> None:
    _, actor = make_team()
    draft = make_draft(actor, fields=FIELDS)
    large = tmp_path / "扫描件.pdf"
    with large.open("wb") as file:
        file.write(uploads.pdf())
        file.truncate(BIG)
    person = reader(actor.user_id, javascript)
    person.go(f"/workspace/applications/{draft.id}/papers")
    slot = slot_of(person, "法人登记证书", "Registration certificate")
    slot.locator("input[type=file]").set_input_files(large)
    if javascript:
        said = person.word("文件 {size}，超过上限 {limit}，未上传")
        expect(slot).to_contain_text(said.format(size="40.0 MB", limit="20.0 MB"))
    else:
        assert person.send(person.word("上传"), within=slot) == 413
        person.sees(person.word("提交的内容超过大小限制。"))
    assert count(stage, Attachment) == 0
    assert draft_text(stage, draft.id, "title") == FIELDS["title"]


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_a_program_that_calls_itself_a_pdf(
    stage: Stage, reader: Callable[..., Person], javascript: bool
) -> None:
    _, actor = make_team()
    draft = make_draft(actor, fields=FIELDS)
    person = reader(actor.user_id, javascript)
    person.go(f"/workspace/applications/{draft.id}/papers")
    slot = slot_of(person, "法人登记证书", "Registration certificate")
    program: Any = {"name": "证书.pdf", "mimeType": "application/pdf", "buffer": PROGRAM}
    chosen = slot.locator("input[type=file]")
    with person.page.expect_response(lambda r: r.request.method == "POST") as answered:
        chosen.set_input_files(program)
        if not javascript:
            slot.get_by_role("button", name=person.word("上传"), exact=True).click()
    assert answered.value.status == 422
    expect(slot_of(person, "法人登记证书", "Registration certificate")).to_contain_text(
        person.word("这是可执行程序，不予接收。")
    )
    assert count(stage, Attachment) == 0


def slot_of(person: Person, zh: str, en: str) -> Any:
    name = zh if person.language == "zh" else en
    return person.page.get_by_role("region", name=name, exact=True)


def draft_text(stage: Stage, application_id: int, key: str) -> str:
    stage.look()
    wanted = db.select(DraftField.value).filter_by(application_id=application_id, key=key)
    return db.session.scalars(wanted).one()


def test_a_session_that_expired_while_typing_without_scripts(
    stage: Stage, reader: Callable[..., Person]
) -> None:
    _, actor = make_team()
    draft = make_draft(actor, fields=FIELDS)
    person = reader(actor.user_id, javascript=False)
    person.go(f"/workspace/applications/{draft.id}/edit")
    name = "实施地点" if person.language == "zh" else "Place"
    person.fill(name, "写了一个晚上的内容\n")
    with transaction():
        sessions.revoke_all(actor.user_id or 0)
    assert person.send(person.word("保存草稿")) == 401
    person.stands_before(person.word("您填写的内容还在"))
    assert draft_text(stage, draft.id, "answer:area") == FIELDS["answer:area"]
    sign_in_again(person, actor.user_id or 0)
    first = person.send(person.word("继续提交"))
    if first == 400:  # the token belongs to the session before; with the new one it goes through
        person.stands_before(person.word("您填写的内容还在"))
        person.send(person.word("继续提交"))
    person.sees(person.word("草稿已保存。"))
    assert draft_text(stage, draft.id, "answer:area") == "写了一个晚上的内容"


def sign_in_again(person: Person, user_id: int) -> None:
    """In a new tab, as the page says."""
    with person.page.context.expect_page() as opened:
        person.follow(person.word("在新标签页登录"))
    other = Person(opened.value, person.javascript, person.language)
    sign_in(other, db.session.get_one(User, user_id).email, PASSWORD)
    other.page.close()


@pytest.mark.parametrize(("seconds", "status"), [(-1, 303), (0, 409), (1, 409)])
def test_a_submission_at_the_second_of_closing(
    stage: Stage, page_as: Callable[..., Page], seconds: int, status: int
) -> None:
    _, actor = make_team()
    draft = make_ready(actor)
    stage.set(CLOSES - timedelta(minutes=1))
    person = Person(page_as(actor.user_id))
    person.go(f"/workspace/applications/{draft.id}/check")
    stage.set(CLOSES + timedelta(seconds=seconds))
    assert person.send("提交申请") == status
    if status == 303:
        person.stands_before("已收到您的申请")
    else:
        person.sees("征集已于 2026年3月20日 17:00 截止，没有提交。您的草稿仍然保留")
    assert count(stage, Submission) == (1 if status == 303 else 0)
    assert draft_text(stage, draft.id, "title") == FIELDS["title"]


def test_two_officers_screening_at_once(stage: Stage, reader: Callable[..., Person]) -> None:
    case = notices.submitted()
    people = [reader(officer()) for _ in range(2)]
    for person in people:
        person.go(f"/office/screening/{case.id}")
        person.press(person.word("其余各项均符合"))
        person.press(person.word("审查通过"))
        person.stands_before(person.word("确认：%(step)s", step=person.word("审查通过")))
    first, second = people
    first.press(first.word("确认并发送"))
    first.stands_before(first.word("资格审查"))
    assert second.send(second.word("确认并发送")) == 409
    second.stands_before(second.word("已由他人办理"))
    second.sees("何经办")
    assert count(stage, Screening) == 1
    assert db.session.get_one(Application, case.id).state == "eligible"


def test_two_approvers_deciding_at_once(stage: Stage, reader: Callable[..., Person]) -> None:
    call = make_call()
    case = notices.eligible(notices.staff("officer", "何经办"), call, title="银龄陪伴")
    people = [reader(make_user(name, ["approver"]).id) for name in ("姜审批", "陆审批")]
    first, second = people
    label = first.word("“%(title)s”的决定", title="银龄陪伴")
    reason = first.word("“%(title)s”的理由", title="银龄陪伴")
    for person in people:
        person.go(f"/office/decisions/{call.id}")
    first.choose(label, first.word("立项"))
    first.press(first.word("保存全部决定"))
    expect(first.page.get_by_role("status").first).to_be_visible()
    second.choose(label, second.word("不予资助"))
    second.fill(reason, "与征集方向不符")
    assert second.send(second.word("保存全部决定")) == 409
    second.sees(second.word("已由他人决定"))
    second.sees("姜审批")
    expect(second.field(reason)).to_have_value("与征集方向不符")
    stage.look()
    (decision,) = db.session.query(Decision)
    assert (decision.application_id, decision.outcome) == (case.id, "award")


@pytest.mark.parametrize("name", ["", "匿名", "某先生", "热心市民"])
def test_an_objection_by_nobody(stage: Stage, open_page: Callable[..., Page], name: str) -> None:
    language = "en" if not name else "zh"
    notice = notices.on_notice(notices.office())
    person = Person(open_page(language=language), language=language)
    person.go(f"/notices/{notice.number}/objections/new")
    person.page.get_by_label(person.word("针对的项目")).select_option(index=1)
    person.fill(person.word("异议的事实和理由"), "该项目与上一年度的项目内容重复。")
    person.fill(person.word("真实姓名或单位名称"), name)
    person.fill(person.word("联系电话或电子邮箱"), "13800000000")
    assert person.send(person.word("提交异议")) == 422
    told = (
        "异议须实名提出，匿名异议不予受理：请填写真实姓名或单位名称。"
        "姓名加密保存，只用于核实，不会公开。"
        if name
        else "异议须实名提出：请填写您的真实姓名或单位名称。姓名加密保存，只用于核实，不会公开。"
    )
    person.sees(person.word(told))
    expect(person.field(person.word("异议的事实和理由"))).to_have_value(
        "该项目与上一年度的项目内容重复。"
    )
    assert count(stage, Objection) == 0


def test_a_roster_with_a_wrong_header(stage: Stage, reader: Callable[..., Person]) -> None:
    person = reader(officer())
    person.go("/office/organization-rosters")
    content = roster_file(roster_rows(3), without=["county"], name="单位")
    roster: Any = {"name": "名册.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    person.page.locator("input[type=file]").set_input_files(roster)
    assert person.send(person.word("上传并检查")) == 303
    person.follow(person.word("查看结果"))
    person.sees(person.word("名册有误，登记库没有任何变化。请更正后重新上传整份名册。"))
    missing = (person.word("机构名称"), person.word("县区"))
    person.sees(person.word("表头缺少这些列：%(titles)s。", titles="、".join(missing)))
    person.sees(person.word("表头有不认识的列：%(titles)s。", titles="单位"))
    person.sees(person.word("下载名册模板"))
    assert count(stage, Organization) == 0
    assert db.session.query(RosterImport).one().state == "refused"
    assert db.session.query(Job).filter_by(state="failed").count() == 0


def test_the_address_of_somebody_elses_draft(stage: Stage, reader: Callable[..., Person]) -> None:
    _, actor = make_team()
    draft = make_draft(actor, fields=FIELDS)
    _, stranger = make_team()
    person = reader(stranger.user_id)
    for page in ("edit", "papers", "check", "history", ""):
        person.go(f"/workspace/applications/{draft.id}/{page}".rstrip("/"), status=403)
        person.sees(person.word("您没有权限查看或办理此事项。"))
        assert FIELDS["title"] not in person.page.content()
    token = person.page.locator("meta[name=csrf-token]").get_attribute("content") or ""
    answer = person.page.request.patch(
        f"/workspace/applications/{draft.id}/fields",
        data={"rev": draft.rev, "fields": {"title": "改掉"}},
        headers={"X-CSRFToken": token},
    )
    assert answer.status == 403
    assert draft_text(stage, draft.id, "title") == FIELDS["title"]


def test_the_address_of_a_draft_without_signing_in(
    stage: Stage, open_page: Callable[..., Page], language: str
) -> None:
    _, actor = make_team()
    draft = make_draft(actor, fields=FIELDS)
    person = Person(open_page(language=language), language=language)
    person.go(f"/workspace/applications/{draft.id}/edit")
    person.stands_before(person.word("登录"))
    assert FIELDS["title"] not in person.page.content()
