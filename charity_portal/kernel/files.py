"""Files that people hand in: looked at before anything is kept, stored once under their own hash.

The slow part stands apart from the transaction:

    prepared = files.prepare(upload.stream, upload.filename, files.DOCUMENTS)   # outside
    with transaction():
        services.attach(actor, report.id, prepared)                            # files.keep(…) inside

`prepare` writes the checked content to its final place. A row is what makes it a file of the
portal: content without a row is waste, never a leak.
"""

import hashlib
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flask import Response, current_app, send_file
from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from charity_portal.kernel import clock
from charity_portal.kernel.confined.refusals import Refusal
from charity_portal.kernel.confined.running import Crashed, OutOfMemory, TookTooLong, run
from charity_portal.kernel.confined.uploads import KINDS
from charity_portal.kernel.database import Id, Model, Stamp, db
from charity_portal.kernel.errors import Invalid, TooLarge
from charity_portal.kernel.file_refusals import explain
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor

_SECONDS = 60
_MEMORY_MB = 1500
_LONGEST_NAME = 120
_INLINE = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})
_CLOSED = "default-src 'none'; sandbox"
_VIEWED = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"


class BadFile(Invalid):
    """The content is not what may be handed in here (422)."""


@dataclass(frozen=True)
class AllowList:
    """What one upload field takes: kinds (keys of confined.uploads.KINDS) and the largest size.

    `pdf_attachments` lets PDF files carry data files, as e-invoices and bank receipts do.
    """

    kinds: frozenset[str]
    max_mb: int = 20
    pdf_attachments: bool = False

    def __post_init__(self) -> None:
        if unknown := self.kinds - KINDS.keys():
            raise ValueError(f"unknown kinds {unknown}")

    @property
    def accept(self) -> str:
        """Value of the `accept` attribute of a file field."""
        return ",".join(sorted(KINDS[kind][1] for kind in self.kinds))


IMAGES = AllowList(frozenset({"jpeg", "png", "webp"}), max_mb=15)
PDF_ONLY = AllowList(frozenset({"pdf"}), max_mb=25)
TABLES = AllowList(frozenset({"xlsx", "csv"}), max_mb=25)
DOCUMENTS = AllowList(IMAGES.kinds | {"pdf", "docx", "xlsx", "pptx"}, max_mb=25)
VOUCHERS = AllowList(IMAGES.kinds | {"pdf"}, max_mb=15, pdf_attachments=True)


@dataclass(frozen=True)
class Prepared:
    """Content that passed the checks and lies in its place on disk, not yet a file of the portal."""

    sha256: str
    size: int
    mime: str
    name: str


class StoredFile(Model):
    """A file of the portal. Several rows may share one content; rows are never changed."""

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("size >= 0", name="size"),
    )

    id: Mapped[Id]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mime: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[Stamp] = mapped_column(default=clock.now)
    created_by: Mapped[int | None]


def prepare(stream: BinaryIO, filename: str | None, allow: AllowList) -> Prepared:
    """Check an upload and lay its content in place; takes a second, so never inside transaction().

    Raises TooLarge, or BadFile with the reason in words. Images come out as clean copies.
    """
    with tempfile.TemporaryDirectory(prefix="upload-", dir=_folder()) as folder:
        path = Path(folder) / "content"
        _receive(stream, path, allow.max_mb)
        found = _inspect(path, filename or "", allow)
        sha256, size = _settle(path)
    return Prepared(sha256, size, found["mime"], clean_name(filename or "", found["extension"]))


def prepare_own(content: bytes, name: str, mime: str) -> Prepared:
    """Lay something in place that the portal itself made (a report, a receipt); outside transaction()."""
    with tempfile.TemporaryDirectory(prefix="own-", dir=_folder()) as folder:
        path = Path(folder) / "content"
        path.write_bytes(content)
        sha256, size = _settle(path)
    return Prepared(sha256, size, mime, clean_name(name, Path(name).suffix))


