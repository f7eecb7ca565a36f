"""Published results, made through the services that people use."""

from typing import Any

import sqlalchemy as sa

from charity_portal.disclosure.models import LANGUAGES, Report, ReportVersion
from charity_portal.disclosure.queries import reports
from charity_portal.disclosure.services import call_results, versions
from charity_portal.kernel import audit, clock, files, jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.permissions import SYSTEM
from tests.factories.examples import World
from tests.factories.history import record, take_over


def publish_history(*records: dict[str, Any], accept_changes: bool = False) -> ReportVersion:
    """Take grants over and publish their result with small files in place of typeset ones."""
    given = records or (record(1), record(2, amountAwarded=1200))
    done = take_over(*given, accept_changes=accept_changes)
    return publish_call(done.call_ids[0])


def publish_call(call_id: int) -> ReportVersion:
    """Publish a call's result with small files in place of typeset ones."""
    with transaction():
        version = call_results.draft(SYSTEM, call_id)
        versions.ask_to_publish(SYSTEM, version.id, "更正了金额。", "An amount was corrected.")
        number = version.report.number
    papers = {
        language: files.prepare_own(
            f"%PDF-1.7 {number} {version.version} {language}".encode().ljust(400),
            f"{number}-{language}.pdf",
            "application/pdf",
        )
        for language in LANGUAGES
    }
    with transaction():
        versions.publish(SYSTEM, version.id, None, clock.now(), str(audit.head()), papers)
    return _standing(number)


def typeset_history(*records: dict[str, Any]) -> ReportVersion:
    """Take grants over and let the worker typeset and publish their result, as in life."""
    done = take_over(*records)
    jobs.run_due()
    db.session.rollback()
    number = db.session.scalars(
        sa.select(Report.number).where(Report.call_id == done.call_ids[0])
    ).one()
    return _standing(number)


def _standing(number: str) -> ReportVersion:
    db.session.rollback()
    db.session.expire_all()
    version = reports.published(number)
    assert version is not None
    return version


def draft_result(*records: dict[str, Any]) -> ReportVersion:
    """A drafted version that nobody published yet."""
    done = take_over(*(records or (record(1),)))
    with transaction():
        return call_results.draft(SYSTEM, done.call_ids[0])


def _number(world: World) -> str:
    known = db.session.scalar(
        sa.select(Report.number).join(ReportVersion).where(ReportVersion.state == "published")
    )
    return known or publish_history().report.number


def _previewed(world: World) -> int:
    version = draft_result(record(78))
    with transaction():
        job = jobs.enqueue(
            SYSTEM, "disclosure.preview", {"version_id": version.id, "language": "zh"}
        )
    jobs.run_due()
    return job.id


def _verdict(world: World) -> int:
    with transaction():
        job = jobs.enqueue(SYSTEM, "oversight.verify_trail", {})
    jobs.run_due()
    return job.id


EXAMPLES = {
    "version_id": lambda world: draft_result(record(77)).id,
    "disclosure_results.show.number": _number,
    "disclosure_results.download.number": _number,
    "disclosure_results.pdf.number": _number,
    "edition": lambda world: 1,
    "office_reports.previewed.job_id": _previewed,
    "oversight_audit.verdict.job_id": _verdict,
}
