"""House rules about templates and static files."""

import re
from collections.abc import Iterator

from tests.architecture.house.code import CJK
from tests.architecture.house.source import Offence, Rule, Source

TEMPLATES = "templates/**/*.html"
COMMENT = re.compile(r"\{#.*?#\}", re.S)
SPOKEN = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
TRANS = re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", re.S)
MESSAGE = re.compile(
    r"""\b(?:_|gettext|ngettext|pgettext|say)\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""(\s*,\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))*"""
)
OWN_NAME = re.compile(r"""lang="zh-CN"[^>]*>[^<{]*<""")  # a language is named in itself
JS_COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"])//[^\n]*", re.S)
SAFE = re.compile(r"""(?<!['"])\s*(?<!['"]\s)\|\s*safe\b""")  # a literal may be called safe
CJK_RUN = re.compile(rf"{CJK.pattern}+")
INLINE = {
    "an inline style": re.compile(r"\sstyle\s*=|<style\b", re.I),
    "an inline script": re.compile(
        r"<script\b(?![^>]*\bsrc\s*=)(?!\s+type=\"application/json\")", re.I
    ),
    "an inline event handler": re.compile(r"<[^>{%]*\son[a-z]+\s*=", re.I),
    "a javascript: address": re.compile(r"javascript:", re.I),
}


def _lines(source: Source, text: str, pattern: re.Pattern[str], what: str) -> Iterator[Offence]:
    for found in pattern.finditer(text):
        yield f"{source.path}:{text.count(chr(10), 0, found.start()) + 1} {what}"


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """The text without what matches, lines kept where they are."""
    return pattern.sub(lambda found: "\n" * found.group().count("\n"), text)


def inline_code(source: Source) -> Iterator[Offence]:
    text = _blank(COMMENT, source.text)
    for what, pattern in INLINE.items():
        if "templates/pdf/" in f"{source.path}" and what == "an inline style":
            continue  # a document carries its page size with it; no browser reads it
        yield from _lines(source, text, pattern, f"has {what}")


def marks_as_safe(source: Source) -> Iterator[Offence]:
    text = _blank(COMMENT, source.text)
    yield from _lines(source, text, SAFE, "marks text as safe HTML")
    yield from _lines(source, text, re.compile(r"autoescape\s+false"), "turns escaping off")


def speaks_untranslated(source: Source) -> Iterator[Offence]:
    text = _blank(TRANS, _blank(COMMENT, source.text))
    outside = _blank(OWN_NAME, _blank(SPOKEN, text))
    yield from _lines(source, outside, CJK_RUN, "says something in Chinese only")
    inside = "".join(
        _blank(MESSAGE, part) if SPOKEN.fullmatch(part) else "\n" * part.count("\n")
        for part in re.split(rf"({SPOKEN.pattern})", text, flags=re.S)
    )
    yield from _lines(source, inside, CJK_RUN, "says something in Chinese only")


def script_speaks(source: Source) -> Iterator[Offence]:
    text = _blank(JS_COMMENT, source.text)
    yield from _lines(source, text, CJK_RUN, "says something; words come from the page")


RULES = (
    Rule("pages carry no inline style or script", TEMPLATES, inline_code),
    Rule("pages mark no text as safe", TEMPLATES, marks_as_safe),
    Rule("every word on a page can be said in English", TEMPLATES, speaks_untranslated),
    Rule(
        "scripts take their words from the page", "static/js/**/*.js static/*/*.js", script_speaks
    ),
)
