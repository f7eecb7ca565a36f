"""Language, type size and colours: one step from each page, and back to where one was."""

import pytest
from flask.testing import FlaskClient

from charity_portal.kernel.preferences import own_path


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/calls?q=老人&after=x", "/calls?q=老人&after=x"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example/", "/"),
        ("/a\\b", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_only_paths_of_this_site_are_gone_back_to(asked: str | None, leads_to: str) -> None:
    assert own_path(asked) == leads_to


def test_the_language_is_remembered_and_the_page_kept(client: FlaskClient) -> None:
    answer = client.get("/preferences/language/en?next=/account/sign-in?next=/x")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/account/sign-in?next=/x"
    assert 'lang="en"' in client.get("/account/sign-in").text
    assert 'lang="zh-CN"' in client.get("/account/sign-in?lang=zh").text


def test_an_unknown_language_is_not_found(client: FlaskClient) -> None:
    assert client.get("/preferences/language/fr").status_code == 404


def test_large_type_and_colours_hold_on_every_page(client: FlaskClient, csrf: None) -> None:
    client.post("/preferences/care", data={"care": "2", "next": "/account/sign-in"})
    client.post("/preferences/theme", data={"theme": "dark"})
    page = client.get("/account/sign-in").text
    assert 'data-care="2"' in page
    assert 'data-theme="dark"' in page


def test_nonsense_falls_back_to_the_standard(client: FlaskClient) -> None:
    client.post("/preferences/care", data={"care": "9"})
    client.post("/preferences/theme", data={"theme": "<script>"})
    page = client.get("/account/sign-in").text
    assert "data-care" not in page
    assert "data-theme" not in page
