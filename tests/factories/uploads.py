"""Files as people hand them in, good and bad, made in memory."""

import io
import struct
import zipfile
import zlib
from typing import Any

import pikepdf
import xlsxwriter
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
DOCUMENT_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pdf(pages: int = 1) -> bytes:
    """A plain PDF."""
    return save(blank(pages))


def blank(pages: int = 1) -> pikepdf.Pdf:
    """A PDF to add something to; `save` it afterwards."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    return document


def save(document: pikepdf.Pdf, **options: object) -> bytes:
    """The bytes of a PDF."""
    buffer = io.BytesIO()
    document.save(buffer, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def pdf_with_action(kind: str, **entries: Any) -> bytes:
    """A PDF that does something when it is opened."""
    document = blank()
    document.Root.OpenAction = Dictionary(S=Name("/" + kind), **entries)
    return save(document)


def pdf_with_hidden_script() -> bytes:
    """A script deep in direct objects of a page's annotation, packed into an object stream."""
    document = blank()
    action = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, AA=Dictionary(E=action))
    document.pages[0].Annots = Array([link])
    return save(document, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def pdf_with_attachment(name: str = "invoice.xml", content: bytes = b"<a/>") -> bytes:
    """A PDF that carries a file."""
    document = blank()
    document.attachments[name] = content
    return save(document)


def locked_pdf(user: str) -> bytes:
    """A PDF with a password; an empty one only limits what may be done with it."""
    return save(blank(), encryption=pikepdf.Encryption(owner="owner", user=user))


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB") -> bytes:
    """A picture with a location, a comment and an orientation in it."""
    image = Image.new(mode, size, 200 if mode == "L" else (200, 40, 40, 255)[: len(mode)])
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SECRET-CAMERA"
    exif.get_ifd(0x8825).update({1: "N", 2: (37.0, 27.0, 0.0)})
    buffer = io.BytesIO()
    image.save(buffer, kind, exif=exif)
    return buffer.getvalue()


def png_bomb(side: int = 30_000) -> bytes:
    """A small file that wants to become side x side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compressobj(9)
    line = bytes(side // 8 + 1)
    data = b"".join(rows.compress(line) for _ in range(side)) + rows.flush()
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def archive(parts: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return buffer.getvalue()


def docx(
    extra: dict[str, bytes | str] | None = None, types: str = "", relations: str = ""
) -> bytes:
    """A Word document, with more parts, content types or relations on demand."""
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/'
        'package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" '
        f'Type="{DOCUMENT_RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": "<w:document xmlns:w='urn:w'><w:body><w:p>你好</w:p></w:body></w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONS}">{relations}</Relationships>',
    }
    return archive(parts | (extra or {}))


def relation(kind: str, target: str, mode: str = "External") -> str:
    """One relation of a document to something outside (or inside)."""
    return (
        f'<Relationship Id="r9" Type="{DOCUMENT_RELATIONS}/{kind}" Target="{target}" '
        f'TargetMode="{mode}"/>'
    )


def xlsx() -> bytes:
    """A workbook with a link in it."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.add_worksheet().write_url(0, 0, "https://example.org/")
    book.close()
    return buffer.getvalue()


def pptx() -> bytes:
    """The least that is a presentation."""
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return archive({"[Content_Types].xml": types, "ppt/presentation.xml": "<p/>"})
