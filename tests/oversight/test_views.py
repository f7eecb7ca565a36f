"""Auditors read the trail and have it proved; nobody else does."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.kernel import audit
from charity_portal.kernel.database import transaction
from charity_portal.kernel.permissions import Actor
from tests.factories import personas
from tests.support.people import sign_in
from tests.support.working import Worker


def test_an_auditor_reads_who_did_what_by_name(app: Flask, client: FlaskClient) -> None:
    world = personas.settle()
    with transaction():
        audit.record(Actor(user_id=world.people["officer"]), "projects.call.publish", None)
    sign_in(client, world.people["auditor"])
    page = client.get("/office/audit?action=projects.").text
    assert "projects.call.publish" in page
    assert "officer" in page
    assert "没有符合条件的记录" in client.get("/office/audit?action=nothing").text


@pytest.mark.parametrize("nonsense", ["actor=x", "record=99999999999999999999", "after=!!"])
def test_nonsense_in_the_address_breaks_nothing(
    app: Flask, client: FlaskClient, nonsense: str
) -> None:
    world = personas.settle()
    sign_in(client, world.people["auditor"])
    assert client.get(f"/office/audit?{nonsense}").status_code in (200, 404)


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "审计链完整"), ("en", "The trail is whole")]
)
def test_the_chain_is_proved_at_the_press_of_a_button(
    app: Flask, client: FlaskClient, worker: Worker, language: str, words: str
) -> None:
    world = personas.settle()
    sign_in(client, world.people["auditor"])
    progress = client.post("/office/audit/verify")
    assert progress.status_code == 303
    worker()
    state = client.get(f"{progress.location}/state").json
    assert state is not None
    assert state["state"] == "done"
    assert words in client.get(f"{state['url']}?lang={language}").text


def test_a_verdict_that_was_never_asked_for_is_not_found(app: Flask, client: FlaskClient) -> None:
    world = personas.settle()
    sign_in(client, world.people["auditor"])
    assert client.get("/office/audit/verdict/999999").status_code == 404
