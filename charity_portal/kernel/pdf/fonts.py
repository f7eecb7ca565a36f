"""The fonts of printed documents: where they lie, what they can show, and nothing besides.

Documents use two families, Noto Serif CJK SC for headings and Noto Sans CJK SC for text. Each is one
file per weight: fonts cut into slices for the web print wrong characters. A configuration of our own
hides all other fonts of the machine, so that a document looks the same wherever it is made.

**Characters that the fonts cannot show** (emoji, private-use characters from other systems) are
replaced before rendering by 〓, the mark that typesetters put for a missing character, and the log
names them. An error instead would let one emoji in a donor's message stop a report that is due.
"""

import os
import re
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

from fontTools.ttLib import TTCollection

SERIF = "Noto Serif CJK SC"
SANS = "Noto Sans CJK SC"
FILES = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJK-Bold.ttc",
    "NotoSerifCJK-Regular.ttc",
    "NotoSerifCJK-Bold.ttc",
)
MISSING_MARK = "〓"
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
# Joiners and selectors change the sign before them; alone they are nothing.
_DROPPED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]"
)
_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
{folders}
<cachedir>/var/cache/fontconfig</cachedir>
<cachedir prefix="xdg">fontconfig</cachedir>
<selectfont><rejectfont><glob>*</glob></rejectfont>
<acceptfont>{files}</acceptfont></selectfont>
</fontconfig>
"""


class FontsMissing(Exception):
    """The fonts that documents need are not installed; the text says which and how to get them."""


@lru_cache(maxsize=1)
def find() -> dict[str, Path]:
    """Where each of FILES lies; FontsMissing when one does not. FONT_DIR is searched first."""
    folders = [os.environ.get("FONT_DIR", ""), *_FOLDERS]
    found: dict[str, Path] = {}
    for folder in (Path(text).expanduser() for text in folders if text):
        for path in sorted(folder.rglob("*.ttc")) if folder.is_dir() else ():
            if path.name in FILES:
                found.setdefault(path.name, path)
    absent = [name for name in FILES if name not in found]
    if absent:
        raise FontsMissing(
            f"{', '.join(absent)} not found: install the package fonts-noto-cjk, "
            "or set FONT_DIR to a folder that holds these files"
        )
    return found


def configuration() -> str:
    """A fontconfig file that knows these fonts only."""
    paths = find().values()
    folders = "".join(f"<dir>{escape(str(f))}</dir>" for f in sorted({p.parent for p in paths}))
    files = "".join(f"<glob>{escape(str(p))}</glob>" for p in sorted(paths))
    return _CONFIGURATION.format(folders=folders, files=files)


@lru_cache(maxsize=1)
def coverage() -> frozenset[int]:
    """Code points that the fonts can show."""
    shown: set[int] = set()
    for name, family in (("NotoSansCJK-Regular.ttc", SANS), ("NotoSerifCJK-Regular.ttc", SERIF)):
        shown |= _characters(find()[name], family)
    return frozenset(shown)


def _characters(path: Path, family: str) -> set[int]:
    """Code points of the face of that family, in a collection of five regional ones."""
    with TTCollection(path, lazy=True) as collection:
        for face in collection:
            if face["name"].getDebugName(1) == family:
                return set(face.getBestCmap())
    raise FontsMissing(f"{path} holds no {family}")


def replace_missing(text: str) -> tuple[str, list[str]]:
    """The text with 〓 for what cannot be shown and without invisible marks; and what was replaced."""
    text = _DROPPED.sub("", text)
    replaced = sorted({c for c in set(text) if ord(c) not in coverage() and c not in "\t\n\r"})
    return text.translate({ord(c): MISSING_MARK for c in replaced}), replaced
