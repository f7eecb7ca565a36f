from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from charity_portal.accounts import queries
from charity_portal.accounts.models import User
from charity_portal.kernel.database import db
from tests.factories.accounts import PASSWORD, code_of, make_user


def run(app: Flask, *words: str, typed: str | None = None) -> tuple[int, str]:
    db.session.rollback()
    runner: FlaskCliRunner = app.test_cli_runner()
    result = runner.invoke(args=["accounts", *words], input=typed)
    db.session.expire_all()
    return result.exit_code, result.output


def test_the_first_administrator_is_made_with_a_password(app: Flask, client: FlaskClient) -> None:
    words = ("create-administrator", "Chief@example.org", "管理员")
    code, output = run(app, *words, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert code == 0
    assert PASSWORD not in output
    person = queries.find_by_email("chief@example.org")
    assert person is not None and person.roles == {"administrator"}
    signed_in = {"email": person.email, "password": PASSWORD}
    assert client.post("/account/sign-in", data=signed_in).status_code == 303
    code, output = run(app, *words, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert code == 1 and "Traceback" not in output


def test_a_weak_password_makes_no_administrator(app: Flask) -> None:
    code, _output = run(
        app, "create-administrator", "a@example.org", "甲", typed="password1234\npassword1234\n"
    )
    assert code == 1
    assert queries.find_by_email("a@example.org") is None


def test_an_administrator_can_be_made_by_a_link(app: Flask, client: FlaskClient) -> None:
    code, output = run(app, "create-administrator", "a@example.org", "甲", "--link")
    assert code == 0
    address = output.split()[-1].removeprefix("http://localhost")
    assert client.get(address).location == "/account/password/new"


def test_codes_are_told_for_demonstration_accounts_only(app: Flask) -> None:
    demo = make_user(roles=["officer"], is_demo=True)
    real = make_user(roles=["officer"])
    assert run(app, "code", demo.email) == (0, f"{code_of(demo)}\n")
    code, output = run(app, "code", real.email)
    assert code == 1 and code_of(real) not in output
    assert run(app, "code", "nobody@example.org")[0] == 1


def test_a_second_factor_is_reset_from_the_command_line(app: Flask) -> None:
    user = make_user(roles=["officer"])
    assert run(app, "reset-second-factor", user.email)[0] == 0
    assert db.session.get_one(User, user.id).totp_secret is None
    assert run(app, "reset-second-factor", user.email)[0] == 1
    assert run(app, "reset-second-factor", "nobody@example.org")[0] == 1
