import threading

import pytest
import sqlalchemy as sa
from flask import Flask

from charity_portal.accounts import queries
from charity_portal.accounts.errors import AlreadySo, LastAdministrator, NotForOneself
from charity_portal.accounts.models import User
from charity_portal.accounts.services import grants, people
from charity_portal.kernel.audit import AuditEntry
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Forbidden, NotFound
from charity_portal.kernel.permissions import SYSTEM, Actor
from tests.factories.accounts import make_user

BOSS = frozenset({"administrator"})


def boss(user: User) -> Actor:
    return Actor(user.id, user.name, BOSS)


def test_a_role_is_given_once_and_taken_once(app: Flask) -> None:
    chief, user = make_user(roles=["administrator"]), make_user()
    with transaction():
        grants.grant(boss(chief), user.id, "officer", "new post")
    assert queries.roles_held(user.id) == {"officer"}
    with pytest.raises(AlreadySo), transaction():
        grants.grant(boss(chief), user.id, "officer", "again")
    with transaction():
        grants.revoke(boss(chief), user.id, "officer", "moved")
    with pytest.raises(AlreadySo), transaction():
        grants.revoke(boss(chief), user.id, "officer", "again")
    entries = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.actor_id == chief.id).order_by(AuditEntry.seq)
    ).all()
    assert [(e.action, e.before, e.after, e.reason) for e in entries] == [
        ("accounts.user.role_granted", None, {"role": "officer"}, "new post"),
        ("accounts.user.role_revoked", {"role": "officer"}, None, "moved"),
    ]


def test_nobody_gives_a_role_to_themselves(app: Flask) -> None:
    chief = make_user(roles=["administrator"])
    with pytest.raises(NotForOneself), transaction():
        grants.grant(boss(chief), chief.id, "finance", "more")
    assert queries.roles_held(chief.id) == BOSS


def test_only_administrators_give_roles(app: Flask) -> None:
    user, other = make_user(roles=["officer"]), make_user()
    officer = Actor(user.id, roles=frozenset({"officer"}))
    for attempt in (grants.grant, grants.revoke):
        with pytest.raises(Forbidden), transaction():
            attempt(officer, other.id, "officer", "friend")
    with pytest.raises(Forbidden), transaction():
        people.create_person(officer, "x@example.org", "许知远", ["administrator"])


def test_unknown_roles_and_people_are_not_found(app: Flask) -> None:
    user = make_user()
    for user_id, role in ((user.id, "emperor"), (0, "officer")):
        with pytest.raises(NotFound), transaction():
            grants.grant(SYSTEM, user_id, role, "why")


def test_the_last_administrator_stays(app: Flask) -> None:
    chief = make_user(roles=["administrator"])
    closed = make_user(roles=["administrator"])
    make_user(roles=["administrator"], password=False)  # invited, could not act yet
    with transaction():
        people.close(SYSTEM, closed.id, "left")
    with pytest.raises(LastAdministrator), transaction():
        grants.revoke(boss(chief), chief.id, "administrator", "tired")
    with pytest.raises(LastAdministrator), transaction():
        people.close(boss(chief), chief.id, "tired")
    assert queries.roles_held(chief.id) == BOSS
    with transaction():
        people.reopen(SYSTEM, closed.id, "back")
    with transaction():
        grants.revoke(boss(closed), chief.id, "administrator", "now")


def test_of_two_who_remove_each_other_one_stays(app: Flask) -> None:
    chiefs = [make_user(roles=["administrator"]) for _ in range(2)]
    ids = [chief.id for chief in chiefs]
    db.session.remove()
    started, outcomes = threading.Barrier(2), []

    def remove(actor_id: int, user_id: int) -> None:
        with app.app_context():
            started.wait(10)
            try:
                with transaction():
                    grants.revoke(Actor(actor_id, roles=BOSS), user_id, "administrator", "feud")
                outcomes.append("removed")
            except LastAdministrator:
                outcomes.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=remove, args=pair) for pair in (ids, [ids[1], ids[0]])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "removed"]
    assert len(queries.staff_with_role("administrator")) == 1
