from flask import Flask

from charity_portal.accounts import queries
from charity_portal.accounts.models import User
from charity_portal.accounts.services import people, sessions
from charity_portal.kernel.database import locked, transaction
from charity_portal.kernel.permissions import SYSTEM
from tests.factories.accounts import make_letter, make_user
from tests.support.clocks import FrozenClock


def test_people_are_found_in_every_way_others_ask(app: Flask) -> None:
    officer, closed = make_user("安可", ["officer"]), make_user("白露", ["officer"])
    with transaction():
        people.close(SYSTEM, closed.id, "left")
    assert queries.person(officer.id) == queries.find_by_email(officer.email)
    assert queries.people([officer.id, closed.id, 0]).keys() == {officer.id, closed.id}
    assert [p.name for p in queries.staff_with_role("officer")] == ["安可"]
    assert queries.people([]) == {}
    assert queries.find_by_email("nobody@example.org") is None
    assert queries.identity("no such token") is None


def test_roles_show_only_in_a_confirmed_session(app: Flask) -> None:
    user = make_user(roles=["auditor"])
    with transaction():
        token = sessions.begin(user, "Firefox", "—")
    known = queries.identity(token)
    assert known is not None
    assert (known.pending, known.roles) == (True, frozenset())
    assert queries.roles_held(user.id) == {"auditor"}


def test_a_session_that_is_over_belongs_to_nobody(app: Flask, clock: FrozenClock) -> None:
    user = make_user()
    with transaction():
        token = sessions.begin(user, "Firefox", "—")
    clock.advance(days=29)
    assert queries.identity(token) is not None
    assert [line.live for line in queries.sessions_of(user.id)] == [True]
    clock.advance(days=1)
    assert queries.identity(token) is None
    assert [line.live for line in queries.sessions_of(user.id)] == [False]


def test_people_are_listed_by_role_condition_and_words(app: Flask) -> None:
    officer, member = make_user("安可", ["officer"]), make_user("白露")
    with transaction():
        people.close(SYSTEM, member.id, "left")

    def names(**wanted: object) -> list[str]:
        return [p.name for p in queries.people_page(**wanted).items]  # type: ignore[arg-type]

    assert names(role="any") == names(closed=False) == names(search="安") == ["安可"]
    assert names(closed=True) == names(search=member.email.upper()) == ["白露"]
    assert names(search="%") == names(role="reviewer") == []
    assert queries.person(officer.id) is not None


def test_letters_are_listed_newest_first(app: Flask) -> None:
    first, second = make_letter(), make_letter("accounts.reset")
    assert [letter.id for letter in queries.letters_page("queued").items] == [second, first]
    assert queries.letters_page("sent").items == []
    letter = queries.letter(second)
    assert letter is not None and letter.about_accounts and not letter.delivered_by_server
    assert queries.letter(0) is None


def test_a_closed_account_has_no_identity_even_with_a_session_left_open(app: Flask) -> None:
    user = make_user()
    with transaction():
        token = sessions.begin(user, "Firefox", "—")
    assert queries.identity(token) is not None
    with transaction():
        locked(User, user.id).is_active = False
    assert queries.identity(token) is None
