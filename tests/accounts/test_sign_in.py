import logging
import re
import threading
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.accounts import queries
from charity_portal.accounts.models import User, UserSession
from charity_portal.accounts.rules.tokens import token_hash
from charity_portal.accounts.services import grants, passwords, people
from charity_portal.kernel.audit import AuditEntry
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.permissions import SYSTEM
from tests.factories.accounts import PASSWORD, PASSWORD_HASH, code_of, make_user
from tests.support.clocks import FrozenClock
from tests.support.people import sign_in as become

WRONG = "definitely the wrong one"


def submit(client: FlaskClient, email: str, password: str = PASSWORD, **more: str):
    return client.post("/account/sign-in", data={"email": email, "password": password, **more})


def token_in(client: FlaskClient) -> str | None:
    with client.session_transaction() as cookie:
        return cookie.get("_user_id")


def test_a_person_without_roles_is_in_after_the_password(client: FlaskClient) -> None:
    user = make_user()
    assert client.get("/account/profile").status_code == 302
    assert submit(client, user.email.upper()).status_code == 303
    assert user.name in client.get("/account/profile").text


def test_an_unknown_account_gets_the_same_bytes_for_the_same_work(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = make_user(email="known@example.org").email
    unset = make_user(email="unset@example.org", password=False).email
    closed = make_user(email="close@example.org").email
    demo = make_user(email="demos@example.org", is_demo=True).email
    with transaction():
        people.close(SYSTEM, queries.find_by_email(closed).id, "left")
    hashed: list[str] = []
    verify = passwords._hasher.verify

    def counted(hash_: str, text: str) -> bool:
        hashed.append(hash_)
        return verify(hash_, text)

    monkeypatch.setattr(
        passwords, "_hasher", SimpleNamespace(verify=counted, check_needs_rehash=lambda _: False)
    )
    answers = {}
    for email, typed in (
        (known, WRONG),
        ("there@example.org", WRONG),
        (unset, WRONG),
        (closed, WRONG),
        (closed, PASSWORD),
        (demo, PASSWORD),
    ):
        before = len(hashed), audited()
        response = submit(client, email, typed)
        assert response.status_code == 422
        assert (len(hashed), audited()) == (before[0] + 1, before[1] + 1)
        answers[email, typed] = re.sub(r'value="[^"]{60,}"', "", response.text.replace(email, "*"))
    assert len(set(answers.values())) == 1


def audited() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) or 0


def test_the_token_changes_at_sign_in_and_at_confirmation(client: FlaskClient) -> None:
    user = make_user(roles=["officer"])
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "a token that somebody planted"
        cookie["planted"] = "before"
    submit(client, user.email)
    first = token_in(client)
    assert first != "a token that somebody planted"
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
    client.post("/account/second-factor", data={"code": code_of(user)})
    second = token_in(client)
    assert first and second and first != second
    assert queries.identity(first) is None
    known = queries.identity(second)
    assert known is not None and known.roles == {"officer"}


def test_the_database_knows_no_token(client: FlaskClient) -> None:
    submit(client, make_user().email)
    token = token_in(client)
    assert token is not None
    row = db.session.scalars(sa.select(UserSession)).one()
    assert row.token_hash == token_hash(token)
    assert token not in repr({c.name: getattr(row, c.name, None) for c in row.__table__.columns})


def test_staff_have_no_rights_before_the_second_factor(client: FlaskClient) -> None:
    user = make_user(roles=["administrator"])
    response = submit(client, user.email, next="/office/people")
    assert response.location.startswith("/account/second-factor?next=")
    assert client.get("/office/people").location.startswith("/account/sign-in")
    assert client.get("/account/profile").location.startswith("/account/sign-in")
    assert client.post("/account/password").status_code == 401
    again = client.get("/account/sign-in?next=/office/people")
    assert again.location.startswith("/account/second-factor")
    done = client.post(
        "/account/second-factor", data={"code": code_of(user), "next": "/office/people"}
    )
    assert done.location == "/office/people"
    assert client.get("/office/people").status_code == 200


