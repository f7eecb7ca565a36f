"""The check before handing in, handing in, and the receipt."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from charity_portal.kernel import files
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Invalid, NotFound
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.organizations import queries as organizations
from charity_portal.projects.models.applications import Application, Submission
from charity_portal.projects.queries import applications, checks
from charity_portal.projects.rules import budget
from charity_portal.projects.services import submissions as services

blueprint = Blueprint("projects_submissions", __name__, url_prefix="/workspace/applications")


@blueprint.get("/<int:application_id>/check")
@requires("projects:application:submit", load=applications.application)
def check(application: Application) -> str:
    """Every defect at once, each with a link to its field; before submission and after."""
    return _page(application)


@blueprint.post("/<int:application_id>/submit")
@requires("projects:application:submit", load=applications.application)
def submit(application: Application) -> Any:
    """Hand in; pressed twice it happens once."""
    rev = request.form.get("rev", "")
    if not rev.isdigit():
        raise Invalid(say("页面缺少版本信息，请刷新后再试。"))
    try:
        with transaction():
            submission = services.submit(current_actor(), application.id, int(rev))
    except (Invalid, Conflict) as refused:
        fresh = applications.application(application.id)
        return _page(fresh or application, refused), refused.status
    return _to_receipt(submission)


@blueprint.post("/<int:application_id>/hand-in")
@requires("projects:application:attach", load=applications.application)
def hand_in(application: Application) -> Any:
    """Hand in the papers owed under a conditional acceptance."""
    try:
        with transaction():
            submission = services.hand_in_papers(current_actor(), application.id)
    except (Invalid, Conflict) as refused:
        return _page(application, refused), refused.status
    flash(_("补齐的材料已提交，等待工作人员核对。"))
    return _to_receipt(submission)


def _to_receipt(submission: Submission) -> Any:
    address: dict[str, Any] = {
        "application_id": submission.application_id,
        "version": submission.version,
    }
    return redirect(url_for(".receipt", **address), 303)


def _page(application: Application, refused: Any = None) -> str:
    found = checks.check(application)
    return render_template(
        "projects/applications/check.html",
        application=application,
        call=found.form,
        check=found,
        refused=refused,
        form_errors=bool(refused),
        anchor=anchor,
        names=organizations.names([application.organization_id]),
        last=applications.newest_submission(application.id),
    )


def anchor(application: Application, key: str) -> str:
    """The address of the field that a defect belongs to."""
    here: dict[str, Any] = {"application_id": application.id}
    if key.startswith("slot:"):
        return url_for("projects_papers.index", **here, _anchor=key)
    if key.startswith("eligibility:"):
        return url_for("projects_applications.start", call_id=application.call_id)
    place = key if budget.cell_of(key) or not key.startswith("budget") else "budget"
    return url_for("projects_drafts.edit", **here, checked=1, _anchor=place)


@blueprint.get("/<int:application_id>/receipts/<int:version>")
@requires("projects:submission:read", load=applications.submission)
def receipt(submission: Submission) -> Any:
    """The receipt's page: what was handed in, and the PDF once it is made."""
    if submission.receipt_number is None:
        raise NotFound
    return render_template(
        "projects/applications/receipt_page.html",
        submission=submission,
        application=submission.application,
        job=applications.receipt_job(submission),
        names=organizations.names([submission.application.organization_id]),
    )


@blueprint.get("/<int:application_id>/receipts/<int:version>/pdf")
@requires("projects:submission:read", load=applications.submission)
def receipt_file(submission: Submission) -> Response | Any:
    """The receipt as a PDF; until it is made, the page that says so."""
    if submission.receipt_file is None:
        return _to_receipt(submission)
    return files.serve(submission.receipt_file, inline=request.args.get("view") == "1")
