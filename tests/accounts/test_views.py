import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.accounts import queries
from charity_portal.accounts.models import User
from charity_portal.kernel.database import db
from tests.accounts.test_links import NEW, letters_to
from tests.factories.accounts import PASSWORD, make_letter, make_link, make_user
from tests.support.people import sign_in as become
from tests.support.working import Worker


@pytest.fixture
def boss(client: FlaskClient) -> User:
    """An administrator, signed in."""
    user = make_user("管理员甲", ["administrator"])
    become(client, user.id)
    return user


@pytest.mark.parametrize(
    "address",
    [
        "/account/profile",
        "/account/profile/edit",
        "/account/email",
        "/account/password",
        "/account/sessions",
        "/account/second-factor/set-up",
        "/account/second-factor/recovery-codes",
        "/office/people",
        "/office/people?role=any&state=closed&q=x",
        "/office/people/new",
        "/office/outbox",
        "/office/outbox?state=kept",
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_in_both_languages(
    client: FlaskClient, boss: User, address: str, language: str
) -> None:
    client.set_cookie("language", language)
    response = client.get(address)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "address",
    [
        "/account/sign-in",
        "/account/register",
        "/account/password/forgotten",
        "/account/letter-sent",
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_for_nobody_opens_in_both_languages(
    client: FlaskClient, address: str, language: str
) -> None:
    client.set_cookie("language", language)
    assert client.get(address).status_code == 200


def test_name_and_language_are_changed(client: FlaskClient, boss: User) -> None:
    address = "/account/profile/edit"
    assert client.post(address, data={"name": " ", "locale": "en"}).status_code == 422
    assert client.post(address, data={"name": "甲", "locale": "fr"}).status_code == 422
    assert client.post(address, data={"name": "甲", "locale": "en"}).status_code == 303
    known = queries.person(boss.id)
    assert known is not None and (known.name, known.locale) == ("甲", "en")


def test_the_password_changes_with_the_old_one_only(client: FlaskClient, boss: User) -> None:
    typed = {"current_password": PASSWORD, "password": NEW, "password_again": NEW}
    wrong = client.post("/account/password", data=typed | {"current_password": "wrong"})
    assert wrong.status_code == 422
    assert NEW not in wrong.text
    assert client.post("/account/password", data=typed).status_code == 303
    assert client.get("/account/profile").status_code == 200
    signed_in = {"email": boss.email, "password": NEW}
    client.post("/account/sign-out")
    assert client.post("/account/sign-in", data=signed_in).status_code == 303


def test_devices_are_listed_and_signed_out(client: FlaskClient, app: Flask, boss: User) -> None:
    others = [app.test_client() for _ in range(2)]
    for other in others:
        become(other, boss.id)
    page = client.get("/account/sessions").text
    assert page.count("203.0.113.*") == 3
    theirs = queries.sessions_of(boss.id)[0].id
    assert client.post(f"/account/sessions/{theirs}/revoke").status_code == 303
    assert others[1].get("/account/profile").status_code == 302
    assert others[0].get("/account/profile").status_code == 200
    client.post("/account/sessions/revoke-others")
    assert others[0].get("/account/profile").status_code == 302
    own = next(line.id for line in queries.sessions_of(boss.id) if line.live)
    assert client.post(f"/account/sessions/{own}/revoke").location == "/account/sign-in"
    assert client.get("/account/profile").status_code == 302


def test_somebody_elses_session_is_not_found(client: FlaskClient, app: Flask, boss: User) -> None:
    user = make_user()
    become(app.test_client(), user.id)
    theirs = queries.sessions_of(user.id)[0].id
    assert client.post(f"/account/sessions/{theirs}/revoke").status_code == 404
    assert queries.sessions_of(user.id)[0].live


def test_an_officer_is_invited_and_arrives(
    client: FlaskClient, app: Flask, boss: User, worker: Worker
) -> None:
    typed = {"email": "new@example.org", "name": "周明远", "locale": "zh"}
    assert client.post("/office/people/new", data=typed).status_code == 422
    typed["roles"] = "officer"
    made = client.post("/office/people/new", data=typed)
    assert made.status_code == 303
    assert client.post("/office/people/new", data=typed).status_code == 422
    worker()
    assert len(letters_to("new@example.org")) == 1
    page = client.get(made.location).text
    assert "周明远" in page and "invite-again" in page
    assert client.post(made.location + "/invite-again").status_code == 303


def test_roles_are_given_and_taken_with_a_reason(client: FlaskClient, boss: User) -> None:
    user = make_user("周明远")
    page = f"/office/people/{user.id}"
    refused = client.post(f"{page}/roles", data={"role": "officer", "reason": " "})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    client.post(f"{page}/roles", data={"role": "officer", "reason": "调入项目科"})
    assert queries.roles_held(user.id) == {"officer"}
    assert "调入项目科" in client.get(page).text
    assert client.post(f"{page}/roles/officer/revoke").status_code == 422
    client.post(f"{page}/roles/officer/revoke", data={"reason": "调离"})
    assert queries.roles_held(user.id) == frozenset()
    given = {"role": "officer", "reason": "自己"}
    assert client.post(f"/office/people/{boss.id}/roles", data=given).status_code == 403


def test_the_last_administrator_is_told_why(client: FlaskClient, boss: User) -> None:
    page = f"/office/people/{boss.id}"
    for action in ("close", "roles/administrator/revoke"):
        refused = client.post(f"{page}/{action}", data={"reason": "离任"})
        assert refused.status_code == 409
        assert "最后一位" in refused.text


def test_accounts_are_closed_reopened_and_reset_with_a_reason(
    client: FlaskClient, boss: User
) -> None:
    user = make_user("周明远", ["officer"])
    page = f"/office/people/{user.id}"
    for action, active in (("close", False), ("reopen", True)):
        assert client.post(f"{page}/{action}").status_code == 422
        assert client.post(f"{page}/{action}", data={"reason": "核实"}).status_code == 303
        assert db.session.get_one(User, user.id).is_active is active
        assert client.get(page).status_code == 200
    assert client.post(f"{page}/reset-second-factor").status_code == 422
    assert client.post(f"{page}/reset-second-factor", data={"reason": "换手机"}).status_code == 303
    assert db.session.get_one(User, user.id).totp_secret is None


def test_people_are_searched_and_paged(client: FlaskClient, boss: User) -> None:
    for n in range(60):
        make_user(f"成员{n:02}", email=f"member-{n:02}@example.org")
    first = client.get("/office/people?q=member-").text
    assert "成员49" in first and "成员50" not in first
    after = queries.people_page("member-").next_cursor
    rest = client.get(f"/office/people?q=member-&after={after}").text
    assert "成员50" in rest and "成员49" not in rest
    assert "成员00" not in client.get("/office/people?q=%25").text
    assert "管理员甲" in client.get("/office/people?role=administrator").text
    assert client.get("/office/people?after=nonsense").status_code == 404


def test_account_letters_are_read_by_administrators_alone_and_only_without_a_server(
    client: FlaskClient, app: Flask, boss: User, worker: Worker
) -> None:
    client.post("/account/password/forgotten", data={"email": boss.email})
    worker()
    secret, plain = letters_to(boss.email)[0].id, make_letter()
    officer = app.test_client()
    become(officer, make_user(roles=["officer"]).id)
    assert "token=" in client.get(f"/office/outbox/{secret}").text
    assert "token=" not in officer.get(f"/office/outbox/{secret}").text
    assert "已收到。" in officer.get(f"/office/outbox/{plain}").text
    app.config["MAIL_URL"] = "smtp://mail.example.org"
    try:
        assert "token=" not in client.get(f"/office/outbox/{secret}").text
        assert "已收到。" in officer.get(f"/office/outbox/{plain}").text
    finally:
        app.config["MAIL_URL"] = ""


def test_unusable_links_say_what_to_do(client: FlaskClient) -> None:
    response = client.get("/account/link?token=nothing")
    assert response.status_code == 410
    assert "/account/password/forgotten" in response.text
    assert client.get("/account/link").status_code == 410


def test_a_form_without_its_token_is_refused(client: FlaskClient, csrf: None) -> None:
    assert client.post("/account/sign-in", data={"email": "a@example.org"}).status_code == 400


def test_an_open_link_survives_signing_in_and_not_signing_out(client: FlaskClient) -> None:
    user = make_user()
    token = make_link("confirm", "new@example.org", user)
    client.get(f"/account/link?token={token}")
    client.post("/account/sign-in", data={"email": user.email, "password": PASSWORD})
    assert client.get("/account/email/confirm").status_code == 200
    client.post("/account/sign-out")
    assert client.get("/account/email/confirm").status_code == 410
