"""Uploading and downloading over the wire: progress clients, plain forms, ranges, who may read."""

import pytest

from charity_portal.kernel.database import db
from charity_portal.projects.queries import applications
from tests.factories import uploads
from tests.factories.accounts import make_user
from tests.factories.applications import add_paper, make_draft, make_submitted, make_team
from tests.factories.organizations import make_member
from tests.support.people import sign_in

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def team(client):
    organization, actor = make_team()
    draft = make_draft(actor, fields={"title": "银龄食光"})
    sign_in(client, actor.user_id)
    return organization, actor, draft


def base(application):
    return f"/workspace/applications/{application.id}"


def send(client, application, content, name, slot="certificate", script=True):
    """As a browser sends it; the body stays in memory, however large."""
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return client.post(
        f"{base(application)}/papers/{slot}",
        data=head.encode() + content + b"\r\n--edge--\r\n",
        headers={"Accept": "application/json"} if script else {},
        content_type="multipart/form-data; boundary=edge",
    )


def count(application):
    db.session.rollback()
    return len(applications.attachments(application.id))


def test_a_script_gets_what_it_needs_to_show_the_file(client, team):
    _, _, draft = team
    answer = send(client, draft, uploads.pdf(), "证书.pdf")
    assert answer.status_code == 201
    assert answer.json["name"] == "证书.pdf" and len(answer.json["sha256"]) == 64
    with client.get(answer.json["url"]) as file:
        assert file.status_code == 200


def test_a_plain_form_goes_back_to_its_slot(client, team):
    _, _, draft = team
    answer = send(client, draft, uploads.pdf(), "证书.pdf", script=False)
    assert answer.status_code == 303 and answer.location.endswith("/papers#slot:certificate")


@pytest.mark.parametrize("script", [True, False])
def test_a_program_named_pdf_is_told_what_it_is(client, team, script):
    _, _, draft = team
    answer = send(client, draft, b"MZ" + bytes(3000), "证书.pdf", script=script)
    assert answer.status_code == 422
    text = answer.json["error"] if script else answer.text
    assert "程序" in text
    assert count(draft) == 0
    if not script:
        assert "已填写和已上传的内容都没有变化" in text and 'aria-invalid="true"' in text


@pytest.mark.parametrize("script", [True, False])
def test_forty_megabytes_are_refused_in_words_and_nothing_is_lost(client, team, script):
    _, actor, draft = team
    add_paper(actor, draft, "budget_note")
    answer = send(client, draft, bytes(40 << 20), "扫描件.pdf", script=script)
    assert answer.status_code == 413
    text = answer.json["error"] if script else answer.text
    assert "上限" in text or "大小限制" in text
    assert count(draft) == 1


def test_above_the_slots_limit_but_below_the_portals_the_slot_says_so(client, team):
    _, _, draft = team
    answer = send(client, draft, bytes(21 << 20), "扫描件.pdf", script=False)
    assert answer.status_code == 413 and "20 MB" in answer.text
    assert "预算说明" in answer.text


def test_no_file_and_no_such_slot_are_said(client, team):
    _, _, draft = team
    empty = client.post(f"{base(draft)}/papers/certificate", data={})
    assert empty.status_code == 422 and "请选择要上传的文件" in empty.text
    assert send(client, draft, uploads.pdf(), "a.pdf", slot="none").status_code == 422


def test_downloads_come_in_ranges_and_never_run(client, team):
    _, actor, draft = team
    paper = add_paper(actor, draft, "certificate")
    where = f"{base(draft)}/files/{paper.id}"
    with client.get(where, headers={"Range": "bytes=0-3"}) as part:
        assert (part.status_code, part.data) == (206, b"%PDF")
        assert part.headers["Content-Disposition"].startswith("attachment")
    with client.get(where + "?view=1") as shown:
        assert shown.headers["Content-Disposition"].startswith("inline")
        assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
        assert shown.headers["X-Content-Type-Options"] == "nosniff"


def test_a_paper_is_read_by_its_people_and_by_staff_once_it_was_handed_in(client, team):
    organization, actor, draft = team
    paper = add_paper(actor, draft, "certificate")
    _, submission = make_submitted(make_team()[1])
    handed_in = submission.application
    theirs = applications.attachments(handed_in.id)[0]
    officer = make_user(roles=["officer"])
    finance = make_member(organization, "finance")
    stranger = make_team()[1].user_id
    ours, others = f"{base(draft)}/files/{paper.id}", f"{base(handed_in)}/files/{theirs.id}"
    for who, answers in (
        (finance.id, (200, 403)),
        (officer.id, (403, 200)),
        (stranger, (403, 403)),
    ):
        sign_in(client, who)
        got = []
        for where in (ours, others):
            with client.get(where) as answer:
                got.append(answer.status_code)
        assert tuple(got) == answers


def test_a_paper_is_not_found_under_another_application(client, team):
    _, _, draft = team
    _, other = make_team()
    paper = add_paper(other, make_draft(other), "certificate")
    assert client.get(f"{base(draft)}/files/{paper.id}").status_code == 404


def test_removing_is_undone_by_nobody_and_said(client, team):
    _, actor, draft = team
    paper = add_paper(actor, draft, "certificate")
    answer = client.post(f"{base(draft)}/files/{paper.id}/remove")
    assert answer.status_code == 303 and count(draft) == 0
    assert "已删除“法人登记证书.pdf”" in client.get(answer.location).text
