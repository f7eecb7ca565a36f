"""Rosters: template, upload, what the check found, confirmation."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from charity_portal.accounts import queries as accounts
from charity_portal.kernel import files, navigation
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import NotFound, PortalError
from charity_portal.kernel.i18n import _, language, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.organizations import queries
from charity_portal.organizations.forms import UPLOAD_MISSING, RosterForm
from charity_portal.organizations.models import RosterImport
from charity_portal.organizations.rules import words
from charity_portal.organizations.rules.roster import unpacked
from charity_portal.organizations.rules.roster_rows import OPTIONAL, TITLES
from charity_portal.organizations.services import rosters
from charity_portal.organizations.views.downloads import roster_template

blueprint = Blueprint("organizations_rosters", __name__, url_prefix="/office/organization-rosters")
navigation.add(
    "office", "organizations_rosters.index", say("名册导入"), "organizations:roster:manage", 51
)


@blueprint.get("")
@requires("organizations:roster:manage")
def index() -> Any:
    """Earlier rosters, and the form for a new one."""
    return _index(RosterForm(), 200)


@blueprint.post("")
@requires("organizations:roster:manage")
def upload() -> Any:
    """Take a roster and have it checked."""
    form = RosterForm()
    sent: Any = request.files.get("file")
    if not form.submitted() or sent is None or not sent.filename:
        form.file.errors = [*form.file.errors, str(UPLOAD_MISSING)]
        return _index(form, 422)
    try:
        prepared = files.prepare(sent.stream, sent.filename, files.TABLES)
    except PortalError as wrong:
        form.file.errors = [*form.file.errors, str(wrong.message)]
        return _index(form, wrong.status)
    with transaction():
        row = rosters.begin_roster(current_actor(), prepared, language())
    return _watch(row)


@blueprint.get("/template.xlsx")
@requires("organizations:roster:manage")
def template() -> Response:
    """The empty roster."""
    return roster_template()


@blueprint.get("/<int:import_id>")
@requires("organizations:roster:manage", load=queries.roster)
def show(row: RosterImport) -> Any:
    """What the check found, row by row; what was done."""
    preview = [{**line, "changes": words.changes(line["fields"])} for line in row.preview or []]
    problems = [
        {
            "row": fault["row"],
            "column": TITLES[fault["field"]] if fault["field"] else "",
            "text": unpacked(fault["text"]),
        }
        for fault in row.problems or []
    ]
    return render_template(
        "organizations/roster.html",
        roster=row,
        stored=db.session.get_one(files.StoredFile, row.file_id),
        machine=RosterImport.MACHINE,
        new=[line for line in preview if line["id"] is None],
        changed=[line for line in preview if line["id"] is not None],
        problems=problems,
        titles=[str(title) for name, title in TITLES.items() if name not in OPTIONAL],
        optional=[str(TITLES[name]) for name in OPTIONAL],
        who=accounts.person(row.created_by) if row.created_by else None,
    )


@blueprint.get("/<int:import_id>/errors.xlsx")
@requires("organizations:roster:manage", load=queries.roster)
def errors(row: RosterImport) -> Response:
    """The roster with each fault beside its row."""
    if row.error_file_id is None:
        raise NotFound
    return files.serve(db.session.get_one(files.StoredFile, row.error_file_id))


@blueprint.post("/<int:import_id>/apply")
@requires("organizations:roster:manage", load=queries.roster)
def apply(row: RosterImport) -> Any:
    """Write a checked roster into the register."""
    with transaction():
        row = rosters.confirm_roster(current_actor(), row.id, language())
    return _watch(row)


@blueprint.post("/<int:import_id>/recheck")
@requires("organizations:roster:manage", load=queries.roster)
def recheck(row: RosterImport) -> Any:
    """Compare with the register once more."""
    with transaction():
        row = rosters.recheck_roster(current_actor(), row.id, language())
    return _watch(row)


@blueprint.post("/<int:import_id>/discard")
@requires("organizations:roster:manage", load=queries.roster)
def discard(row: RosterImport) -> Any:
    """Put a roster aside."""
    with transaction():
        rosters.discard_roster(current_actor(), row.id)
    flash(_("已放弃导入，登记库没有变化。"))
    return redirect(url_for("organizations_rosters.index"), 303)


def _watch(row: RosterImport) -> Any:
    return redirect(url_for("jobs.show", job_id=row.job_id), 303)


def _index(form: RosterForm, status: int) -> Any:
    found = queries.rosters()
    stored = {row.id: db.session.get_one(files.StoredFile, row.file_id) for row in found}
    page = render_template(
        "organizations/rosters.html",
        form=form,
        rosters=found,
        stored=stored,
        machine=RosterImport.MACHINE,
        people=accounts.people(row.created_by for row in found if row.created_by),
    )
    return page, status
