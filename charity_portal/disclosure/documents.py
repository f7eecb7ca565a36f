"""A report's edition as a PDF that can be made again, byte for byte."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale

from charity_portal.competitions.queries import outcomes, wording
from charity_portal.disclosure import exports
from charity_portal.disclosure.models import ReportRow, ReportVersion
from charity_portal.kernel import files
from charity_portal.kernel.i18n import gettext as _
from charity_portal.kernel.money import in_capitals
from charity_portal.kernel.pdf.qr import qr_image
from charity_portal.kernel.pdf.rendering import Attachment, render

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
TEMPLATES = {
    "call_result": "pdf/call_result.html",
    "competition_result": "pdf/competition_result.html",
}


def verify_url(number: str) -> str:
    """The address that the QR code leads to."""
    return f"{current_app.config['PUBLIC_URL']}/verify?number={number}"


def paper(
    version: ReportVersion,
    rows: Sequence[ReportRow],
    language: str,
    published_at: datetime,
    anchor: str,
) -> bytes:
    """The PDF in one language, with its figures attached as CSV and JSON (and the recompute bundle).

    Same version, time and anchor: same bytes. Takes seconds; call it outside transaction().
    """
    spelled_out = language == "zh" and version.currency == "CNY"
    kind = version.report.kind
    with force_locale(LOCALES[language]):
        html = render_template(
            TEMPLATES[kind],
            version=version,
            data=version.data,
            rows=rows,
            published_at=published_at,
            anchor=anchor,
            qr=qr_image(verify_url(version.report.number)),
            verify_url=verify_url(version.report.number),
            in_capitals=in_capitals(version.total_fen) if spelled_out else None,
            relation=exports.relation,
            track_name=exports.track_name,
            organization_name=exports.organization_name,
            **(_competition(version) if kind == "competition_result" else {}),
        )
        attachments = [
            Attachment("rows.csv", exports.csv(version, rows), _("立项明细")),
            Attachment("report.json", exports.json_of(version, rows), _("公告全部数据")),
            *_bundle(version),
        ]
    edition = f"{version.report.number}:{version.version}:{language}:{version.content_hash}"
    return render(html, attachments=attachments, created=published_at, identifier=edition)


def _competition(version: ReportVersion) -> Mapping[str, Any]:
    """The words that a competition's result is said with."""
    return wording.words(version.data["competition"])


def _bundle(version: ReportVersion) -> list[Attachment]:
    """The recompute bundle, for a competition's result that has one."""
    edition_id = version.report.edition_id
    found = outcomes.bundle_of(edition_id) if edition_id is not None else None
    if found is None:
        return []
    content = files.path_of(found.file).read_bytes()
    return [Attachment("bundle.zip", content, _("复算资料包"))]
