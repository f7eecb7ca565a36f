import io
import logging
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import page
import pikepdf
import pypdf
import pytest
from flask import Flask, g, render_template_string

from charity_portal.kernel.pdf import fonts
from charity_portal.kernel.pdf.fonts import FontsMissing
from charity_portal.kernel.pdf.qr import qr_image
from charity_portal.kernel.pdf.rendering import Attachment, RenderingFailed, render
from tests.support.paths import ROOT

CREATED = datetime(2026, 3, 5, 0, 30, tzinfo=UTC)
CSS = (ROOT / "templates/pdf/print.css").read_text()
CANARY = "CANARY-7F3A"
WORDS = [
    "依据《慈善组织信息公开办法》（民政部令第81号）编制。",
    "受益人次 1,234 次，支出 ¥1,850,000.05 元，占 70.00%。",
    "生僻字：䶮、喆、堃、㛃、翀、赟；买买提·艾力；“引号”——破折号……",
    "Ludong Charity Federation, annual report 2026: 12 projects.",
]


def _document(body: str, head: str = "", lang: str = 'lang="zh-CN"') -> str:
    return (
        f"<!doctype html><html {lang}><head><meta charset=utf-8><title>年度报告</title>"
        f"<style>{CSS}</style>{head}</head><body>{body}</body></html>"
    )


def _render(html: str, attachments: tuple[Attachment, ...] = (), timeout_s: int = 60) -> bytes:
    return render(
        html, created=CREATED, identifier="BG-2026-1", attachments=attachments, timeout_s=timeout_s
    )


def _text(content: bytes) -> str:
    return "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(content)).pages)


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


REPORT = _document(
    '<section class="cover"><h1>年度信息公开报告</h1><p class="issuer">鲁东市慈善总会</p></section>'
    + "<h2>一、概况</h2>"
    + "".join(f"<p>{words}</p>" for words in WORDS)
    + '<p><a href="https://example.org/">查阅原文</a></p><ul><li>甲</li><li>乙</li></ul>'
    + '<table class="facts"><tr><th scope="row">编号</th><td>BG-1</td></tr></table>'
    + "<table><caption>捐赠明细</caption><thead><tr><th>捐赠人</th><th>金额</th></tr></thead><tbody>"
    + "".join(f"<tr><td>第{n}位捐赠人</td><td>{n}.00</td></tr>" for n in range(120))
    + "</tbody></table>"
    + f'<p class="verify"><img src="{qr_image("https://charity.example/v/1")}" alt="核验二维码"></p>'
)
DATA = (
    Attachment("donations.csv", "捐赠人,金额\n甲,1\n".encode(), "捐赠明细"),
    Attachment("donations.json", b'{"a": 1}'),
)


@pytest.fixture(scope="module")
def report() -> bytes:
    return _render(REPORT, DATA)


def test_the_same_input_gives_the_same_bytes(report: bytes) -> None:
    assert _render(REPORT, DATA) == report


@pytest.mark.parametrize("profile", ["PDF_A_3A", "PDF_UA_1"])
def test_a_document_is_archivable_and_accessible(report: bytes, profile: str) -> None:
    found = page.validate_pdf_bytes(report, profile=getattr(page.ValidationProfile, profile))
    assert [(one.rule_id, one.message) for one in found.failures] == []
    assert found.is_compliant


def test_the_file_is_sound_and_says_when_it_was_made(report: bytes) -> None:
    with pikepdf.open(io.BytesIO(report), attempt_recovery=False) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert str(pdf.docinfo["/CreationDate"]) == "D:20260305003000+00'00"
        assert str(pdf.docinfo["/Title"]) == "年度报告"
        assert str(pdf.Root.Lang) == "zh-CN"
        assert b"BG-2026-1" in bytes(pdf.trailer.ID[0])