def test_a_role_given_now_counts_now_and_one_taken_is_gone(client: FlaskClient) -> None:
    user, other = make_user(roles=["officer"]), make_user(roles=["administrator"])
    become(client, user.id)
    assert client.get("/office/people").status_code == 403
    with transaction():
        grants.grant(SYSTEM, user.id, "administrator", "deputy")
    assert client.get("/office/people").status_code == 200
    with transaction():
        grants.revoke(SYSTEM, user.id, "administrator", "back")
    assert client.get("/office/people").status_code == 403
    assert other.id != user.id


def test_a_first_role_asks_for_the_second_factor_at_once(client: FlaskClient) -> None:
    user = make_user()
    submit(client, user.email)
    assert client.get("/account/profile").status_code == 200
    with transaction():
        grants.grant(SYSTEM, user.id, "reviewer", "admitted")
    assert client.get("/account/profile").status_code == 302
    assert client.get("/account/second-factor").location.startswith("/account/second-factor/set-up")


def test_a_closed_account_is_out_at_once_and_stays_out(client: FlaskClient) -> None:
    user = make_user()
    submit(client, user.email)
    with transaction():
        people.close(SYSTEM, user.id, "left")
    assert client.get("/account/profile").status_code == 302
    with transaction():
        people.reopen(SYSTEM, user.id, "came back")
    assert client.get("/account/profile").status_code == 302
    assert submit(client, user.email).status_code == 303


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/calls/3?page=2", "/calls/3?page=2"),
        ("https://evil.example/", "/account/start"),
        ("//evil.example", "/account/start"),
        ("/\\evil.example", "/account/start"),
        ("/account/sign-in?next=/account/sign-in", "/account/start"),
        ("", "/account/start"),
    ],
)
def test_signing_in_leads_only_to_own_paths(client: FlaskClient, asked: str, led_to: str) -> None:
    assert submit(client, make_user().email, next=asked).location == led_to


def test_the_start_leads_each_to_their_work(client: FlaskClient) -> None:
    become(client, make_user(roles=["administrator"]).id)
    assert client.get("/account/start").location.startswith("/office/")
    become(client, make_user().id)
    assert client.get("/account/start").location in ("/account/profile", "/workspace")


def test_signing_out_ends_the_session_and_clears_the_browser(client: FlaskClient) -> None:
    submit(client, make_user().email)
    token = token_in(client)
    response = client.post("/account/sign-out")
    assert response.status_code == 303
    assert '"storage"' in response.headers["Clear-Site-Data"]
    assert token is not None and queries.identity(token) is None
    assert token_in(client) is None
    assert client.post("/account/sign-out").status_code == 303


def test_a_session_ends_when_nothing_is_done_and_lives_when_something_is(
    client: FlaskClient, clock: FrozenClock
) -> None:
    user = make_user(roles=["officer"])
    become(client, user.id)
    clock.advance(hours=11)
    assert client.get("/account/profile").status_code == 200
    edited = {"name": "周明远", "locale": "zh"}
    assert client.post("/account/profile/edit", data=edited).status_code == 303
    clock.advance(hours=11)
    assert client.get("/account/profile").status_code == 200
    clock.advance(hours=1)
    assert client.get("/account/profile").status_code == 302


