"""A call's result as a report: drafted from the record, rendered, published as a numbered version."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from charity_portal.disclosure.errors import NothingNew
from charity_portal.disclosure.models import Report, ReportFile, ReportRow, ReportVersion
from charity_portal.kernel import audit, clock, files, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Conflict, Invalid
from charity_portal.kernel.i18n import say
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.projects.queries import calls, results
from charity_portal.projects.queries.results import NoticeOutcome, ResultRow


def draft(actor: Actor, call_id: int) -> ReportVersion:
    """Write down the result as the record has it now, as a version to be looked at.

    A draft that says the same is returned as it is, one that says something else is dropped. Raises
    NothingNew when the published version says the same.
    """
    require(actor, "disclosure:report:draft")
    report = _report_for(call_id)
    rows = results.awarded_rows(call_id)
    data = _data(call_id)
    digest = content_hash(data, rows)
    newest = _versions(report.id)
    if newest and newest[0].content_hash == digest:
        if newest[0].state == "draft":
            return newest[0]
        if newest[0].state == "published":
            raise NothingNew
    for old in newest:
        if old.state == "draft":
            fire(actor, old, "drop")
    version = _new_version(report, newest[0].version + 1 if newest else 1, data, rows, digest)
    audit.record(
        actor,
        "disclosure.version.draft",
        version,
        after={"report": report.number, "version": version.version, "hash": digest},
    )
    return version


def _report_for(call_id: int) -> Report:
    known = db.session.scalar(
        sa.select(Report)
        .where(Report.kind == "call_result", Report.call_id == call_id)
        .with_for_update()
    )
    if known is not None:
        return known
    report = Report(
        number=next_number("GB", clock.today().year), kind="call_result", call_id=call_id
    )
    db.session.add(report)
    db.session.flush()
    return report


def _versions(report_id: int) -> Sequence[ReportVersion]:
    return db.session.scalars(
        sa.select(ReportVersion)
        .where(ReportVersion.report_id == report_id)
        .order_by(ReportVersion.version.desc())
    ).all()


def _new_version(
    report: Report, number: int, data: dict[str, Any], rows: Sequence[ResultRow], digest: str
) -> ReportVersion:
    call = data["call"]
    version = ReportVersion(
        report_id=report.id,
        version=number,
        title_zh=f"{call['title_zh']}结果公告",
        title_en=f"Results: {call['title_en'] or call['title_zh']}",
        currency=call["currency"],
        row_count=len(rows),
        total_fen=sum(row.awarded for row in rows),
        data=data,
        content_hash=digest,
    )
    db.session.add(version)
    db.session.flush()
    db.session.add_all(
        ReportRow(
            version_id=version.id,
            position=position,
            number=row.number,
            title=row.title,
            organization=row.organization,
            organization_en=row.organization_en,
            org_ref=row.org_ref,
            track_zh=row.track_zh,
            track_en=row.track_en,
            requested_fen=row.requested,
            awarded_fen=row.awarded,
            awarded_on=row.awarded_on,
        )
        for position, row in enumerate(rows, start=1)
    )
    db.session.flush()
    return version


def _data(call_id: int) -> dict[str, Any]:
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


def content_hash(data: dict[str, Any], rows: Sequence[ResultRow]) -> str:
    """SHA-256 over data and rows in canonical JSON: the same record gives the same hash."""
    listed = [
        [
            r.number,
            r.title,
            r.organization,
            r.org_ref,
            r.track_zh,
            r.requested,
            r.awarded,
            _day(r.awarded_on),
        ]
        for r in rows
    ]
    text = json.dumps([data, listed], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def ask_to_publish(
    actor: Actor, version_id: int, correction_zh: str = "", correction_en: str = ""
) -> jobs.Job:
    """Have the worker render a draft and publish it. From the second version on, what was corrected and
    why must be said (2025 disclosure measure, article 16)."""
    version = locked(ReportVersion, version_id)
    require(actor, "disclosure:report:publish", version)
    version.MACHINE.step(version.state, "publish")
    if version.version > 1 and not correction_zh.strip():
        raise Invalid(
            say("请填写更正说明。"),
            {"correction_zh": [say("再次发布须说明更正了什么、为什么更正。")]},
        )
    if version.version > 1:
        version.correction_zh = correction_zh.strip()
        version.correction_en = correction_en.strip() or None
    audit.record(actor, "disclosure.version.ask_to_publish", version)
    return jobs.enqueue(
        actor,
        "disclosure.publish",
        {"version_id": version.id, "user_id": actor.user_id},
        key=f"disclosure.publish:{version.id}",
    )


def publish(
    actor: Actor,
    version_id: int,
    publisher_id: int | None,
    published_at: datetime,
    anchor: str,
    rendered: dict[str, files.Prepared],
) -> ReportVersion:
    """Publish a rendered draft: keep its files and fingerprints, and let it take the place of the one
    before."""
    version = locked(ReportVersion, version_id)
    for old in _versions(version.report_id):
        if old.state == "published":
            fire(actor, old, "supersede", by=version.version)
    version.published_at, version.published_by, version.anchor = published_at, publisher_id, anchor
    for language, prepared in rendered.items():
        stored = files.keep(actor, prepared)
        db.session.add(
            ReportFile(
                version_id=version.id, language=language, file_id=stored.id, sha256=stored.sha256
            )
        )
    fire(actor, version, "publish", hash=version.content_hash)
    return version