def test_data_travels_inside_the_document(report: bytes) -> None:
    with pikepdf.open(io.BytesIO(report)) as pdf:
        assert {*pdf.attachments} == {"donations.csv", "donations.json"}
        spec = pdf.attachments["donations.csv"]
        assert spec.relationship == pikepdf.Name.Data
        assert spec.get_file().read_bytes() == DATA[0].content
        assert spec.get_file().mime_type == "text/csv"
        assert len(pdf.Root.AF) == 2
    with pytest.raises(ValueError):
        Attachment("捐赠.csv", b"")


def test_what_is_read_is_what_was_written(report: bytes) -> None:
    text = _squeezed(_text(report))
    for words in [*WORDS, "第119位捐赠人", "捐赠明细"]:
        assert _squeezed(words) in text


def test_the_head_of_a_table_is_repeated_on_every_page(report: bytes) -> None:
    pages = [one.extract_text() for one in pypdf.PdfReader(io.BytesIO(report)).pages]
    with_rows = [text for text in pages if "位捐赠人" in text]
    assert len(with_rows) >= 3
    assert all(re.search(r"捐赠人\s*金额", text) for text in with_rows)


def test_a_header_cell_says_what_it_is_a_header_of(report: bytes) -> None:
    with pikepdf.open(io.BytesIO(report)) as pdf:
        scopes = {
            str(thing.A.Scope)
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == "/TH"
        }
    assert scopes == {"/Row", "/Column"}


class _Server(HTTPServer):
    asked: list[str]


@pytest.fixture
def server() -> Iterator[_Server]:
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(CANARY.encode())

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with _Server(("127.0.0.1", 0), Answer) as server:
        server.asked = asked
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


OUTSIDE = {
    "stylesheet": ("<link rel=stylesheet href='{}'>", ""),
    "import": ("<style>@import url('{}');</style>", ""),
    "font": ("<style>@font-face{{font-family:x;src:url('{}')}} p{{font-family:x}}</style>", ""),
    "background": ("<style>p{{background:url('{}')}}</style>", ""),
    "content": ("<style>p::before{{content:url('{}')}}</style>", ""),
    "attachment": ("<link rel=attachment href='{}'>", ""),
    "link attachment": ("", "<a rel=attachment href='{}'>x</a>"),
    "picture": ("", "<img alt=x src='{}'>"),
    "object": ("", "<object data='{}'></object>"),
    "embed": ("", "<embed src='{}'>"),
    "svg picture": ("", "<svg><title>x</title><image href='{}' width='9' height='9'/></svg>"),
    "svg use": ("", "<svg><title>x</title><use href='{}#a'/></svg>"),
    "frame": ("", "<iframe src='{}'></iframe>"),
    "base": ("<base href='{}'>", "<img alt=x src='x.png'>"),
}


def _expect_nothing_fetched(vector: str, address: str) -> None:
    head, body = OUTSIDE[vector]
    html = _document(body.format(address) + "<p>正文</p>", head.format(address))
    try:
        made = _render(html)
    except RenderingFailed as failed:
        assert "outside" in str(failed) or "faulty" in str(failed)
        return
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert not pdf.attachments
        streams = [one for one in pdf.objects if isinstance(one, pikepdf.Stream)]
        assert not any(CANARY.encode() in one.read_bytes() for one in streams)


