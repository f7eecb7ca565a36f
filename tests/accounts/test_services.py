import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.accounts import queries
from charity_portal.accounts.errors import AlreadySo, EmailTaken, PasswordWeak
from charity_portal.accounts.models import User
from charity_portal.accounts.services import passwords, people, sessions
from charity_portal.kernel import audit
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.mail import OutboxMail
from charity_portal.kernel.permissions import SYSTEM, Actor
from tests.accounts.test_links import letters_to, token_in
from tests.factories.accounts import PASSWORD_HASH, make_user
from tests.support.people import sign_in as become
from tests.support.working import Worker


def test_an_address_belongs_to_one_account(app: Flask) -> None:
    make_user(email="li@example.org")
    with pytest.raises(EmailTaken), transaction():
        people.create_person(SYSTEM, " LI@example.org", "李")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 1


def test_the_database_refuses_two_spellings(app: Flask) -> None:
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.add(User(email="Upper@example.org", name="李"))


def test_demonstration_staff_have_a_second_factor_from_the_start(app: Flask) -> None:
    staff, member = (
        make_user(roles=["officer"], enrolled=False, is_demo=True),
        make_user(is_demo=True),
    )
    assert staff.totp_secret is not None
    assert member.totp_secret is None


def test_an_invitation_can_be_sent_again_until_a_password_is_set(
    app: Flask, client: FlaskClient, worker: Worker
) -> None:
    with transaction():
        user_id = people.invite_person(SYSTEM, "new@example.org", "许知远", ["officer"])
    worker()
    with transaction():
        people.invite_again(SYSTEM, user_id)
    worker()
    first, second = map(token_in, letters_to("new@example.org"))
    assert client.get(f"/account/link?token={first}").status_code == 410
    assert client.get(f"/account/link?token={second}").status_code == 303
    with transaction():
        passwords.set_password(SYSTEM, user_id, PASSWORD_HASH)
    with pytest.raises(AlreadySo), transaction():
        people.invite_again(SYSTEM, user_id)


def test_closing_twice_and_reopening_twice_change_nothing(app: Flask) -> None:
    user = make_user()
    with transaction():
        people.close(SYSTEM, user.id, "left")
    with pytest.raises(AlreadySo), transaction():
        people.close(SYSTEM, user.id, "left")
    with transaction():
        people.reopen(SYSTEM, user.id, "back")
    with pytest.raises(AlreadySo), transaction():
        people.reopen(SYSTEM, user.id, "back")


def test_the_audit_names_ids_only(app: Flask) -> None:
    user = make_user("欧阳明远", email="ouyang@example.org")
    with transaction():
        people.edit_profile(Actor(user.id, user.name), user.id, "欧阳致远", "en")
    entries = audit.history(db.session.get_one(User, user.id))
    assert [e.action for e in entries] == ["accounts.user.edited", "accounts.user.created"]
    kept = repr([(e.before, e.after, e.reason) for e in entries])
    assert "欧阳" not in kept and "ouyang" not in kept
    assert audit.verify().whole


def test_a_new_password_ends_other_sessions_and_writes_a_letter(
    app: Flask, client: FlaskClient
) -> None:
    user = make_user()
    other = app.test_client()
    become(other, user.id)
    become(client, user.id)
    known = queries.sessions_of(user.id)
    with transaction():
        passwords.set_password(Actor(user.id), user.id, PASSWORD_HASH, keep_session=known[0].id)
    assert client.get("/account/profile").status_code == 200
    assert other.get("/account/profile").status_code == 302
    assert [mail.kind for mail in db.session.query(OutboxMail)] == ["accounts.password_changed"]


def test_weak_passwords_are_refused_at_their_field() -> None:
    with pytest.raises(PasswordWeak) as refused:
        passwords.check_strength("password1234", ["li@example.org"])
    assert list(refused.value.fields) == ["password"]


def test_a_session_of_somebody_else_cannot_be_ended(app: Flask) -> None:
    mine, theirs = make_user(), make_user()
    with transaction():
        token = sessions.begin(theirs, "Firefox", "—")
    session_id = queries.sessions_of(theirs.id)[0].id
    with pytest.raises(NotFound), transaction():
        sessions.revoke(Actor(mine.id), mine.id, session_id)
    assert queries.identity(token) is not None
