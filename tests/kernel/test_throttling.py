from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.accounts.rules.throttle import SIGN_IN_ACCOUNT, SIGN_IN_NETWORK
from charity_portal.app import create_app
from charity_portal.kernel import throttling
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.throttling import TooManyTries, TryCounter
from tests.factories.accounts import PASSWORD, make_user
from tests.support.apps import Portal, settings_for
from tests.support.clocks import FrozenClock

TRIES = SIGN_IN_ACCOUNT.tries


def attempt(
    client: FlaskClient, email: str, password: str = "wrong", network: str = "203.0.113.7"
) -> int:
    return client.post(
        "/account/sign-in",
        data={"email": email, "password": password},
        environ_base={"REMOTE_ADDR": network},
    ).status_code


def test_an_account_is_closed_to_guessing_also_with_the_right_password(
    client: FlaskClient, clock: FrozenClock
) -> None:
    user = make_user()
    statuses = [attempt(client, user.email) for _ in range(TRIES)]
    assert statuses == [422] * TRIES
    assert attempt(client, user.email, PASSWORD) == 429
    assert attempt(client, user.email, PASSWORD, "198.51.100.1") == 429
    clock.advance(minutes=15)
    assert attempt(client, user.email, PASSWORD) == 303


def test_the_page_says_when_to_try_again(client: FlaskClient, clock: FrozenClock) -> None:
    for _ in range(TRIES):
        attempt(client, "nobody@example.org")
    clock.advance(minutes=5)
    response = client.post(
        "/account/sign-in", data={"email": "nobody@example.org", "password": "wrong"}
    )
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "600"
    assert "10:15:00" in response.text


def test_two_processes_share_one_count(portal: Portal, client: FlaskClient) -> None:
    user = make_user()
    other = create_app(settings_for(portal.database.url, portal.data_dir))
    other.config["WTF_CSRF_ENABLED"] = False
    clients = [client, other.test_client()]
    statuses = [attempt(clients[n % 2], user.email) for n in range(TRIES + 2)]
    with other.app_context():
        db.engine.dispose()
    assert statuses == [422] * TRIES + [429] * 2


def test_many_accounts_from_one_network_are_stopped_and_others_are_not(app: Flask) -> None:
    with transaction():
        for n in range(SIGN_IN_NETWORK.tries):
            throttling.count((SIGN_IN_ACCOUNT, f"a{n}"), (SIGN_IN_NETWORK, "203.0.113.7"))
    with pytest.raises(TooManyTries), transaction():
        throttling.count((SIGN_IN_ACCOUNT, "new"), (SIGN_IN_NETWORK, "203.0.113.7"))
    with transaction():
        throttling.count((SIGN_IN_ACCOUNT, "new"), (SIGN_IN_NETWORK, "198.51.100.1"))


def test_success_starts_the_account_afresh_and_gives_the_network_its_try_back(
    client: FlaskClient,
) -> None:
    user = make_user()
    for _ in range(TRIES - 1):
        attempt(client, user.email)
    assert attempt(client, user.email, PASSWORD) == 303
    rows = db.session.execute(sa.select(TryCounter.key, TryCounter.count))
    by_name = {row.key.partition(":")[0]: row[1] for row in rows}
    assert by_name == {"account": 0, "network": TRIES - 1}


def test_counters_name_nobody_and_are_swept(app: Flask, clock: FrozenClock) -> None:
    with transaction():
        throttling.count((SIGN_IN_ACCOUNT, "li@example.org"))
    key = db.session.scalars(sa.select(TryCounter.key)).one()
    assert "li" not in key.partition(":")[2]
    clock.advance(hours=25)
    with transaction():
        assert throttling.sweep() == 1


def test_a_refused_try_is_not_counted(app: Flask) -> None:
    with transaction():
        for _ in range(TRIES):
            throttling.count((SIGN_IN_ACCOUNT, "li"))
    for _ in range(3):
        with pytest.raises(TooManyTries) as refused, transaction():
            throttling.count((SIGN_IN_ACCOUNT, "li"))
    assert refused.value.seconds_left() == timedelta(minutes=15).total_seconds()
