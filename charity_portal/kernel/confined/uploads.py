"""Look at what was uploaded: what it really is, and whether it holds anything that acts by itself.

The content decides, never the name. Only what stands in KINDS can pass; all else is named in the
refusal as far as its first bytes tell.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from charity_portal.kernel.confined import images, office, pdfs
from charity_portal.kernel.confined.refusals import Refusal

KINDS: dict[str, tuple[str, str]] = {
    "pdf": ("application/pdf", ".pdf"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"),
    "jpeg": ("image/jpeg", ".jpg"),
    "png": ("image/png", ".png"),
    "webp": ("image/webp", ".webp"),
    "csv": ("text/csv", ".csv"),
    "txt": ("text/plain", ".txt"),
}
"""Every kind that can be allowed: its type and its extension."""

_CHECKS: dict[str, Callable[[Path, dict[str, Any]], None]] = {
    "pdf": pdfs.check,
    "jpeg": images.reencode,
    "png": images.reencode,
    "webp": images.reencode,
}
_FOREIGN: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"MZ", "program"),
        (rb"\x7fELF", "program"),
        (rb"\xca\xfe\xba\xbe|\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe", "program"),
        (rb"dex\n|\x00asm", "program"),
        (rb"L\x00\x00\x00\x01\x14\x02\x00", "shortcut"),
        (rb"#!", "script"),
        (rb"\s*<\?php", "script"),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_office"),
        (rb"GIF8|BM.{4}\x00\x00\x00\x00|II\*\x00|MM\x00\*|8BPS", "other_image"),
        (rb".{4}ftyp(?:heic|heix|mif1|msf1|avif)", "phone_image"),
        (rb".{4}ftyp|\x1aE\xdf\xa3|RIFF.{4}AVI |ID3|OggS|\xff\xfb", "media"),
        (rb"7z\xbc\xaf|Rar!|\x1f\x8b|BZh|\xfd7zXZ", "archive"),
        (rb"\xef?\xbb?\xbf?\s*<(?:[a-zA-Z!?])", "web_page"),
    )
)


def work(arguments: dict[str, Any]) -> dict[str, str]:
    """`path`, `name`, `kinds` allowed, `attachments` allowed in PDF -> `kind`, `mime`, `extension`.

    An image is replaced on the spot by a clean copy of its picture.
    """
    path = Path(arguments["path"])
    kind = sniff(path, arguments["name"])
    if kind not in arguments["kinds"]:
        raise Refusal("not_allowed", kind=kind)
    check = _CHECKS.get(kind)
    if check is not None:
        check(path, arguments)
    mime, extension = KINDS[kind]
    return {"kind": kind, "mime": mime, "extension": extension}


def sniff(path: Path, name: str) -> str:
    """The kind by content; raises Refusal("foreign", kind=…) for what is none of KINDS."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise Refusal("empty_file")
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"PK\x03\x04"):
        return office.check(path)
    for pattern, kind in _FOREIGN:
        if pattern.match(head):
            raise Refusal("foreign", kind=kind)
    return _sniff_text(path, name)


def _sniff_text(path: Path, name: str) -> str:
    """Text has no signature: it must decode, and its name must say text."""
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text) is None:
            kind = name.rpartition(".")[2].lower()
            if kind in ("csv", "txt"):
                return kind
            raise Refusal("foreign", kind="text")
        break
    raise Refusal("foreign", kind="unknown")
