"""House rules about the two languages: what is said in the source, and what English has for it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.architecture.house.code import CJK

KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "say": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true"}, "**.txt": {"trimmed": "true"}}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%|%[^(%\s]")
CHINESE_SIGNS = re.compile(rf"{CJK.pattern}|[，。；：？！（）、《》【】]")
WORDS = re.compile(r"[a-z]{3,}")  # PDF and XLSX are called so in Chinese too

Key = tuple[str, str]  # context (or nothing) and message


@dataclass(frozen=True)
class Entry:
    """One English rendering and where it stands."""

    place: str
    strings: tuple[str, ...]
    fuzzy: bool


def said(root: Path) -> dict[Key, str]:
    """Every message of the source, with one place where it is said."""
    found: dict[Key, str] = {}
    for folder in ("charity_portal", "templates"):
        for name, line, message, _, context in extract_from_dir(
            root / folder, METHODS, OPTIONS, KEYWORDS, comment_tags=()
        ):
            single = message if isinstance(message, str) else message[0]
            found.setdefault((context or "", single), f"{folder}/{name}:{line}")
    return found


def catalogues(root: Path) -> dict[Key, list[Entry]]:
    """The English catalogues: message -> its entries (more than one is a mistake of its own)."""
    entries: dict[Key, list[Entry]] = {}
    for path in sorted((root / "charity_portal/translations/en").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en", abort_invalid=True):
                if not message.id:
                    continue
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                strings = message.string if isinstance(message.string, tuple) else (message.string,)
                entry = Entry(f"{path.name}:{message.lineno}", tuple(strings), message.fuzzy)
                entries.setdefault((message.context or "", ids[0]), []).append(entry)
    return entries


def placeholders(text: str) -> list[str]:
    """What is filled in, in any order; `%%` is none."""
    return sorted(found for found in PLACEHOLDER.findall(text) if found != "%%")


def missing(root: Path) -> Iterator[str]:
    """Messages without English."""
    known = catalogues(root)
    for key, place in said(root).items():
        if not any(all(entry.strings) for entry in known.get(key, [])):
            yield f"{place} “{key[1]}” has no English"


def stale(root: Path) -> Iterator[str]:
    """English for what nobody says any more."""
    heard = said(root)
    for key, entries in catalogues(root).items():
        if key not in heard:
            yield f"{entries[0].place} “{key[1]}” is said nowhere"


def wrong(root: Path) -> Iterator[str]:
    """English that cannot be right: other placeholders, Chinese signs, doubts, two versions."""
    for key, entries in catalogues(root).items():
        wanted = placeholders(key[1])
        if len({entry.strings for entry in entries}) > 1:
            yield f"{entries[0].place} and {entries[1].place} differ on “{key[1]}”"
        for entry in entries:
            if entry.fuzzy:
                yield f"{entry.place} is marked fuzzy"
            yield from _wrong_strings(entry, wanted)


def _wrong_strings(entry: Entry, wanted: list[str]) -> Iterable[str]:
    for number, text in enumerate(entry.strings):
        filled = placeholders(text or "")
        # A singular may say "one" where the plural says the number.
        singular = number == 0 and len(entry.strings) > 1 and set(filled) <= set(wanted)
        if text and filled != wanted and not singular:
            yield f"{entry.place} fills in {filled}, the message {wanted}"
        if CHINESE_SIGNS.search(text or ""):
            yield f"{entry.place} has Chinese in its English: {text[:40]}"


def not_chinese(root: Path) -> Iterator[str]:
    """Messages that are not in Chinese: the source speaks Chinese, English is the translation."""
    for (_, message), place in said(root).items():
        if not CJK.search(message) and WORDS.search(PLACEHOLDER.sub("", message)):
            yield f"{place} “{message}” is not Chinese"