def test_passwords_addresses_and_secrets_stay_out_of_logs_audit_jobs_and_addresses(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    user = make_user(email="quiet.person@example.org", roles=["officer"])
    secret = user.totp_secret
    with caplog.at_level(logging.DEBUG):
        locations = [
            submit(client, user.email, WRONG).location,
            submit(client, "absent.person@example.org", WRONG).location,
            submit(client, user.email).location,
            client.post("/account/second-factor", data={"code": "000000"}).location,
            client.post("/account/second-factor", data={"code": code_of(user)}).location,
            client.post("/account/password/forgotten", data={"email": user.email}).location,
        ]
    entries = db.session.scalars(sa.select(AuditEntry)).all()
    kept = repr([(e.action, e.before, e.after, e.reason, e.subject_kind) for e in entries])
    jobs = repr([job.args for job in db.session.scalars(sa.select(Job))])
    everywhere = caplog.text + repr(locations) + kept + jobs
    assert "accounts.sign_in.refused" in kept
    for text in (PASSWORD, WRONG, user.email, "absent.person", secret, user.name):
        assert text not in everywhere


def test_an_aged_hash_is_renewed_at_sign_in(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    monkeypatch.setattr(passwords, "outdated", lambda _hash: True)
    assert submit(client, user.email).status_code == 303
    renewed = db.session.get_one(User, user.id).password_hash
    assert renewed is not None and renewed != PASSWORD_HASH
    assert passwords.password_fits(renewed, PASSWORD)


def test_hashing_inside_a_transaction_is_refused(app: Flask) -> None:
    with pytest.raises(passwords.SlowWorkInTransaction), transaction():
        passwords.hash_password(PASSWORD)
    with pytest.raises(passwords.SlowWorkInTransaction), transaction():
        passwords.password_fits(PASSWORD_HASH, PASSWORD)


def test_no_more_than_four_hash_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, guard, full = 0, 0, threading.Lock(), threading.Event()
    gate = threading.Event()

    def slow(_text: str) -> str:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
            if running == passwords.AT_ONCE:
                full.set()
        gate.wait(10)
        with guard:
            running -= 1
        return "hash"

    monkeypatch.setattr(passwords, "_hasher", SimpleNamespace(hash=slow))

    def work() -> None:
        with app.app_context():
            passwords.hash_password(PASSWORD)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert full.wait(10)
    gate.set()
    for thread in threads:
        thread.join()
    assert most == passwords.AT_ONCE


def test_the_parameters_are_those_of_argon2id_with_19_mib(app: Flask) -> None:
    assert passwords.hash_password("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not passwords.outdated(passwords._NOBODY)


def test_a_fresh_form_token_is_given_to_scripts(client: FlaskClient, csrf: None) -> None:
    response = client.get("/account/csrf-token")
    assert response.json is not None and response.json["token"]
    assert "no-store" in response.headers["Cache-Control"]


def test_demonstration_accounts_are_listed_and_filled_in_only_on_demonstrations(
    app: Flask, client: FlaskClient
) -> None:
    demo = make_user("示范专员", ["officer"], "officer@demo.example", is_demo=True)
    make_user("真实的人", email="real@example.org")
    page = client.get("/account/sign-in?account=officer@demo.example").text
    assert demo.name not in page and passwords.DEMO_PASSWORD not in page
    app.config["DEMO"] = True
    try:
        page = client.get("/account/sign-in?account=officer@demo.example").text
        other = client.get("/account/sign-in?account=real@example.org").text
        submit(client, demo.email)
        code_page = client.get("/account/second-factor").text
        for _ in range(2):
            client.post("/account/sign-out")
            submit(client, demo.email)
            shown = re.search(r'id="demo-code">(\d{6})<', client.get("/account/second-factor").text)
            assert shown
            client.post("/account/second-factor", data={"code": shown[1]})
        client.post("/account/sign-out")
        submit(client, demo.email)
        used_up = client.get("/account/second-factor").text
    finally:
        app.config["DEMO"] = False
    assert demo.email in page
    assert page.count(passwords.DEMO_PASSWORD) == 2
    assert "真实的人" not in other and other.count(passwords.DEMO_PASSWORD) == 1
    assert code_of(demo) in code_page
    assert "demo-code" not in used_up and "用完" in used_up


def test_codes_of_other_accounts_are_not_shown_on_demonstrations(
    app: Flask, client: FlaskClient
) -> None:
    user = make_user(roles=["officer"])
    app.config["DEMO"] = True
    try:
        submit(client, user.email)
        page = client.get("/account/second-factor").text
    finally:
        app.config["DEMO"] = False
    assert code_of(user) not in page
