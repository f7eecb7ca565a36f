"""The result of a competition as a report: everything that its public page says, frozen."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from charity_portal.competitions.queries import editions
from charity_portal.competitions.queries import results as competitions
from charity_portal.disclosure.models import ReportVersion
from charity_portal.disclosure.services import call_results, versions
from charity_portal.disclosure.services.versions import Statement
from charity_portal.kernel import clock
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.permissions import Actor, require
from charity_portal.projects.queries import results
from charity_portal.projects.queries.results import ResultRow


def draft(actor: Actor, edition_id: int) -> ReportVersion:
    """Write down a published edition's result as a version to be looked at.

    Raises NothingNew when the published version says the same, NotFound while the result is not out.
    """
    require(actor, "disclosure:report:draft")
    edition = editions.edition(edition_id)
    if edition is None or edition.state != "published" or edition.published_at is None:
        raise NotFound
    report = versions.report_for("competition_result", edition_id=edition_id)
    competition = competitions.whole(edition)
    day = clock.local(edition.published_at).date()
    rows = _rows(competition, edition.call_id, day)
    data = call_results.statement_data(edition.call_id)
    data |= {
        "competition": competition,
        "totals": _totals(rows),
        "tracks": _tracks(rows),
        "edition_id": edition_id,
    }
    statement = Statement(
        title_zh=f"{edition.title_zh.removesuffix('评审')}评审结果公告",
        title_en=f"Competition results: {edition.title_en or edition.title_zh}",
        currency=data["call"]["currency"],
        data=data,
        rows=rows,
    )
    return versions.draft(actor, report, statement)


def _rows(competition: Mapping[str, Any], call_id: int, published_on: date) -> list[ResultRow]:
    """Who is funded, by rank; the day is the award's, before the notice is over that of publication."""
    awarded = {row.number: row for row in results.awarded_rows(call_id)}
    tracks = competition["tracks"]
    return [
        ResultRow(
            application_id=0,
            number=row["number"],
            title=row["title"],
            organization_id=0,
            organization=row["organization"],
            organization_en=row["organization_en"],
            org_ref=row["org_ref"],
            track_zh=tracks.get(row["track"], {}).get("zh"),
            track_en=tracks.get(row["track"], {}).get("en"),
            requested=row["requested_fen"],
            awarded=row["amount_fen"],
            awarded_on=known.awarded_on if known else published_on,
        )
        for row in competition["rows"]
        for known in [awarded.get(row["number"])]
        if row["amount_fen"] and not row["cancelled"]
    ]


def _totals(rows: Sequence[ResultRow]) -> dict[str, Any]:
    days = [row.awarded_on.isoformat() for row in rows]
    return {
        "count": len(rows),
        "requested": sum(row.requested or 0 for row in rows),
        "awarded": sum(row.awarded for row in rows),
        "above_request": sum(row.above_request for row in rows),
        "below_request": sum(row.below_request for row in rows),
        "first_on": min(days, default=None),
        "last_on": max(days, default=None),
    }


def _tracks(rows: Sequence[ResultRow]) -> list[dict[str, Any]]:
    """Sums by track, the largest first."""
    found: dict[tuple[str | None, str | None], dict[str, Any]] = {}
    for row in rows:
        sums = found.setdefault(
            (row.track_zh, row.track_en),
            {"zh": row.track_zh, "en": row.track_en, "count": 0, "requested": 0, "awarded": 0},
        )
        sums["count"] += 1
        sums["requested"] += row.requested or 0
        sums["awarded"] += row.awarded
    return sorted(found.values(), key=lambda sums: (-sums["awarded"], sums["zh"] or ""))
