"""The check, the button, the receipt: as people meet them."""

import pytest

from charity_portal.kernel.database import db
from charity_portal.projects.models.applications import Submission
from tests.factories.accounts import make_user
from tests.factories.applications import (
    accept_conditionally,
    add_paper,
    make_draft,
    make_ready,
    make_submitted,
    make_team,
)
from tests.support.people import sign_in

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def actor(client):
    _, actor = make_team()
    sign_in(client, actor.user_id)
    return actor


def base(application):
    return f"/workspace/applications/{application.id}"


def press(client, application):
    return client.post(f"{base(application)}/submit", data={"rev": str(application.rev)})


def test_the_check_names_everything_with_links_to_the_fields(client, actor):
    draft = make_draft(actor, fields={"title": "银龄食光"})
    page = client.get(f"{base(draft)}/check").text
    for link in ("edit?checked=1#summary", "edit?checked=1#budget", "papers#slot:certificate"):
        assert f"{base(draft)}/{link}" in page
    assert "可以后补的材料" in page and "papers#slot:audit" in page


def test_an_incomplete_application_stays_a_draft_with_the_list_on_top(client, actor):
    draft = make_draft(actor, fields={"title": "银龄食光"})
    answer = press(client, draft)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and "请填写项目概述。" in answer.text
    assert draft.state == "draft"


def test_pressing_twice_leads_to_one_receipt(client, actor):
    application = make_ready(actor)
    first, second = press(client, application), press(client, application)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location == f"{base(application)}/receipts/1"
    assert db.session.query(Submission).count() == 1
    assert "HZ-2026-000001" in client.get(first.location).text


def test_one_second_after_closing_the_page_says_when_it_closed(client, actor, clock):
    application = make_ready(actor)
    clock.set("2026-03-20 17:00:01")
    answer = press(client, application)
    assert answer.status_code == 409
    assert "2026年3月20日 17:00" in answer.text and "草稿仍然保留" in answer.text
    sent = client.post(
        f"{base(application)}/submit",
        data={"rev": str(application.rev)},
        headers={"Accept-Language": "en"},
        query_string={"lang": "en"},
    )
    assert "20 March 2026 17:00" in sent.text
    assert client.get(f"{base(application)}/edit").status_code == 200


def test_a_receipt_is_for_members_and_staff(client, actor, worker):
    application, _ = make_submitted(actor)
    waiting = client.get(f"{base(application)}/receipts/1")
    assert waiting.status_code == 200 and "data-poll" in waiting.text
    redirected = client.get(f"{base(application)}/receipts/1/pdf")
    assert redirected.status_code == 303
    worker()
    with client.get(f"{base(application)}/receipts/1/pdf") as pdf:
        assert pdf.mimetype == "application/pdf" and pdf.data.startswith(b"%PDF")
    for who, status in (
        (make_user(roles=["officer"]).id, 200),
        (make_user(roles=["auditor"]).id, 200),
        (make_team()[1].user_id, 403),
    ):
        sign_in(client, who)
        with client.get(f"{base(application)}/receipts/1/pdf") as answer:
            assert answer.status_code == status


def test_the_papers_owed_are_handed_in_from_their_page(client, actor):
    application, _ = make_submitted(actor)
    accept_conditionally(application, "audit")
    add_paper(actor, application, "audit")
    refused = client.post(f"{base(application)}/hand-in")
    assert refused.status_code == 422 and "请先签署容缺承诺" in refused.text
    unsigned = client.post(f"{base(application)}/promise", data={})
    assert unsigned.status_code == 422 and 'aria-invalid="true"' in unsigned.text
    signed = client.post(f"{base(application)}/promise", data={"agree": "yes"})
    assert (signed.status_code, signed.location) == (303, f"{base(application)}/papers")
    done = client.post(f"{base(application)}/hand-in")
    assert done.location == f"{base(application)}/receipts/2"
