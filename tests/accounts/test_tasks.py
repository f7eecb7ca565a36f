import sqlalchemy as sa
from flask import Flask

from charity_portal.accounts.models import OneTimeLink, UserSession
from charity_portal.accounts.rules.throttle import SIGN_IN_ACCOUNT
from charity_portal.accounts.services import sessions
from charity_portal.kernel import throttling
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.throttling import TryCounter
from tests.factories.accounts import make_link, make_user
from tests.support.clocks import FrozenClock
from tests.support.working import Worker


def counts() -> list[int]:
    return [
        db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
        for model in (TryCounter, OneTimeLink, UserSession)
    ]


def test_what_has_run_out_is_swept_daily(app: Flask, worker: Worker, clock: FrozenClock) -> None:
    user = make_user()
    make_link("reset", user.email, user)
    with transaction():
        throttling.count((SIGN_IN_ACCOUNT, user.email))
        sessions.begin(user, "Firefox", "—")
    worker(recurring=True)
    assert counts() == [1, 1, 1]
    clock.advance(days=401)
    worker(recurring=True)
    assert counts() == [0, 0, 0]
