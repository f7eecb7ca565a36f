"""One objection in the office: examined by an officer, answered by an approver."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for

from charity_portal.kernel import clock, files
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Invalid, NotFound
from charity_portal.kernel.files import StoredFile
from charity_portal.kernel.i18n import _
from charity_portal.kernel.masking import mask_name
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.projects.forms.notices import AnswerForm, RetractForm
from charity_portal.projects.models.notices import Objection
from charity_portal.projects.queries import objections
from charity_portal.projects.rules import notices as rules
from charity_portal.projects.services import objections as services

blueprint = Blueprint("projects_objections", __name__, url_prefix="/office/objections")


@blueprint.get("/<int:objection_id>")
@requires("projects:objection:read", load=objections.objection)
def show(objection: Objection) -> str:
    """The case; who objects is shown only to those who handle it."""
    return _page(objection)


def _page(
    objection: Objection, answer: AnswerForm | None = None, retract: RetractForm | None = None
) -> str:
    actor = current_actor()
    handles = can(actor, "projects:objection:handle", objection)
    return render_template(
        "projects/notices/objection_office.html",
        objection=objection,
        person=objection.person if handles else mask_name(objection.person or ""),
        contact=objection.contact if handles else None,
        steps={t.action for t in objection.MACHINE.actions(actor, objection)},
        late=rules.days_late(objection.due_on, clock.today())
        if objection.state in rules.OPEN
        else 0,
        answer=answer or AnswerForm(formdata=None, prefix="answer"),
        retract=retract or RetractForm(formdata=None, prefix="retract"),
        evidence=db.session.get(StoredFile, objection.evidence_file_id)
        if objection.evidence_file_id
        else None,
    )


@blueprint.get("/<int:objection_id>/evidence")
@requires("projects:objection:handle", load=objections.objection)
def evidence(objection: Objection) -> Response:
    """The file that came with it."""
    stored = db.session.get(StoredFile, objection.evidence_file_id or 0)
    if stored is None:
        raise NotFound
    return files.serve(stored)


@blueprint.post("/<int:objection_id>/examine")
@requires("projects:objection:examine", load=objections.objection)
def examine(objection: Objection) -> Any:
    """Open the re-examination."""
    with transaction():
        services.examine(current_actor(), objection.id)
    flash(_("已开始复核。"))
    return redirect(url_for(".show", objection_id=objection.id), 303)


@blueprint.post("/<int:objection_id>/retract")
@requires("projects:objection:examine", load=objections.objection)
def retract(objection: Objection) -> Any:
    """Note that the objector took it back."""
    form = RetractForm(prefix="retract")
    if not form.submitted():
        return _page(objection, retract=form), 422
    try:
        with transaction():
            services.retract(current_actor(), objection.id, form.reason.data or "")
    except Invalid as problem:
        form.refuse(problem)
        return _page(objection, retract=form), 422
    flash(_("已记录撤回。"))
    return redirect(url_for(".show", objection_id=objection.id), 303)


@blueprint.post("/<int:objection_id>/answer")
@requires("projects:objection:decide", load=objections.objection)
def answer(objection: Objection) -> Any:
    """Uphold or dismiss."""
    form = AnswerForm(prefix="answer")
    if not form.submitted():
        return _page(objection, answer=form), 422
    try:
        with transaction():
            services.answer(
                current_actor(),
                objection.id,
                form.result.data == "upheld",
                form.finding.data or "",
                form.public_outcome.data or "",
            )
    except Invalid as problem:
        form.refuse(problem)
        return _page(objection, answer=form), 422
    flash(_("复核结论已公布。"))
    return redirect(url_for(".show", objection_id=objection.id), 303)
