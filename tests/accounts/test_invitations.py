from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.accounts import queries
from charity_portal.accounts.services import invitations
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Conflict
from charity_portal.kernel.i18n import say
from charity_portal.kernel.mail import OutboxMail
from charity_portal.kernel.permissions import SYSTEM, Actor
from tests.accounts.test_links import NEW, follow, letters_to, token_in
from tests.factories.accounts import PASSWORD, make_user
from tests.support.clocks import FrozenClock
from tests.support.people import sign_in as become
from tests.support.working import Worker

done: list[tuple[int | None, dict[str, Any]]] = []


def complete(actor: Actor, payload: dict[str, Any]) -> str:
    if payload.get("refuse"):
        raise Conflict
    done.append((actor.user_id, payload))
    return "/workspace/organizations/7"


@pytest.fixture(autouse=True)
def kind(app: Flask) -> Iterator[None]:
    offered = invitations.Kind("tests.member", lambda payload: say("开通账号"), complete)
    invitations.register(offered)
    done.clear()
    yield
    del invitations._kinds["tests.member"]


def invite(worker: Worker, email: str, **payload: Any) -> tuple[int, str]:
    with transaction():
        link_id = invitations.invite(SYSTEM, email, "tests.member", payload)
    worker()
    return link_id, token_in(letters_to(email)[-1])


def test_a_new_person_opens_an_account_and_is_in(client: FlaskClient, worker: Worker) -> None:
    link_id, token = invite(worker, "new@example.org", organization_id=7)
    page = client.get(follow(client, token)).text
    assert "new@example.org" in page
    typed = {"name": "许知远", "password": NEW, "password_again": NEW}
    weak = typed | {"password": "x" * 12, "password_again": "x" * 12}
    assert client.post("/account/invitation/join", data=weak).status_code == 422
    response = client.post("/account/invitation/join", data=typed)
    assert response.location == "/workspace/organizations/7"
    person = queries.find_by_email("new@example.org")
    assert person is not None
    assert done == [(person.id, {"organization_id": 7})]
    assert client.get("/account/profile").status_code == 200
    assert invitations.states([link_id]) == {link_id: "accepted"}
    assert client.get(f"/account/link?token={token}").status_code == 410


def test_a_person_with_an_account_signs_in_and_accepts(client: FlaskClient, worker: Worker) -> None:
    user = make_user()
    _link_id, token = invite(worker, user.email)
    page = client.get(follow(client, token)).text
    assert "/account/sign-in?next=/account/invitation" in page
    again = {"name": "x", "password": NEW, "password_again": NEW}
    assert client.post("/account/invitation/join", data=again).status_code == 422
    signed_in = client.post(
        "/account/sign-in",
        data={"email": user.email, "password": PASSWORD, "next": "/account/invitation"},
    )
    assert signed_in.location == "/account/invitation"
    assert user.name in client.get("/account/invitation").text
    assert client.post("/account/invitation/accept").status_code == 303
    assert done == [(user.id, {})]


def test_accepting_needs_a_person(client: FlaskClient, worker: Worker) -> None:
    _link_id, token = invite(worker, "new@example.org")
    follow(client, token)
    assert client.post("/account/invitation/accept").status_code == 401
    assert done == []


def test_a_refusal_leaves_the_invitation_open_and_nothing_half_done(
    client: FlaskClient, worker: Worker
) -> None:
    link_id, token = invite(worker, "new@example.org", refuse=True)
    follow(client, token)
    typed = {"name": "许知远", "password": NEW, "password_again": NEW}
    assert client.post("/account/invitation/join", data=typed).status_code == 409
    assert queries.find_by_email("new@example.org") is None
    assert invitations.states([link_id]) == {link_id: "open"}


def test_a_withdrawn_invitation_opens_nothing(client: FlaskClient, worker: Worker) -> None:
    link_id, token = invite(worker, "new@example.org")
    address = follow(client, token)
    for _ in range(2):
        with transaction():
            invitations.withdraw(SYSTEM, link_id)
    assert client.get(address).status_code == 410
    assert invitations.states([link_id]) == {link_id: "withdrawn"}


def test_an_invitation_withdrawn_before_its_letter_is_written_sends_none(
    app: Flask, worker: Worker
) -> None:
    with transaction():
        link_id = invitations.invite(SYSTEM, "new@example.org", "tests.member", {})
        invitations.withdraw(SYSTEM, link_id)
    worker()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMail)) == 0


def test_an_invitation_runs_out(app: Flask, worker: Worker, clock: FrozenClock) -> None:
    link_id, _token = invite(worker, "new@example.org")
    clock.advance(days=14)
    assert invitations.states([link_id]) == {link_id: "expired"}
    assert invitations.offer(_token) is None


def test_only_registered_kinds_can_be_offered(app: Flask) -> None:
    with pytest.raises(KeyError), transaction():
        invitations.invite(SYSTEM, "a@example.org", "tests.unknown", {})


def test_whoever_is_signed_in_may_accept_what_was_handed_to_them(
    client: FlaskClient, worker: Worker
) -> None:
    colleague = make_user("许知远")
    _link_id, token = invite(worker, "shared@example.org")
    become(client, colleague.id)
    with client.session_transaction() as cookie:
        cookie["link"] = token
    assert colleague.name in client.get("/account/invitation").text
    client.post("/account/invitation/accept")
    assert done == [(colleague.id, {})]