@pytest.mark.parametrize("vector", OUTSIDE)
def test_nothing_is_fetched_from_disk(tmp_path: Path, vector: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(CANARY)
    _expect_nothing_fetched(vector, secret.as_uri())


@pytest.mark.parametrize("vector", ["stylesheet", "import", "attachment", "picture", "svg picture"])
def test_nothing_is_fetched_from_the_network(server: _Server, vector: str) -> None:
    _expect_nothing_fetched(vector, f"http://127.0.0.1:{server.server_port}/x")
    assert server.asked == []


def test_an_asset_is_found_by_its_name_and_no_other_file_is() -> None:
    picture = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    html = _document("<img alt=徽 src='asset:seal.svg'>")
    made = render(html, created=CREATED, identifier="x", assets={"seal.svg": picture})
    assert made.startswith(b"%PDF-1.7")
    for name in ("other.svg", "../in.html", "/etc/passwd", ""):
        with pytest.raises(RenderingFailed, match="outside"):
            _render(_document(f"<img alt=x src='asset:{name}'>"))


def test_a_cell_of_six_thousand_characters_does_not_stall() -> None:
    started = time.monotonic()
    made = _render(
        _document(
            f"<table><tr><th>说明</th></tr><tr><td>{'慈善资金使用说明' * 750}</td></tr></table>"
        )
    )
    assert time.monotonic() - started < 30
    assert _squeezed(_text(made)).count("慈善资金使用说明") >= 740


def test_a_document_that_takes_too_long_is_given_up() -> None:
    rows = "<tr><td>甲</td><td>乙</td></tr>" * 20_000
    started = time.monotonic()
    with pytest.raises(RenderingFailed, match="TookTooLong"):
        _render(_document(f"<table>{rows}</table>"), timeout_s=2)
    assert time.monotonic() - started < 10


def test_a_document_nested_without_end_is_given_up() -> None:
    with pytest.raises(RenderingFailed):
        _render(_document("<div>" * 5000))


@pytest.mark.parametrize(
    "html",
    [
        _document("<p>正文</p>", lang=""),
        _document("<p>正文</p>").replace("<title>年度报告</title>", ""),
        _document("<img src='data:image/svg+xml,<svg xmlns=\"http://www.w3.org/2000/svg\"/>'>"),
        _document("<a href='#nowhere'>x</a>"),
    ],
    ids=["no language", "no title", "picture without words", "link to nowhere"],
)
def test_a_document_with_a_fault_is_not_made(html: str) -> None:
    with pytest.raises(RenderingFailed, match="faulty"):
        _render(html)


def test_a_sign_that_no_font_shows_is_marked_and_named(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        made = _render(_document("<p>谢谢\U0001f64f\ufe0f大家\ue000\u202e！</p>"))
    assert "谢谢〓大家〓！" in _squeezed(_text(made))
    assert "U+E000 U+1F64F" in caplog.text


def test_a_sign_smuggled_in_as_an_entity_is_an_error() -> None:
    with pytest.raises(RenderingFailed, match="faulty"):
        _render(_document("<p>谢谢&#128591;</p>"))


def test_common_and_rare_characters_are_all_covered() -> None:
    common = "".join(
        bytes([a, b]).decode("gb2312", "ignore")
        for a in range(0xB0, 0xF8)
        for b in range(0xA1, 0xFF)
    )
    text, replaced = fonts.replace_missing(common + WORDS[2])
    assert len(common) == 6763
    assert replaced == []
    assert text == common + WORDS[2]


def test_missing_fonts_are_named_with_the_way_to_get_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "_FOLDERS", (str(tmp_path),))
    fonts.find.cache_clear()
    try:
        with pytest.raises(FontsMissing, match="fonts-noto-cjk"):
            fonts.find()
    finally:
        fonts.find.cache_clear()


def test_a_code_is_a_picture_without_a_file() -> None:
    address = qr_image("https://charity.example/v/BG-2026-000001?s=abcdefghij")
    assert address.startswith("data:image/svg+xml")
    assert address != qr_image("https://charity.example/v/BG-2026-000002?s=abcdefghij")
    with pytest.raises(ValueError):
        qr_image("x" * 3000)


@pytest.mark.parametrize(("language", "words"), [("zh", "第1页，共1页"), ("en", "Page1of1")])
def test_the_base_page_speaks_both_languages(app: Flask, language: str, words: str) -> None:
    g.language = language
    html = render_template_string(
        '{% extends "pdf/base.html" %}{% block title %}{{ title }}{% endblock %}'
        "{% block body %}<h1>{{ title }}</h1>{% endblock %}",
        title="报告 <script>",
    )
    made = _render(html)
    assert words in _squeezed(_text(made))
    assert "报告<script>" in _squeezed(_text(made))
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert str(pdf.Root.Lang) == {"zh": "zh-CN", "en": "en"}[language]