def keep(actor: Actor, prepared: Prepared) -> StoredFile:
    """Make prepared content a file of the portal; inside transaction()."""
    stored = StoredFile(
        sha256=prepared.sha256,
        size=prepared.size,
        mime=prepared.mime,
        name=prepared.name,
        created_by=actor.user_id,
    )
    db.session.add(stored)
    db.session.flush()
    return stored


def store(actor: Actor, stream: BinaryIO, filename: str | None, allow: AllowList) -> StoredFile:
    """prepare() and keep() in one; for commands, where nobody waits for the transaction."""
    return keep(actor, prepare(stream, filename, allow))


def path_of(stored: StoredFile | Prepared) -> Path:
    """Where the content lies."""
    return _place(stored.sha256)


def intact(stored: StoredFile) -> bool:
    """Whether the content is there and still has its hash; for drills and inspections."""
    path = path_of(stored)
    return path.is_file() and _digest(path) == stored.sha256


def serve(stored: StoredFile, inline: bool = False, public: bool = False) -> Response:
    """The content as a response (ranges and validators included); the caller has checked the right.

    Always a download, except PDF and images when `inline`. Nothing in it can run: no sniffing, a
    policy of its own, a sandbox. `public` lets shared caches keep it.
    """
    shown = inline and stored.mime in _INLINE
    response = send_file(
        path_of(stored),
        mimetype=stored.mime,
        as_attachment=not shown,
        download_name=stored.name,
        conditional=True,
        etag=stored.sha256,
        last_modified=stored.created_at,
    )
    response.headers["Cache-Control"] = "public, max-age=3600" if public else "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Viewers of browsers need scripts of their own, which a sandbox would take from PDF files.
    in_viewer = shown and stored.mime == "application/pdf"
    response.headers["Content-Security-Policy"] = _VIEWED if in_viewer else _CLOSED
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def clean_name(filename: str, extension: str) -> str:
    """A name to show and to download under: no path, no control or direction marks, true extension."""
    base = unicodedata.normalize("NFC", filename).replace("\\", "/").rpartition("/")[2]
    base = "".join(c for c in base if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    stem = base.rpartition(".")[0] or base
    stem = re.sub(r'[<>:"|?*%]', "_", stem).strip(". ")
    return (stem[: _LONGEST_NAME - len(extension)] or "file") + extension


def _receive(stream: BinaryIO, path: Path, max_mb: int) -> None:
    most = max_mb << 20
    with path.open("wb") as file:
        while chunk := stream.read(1 << 20):
            if file.tell() + len(chunk) > most:
                raise TooLarge(say("文件超过 %(most)s MB 的上限。", most=max_mb))
            file.write(chunk)


def _inspect(path: Path, name: str, allow: AllowList) -> dict[str, str]:
    arguments = {
        "path": str(path),
        "name": name,
        "kinds": sorted(allow.kinds),
        "attachments": allow.pdf_attachments,
    }
    module = "charity_portal.kernel.confined.uploads"
    try:
        found: dict[str, str] = run(module, arguments, seconds=_SECONDS, memory_mb=_MEMORY_MB)
    except Refusal as refusal:
        raise BadFile(explain(refusal, allow.kinds)) from refusal
    except (OutOfMemory, TookTooLong, Crashed) as trouble:
        raise BadFile(say("文件过于复杂或已损坏，无法检查，未予接收。")) from trouble
    return found


def _settle(path: Path) -> tuple[str, int]:
    """Move the content to the place that its hash names, durably; content that is there stays."""
    sha256, size = _digest(path), path.stat().st_size
    place = _place(sha256)
    if place.exists():
        return sha256, size
    place.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.chmod(0o640)
    path.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return sha256, size


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folder() -> Path:
    folder = Path(current_app.config["DATA_DIR"]) / "files"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _place(sha256: str) -> Path:
    return _folder() / sha256[:2] / sha256[2:4] / sha256
