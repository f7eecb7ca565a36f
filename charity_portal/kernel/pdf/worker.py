"""The child process that runs WeasyPrint; see `rendering` for what it promises.

Imported only inside the child: it keeps Pango and the fonts out of the web server.
"""

import gc
import logging
import mimetypes
from datetime import datetime
from pathlib import Path
from types import MethodType
from typing import Any

import pydyf
from weasyprint import HTML, Attachment, Document
from weasyprint.logger import LOGGER
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from charity_portal.kernel.confined.refusals import Refusal

_UA_SCHEMA = """
<rdf:Description rdf:about="" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Indicates which part of ISO 14289 is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


class _Assets(URLFetcher):
    """Hands out data: addresses and the assets given by name; anything else ends the rendering."""

    def __init__(self, assets: dict[str, str]) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True
        )
        self._assets = assets

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        scheme, _, name = url.partition(":")
        if scheme == "asset" and name in self._assets:
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            content = Path(self._assets[name]).read_bytes()
            return URLFetcherResponse(url, content, {"Content-Type": kind})
        if scheme != "data":
            raise Refusal("outside", url=url[:200])
        found: URLFetcherResponse = super().fetch(url, headers)  # type: ignore[no-untyped-call]
        return found


class _Complaints(logging.Handler):
    """What WeasyPrint complains about in words only, and a document must not be published with."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.ERROR or ".notdef" in text:
            self.found.append(text[:500])


def work(arguments: dict[str, Any]) -> dict[str, int]:
    """`html` and `out` are paths, `assets` names to paths, `attachments` a list of objects with
    `name`, `path`, `description`; `created` ISO 8601, `identifier` text, `variant`. Writes `out`.
    """
    complaints = _Complaints()
    LOGGER.handlers = [complaints]
    LOGGER.setLevel(logging.WARNING)
    LOGGER.propagate = False
    gc.freeze()
    fetcher = _Assets(arguments["assets"])
    source = Path(arguments["html"]).read_text()
    try:
        html = HTML(string=source, base_url=None, url_fetcher=fetcher)
        document = html.render(pdf_variant=arguments["variant"])
        _describe(document, arguments)
        document.write_pdf(
            arguments["out"],
            finisher=_finish,
            pdf_variant=arguments["variant"],
            pdf_identifier=arguments["identifier"].encode(),
        )
    except FatalURLFetchingError as fatal:
        cause = fatal.__cause__
        raise cause if isinstance(cause, Refusal) else Refusal("outside", url=str(fatal)) from fatal
    except RecursionError as deep:
        raise Refusal("faulty", complaint="elements are nested too deeply") from deep
    if complaints.found:
        raise Refusal("faulty", complaint="; ".join(complaints.found[:5]))
    return {"pages": len(document.pages)}


def _describe(document: Document, arguments: dict[str, Any]) -> None:
    """Title and language are demanded; dates come from outside, so that bytes repeat."""
    metadata = document.metadata
    if not metadata.title or not metadata.lang:
        raise Refusal("faulty", complaint="a document needs a title and a language")
    metadata.created = metadata.modified = arguments["created"]
    metadata.generator = None
    created = datetime.fromisoformat(arguments["created"])
    for attachment in arguments["attachments"]:
        metadata.attachments.append(
            Attachment(
                string=Path(attachment["path"]).read_bytes(),
                name=attachment["name"],
                description=attachment["description"],
                relationship="Data",
                created=created,
                modified=created,
            )
        )
    if arguments["variant"].startswith("pdf/a-"):
        plain = metadata.generate_rdf_metadata

        def with_accessibility(_self: Any, *about: Any) -> bytes:
            rdf: bytes = plain(*about)
            return rdf.replace(b"</rdf:RDF>", _UA_SCHEMA.encode() + b"</rdf:RDF>")

        metadata.generate_rdf_metadata = MethodType(with_accessibility, metadata)


def _finish(_document: Document, pdf: pydyf.PDF) -> None:
    """What validators ask for beyond WeasyPrint: readable metadata, and the scope of header cells.

    WeasyPrint lists each attachment twice as an associated file: once is enough.
    """
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    for thing in pdf.objects:
        if isinstance(thing, pydyf.Stream) and thing.extra.get("Type") == "/Metadata":
            thing.compress = False
        if isinstance(thing, dict) and thing.get("S") == "/TR":
            cells = [
                pdf.objects[int(kid.split()[0])] for kid in thing["K"] if isinstance(kid, bytes)
            ]
            in_body = any(cell.get("S") == "/TD" for cell in cells)
            for cell in cells:
                if cell.get("S") == "/TH":
                    cell["A"]["Scope"] = "/Row" if in_body else "/Column"
