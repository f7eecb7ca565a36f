"""Zip files (xlsx and docx are some) read with counted output, so that no bomb goes off."""

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from charity_portal.kernel.confined.refusals import Refusal

_CHUNK = 1 << 20
_END_OF_DIRECTORY = b"PK\x05\x06"


def open_zip(file: BinaryIO, most_entries: int = 5000) -> zipfile.ZipFile:
    """Open an archive whose outline is sane: nothing before or after it, no odd entries."""
    file.seek(0)
    if file.read(4) != b"PK\x03\x04":
        raise Refusal("archive_damaged")
    file.seek(0, 2)
    size = file.tell()
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as broken:
        raise Refusal("archive_damaged") from broken
    entries = archive.infolist()
    if len(entries) > most_entries:
        raise Refusal("archive_entries", most=most_entries)
    if not entries or min(entry.header_offset for entry in entries) != 0:
        raise Refusal("archive_hides")
    file.seek(max(0, size - 22 - len(archive.comment)))
    if file.read(4) != _END_OF_DIRECTORY:
        raise Refusal("archive_hides")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise Refusal("archive_hides")
    for entry in entries:
        _check_entry(entry)
    return archive


def _check_entry(entry: zipfile.ZipInfo) -> None:
    parts = entry.filename.replace("\\", "/").split("/")
    if entry.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        raise Refusal("archive_paths")
    if entry.flag_bits & 1:
        raise Refusal("encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refusal("archive_damaged")


def contents(archive: zipfile.ZipFile, most_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Everything that comes out, as (name, chunk); refuses once the total passes `most_bytes`.

    Counts the bytes that really come out: the sizes that an archive states about itself are not
    believed.
    """
    total = 0
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        try:
            with archive.open(entry) as part:
                while chunk := part.read(_CHUNK):
                    total += len(chunk)
                    if total > most_bytes:
                        raise Refusal("archive_bomb", most_mb=most_bytes >> 20)
                    yield entry.filename, chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as broken:
            raise Refusal("archive_damaged") from broken
