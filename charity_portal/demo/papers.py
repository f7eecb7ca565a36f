"""Papers to attach: one document is typeset, and each of its pages becomes a file."""

import io
from datetime import datetime

import pikepdf
from flask import render_template

from charity_portal.demo import sources
from charity_portal.kernel import files
from charity_portal.kernel.pdf.rendering import render


def prepare(created: datetime) -> dict[str, files.Prepared]:
    """One prepared PDF for each page in the data, by its key. Takes seconds."""
    pages = sources.rows("papers", "page")
    html = render_template("demo/papers.html", pages=pages)
    whole = render(html, created=created, identifier="demo-papers")
    found = {}
    with pikepdf.open(io.BytesIO(whole)) as document:
        for number, page in enumerate(pages):
            name = f"{page['title']}.pdf"
            found[page["key"]] = files.prepare_own(_page(document, number), name, "application/pdf")
    return found


def _page(document: pikepdf.Pdf, number: int) -> bytes:
    """One page as a document of its own."""
    with pikepdf.new() as single:
        single.pages.append(document.pages[number])
        target = io.BytesIO()
        single.save(target, deterministic_id=True)
        return target.getvalue()
