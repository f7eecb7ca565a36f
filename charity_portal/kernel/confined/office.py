"""Office documents (docx, xlsx, pptx): zip containers whose parts are looked at one by one."""

import io
import re
import zipfile
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

from charity_portal.kernel.confined import archives
from charity_portal.kernel.confined.refusals import Refusal

_MAIN_PARTS = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "ppt/presentation.xml": "pptx",
}
_MOST_UNPACKED = 300 << 20
_MOST_KEPT = 8 << 20
_ACTIVE_NAMES = re.compile(
    r"vbaproject|vbadata|activex|macrosheets|dialogsheets|\.(?:exe|dll|com|scr|bat|cmd|ps1|vbs|js|jse|"
    r"wsf|hta|jar|class|dex|so|sh|py|lnk|msi|docm|xlsm|pptm|html?)$|^meta-inf/|^androidmanifest"
)
_ACTIVE_TYPES = re.compile(r"macroEnabled|vbaProject|macrosheet|dialogsheet|activeX", re.IGNORECASE)
_SAFE_LINKS = ("http:", "https:", "mailto:", "tel:", "#")
_DDE = re.compile(
    rb"instr(?:Text)?\b[^<]{0,200}\bDDE(?:AUTO)?\b|<(?:\w+:)?ddeLink\b", re.IGNORECASE
)
_DEEPEST = 2


def check(path: Path) -> str:
    """The kind of document; Refusal for macros, active parts, outside references and bombs."""
    with path.open("rb") as file:
        return _check(file, 0)


def _check(file: BinaryIO, depth: int) -> str:
    with archives.open_zip(file) as archive:
        names = archive.namelist()
        kinds = [kind for part, kind in _MAIN_PARTS.items() if part in names]
        if len(kinds) != 1 or "[Content_Types].xml" not in names:
            raise Refusal("foreign", kind="archive")
        for name in names:
            if _ACTIVE_NAMES.search(name.lower()) or _is_object(name.lower()):
                raise Refusal("office_active")
        _check_parts(archive, depth)
    return kinds[0]


def _is_object(name: str) -> bool:
    return name.endswith(".bin") and "printersettings" not in name


def _check_parts(archive: zipfile.ZipFile, depth: int) -> None:
    kept: dict[str, bytearray] = {}
    tail = b""
    last = ""
    for name, chunk in archives.contents(archive, _MOST_UNPACKED):
        window = (tail if name == last else b"") + chunk
        if name.endswith(".xml") and _DDE.search(window):
            raise Refusal("office_active")
        tail, last = window[-512:], name
        if name.endswith(".rels") or name == "[Content_Types].xml" or "/embeddings/" in name:
            part = kept.setdefault(name, bytearray())
            part += chunk
            if len(part) > _MOST_KEPT:
                raise Refusal("archive_bomb", most_mb=_MOST_KEPT >> 20)
    for name, content in kept.items():
        _check_kept(name, bytes(content), depth)


def _check_kept(name: str, content: bytes, depth: int) -> None:
    if "/embeddings/" in name and not name.endswith(".rels"):
        # A chart carries its figures as a workbook inside: held to the same rules.
        if depth == _DEEPEST:
            raise Refusal("office_active")
        _check(io.BytesIO(content), depth + 1)
        return
    root = _parse(content)
    if name.endswith(".rels"):
        for relation in root:
            _check_relation(relation)
    elif any(_ACTIVE_TYPES.search(part.get("ContentType", "")) for part in root):
        raise Refusal("office_active")


def _parse(content: bytes) -> ElementTree.Element:
    if b"<!" in content.replace(b"\x00", b"").replace(b"<!--", b""):
        raise Refusal("office_active")  # entities have no place in these parts
    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError as broken:
        raise Refusal("archive_damaged") from broken


def _check_relation(relation: ElementTree.Element) -> None:
    target = relation.get("Target", "").strip().lower()
    if relation.get("TargetMode", "").lower() != "external":
        if ":" in target or target.startswith(("\\\\", "//")):
            raise Refusal("office_outside")
        return
    is_link = relation.get("Type", "").endswith("/hyperlink")
    if not is_link or not target.startswith(_SAFE_LINKS):
        raise Refusal("office_outside")
