"""PDF files: opened strictly and searched for anything that acts, hides or cannot be read."""

import zipfile
from pathlib import Path
from typing import Any

import pikepdf

from charity_portal.kernel.confined.refusals import Refusal

_ACTIONS = frozenset(
    f"/{name}"
    for name in (
        ["JavaScript", "Launch", "ImportData", "SubmitForm", "Rendition", "Movie", "GoToE", "GoToR"]
    )
)
_FORBIDDEN_KEYS = {
    "/JS": "pdf_script",
    "/JavaScript": "pdf_script",
    "/XFA": "pdf_script",
    "/RichMedia": "pdf_media",
    "/RichMediaContent": "pdf_media",
}
_DATA_SUFFIXES = (".xml", ".xbrl", ".csv", ".json", ".txt")
_MOST_NODES = 3_000_000


def check(path: Path, arguments: dict[str, Any]) -> None:
    """Raise Refusal for scripts, programs to launch, media, attachments, passwords and damage.

    `attachments` allows embedded data files (e-invoices and bank receipts carry XML); programs and
    documents inside stay forbidden.
    """
    if zipfile.is_zipfile(path):
        raise Refusal("two_in_one")
    try:
        with pikepdf.open(path, attempt_recovery=False, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise Refusal("encrypted")
            if not len(pdf.pages):
                raise Refusal("pdf_damaged")
            names = _search(pdf)
            if names and not arguments.get("attachments"):
                raise Refusal("pdf_attachment")
            if not all(name.lower().endswith(_DATA_SUFFIXES) for name in names):
                raise Refusal("pdf_attachment")
    except pikepdf.PasswordError as locked:
        raise Refusal("encrypted") from locked
    except (pikepdf.PdfError, RuntimeError, ValueError, RecursionError) as broken:
        raise Refusal("pdf_damaged") from broken


def _search(pdf: pikepdf.Pdf) -> list[str]:
    """Walk every object, reachable or not; returns the names of embedded files."""
    embedded: list[str] = []
    nodes = 0
    for top in pdf.objects:
        waiting: list[Any] = [top]
        while waiting:
            nodes += 1
            if nodes > _MOST_NODES:
                raise Refusal("pdf_damaged")
            thing = waiting.pop()
            if isinstance(thing, pikepdf.Array):
                waiting.extend(thing.as_list())
            elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                embedded += _check_dictionary(thing)
                waiting.extend(v for _, v in thing.items() if not _indirect(v))
    return embedded


def _indirect(value: Any) -> bool:
    """References lead to objects that the walk over all objects meets anyway."""
    return isinstance(value, pikepdf.Object) and value.is_indirect


def _check_dictionary(thing: Any) -> list[str]:
    """Refuse what acts; return the names under which this object embeds a file, often none."""
    keys = set(thing.keys())
    for key, code in _FORBIDDEN_KEYS.items():
        if key in keys:
            raise Refusal(code)
    action = thing.get("/S")
    if isinstance(action, pikepdf.Name) and str(action) in _ACTIONS:
        raise Refusal("pdf_script" if str(action) == "/JavaScript" else "pdf_action")
    if "/EF" not in keys:
        return []
    return [str(thing[key]) for key in ("/UF", "/F") if key in keys] or [""]
