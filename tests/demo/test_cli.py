"""Commands of the demo city."""

from flask import Flask

from charity_portal.demo.city import City
from charity_portal.kernel import audit


def test_loading_into_a_city_says_why_not_in_both_languages(city: City, app: Flask) -> None:
    before = audit.head()
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 1
    assert "数据库不是空的" in result.output
    assert "The database is not empty" in result.output
    assert audit.head() == before


def test_the_accounts_are_printed_again_when_asked(city: City, app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["demo", "accounts"])
    assert result.exit_code == 0
    assert "officer@ludong.example" in result.output
