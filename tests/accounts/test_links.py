import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.accounts import queries
from charity_portal.accounts.errors import LinkUnusable
from charity_portal.accounts.models import OneTimeLink, User
from charity_portal.accounts.rules.throttle import LETTER_ACCOUNT
from charity_portal.accounts.services import link_letters, links, people, recovery
from charity_portal.accounts.services.links import LIFE
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.mail import OutboxMail
from charity_portal.kernel.permissions import SYSTEM
from tests.factories.accounts import PASSWORD, PASSWORD_HASH, make_link, make_user
from tests.support.clocks import FrozenClock
from tests.support.people import sign_in as become
from tests.support.working import Worker

NEW = "quiet lanterns above the harbour"


def letters_to(email: str) -> list[OutboxMail]:
    wanted = sa.select(OutboxMail).where(OutboxMail.recipient == email).order_by(OutboxMail.id)
    return list(db.session.scalars(wanted))


def token_in(letter: OutboxMail) -> str:
    found = re.search(r"http://localhost/account/link\?token=(\S+)", letter.body)
    assert found
    return found[1]


def follow(client: FlaskClient, token: str) -> str:
    response = client.get(f"/account/link?token={token}")
    assert response.status_code == 303
    assert token not in response.location
    return str(response.location)


def set_password(client: FlaskClient, address: str, password: str = NEW) -> int:
    return client.post(address, data={"password": password, "password_again": password}).status_code


def test_a_forgotten_password_is_set_by_a_letter_once(
    client: FlaskClient, app: Flask, worker: Worker
) -> None:
    user = make_user()
    elsewhere = app.test_client()
    become(elsewhere, user.id)
    client.post("/account/password/forgotten", data={"email": user.email.upper()})
    worker()
    token = token_in(letters_to(user.email)[0])
    address = follow(client, token)
    assert client.get(address).status_code == 200
    assert set_password(client, address) == 303
    assert elsewhere.get("/account/profile").status_code == 302
    assert client.get(f"/account/link?token={token}").status_code == 410
    signed_in = {"email": user.email, "password": NEW}
    assert client.post("/account/sign-in", data=signed_in).status_code == 303
    assert len(letters_to(user.email)) == 2  # the link, and the notice that it was used


def test_opening_a_link_spends_nothing(client: FlaskClient) -> None:
    user = make_user()
    token = make_link("reset", user.email, user)
    for _ in range(3):
        assert client.get(follow(client, token)).status_code == 200


def test_of_two_who_use_a_link_one_wins(app: Flask) -> None:
    user = make_user()
    token = make_link("reset", user.email, user)
    with transaction():
        recovery.set_by_link(token, PASSWORD_HASH)
    with pytest.raises(LinkUnusable), transaction():
        recovery.set_by_link(token, PASSWORD_HASH)


def test_a_spent_link_is_spent_whatever_it_was_for(app: Flask) -> None:
    for purpose in LIFE:
        token = make_link(purpose, "a@example.org")
        with transaction():
            links.use(token, purpose)
        with pytest.raises(LinkUnusable), transaction():
            links.use(token, purpose)


def test_a_link_runs_out(client: FlaskClient, clock: FrozenClock) -> None:
    user = make_user()
    token = make_link("reset", user.email, user)
    address = follow(client, token)
    clock.advance(minutes=60)
    assert set_password(client, address) == 410
    assert client.get(f"/account/link?token={token}").status_code == 410


def test_a_weak_password_is_refused_and_the_link_stays(client: FlaskClient) -> None:
    user = make_user()
    address = follow(client, make_link("reset", user.email, user))
    assert set_password(client, address, "password1234") == 422
    different = client.post(address, data={"password": NEW, "password_again": NEW + "x"})
    assert different.status_code == 422
    assert set_password(client, address) == 303


def test_a_newer_letter_makes_the_older_link_useless(client: FlaskClient, worker: Worker) -> None:
    user = make_user()
    for _ in range(2):
        client.post("/account/password/forgotten", data={"email": user.email})
        worker()
    first, second = map(token_in, letters_to(user.email))
    assert client.get(f"/account/link?token={first}").status_code == 410
    assert follow(client, second)


def test_asking_for_an_unknown_address_does_and_says_the_same(
    client: FlaskClient, worker: Worker
) -> None:
    user = make_user(email="known@example.org")
    answers = []
    for email in (user.email, "other@example.org"):
        before = _rows()
        response = client.post("/account/password/forgotten", data={"email": email})
        answers.append((response.status_code, response.location, response.data, _rows() - before))
    assert answers[0] == answers[1]
    worker()
    assert [mail.recipient for mail in db.session.query(OutboxMail)] == [user.email]


