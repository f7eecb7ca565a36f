"""The front door in both languages, light and the same for everybody."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories.disclosure import publish_history
from tests.support.statements import counted


@pytest.mark.parametrize(("language", "words"), [("zh", "人人可查"), ("en", "open to everybody")])
def test_the_home_page_greets_in_both_languages(
    app: Flask, client: FlaskClient, language: str, words: str
) -> None:
    answer = client.get(f"/?lang={language}")
    assert answer.status_code == 200
    assert words in answer.text


def test_the_front_page_weighs_little_and_asks_little(app: Flask, client: FlaskClient) -> None:
    publish_history()
    with counted(app) as statements:
        answer = client.get("/")
    assert len(answer.data) < 30_000
    assert len(statements) <= 12


def test_readers_share_one_page(app: Flask, client: FlaskClient, csrf: None) -> None:
    answer = client.get("/")
    assert "public" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
