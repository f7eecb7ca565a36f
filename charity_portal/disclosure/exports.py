"""The same rows to take away: CSV, XLSX and JSON, in the reader's language."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from charity_portal.disclosure.models import ReportRow, ReportVersion
from charity_portal.kernel.i18n import gettext as _
from charity_portal.kernel.i18n import language, minor_digits
from charity_portal.kernel.tables import Column, write_csv, write_xlsx


def _columns() -> list[Column]:
    return [
        Column("number", _("编号"), width=20),
        Column("title", _("项目名称"), width=44),
        Column("organization", _("受资助单位"), width=36),
        Column("org_ref", _("机构标识"), width=26),
        Column("track", _("类别"), width=20),
        Column("currency", _("币种"), width=8),
        Column("requested", _("申请金额"), "money", width=16),
        Column("awarded", _("资助金额"), "money", width=16),
        Column("awarded_on", _("立项日期"), "date", width=14),
        Column("relation", _("与申请相比"), width=14),
    ]


def relation(row: ReportRow) -> str:
    """How the award compares with the request, in words; empty when no request is recorded."""
    if row.requested_fen is None:
        return ""
    if row.awarded_fen > row.requested_fen:
        return _("高于申请")
    return _("低于申请") if row.awarded_fen < row.requested_fen else _("与申请相同")


def track_name(row: ReportRow) -> str:
    """The track in the reader's language."""
    return (row.track_en if language() == "en" else row.track_zh) or row.track_zh or ""


def organization_name(row: ReportRow) -> str:
    """The organization in the reader's language."""
    return (row.organization_en if language() == "en" else None) or row.organization


def _cells(version: ReportVersion, rows: Sequence[ReportRow]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            "number": row.number,
            "title": row.title,
            "organization": organization_name(row),
            "org_ref": row.org_ref,
            "track": track_name(row),
            "currency": version.currency,
            "requested": row.requested_fen,
            "awarded": row.awarded_fen,
            "awarded_on": row.awarded_on,
            "relation": relation(row),
        }


def csv(version: ReportVersion, rows: Sequence[ReportRow]) -> bytes:
    """The rows as CSV (UTF-8 with its mark, so that office programs read Chinese)."""
    return b"".join(write_csv(_columns(), _cells(version, rows)))


def xlsx(version: ReportVersion, rows: Sequence[ReportRow]) -> bytes:
    """The rows as a workbook."""
    return write_xlsx(_("结果明细"), _columns(), _cells(version, rows))


def json_of(version: ReportVersion, rows: Sequence[ReportRow]) -> bytes:
    """The whole edition as JSON; amounts as whole minor units of its currency."""
    content = {
        "report": version.report.number,
        "version": version.version,
        "title_zh": version.title_zh,
        "title_en": version.title_en,
        "currency": version.currency,
        "minor_digits": minor_digits(version.currency),
        "content_sha256": version.content_hash,
        "summary": version.data,
        "rows": [
            {
                "number": row.number,
                "title": row.title,
                "organization": row.organization,
                "organization_en": row.organization_en,
                "organization_id": row.org_ref,
                "track_zh": row.track_zh,
                "track_en": row.track_en,
                "requested": row.requested_fen,
                "awarded": row.awarded_fen,
                "awarded_on": row.awarded_on.isoformat(),
            }
            for row in rows
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
