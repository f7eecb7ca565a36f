"""What is printed at the door fits the terminal and leads to accounts that exist."""

import unicodedata

import pytest
from flask import Flask
from flask.testing import FlaskClient

from charity_portal.accounts.services.passwords import DEMO_PASSWORD
from charity_portal.demo import doorplate
from charity_portal.demo.city import City


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(city: City, width: int) -> None:
    lines = list(doorplate.lines(width))
    assert lines
    assert max(map(_columns, lines)) <= width


def test_columns_stand_under_each_other_whatever_the_script(city: City) -> None:
    table = [line for line in doorplate.lines(100) if "@ludong.example" in line]
    starts = {_columns(line[: line.index(line.split()[1])]) for line in table}
    assert len(starts) == 1


def test_a_row_for_every_role_the_password_and_the_address(city: City, app: Flask) -> None:
    text = "\n".join(doorplate.lines(100))
    for word in (
        "项目专员",
        "财务专员",
        "审批人",
        "审计员",
        "平台管理员",
        "社区工作者",
        "评审专家",
    ):
        assert word in text
    for word in (
        "Programme officer",
        "Approver",
        "Auditor",
        "Administrator",
        "Organization: owner",
    ):
        assert word in text
    assert DEMO_PASSWORD in text
    assert app.config["PUBLIC_URL"] in text


def test_each_listed_account_opens_the_door(city: City, client: FlaskClient) -> None:
    for account in doorplate.rows():
        form = {"email": account.email, "password": DEMO_PASSWORD}
        assert client.post("/account/sign-in", data=form).status_code == 303, account.email
        client.delete_cookie("session")


def test_without_a_city_nothing_is_printed(portals: object) -> None:
    portal = portals("sqlite")  # type: ignore[operator]
    portal.restore()
    with portal.app.app_context():
        assert list(doorplate.lines(80)) == []
