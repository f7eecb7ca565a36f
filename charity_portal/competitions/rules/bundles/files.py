"""The files of a bundle, out of a ZIP or a folder, however hostile; nothing is unpacked to disk."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from charity_portal.competitions.rules.score_checks import (
    APPLICATIONS,
    METHOD,
    RUBRIC,
    SCORES,
    Malformed,
    Problem,
)
from charity_portal.kernel.i18n import Text, say

PUBLISHED, README = "published.json", "README.txt"
NEEDED = (SCORES, RUBRIC, APPLICATIONS, METHOD)
KNOWN = (*NEEDED, PUBLISHED, README)
MOST_BYTES = 16 * 1024 * 1024  # of one file, unpacked
MOST_ARCHIVE = 24 * 1024 * 1024
PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def unpack(source: bytes | Path) -> dict[str, bytes]:
    """Name -> content of every file. Raises Malformed."""
    if isinstance(source, Path) and source.is_dir():
        files = _from_folder(source)
    else:
        files = _from_zip(source if isinstance(source, bytes) else _content(source, MOST_ARCHIVE))
    missing = [
        Problem(name, None, "—", say("缺少该文件。")) for name in NEEDED if name not in files
    ]
    if missing:
        raise Malformed(missing)
    return files


def pack(files: Mapping[str, str]) -> bytes:
    """A ZIP of the texts, in the order of KNOWN: the same texts always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in KNOWN:
            if name in files:
                entry = zipfile.ZipInfo(name, FIXED_TIME)
                entry.create_system = 3
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, files[name].encode(), zipfile.ZIP_STORED)
    return buffer.getvalue()


def _from_folder(folder: Path) -> dict[str, bytes]:
    present = [name for name in KNOWN if (folder / name).is_file()]
    return {name: _content(folder / name, MOST_BYTES) for name in present}


def _content(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise _refused(path.name, say("文件过大。"))
    return data


def _from_zip(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as broken:
        raise _refused("ZIP", say("不是完好的 ZIP 文件。")) from broken


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for entry in archive.infolist():
        name = entry.filename
        if name not in KNOWN:
            raise _refused(name[:80], say("资料包中不应有该文件。"))
        if name in files:
            raise _refused(name, say("该文件出现两次。"))
        if entry.flag_bits & 1 or entry.compress_type not in PACKING:
            raise _refused(name, say("文件加密或压缩方式不受支持。"))
        with archive.open(entry) as file:
            files[name] = file.read(MOST_BYTES + 1)
        if len(files[name]) > MOST_BYTES:
            raise _refused(name, say("文件过大。"))
    return files


def _refused(name: str, why: Text) -> Malformed:
    return Malformed([Problem(name, None, "—", why)])
