"""Versions of a report: drafted from a statement, rendered, published as a numbered edition."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from charity_portal.disclosure.errors import NothingNew
from charity_portal.disclosure.models import Report, ReportFile, ReportRow, ReportVersion
from charity_portal.kernel import audit, clock, files, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say
from charity_portal.kernel.numbers import next_number
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.projects.queries.results import ResultRow


@dataclass(frozen=True)
class Statement:
    """What a version is to say: titles, currency, `data` as plain JSON, and its rows."""

    title_zh: str
    title_en: str
    currency: str
    data: dict[str, Any]
    rows: Sequence[ResultRow]

    @property
    def hash(self) -> str:
        """SHA-256 over data and rows in canonical JSON: the same record gives the same hash."""
        return content_hash(self.data, self.rows)


def report_for(kind: str, **about: int) -> Report:
    """The report of that kind about a call (`call_id`) or an edition (`edition_id`); made at need."""
    wanted = sa.select(Report).filter_by(kind=kind, **about).with_for_update()
    known = db.session.scalar(wanted)
    if known is not None:
        return known
    report = Report(number=next_number("GB", clock.today().year), kind=kind, **about)
    db.session.add(report)
    db.session.flush()
    return report


def draft(actor: Actor, report: Report, statement: Statement) -> ReportVersion:
    """Write a statement down as a version to be looked at.

    A draft that says the same is returned as it is, one that says something else is dropped. Raises
    NothingNew when the published version says the same.
    """
    require(actor, "disclosure:report:draft")
    digest = statement.hash
    newest = _versions(report.id)
    if newest and newest[0].content_hash == digest:
        if newest[0].state == "draft":
            return newest[0]
        if newest[0].state == "published":
            raise NothingNew
    for old in newest:
        if old.state == "draft":
            fire(actor, old, "drop")
    version = _new_version(report, newest[0].version + 1 if newest else 1, statement)
    audit.record(
        actor,
        "disclosure.version.draft",
        version,
        after={"report": report.number, "version": version.version, "hash": digest},
    )
    return version


def _versions(report_id: int) -> Sequence[ReportVersion]:
    return db.session.scalars(
        sa.select(ReportVersion)
        .where(ReportVersion.report_id == report_id)
        .order_by(ReportVersion.version.desc())
    ).all()


def _new_version(report: Report, number: int, statement: Statement) -> ReportVersion:
    version = ReportVersion(
        report_id=report.id,
        version=number,
        title_zh=statement.title_zh,
        title_en=statement.title_en,
        currency=statement.currency,
        row_count=len(statement.rows),
        total_fen=sum(row.awarded for row in statement.rows),
        data=statement.data,
        content_hash=statement.hash,
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
        for position, row in enumerate(statement.rows, start=1)
    )
    db.session.flush()
    return version


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
            r.awarded_on.isoformat(),
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
