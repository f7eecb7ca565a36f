"""What a bare copy keeps and what it does not."""

import io

import pikepdf
import pytest
from flask import Flask
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from charity_portal.kernel import files
from charity_portal.kernel.bare_copies import bare_copy
from charity_portal.kernel.confined.bare import without_segments
from charity_portal.kernel.database import transaction
from charity_portal.kernel.files import BadFile, StoredFile
from charity_portal.kernel.permissions import SYSTEM
from tests.factories import uploads

SECRET = "YINLING"


def keep(content: bytes, mime: str) -> StoredFile:
    prepared = files.prepare_own(content, f"{SECRET}.bin", mime)
    with transaction():
        return files.keep(SYSTEM, prepared)


def telling_pdf(secret: str) -> bytes:
    """A page with a picture and a filled-in field, and a name in every corner beside them."""
    document = uploads.blank()
    document.docinfo["/Author"] = secret
    with document.open_metadata() as metadata:
        metadata["dc:creator"] = [secret]
    document.attachments[f"{secret}.xml"] = secret.encode()
    with document.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(secret, 0))
    page = document.pages[0]
    picture = document.make_stream(with_comment(secret))
    picture.update(
        Dictionary(
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=64,
            Height=48,
            ColorSpace=Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=Name.DCTDecode,
            Metadata=document.make_stream(secret.encode()),
        )
    )
    page.Resources = Dictionary(XObject=Dictionary(P=picture))
    page.Contents = document.make_stream(b"q 64 0 0 48 0 0 cm /P Do Q")
    page.PieceInfo = Dictionary(Who=String(secret))
    rect = Array([0, 0, 9, 9])
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=rect, T=String(secret))
    uri = Dictionary(S=Name.URI, URI=String(f"https://{secret}.example.org"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=rect, A=uri)
    look = document.make_stream(b"0 0 9 9 re f", Dictionary(Type=Name.XObject, Subtype=Name.Form))
    look.BBox = rect
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=rect, T=String(secret))
    field.AP = Dictionary(N=look)
    field.FT = Name.Tx
    filled = document.make_indirect(field)
    document.Root.AcroForm = Dictionary(Fields=Array([filled]))
    page.Annots = document.make_indirect(Array([note, link, filled]))
    document.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    return uploads.save(document, object_stream_mode=pikepdf.ObjectStreamMode.disable)


def with_comment(secret: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 40, 40)).save(buffer, "JPEG", comment=secret.encode())
    return buffer.getvalue()


def whole_text(content: bytes) -> bytes:
    """Everything in a PDF, unpacked."""
    with pikepdf.open(io.BytesIO(content)) as document:
        return uploads.save(
            document,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            compress_streams=False,
        )


def test_a_bare_pdf_shows_its_pages_and_names_nobody(app: Flask) -> None:
    content = telling_pdf(SECRET)
    assert whole_text(content).count(SECRET.encode()) >= 7
    bare = bare_copy(keep(content, "application/pdf"))
    assert SECRET.encode() not in whole_text(bare) + bare
    with pikepdf.open(io.BytesIO(bare)) as document:
        (page,) = document.pages
        assert set(document.Root.keys()) <= {"/Type", "/Pages"}
        assert page.Resources.XObject.P.Width == 64
        assert [str(a.Subtype) for a in page.Annots] == ["/Stamp"]
        assert "/Info" not in document.trailer


def test_the_bytes_depend_on_the_pages_alone(app: Flask) -> None:
    first, second = (
        bare_copy(keep(telling_pdf(secret), "application/pdf"))
        for secret in (SECRET, "A much longer name of somebody else")
    )
    assert first == second


def test_a_picture_comes_out_without_its_camera(app: Flask) -> None:
    raw = uploads.picture("JPEG")
    assert b"SECRET-CAMERA" in raw
    bare = bare_copy(keep(raw, "image/jpeg"))
    assert b"SECRET-CAMERA" not in bare
    assert Image.open(io.BytesIO(bare)).size == (48, 64)  # turned upright


def test_segments_that_tell_are_cut_out_of_a_jpeg_and_the_picture_is_the_same() -> None:
    raw = with_comment(SECRET)
    bare = without_segments(raw)
    assert SECRET.encode() in raw
    assert SECRET.encode() not in bare
    assert Image.open(io.BytesIO(bare)).tobytes() == Image.open(io.BytesIO(raw)).tobytes()
    assert without_segments(b"no picture") == b"no picture"


def test_other_kinds_and_damaged_files_are_refused(app: Flask) -> None:
    with pytest.raises(BadFile):
        bare_copy(keep(uploads.docx(), "application/msword"))
    with pytest.raises(BadFile):
        bare_copy(keep(b"%PDF-1.7 broken", "application/pdf"))
    with pytest.raises(BadFile):
        bare_copy(keep(uploads.locked_pdf("secret"), "application/pdf"))
