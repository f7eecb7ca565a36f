"""Copies that show what the original shows and tell nothing else: who wrote it, when, with what.

A PDF keeps its pages; what is attached, hidden, linked, commented or said about it goes. The result
depends on the pages alone, so that two files that differ only in what is taken away come out equal.
"""

from pathlib import Path
from typing import Any

import pikepdf

from charity_portal.kernel.confined import images
from charity_portal.kernel.confined.refusals import Refusal

# Of the catalogue only these stay: the pages, and how text in them is to be read.
_ROOT_KEPT = frozenset({"/Type", "/Pages", "/Version"})
_PAGE_KEPT = frozenset(
    {"/Type", "/Parent", "/Resources", "/Contents", "/Group", "/UserUnit", "/Rotate", "/Annots"}
    | {f"/{kind}Box" for kind in ("Media", "Crop", "Trim", "Bleed", "Art")}
)
_TELLING = frozenset(
    {"/Metadata", "/PieceInfo", "/LastModified", "/AF", "/Alternates", "/OPI", "/StructParent"}
    | {"/StructParents", "/AA", "/A", "/Thumb", "/OC", "/Measure", "/PtData", "/Properties"}
)
_FORM_FIELD = frozenset(
    {"/Type", "/Subtype", "/Rect", "/AP", "/AS", "/F", "/P", "/MK", "/BS", "/Border"}
)
_KEPT_SEGMENTS = {0xE0, 0xEE}  # JFIF and Adobe: what colours mean


def work(arguments: dict[str, Any]) -> None:
    """`path`, `mime` (PDF or a picture): the file is replaced by its bare copy."""
    path = Path(arguments["path"])
    if arguments["mime"] == "application/pdf":
        _bare_pdf(path)
    elif arguments["mime"] in ("image/jpeg", "image/png", "image/webp"):
        images.reencode(path, {})
    else:
        raise Refusal("not_allowed", kind="unknown")


def _bare_pdf(path: Path) -> None:
    try:
        with pikepdf.open(path, attempt_recovery=False, suppress_warnings=True) as pdf:
            _strip_catalogue(pdf)
            for page in pdf.pages:
                _strip_page(page.obj)
            pdf.remove_unreferenced_resources()
            for thing in pdf.objects:
                _strip(thing)
            bare = path.with_suffix(".bare")
            pdf.save(
                bare,
                deterministic_id=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                fix_metadata_version=False,
            )
    except pikepdf.PasswordError as locked:
        raise Refusal("encrypted") from locked
    except (pikepdf.PdfError, RuntimeError, ValueError, RecursionError) as broken:
        raise Refusal("pdf_damaged") from broken
    bare.replace(path)


def _strip_catalogue(pdf: pikepdf.Pdf) -> None:
    for key in set(pdf.Root.keys()) - _ROOT_KEPT:
        del pdf.Root[key]
    for key in ("/Info", "/ID"):
        if key in pdf.trailer:
            del pdf.trailer[key]


def _strip_page(page: Any) -> None:
    for key in set(page.keys()) - _PAGE_KEPT:
        del page[key]
    shown = [a for a in page.get("/Annots", []) if _is_form_field(a)]
    if "/Annots" in page:
        del page["/Annots"]
    if shown:
        for annotation in shown:
            for key in set(annotation.keys()) - _FORM_FIELD:
                del annotation[key]
            annotation["/Subtype"] = pikepdf.Name.Stamp  # shown without a form that it belongs to
        page["/Annots"] = pikepdf.Array(shown)


def _is_form_field(annotation: Any) -> bool:
    """Only what is filled in stays: comments and links tell who wrote and where they belong."""
    return bool(annotation.get("/Subtype") == pikepdf.Name.Widget and "/AP" in annotation)


def _strip(top: Any) -> None:
    """Take out of an object and its direct parts what says something beside the page."""
    waiting = [top]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Array):
            waiting.extend(part for part in thing.as_list() if _direct(part))
        elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            for key in _TELLING & set(thing.keys()):
                del thing[key]
            if isinstance(thing, pikepdf.Stream):
                _strip_jpeg(thing)
            waiting.extend(part for _, part in thing.items() if _direct(part))


def _direct(value: Any) -> bool:
    return isinstance(value, pikepdf.Object) and not value.is_indirect


def _strip_jpeg(stream: pikepdf.Stream) -> None:
    """A picture inside is a file of its own, with a camera, a place and comments."""
    if stream.get("/Filter") != pikepdf.Name.DCTDecode:
        return
    raw = stream.read_raw_bytes()
    bare = without_segments(raw)
    if bare != raw:
        stream.write(bare, filter=pikepdf.Name.DCTDecode)


def without_segments(raw: bytes) -> bytes:
    """A JPEG without its application segments and comments; anything else as it is."""
    if not raw.startswith(b"\xff\xd8"):
        return raw
    out, at = [raw[:2]], 2
    while at + 4 <= len(raw) and raw[at] == 0xFF and raw[at + 1] != 0xDA:
        marker = raw[at + 1]
        size = 2 + int.from_bytes(raw[at + 2 : at + 4])
        telling = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not telling or marker in _KEPT_SEGMENTS:
            out.append(raw[at : at + size])
        at += size
    return b"".join([*out, raw[at:]])
