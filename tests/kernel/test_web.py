"""Headers on every answer, words for every refusal, and nothing typed is lost."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient


def test_every_answer_carries_the_strict_policy(client: FlaskClient) -> None:
    for path in ("/account/sign-in", "/nowhere"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert client.get(path).headers["X-Content-Type-Options"] == "nosniff"


def test_once_on_https_browsers_stay_there(app: Flask, client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/verify").headers
    app.config["SESSION_COOKIE_SECURE"] = True
    try:
        assert "Strict-Transport-Security" in client.get("/verify").headers
    finally:
        app.config["SESSION_COOKIE_SECURE"] = False


@pytest.mark.parametrize(("language", "words"), [("zh", "没有找到"), ("en", "could not be found")])
def test_a_missing_page_says_so_in_the_readers_language(
    client: FlaskClient, language: str, words: str
) -> None:
    answer = client.get(f"/nowhere?lang={language}")
    assert answer.status_code == 404
    assert words in answer.text


def test_a_script_gets_json(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["error"]


def test_a_page_for_somebody_leads_to_signing_in_and_back(client: FlaskClient) -> None:
    answer = client.get("/account/sessions?x=1")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/sign-in?next=/account/sessions?x%3D1"


def test_what_was_typed_survives_an_expired_session(client: FlaskClient) -> None:
    typed = {"name": "老人食堂 <b>", "csrf_token": "old", "new_password": "secret"}
    answer = client.post("/account/profile/edit", data=typed)
    assert answer.status_code == 401
    kept = dict(re.findall(r'<textarea name="([^"]+)" hidden>\n([^<]*)</textarea>', answer.text))
    assert unescape(kept["name"]) == "老人食堂 <b>"
    assert set(kept) == {"name"}
    assert "old" not in re.findall(r'name="csrf_token" value="([^"]*)"', answer.text)
    assert "secret" not in answer.text


def test_what_was_typed_survives_a_stale_token(client: FlaskClient, csrf: None) -> None:
    answer = client.post("/account/profile/edit", data={"name": "老人食堂", "csrf_token": "stale"})
    assert answer.status_code == 400
    assert "老人食堂" in answer.text


def test_a_script_with_a_stale_token_is_told_to_fetch_another(
    client: FlaskClient, csrf: None
) -> None:
    answer = client.post("/account/profile/edit", json={})
    assert (answer.status_code, answer.json and answer.json["error"]) == (400, "csrf")


def test_a_request_beyond_all_bounds_is_refused_in_words(app: Flask, client: FlaskClient) -> None:
    app.config["MAX_CONTENT_LENGTH"], before = 1000, app.config["MAX_CONTENT_LENGTH"]
    try:
        answer = client.post("/account/sign-in", data={"email": "x" * 2000})
    finally:
        app.config["MAX_CONTENT_LENGTH"] = before
    assert answer.status_code == 413
    assert "超过大小限制" in answer.text


def test_static_addresses_change_with_their_content(app: Flask, client: FlaskClient) -> None:
    page = client.get("/account/sign-in").text
    sheet = re.search(r'href="(/static/css/02-base\.css\?v=[0-9a-f]{10})"', page)
    assert sheet is not None
    with client.get(sheet[1]) as answer:
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]
