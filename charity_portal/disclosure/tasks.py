"""Jobs of disclosure: results are drafted when a call ends, and rendered and published when asked."""

from typing import Any

from charity_portal.competitions.queries import editions
from charity_portal.disclosure import documents
from charity_portal.disclosure.errors import NothingNew
from charity_portal.disclosure.models import LANGUAGES
from charity_portal.disclosure.queries import reports
from charity_portal.disclosure.services import call_results, competition_results, versions
from charity_portal.kernel import audit, clock, files, jobs
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import SYSTEM

CORRECTED_HISTORY_ZH = "资助方补充或更正了历年资助记录，本版按最新记录重新公布。"
CORRECTED_HISTORY_EN = (
    "The funder added to or corrected its record of past grants; "
    "this version states the record anew."
)
UPDATED_RESULT_ZH = "按最新记录重新公布评审结果。"
UPDATED_RESULT_EN = "The result is stated anew from the record as it stands."


@jobs.subscribe("projects.call_concluded", kind="disclosure.draft_call_result")
def draft_call_result(run: jobs.Run) -> jobs.Effect:
    """A call has ended: draft its result for the approver to read and publish."""

    def effect() -> dict[str, Any] | None:
        try:
            return {"version": call_results.draft(SYSTEM, run.args["id"]).id}
        except NothingNew:
            return None

    return effect


@jobs.subscribe("projects.call_concluded", kind="disclosure.draft_competition_update")
def draft_competition_update(run: jobs.Run) -> jobs.Effect:
    """Objections are answered: a competition's result that says so is drafted for the approver."""

    def effect() -> dict[str, Any] | None:
        edition = editions.edition_of_call(run.args["id"])
        if edition is None or edition.state != "published":
            return None
        try:
            return {"version": competition_results.draft(SYSTEM, edition.id).id}
        except NothingNew:
            return None

    return effect


@jobs.subscribe("competitions.edition_published", kind="disclosure.publish_competition")
def publish_competition(run: jobs.Run) -> jobs.Effect:
    """The approver published a competition's result: its paper is typeset and published with it."""

    def effect() -> dict[str, Any] | None:
        try:
            version = competition_results.draft(SYSTEM, run.args["id"])
        except NothingNew:
            return None
        versions.ask_to_publish(SYSTEM, version.id, UPDATED_RESULT_ZH, UPDATED_RESULT_EN)
        return {"version": version.id}

    return effect


@jobs.subscribe("projects.history_taken_over", kind="disclosure.publish_history")
def publish_history(run: jobs.Run) -> jobs.Effect:
    """A funder's history has come in: it is public already, so its result is published at once."""

    def effect() -> dict[str, Any] | None:
        try:
            version = call_results.draft(SYSTEM, run.args["id"])
        except NothingNew:
            return None
        versions.ask_to_publish(SYSTEM, version.id, CORRECTED_HISTORY_ZH, CORRECTED_HISTORY_EN)
        return {"version": version.id}

    return effect


@jobs.handler("disclosure.publish")
def publish(run: jobs.Run) -> jobs.Effect:
    """Render a draft in both languages, then publish it in one transaction."""
    version = reports.version(run.args["version_id"])
    if version is None:
        raise NotFound
    rows = reports.all_rows(version.id)
    published_at, anchor = clock.now().replace(microsecond=0), str(audit.head())
    rendered: dict[str, files.Prepared] = {}
    for done, language in enumerate(LANGUAGES):
        run.progress(done, len(LANGUAGES), say("正在生成 PDF 文件"))
        content = documents.paper(version, rows, language, published_at, anchor)
        name = f"{version.report.number}-v{version.version}-{language}.pdf"
        rendered[language] = files.prepare_own(content, name, "application/pdf")
    number = version.report.number

    def effect() -> dict[str, Any]:
        versions.publish(
            SYSTEM, run.args["version_id"], run.args["user_id"], published_at, anchor, rendered
        )
        return {"url": f"/results/{number}"}

    return effect


@jobs.handler("disclosure.preview")
def preview(run: jobs.Run) -> jobs.Effect:
    """Typeset a version as it would be published now, for staff to read first."""
    version = reports.version(run.args["version_id"])
    if version is None:
        raise NotFound
    run.progress(0, 1, say("正在生成 PDF 文件"))
    rows = reports.all_rows(version.id)
    content = documents.paper(
        version, rows, run.args["language"], clock.now().replace(microsecond=0), str(audit.head())
    )
    prepared = files.prepare_own(content, f"{version.report.number}-preview.pdf", "application/pdf")

    def effect() -> dict[str, Any]:
        stored = files.keep(SYSTEM, prepared)
        return {"url": f"/office/reports/previews/{run.job_id}", "file_id": stored.id}

    return effect
