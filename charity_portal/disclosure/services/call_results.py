"""A call's result as a report, written down from the record."""

from datetime import date
from typing import Any

from charity_portal.disclosure.models import ReportVersion
from charity_portal.disclosure.services import versions
from charity_portal.disclosure.services.versions import Statement
from charity_portal.kernel.errors import Conflict
from charity_portal.kernel.permissions import Actor, require
from charity_portal.projects.queries import calls, results
from charity_portal.projects.queries.results import NoticeOutcome


def draft(actor: Actor, call_id: int) -> ReportVersion:
    """Write down the result as the record has it now, as a version to be looked at.

    Raises NothingNew when the published version says the same.
    """
    require(actor, "disclosure:report:draft")
    report = versions.report_for("call_result", call_id=call_id)
    data = statement_data(call_id)
    call = data["call"]
    statement = Statement(
        title_zh=f"{call['title_zh']}结果公告",
        title_en=f"Results: {call['title_en'] or call['title_zh']}",
        currency=call["currency"],
        data=data,
        rows=results.awarded_rows(call_id),
    )
    return versions.draft(actor, report, statement)


def statement_data(call_id: int) -> dict[str, Any]:
    """Everything that the report says beside its rows, as plain JSON."""
    call = calls.call(call_id)
    if call is None:
        raise Conflict
    totals = results.totals(call_id)
    return {
        "call": {
            "id": call.id,
            "number": call.number,
            "title_zh": call.title_zh,
            "title_en": call.title_en,
            "funder": call.funder_name,
            "funder_ref": call.funder_ref,
            "fund_source": call.fund_source,
            "currency": call.currency,
            "purse": call.purse_fen,
            "from_history": call.external_ref is not None,
        },
        "totals": {
            "count": totals.count,
            "requested": totals.requested,
            "awarded": totals.awarded,
            "above_request": totals.above_request,
            "below_request": totals.below_request,
            "first_on": _day(totals.first_on),
            "last_on": _day(totals.last_on),
        },
        "tracks": [
            {
                "zh": track.title_zh,
                "en": track.title_en,
                "count": track.count,
                "requested": track.requested,
                "awarded": track.awarded,
            }
            for track in results.track_totals(call_id)
        ],
        "outcomes": results.outcome_counts(call_id),
        "notices": [_notice(notice) for notice in results.notice_outcomes(call_id)],
    }


def _notice(notice: NoticeOutcome) -> dict[str, Any]:
    return {
        "number": notice.number,
        "starts_on": _day(notice.starts_on),
        "ends_on": _day(notice.ends_on),
        "workdays": notice.workdays,
        "objections": [
            {"number": o.number, "project": o.project, "state": o.state, "outcome": o.outcome}
            for o in notice.objections
        ],
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
