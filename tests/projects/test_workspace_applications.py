"""My applications: what lies on the desk, starting, reading what was submitted, taking back."""

import re

import pytest

from charity_portal.kernel.database import db, transaction
from charity_portal.projects.models.applications import Application, Submission
from charity_portal.projects.services import drafts
from tests.factories.accounts import make_user
from tests.factories.applications import (
    FIELDS,
    accept_conditionally,
    ask_for_correction,
    make_draft,
    make_submitted,
    make_team,
    submit,
)
from tests.factories.calls import make_call
from tests.factories.organizations import make_member, make_organization
from tests.support.people import sign_in

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def actor(client):
    _, actor = make_team()
    sign_in(client, actor.user_id)
    return actor


def without_token(page):
    """A form's token tells the second at which it was made."""
    return re.sub(r'(name="csrf-token" content|name="csrf_token" value)="[^"]*"', "", page)


def base(application):
    return f"/workspace/applications/{application.id}"


def test_the_desk_says_what_to_do_and_until_when(client, actor):
    make_draft(actor, fields={"title": "一号草稿"})
    corrected, _ = make_submitted(actor, make_call())
    ask_for_correction(corrected, "summary")
    promised, _ = make_submitted(actor, make_call())
    accept_conditionally(promised, "audit")
    page = client.get("/workspace/applications").text
    for words in (
        "一号草稿",
        "继续填写并提交",
        "需要补正",
        "按通知补正并重新提交",
        "签署容缺承诺",
        "截止 2026年3月20日 17:00，还剩 18 天",
    ):
        assert words in page


def test_an_applicant_never_reads_that_something_was_decided(client, actor):
    application, _ = make_submitted(actor)
    pages = []
    for state in ("eligible", "decided"):
        with transaction():
            db.session.get_one(Application, application.id).state = state
        where = ("/workspace/applications", base(application))
        pages.append([without_token(client.get(address).text) for address in where])
    assert pages[0] == pages[1]


def test_starting_shows_each_condition_before_anything_is_written(client, actor):
    call = make_call(eligibility={"charity_only": True, "kinds": ["service"]})
    page = client.get(f"/workspace/applications/start/{call.id}").text
    assert "已认定为慈善组织" in page and "不符合" in page
    (organization_id,) = actor.memberships
    answer = client.post(
        f"/workspace/applications/start/{call.id}", data={"organization_id": organization_id}
    )
    assert answer.status_code == 422 and "本机构未认定为慈善组织" in answer.text
    assert db.session.query(Application).count() == 0


def test_starting_leads_to_the_form(client, actor):
    call = make_call()
    (organization_id,) = actor.memberships
    answer = client.post(
        f"/workspace/applications/start/{call.id}", data={"organization_id": organization_id}
    )
    assert answer.status_code == 303 and answer.location.endswith("/edit")


def test_starting_for_a_strange_organization_is_forbidden(client, actor):
    call, other = make_call(), make_organization()
    answer = client.post(
        f"/workspace/applications/start/{call.id}", data={"organization_id": other.id}
    )
    assert answer.status_code == 403
    odd = client.post(f"/workspace/applications/start/{call.id}", data={"organization_id": "x"})
    assert odd.status_code == 422


def test_an_officer_finds_an_organization_and_files_for_it(client):
    call, organization = make_call(), make_organization(name="望海社区互助会")
    officer = make_user(roles=["officer"])
    sign_in(client, officer.id)
    page = client.get(f"/workspace/applications/start/{call.id}?q=望海").text
    assert "望海社区互助会" in page
    answer = client.post(
        f"/workspace/applications/start/{call.id}", data={"organization_id": organization.id}
    )
    draft = db.session.query(Application).one()
    assert answer.status_code == 303 and draft.on_behalf_by == officer.id
    assert "代为填报" in client.get("/workspace/applications").text


def test_staff_read_the_submitted_version_and_not_the_draft(client, actor):
    draft = make_draft(actor, fields={"title": "秘密草稿"})
    application, _ = make_submitted(actor, make_call())
    sign_in(client, make_user(roles=["officer"]).id)
    assert client.get(base(draft)).status_code == 403
    page = client.get(base(application)).text
    assert FIELDS["title"] in page and "肆" not in page and "¥49,000.00" in page
    assert client.get(base(application) + "/print").status_code == 200


def test_a_second_version_shows_what_changed(client, actor):
    application, _ = make_submitted(actor)
    ask_for_correction(application, "summary")
    with transaction():
        changed = {"summary": FIELDS["summary"].replace("六十", "八十")}
        drafts.save_fields(actor, application.id, application.rev, changed)
    submit(actor, application)
    page = client.get(base(application) + "/versions/2").text
    assert "<del>六</del><ins>八</ins>" in page
    assert "不是最新版本" in client.get(base(application) + "/versions/1").text
    assert client.get(base(application) + "/versions/3").status_code == 404


def test_taking_back_asks_for_a_reason_and_keeps_the_page(client, actor):
    application, _ = make_submitted(actor)
    empty = client.post(base(application) + "/withdraw", data={"reason": " "})
    assert empty.status_code == 422 and 'aria-invalid="true"' in empty.text
    done = client.post(base(application) + "/withdraw", data={"reason": "负责人离职"})
    assert done.status_code == 303 and application.state == "withdrawn"


def test_a_draft_is_deleted_and_brought_back(client, actor):
    draft = make_draft(actor, fields={"title": "一"})
    client.post(base(draft) + "/discard")
    assert draft.state == "discarded"
    assert "恢复草稿" in client.get("/workspace/applications").text
    assert client.post(base(draft) + "/restore").status_code == 303
    assert draft.state == "draft"


def test_every_address_of_an_application_is_closed_to_strangers(client, actor):
    application, _ = make_submitted(actor)
    sign_in(client, make_member(make_organization()).id)
    got = {
        tail: client.get(base(application) + tail).status_code
        for tail in ("", "/edit", "/check", "/papers", "/history", "/print", "/promise")
    }
    got |= {
        tail: client.get(base(application) + tail).status_code
        for tail in ("/receipts/1", "/versions/1")
    }
    got |= {
        tail: client.post(base(application) + tail, data={"rev": "1", "reason": "x"}).status_code
        for tail in (
            "/edit",
            "/submit",
            "/withdraw",
            "/discard",
            "/restore",
            "/hand-in",
            "/promise",
        )
    }
    assert set(got.values()) == {403}, got


def test_a_record_taken_over_from_elsewhere_is_shown_as_it_came(client, actor):
    application, submission = make_submitted(actor)
    with transaction():
        kept = db.session.get_one(Submission, submission.id)
        kept.content = {"standard": "360giving", "record": {"Title": "Theatre for schools"}}
        kept.receipt_number = None
    page = client.get(base(application)).text
    assert "历史数据导入" in page and "Theatre for schools" in page
    assert "/receipts/" not in page and "打印版" not in page
    assert client.get(base(application) + "/print").status_code == 404
