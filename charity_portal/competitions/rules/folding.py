"""Texts made comparable: without width, case, accents, white space and ornament."""

import re
import unicodedata
from collections.abc import Sequence

_KEPT = re.compile(r"[^\s\u200b\-‐‑‒–—―_·•・∙.()\[\]【】〔〕「」“”\"'’‘*~|/\\]+")
_NOTHING = "\u200b"


class _Folding(dict[int, str]):
    """A character as it is compared; what has no width or only decorates becomes nothing."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code)).casefold()
        kept = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf"))
        self[code] = kept or _NOTHING
        return self[code]


_folding = _Folding({ord("…"): "…"})


def fold(text: str) -> tuple[str, Sequence[int]]:
    """The text for comparing, and for each of its characters the place it comes from."""
    if all(len(_folding[ord(c)]) == 1 for c in set(text)):
        return text.translate(_folding), range(len(text))
    folded = [(c, at) for at, character in enumerate(text) for c in _folding[ord(character)]]
    return "".join(c for c, _ in folded), [at for _, at in folded]


def squeezed(folded: str, places: Sequence[int]) -> tuple[str, list[int]]:
    """Without white space and the signs that people put inside names and numbers."""
    tight: list[str] = []
    at: list[int] = []
    for run in _KEPT.finditer(folded):
        tight.append(run.group())
        at.extend(places[run.start() : run.end()])
    return "".join(tight), at


def squeeze(text: str) -> str:
    """A text as it is searched for."""
    return squeezed(*fold(text))[0]


def is_latin(character: str) -> bool:
    """Whether it is a Latin letter or a digit, of whatever width."""
    plain = _folding[ord(character)]
    return plain.isascii() and plain.isalnum()
