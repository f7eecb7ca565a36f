"""The publishing desk: read, preview, publish, correct."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.disclosure.queries import reports
from tests.factories import personas
from tests.factories.disclosure import draft_result, publish_history
from tests.factories.history import record, take_over
from tests.support.people import sign_in
from tests.support.working import Worker


@pytest.fixture
def approver(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser in the approver's hands."""
    sign_in(client, personas.settle().people["approver"])
    return client


def test_an_approver_previews_and_publishes(approver: FlaskClient, worker: Worker) -> None:
    version = draft_result()
    assert "待发布" in approver.get("/office/reports").text
    preview = approver.post(f"/office/reports/{version.id}/preview")
    publish = approver.post(f"/office/reports/{version.id}/publish")
    worker()
    seen = approver.get(f"{preview.location}/state").json
    assert seen is not None
    with approver.get(seen["url"]) as paper:
        assert paper.data.startswith(b"%PDF")
        assert paper.headers["Content-Disposition"].startswith("inline")
    done = approver.get(f"{publish.location}/state").json
    assert done is not None
    assert done["url"] == f"/results/{version.report.number}"
    assert reports.published(version.report.number) is not None


def test_a_correction_without_reason_keeps_what_was_typed(approver: FlaskClient) -> None:
    publish_history(record(1))
    done = take_over(record(1), record(2))
    address = approver.post(f"/office/reports/calls/{done.call_ids[0]}/draft").location
    answer = approver.post(f"{address}/publish", data={"correction_en": "An award was added."})
    assert answer.status_code == 422
    assert "再次发布须说明更正了什么" in answer.text
    assert "An award was added." in answer.text


def test_nothing_new_is_said_plainly(approver: FlaskClient) -> None:
    version = publish_history(record(1))
    answer = approver.post(f"/office/reports/calls/{version.data['call']['id']}/draft")
    assert answer.status_code == 409
    assert "无需发布新版本" in answer.text


def test_an_officer_reads_but_does_not_publish(app: Flask, client: FlaskClient) -> None:
    sign_in(client, personas.settle().people["officer"])
    version = draft_result()
    page = client.get(f"/office/reports/{version.id}")
    assert "核对无误，发布" not in page.text
    assert client.post(f"/office/reports/{version.id}/publish").status_code == 403
