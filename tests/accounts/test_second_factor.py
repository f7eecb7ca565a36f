import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.accounts import queries
from charity_portal.accounts.errors import AlreadySo, CodeRefused, NotForOneself
from charity_portal.accounts.models import RecoveryCode, User, UserSession
from charity_portal.accounts.rules import second_factor as rules
from charity_portal.accounts.rules.throttle import CODE
from charity_portal.accounts.services import second_factor, sessions
from charity_portal.kernel import clock as time
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden
from charity_portal.kernel.permissions import SYSTEM, Actor
from tests.factories.accounts import PASSWORD, code_of, make_user
from tests.support.clocks import FrozenClock
from tests.support.people import sign_in as become

PAGE, SET_UP = "/account/second-factor", "/account/second-factor/set-up"


def with_password(client: FlaskClient, user: User) -> None:
    client.post("/account/sign-in", data={"email": user.email, "password": PASSWORD})


def secret_on(page: str) -> str:
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page)
    assert found
    return found[1].replace(" ", "")


def enrol(client: FlaskClient) -> str:
    """Scan what the page shows and prove it; the secret."""
    secret = secret_on(client.get(SET_UP).text)
    code = rules.code_at(secret, rules.step_of(time.now()))
    assert client.post(SET_UP, data={"code": code}).status_code == 303
    return secret


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li><code>([a-z0-9]{5}-[a-z0-9]{5})</code></li>", page)


def test_a_code_opens_once_whoever_types_it(client: FlaskClient, app: Flask) -> None:
    user = make_user(roles=["finance"])
    code = code_of(user)
    with_password(client, user)
    assert client.post(PAGE, data={"code": code}).status_code == 303
    other = app.test_client()
    with_password(other, user)
    assert other.post(PAGE, data={"code": code}).status_code == 422
    assert other.get("/account/profile").status_code == 302


def test_the_next_code_opens_again(client: FlaskClient, clock: FrozenClock) -> None:
    user = make_user(roles=["finance"])
    for _ in range(2):
        with_password(client, user)
        assert client.post(PAGE, data={"code": code_of(user)}).status_code == 303
        client.post("/account/sign-out")
        clock.advance(seconds=30)


def test_codes_cannot_be_guessed(client: FlaskClient) -> None:
    user = make_user(roles=["finance"])
    with_password(client, user)
    right = code_of(user)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    statuses = [client.post(PAGE, data={"code": wrong}).status_code for _ in range(CODE.tries)]
    assert statuses == [422] * CODE.tries
    refused = client.post(PAGE, data={"code": right})
    assert refused.status_code == 429
    assert "Retry-After" in refused.headers


def test_the_first_sign_in_sets_the_second_factor_up(client: FlaskClient) -> None:
    user = make_user(roles=["reviewer"], enrolled=False)
    with_password(client, user)
    assert client.get(PAGE).location.startswith(SET_UP)
    page = client.get(SET_UP).text
    assert "data:image/svg+xml" in page
    assert client.post(SET_UP, data={"code": "000000"}).status_code == 422
    assert secret_on(client.get(SET_UP).text) == secret_on(page)
    secret = enrol(client)
    assert db.session.get_one(User, user.id).totp_secret == secret
    assert client.get("/account/profile").status_code == 200


def test_a_secret_is_neither_in_the_database_nor_in_an_address(client: FlaskClient) -> None:
    user = make_user(roles=["reviewer"], enrolled=False)
    with_password(client, user)
    secret = enrol(client)
    for table in ("user_account", "user_session", "recovery_code"):
        rows = db.session.execute(sa.text(f"SELECT * FROM {table}")).all()
        assert rows
        stored = repr([bytes(v) if isinstance(v, memoryview) else v for row in rows for v in row])
        assert secret not in stored
        assert not [c for c in codes_on(client.get(f"{PAGE}/recovery-codes").text) if c in stored]


def test_recovery_codes_are_shown_until_put_away_and_work_once(
    client: FlaskClient, app: Flask
) -> None:
    user = make_user(roles=["reviewer"], enrolled=False)
    with_password(client, user)
    enrol(client)
    codes = codes_on(client.get(f"{PAGE}/recovery-codes").text)
    assert len(codes) == 10
    file = client.get(f"{PAGE}/recovery-codes.txt")
    assert all(code in file.text for code in codes)
    assert file.headers["Content-Disposition"].startswith("attachment")
    client.post(f"{PAGE}/recovery-codes/put-away", data={"next": "/account/profile"})
    assert not codes_on(client.get(f"{PAGE}/recovery-codes").text)
    assert client.get(f"{PAGE}/recovery-codes.txt").status_code == 404
    typed = codes[3].upper()
    statuses = []
    for _ in range(2):
        other = app.test_client()
        with_password(other, user)
        statuses.append(other.post(PAGE, data={"code": typed}).status_code)
    assert statuses == [303, 422]
    assert queries.recovery_codes_left(user.id) == 9