def _rows() -> int:
    counted = (OneTimeLink, Job, OutboxMail)
    return sum(db.session.scalar(sa.select(sa.func.count()).select_from(m)) or 0 for m in counted)


def test_letters_cannot_be_asked_for_without_end(client: FlaskClient) -> None:
    statuses = [
        client.post("/account/password/forgotten", data={"email": "a@example.org"}).status_code
        for _ in range(LETTER_ACCOUNT.tries + 1)
    ]
    assert statuses == [303] * LETTER_ACCOUNT.tries + [429]


def test_a_closed_account_gets_no_letter_and_its_links_die(
    client: FlaskClient, worker: Worker
) -> None:
    user = make_user()
    token = make_link("reset", user.email, user)
    with transaction():
        people.close(SYSTEM, user.id, "left")
    assert client.get(f"/account/link?token={token}").status_code == 410
    client.post("/account/password/forgotten", data={"email": user.email})
    worker()
    assert letters_to(user.email) == []


def test_somebody_opens_an_account(client: FlaskClient, worker: Worker) -> None:
    asked = {"email": "New@Example.org", "name": "沈一诺", "locale": "en"}
    assert client.post("/account/register", data=asked).status_code == 303
    assert queries.find_by_email("new@example.org") is None
    worker()
    (letter,) = letters_to("new@example.org")
    assert "confirm" in letter.body.lower()
    assert set_password(client, follow(client, token_in(letter))) == 303
    person = queries.find_by_email("new@example.org")
    assert person is not None
    assert (person.name, person.locale, person.roles) == ("沈一诺", "en", frozenset())


def test_registering_a_known_address_says_so_only_in_the_letter(
    client: FlaskClient, worker: Worker
) -> None:
    user = make_user()
    fresh = {"email": "fresh@example.org", "name": "沈一诺", "locale": "zh"}
    responses = [
        client.post("/account/register", data=fresh | {"email": email})
        for email in (user.email, "fresh@example.org")
    ]
    assert responses[0].data == responses[1].data
    worker()
    (letter,) = letters_to(user.email)
    assert "token=" not in letter.body
    assert "token=" in letters_to("fresh@example.org")[0].body


def test_an_address_changes_when_the_new_one_answers(client: FlaskClient, worker: Worker) -> None:
    user = make_user(email="old@example.org")
    become(client, user.id)
    asked = {"email": "new@example.org", "current_password": PASSWORD}
    wrong = client.post("/account/email", data=asked | {"current_password": "wrong"})
    assert wrong.status_code == 422
    assert client.post("/account/email", data=asked).status_code == 303
    worker()
    assert db.session.get_one(User, user.id).email == "old@example.org"
    address = follow(client, token_in(letters_to("new@example.org")[0]))
    assert client.get(address).status_code == 200
    assert db.session.get_one(User, user.id).email == "old@example.org"
    assert client.post(address).location == "/account/profile"
    assert db.session.get_one(User, user.id).email == "new@example.org"
    assert letters_to("old@example.org")


def test_an_address_that_somebody_has_is_not_taken(client: FlaskClient, worker: Worker) -> None:
    user, other = make_user(), make_user()
    become(client, user.id)
    asked = {"email": other.email, "current_password": PASSWORD}
    assert client.post("/account/email", data=asked).status_code == 303
    worker()
    assert "token=" not in letters_to(other.email)[0].body
    token = make_link("confirm", other.email, user)
    address = follow(client, token)
    assert client.post(address).status_code == 422
    assert db.session.get_one(User, user.id).email == user.email


def test_letters_are_written_in_the_readers_language(app: Flask, worker: Worker) -> None:
    zh, en = make_user(locale="zh"), make_user(locale="en")
    with transaction():
        for user in (zh, en):
            links.ask(SYSTEM, "reset", user.email)
    worker()
    chinese, english = letters_to(zh.email)[0], letters_to(en.email)[0]
    assert "重设密码" in chinese.title
    assert not re.search(r"[\u3000-\u9fff]", english.title + english.body)


def test_a_printed_link_sends_no_letter(app: Flask, worker: Worker) -> None:
    user = make_user(password=False)
    with transaction():
        address = link_letters.printed_invitation(user.id)
    worker()
    assert address.startswith("http://localhost/account/link?token=")
    assert letters_to(user.email) == []


def test_links_of_another_purpose_open_no_other_page(client: FlaskClient) -> None:
    user = make_user()
    follow(client, make_link("confirm", "new@example.org", user))
    assert client.get("/account/password/new").status_code == 410
    assert client.get("/account/register/finish").status_code == 410


def test_old_links_are_swept(app: Flask, clock: FrozenClock) -> None:
    make_link("reset", "a@example.org")
    clock.advance(days=31)
    with transaction():
        assert links.sweep() == 1
