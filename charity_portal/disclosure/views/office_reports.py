"""The publishing desk: what is drafted, read it, publish it with the reason for a correction."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from charity_portal.disclosure import exports
from charity_portal.disclosure.forms import PublishForm
from charity_portal.disclosure.models import ReportVersion
from charity_portal.disclosure.queries import reports
from charity_portal.disclosure.services import call_results, competition_results, versions
from charity_portal.kernel import files, jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.files import StoredFile
from charity_portal.kernel.i18n import gettext as _
from charity_portal.kernel.i18n import language, say
from charity_portal.kernel.navigation import add
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("office_reports", __name__, url_prefix="/office/reports")

add("office", "office_reports.index", say("信息公开"), "disclosure:report:list", 60)


def _version(version_id: int) -> ReportVersion | None:
    return reports.version(version_id)


@blueprint.get("")
@requires("disclosure:report:list")
def index() -> Any:
    """Every version, drafts among them."""
    return render_template(
        "disclosure/office_reports.html", page=reports.office_page(request.args.get("after"))
    )


@blueprint.get("/<int:version_id>")
@requires("disclosure:report:list", load=_version)
def show(version: ReportVersion) -> Any:
    """One version with everything that it will say, and the button."""
    return _page(version, PublishForm())


def _page(version: ReportVersion, form: PublishForm, status: int = 200) -> Any:
    page = render_template(
        "disclosure/office_report.html",
        version=version,
        data=version.data,
        form=form,
        page=reports.rows_page(version.id, reports.RowFilter(), request.args.get("after")),
        editions=reports.editions(version.report_id),
        relation=exports.relation,
        track_name=exports.track_name,
        organization_name=exports.organization_name,
    )
    return page, status


@blueprint.post("/<int:version_id>/preview")
@requires("disclosure:report:list", load=_version)
def preview(version: ReportVersion) -> Any:
    """Have the worker typeset the version in the reader's language, without publishing it."""
    args = {"version_id": version.id, "language": language()}
    with transaction():
        job = jobs.enqueue(current_actor(), "disclosure.preview", args)
    return redirect(url_for("jobs.show", job_id=job.id), 303)


def _previewed(job_id: int) -> StoredFile | None:
    job = db.session.get(jobs.Job, job_id)
    if job is None or job.kind != "disclosure.preview" or not job.result:
        return None
    return db.session.get(StoredFile, job.result["file_id"])


@blueprint.get("/previews/<int:job_id>")
@requires("disclosure:report:list", load=_previewed)
def previewed(stored: StoredFile) -> Response:
    """The file that the worker made."""
    return files.serve(stored, inline=True)


@blueprint.post("/<int:version_id>/publish")
@requires("disclosure:report:publish", load=_version)
def publish(version: ReportVersion) -> Any:
    """Have the worker render and publish; the progress page follows."""
    form = PublishForm()
    if not form.submitted():
        return _page(version, form, 422)
    try:
        with transaction():
            job = versions.ask_to_publish(
                current_actor(),
                version.id,
                form.correction_zh.data or "",
                form.correction_en.data or "",
            )
    except PortalError as problem:
        form.refuse(problem)
        return _page(version, form, problem.status)
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@blueprint.post("/calls/<int:call_id>/draft")
@requires("disclosure:report:draft")
def draft(call_id: int) -> Any:
    """Write the result down again from the record."""
    with transaction():
        version = call_results.draft(current_actor(), call_id)
    flash(_("已按最新记录生成待发布版本。"))
    return redirect(url_for("office_reports.show", version_id=version.id), 303)


@blueprint.post("/editions/<int:edition_id>/draft")
@requires("disclosure:report:draft")
def draft_competition(edition_id: int) -> Any:
    """Write a competition's result down again from the record."""
    with transaction():
        version = competition_results.draft(current_actor(), edition_id)
    flash(_("已按最新记录生成待发布版本。"))
    return redirect(url_for("office_reports.show", version_id=version.id), 303)