def test_another_persons_recovery_code_opens_nothing(app: Flask) -> None:
    mine, theirs = make_user(roles=["officer"]), make_user(roles=["officer"])
    with transaction():
        row = _session(theirs)
        second_factor._make_recovery_codes(theirs, row)
        code = (row.new_recovery_codes or "").split()[0]
    with pytest.raises(CodeRefused), transaction():
        second_factor.show(mine.id, _session(mine).id, code)


def _session(user: User) -> UserSession:
    sessions.begin(user, "Firefox", "—")
    return db.session.scalars(sa.select(UserSession).where(UserSession.user_id == user.id)).one()


def test_renewing_needs_the_password_and_ends_other_sessions(
    client: FlaskClient, app: Flask
) -> None:
    user = make_user(roles=["officer"])
    other = app.test_client()
    become(other, user.id)
    become(client, user.id)
    old = user.totp_secret
    assert 'id="secret"' not in client.get(SET_UP).text
    assert client.post(f"{PAGE}/prepare", data={"current_password": "wrong"}).status_code == 422
    assert 'id="secret"' not in client.get(SET_UP).text
    client.post(f"{PAGE}/prepare", data={"current_password": PASSWORD})
    assert db.session.get_one(User, user.id).totp_secret == old
    assert enrol(client) != old
    assert client.get("/account/profile").status_code == 200
    assert other.get("/account/profile").status_code == 302


def test_the_password_alone_never_replaces_a_second_factor(client: FlaskClient) -> None:
    user = make_user(roles=["officer"])
    with_password(client, user)
    client.post(f"{PAGE}/prepare", data={"current_password": PASSWORD})
    assert client.get(SET_UP).location.startswith(PAGE)
    row = db.session.scalars(sa.select(UserSession)).one()
    assert row.new_secret is None
    with pytest.raises(Forbidden), transaction():
        second_factor.prepare(user.id, row.id)


def test_recovery_codes_can_be_renewed_with_the_password(client: FlaskClient) -> None:
    user = make_user(roles=["officer"])
    become(client, user.id)
    address = f"{PAGE}/recovery-codes/renew"
    assert client.post(address, data={"current_password": "wrong"}).status_code == 422
    assert client.post(address, data={"current_password": PASSWORD}).status_code == 303
    assert len(codes_on(client.get(f"{PAGE}/recovery-codes").text)) == 10
    assert db.session.query(RecoveryCode).count() == 10


def test_a_reset_takes_the_factor_and_all_sessions_and_never_ones_own(
    client: FlaskClient,
) -> None:
    user, boss = make_user(roles=["officer"]), make_user(roles=["administrator"])
    become(client, user.id)
    with transaction():
        second_factor.reset(Actor(boss.id, roles=frozenset(["administrator"])), user.id, "lost")
    assert client.get("/account/profile").status_code == 302
    with_password(client, user)
    assert client.get(PAGE).location.startswith(SET_UP)
    with pytest.raises(AlreadySo), transaction():
        second_factor.reset(SYSTEM, user.id, "again")
    with pytest.raises(NotForOneself), transaction():
        second_factor.reset(Actor(boss.id), boss.id, "me")


def test_a_second_factor_chosen_freely_is_asked_for_too(client: FlaskClient) -> None:
    user = make_user()
    with_password(client, user)
    client.post(f"{PAGE}/prepare", data={"current_password": PASSWORD})
    enrol(client)
    client.post("/account/sign-out")
    with_password(client, user)
    assert client.get("/account/profile").status_code == 302
    assert client.get(PAGE).status_code == 200


def test_an_unconfirmed_session_does_not_last(client: FlaskClient, clock: FrozenClock) -> None:
    with_password(client, make_user(roles=["officer"]))
    assert client.get(PAGE).status_code == 200
    clock.advance(minutes=30)
    assert client.get(PAGE).location.startswith("/account/sign-in")
