"""What an answer says, however it is packed: archives and PDF files opened, escapes undone."""

import html
import io
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from pypdf import PdfReader


def readable(body: bytes) -> Iterator[str]:
    """Every text that is in a body."""
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                yield name
                yield from readable(archive.read(name))
        return
    if body[:5] == b"%PDF-":
        document = PdfReader(io.BytesIO(body))
        yield str(document.metadata)
        yield "".join(page.extract_text() for page in document.pages)
        for attached in document.attachments.values():
            for content in attached:
                yield from readable(content)
    text = body.decode("utf-8", "replace")
    yield text
    yield html.unescape(text)
    yield unquote(text)
