"""Writing an application: the form, its autosave, and how each text came about."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.kernel import autosaving, money
from charity_portal.kernel.database import transaction
from charity_portal.kernel.i18n import _
from charity_portal.kernel.merging import Saved
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.organizations import queries as organizations
from charity_portal.projects.forms import applications as forms
from charity_portal.projects.models.applications import Application
from charity_portal.projects.queries import applications, checks, drafts
from charity_portal.projects.rules import budget, limits
from charity_portal.projects.rules.call_form import CallForm
from charity_portal.projects.rules.defects import Defect
from charity_portal.projects.rules.dossier import field_word
from charity_portal.projects.services import drafts as services
from charity_portal.projects.views import application_pages as pages

blueprint = Blueprint("projects_drafts", __name__, url_prefix="/workspace/applications")

NEXT = {"papers": "projects_papers.index", "check": "projects_submissions.check"}


def _application(application_id: int, **_address: object) -> Application | None:
    return applications.application(application_id)


@blueprint.get("/<int:application_id>/edit")
@requires("projects:application:edit", load=_application)
def edit(application: Application) -> str:
    """The form; with `?checked=1` every defect stands at its field."""
    return _editor(application, checked=request.args.get("checked") == "1")


@blueprint.post("/<int:application_id>/edit")
@requires("projects:application:edit", load=_application)
def save(application: Application) -> Any:
    """The whole form, sent as a page: everything that does not clash is saved."""
    form = checks.form_of(application)
    action = request.form.get("action", "save")
    resolving = "resolving" in request.form
    fields = autosaving.chosen(request.form) if resolving else forms.posted(form, request.form)
    if action == "add_line":
        order = budget.order_of(fields.get(budget.ORDER, ""))
        fields[budget.ORDER] = ",".join([*order, budget.new_uid()])
    elif action.startswith("remove:"):
        order = budget.order_of(fields.get(budget.ORDER, ""))
        gone = action.removeprefix("remove:")
        fields[budget.ORDER] = ",".join(uid for uid in order if uid != gone)
    with transaction():
        saved = services.save_fields(
            current_actor(), application.id, autosaving.posted_rev(request.form), fields
        )
    if saved.conflicts:
        return _conflict_page(application, form, saved, action), 409
    return _after(application, action)


def _after(application: Application, action: str) -> Any:
    here: dict[str, Any] = {"application_id": application.id}
    if action in NEXT:
        return redirect(url_for(NEXT[action], **here), 303)
    if action == "add_line" or action.startswith("remove:"):
        return redirect(url_for(".edit", **here, _anchor="budget"), 303)
    flash(_("草稿已保存。"))
    return redirect(url_for(".edit", **here), 303)


@blueprint.patch("/<int:application_id>/fields")
@requires("projects:application:edit", load=_application)
def autosave(application: Application) -> Any:
    """Changed fields as JSON while somebody writes."""
    rev, sent = autosaving.understood(request.get_json(silent=True))
    fields = autosaving.texts(sent, forms.from_json)
    form = checks.form_of(application)
    with transaction():
        saved = services.save_fields(current_actor(), application.id, rev, fields)
    people = pages.names_of(saved.editors()) if saved.conflicts else {}
    return autosaving.answer(saved, people, lambda key, text: forms.to_json(form, key, text))


def _conflict_page(application: Application, form: CallForm, saved: Saved, action: str) -> str:
    people = pages.names_of(saved.editors())
    return render_template(
        "projects/applications/conflict.html",
        application=application,
        conflicts=autosaving.versions(saved, people, lambda key: str(field_word(form, key))),
        rev=saved.rev,
        action=action,
    )


def _editor(application: Application, checked: bool) -> str:
    check = checks.check(application)
    scope = drafts.scope_of(application)
    form = check.form
    lines = budget.typed_lines(check.fields) or [
        budget.Typed(budget.new_uid(), dict.fromkeys(budget.COLUMNS, ""))
    ]
    open_keys = [key for key in forms.groups(form) if scope.field(key)]
    return render_template(
        "projects/applications/edit.html",
        application=application,
        call=form,
        form=forms.editor(form, check.fields, check.defects if checked else ()),
        defects=check.defects if checked else [],
        check=check,
        scope=scope,
        shown=" ".join(open_keys),
        lines=lines,
        line_errors=_by_cell(check.defects if checked else []),
        troubled=_by_line(check.defects if checked else []),
        read={line.uid: line for line in check.dossier.budget.lines},
        order=",".join(line.uid for line in lines),
        figures=pages.figures(check.dossier, form),
        own_needed=limits.share_floor(
            check.dossier.budget.amount_fen, form.own_contribution_min_bp or 0
        ),
        points=limits.points_text,
        plain=money.format_yuan,
        column_words=budget.COLUMN_WORDS,
        readable=forms.readable,
        organization=organizations.names([application.organization_id]),
        saved_at=application.changed_at if application.rev else None,
    )


def _by_cell(defects: Sequence[Defect]) -> dict[str, str]:
    return {d.key: str(d.text) for d in defects if budget.cell_of(d.key)}


def _by_line(defects: Sequence[Defect]) -> dict[str, list[tuple[str, str]]]:
    """What is wrong in each budget line, cell by cell."""
    found: dict[str, list[tuple[str, str]]] = {}
    for key, text in _by_cell(defects).items():
        uid, _column = budget.cell_of(key) or ("", "")
        found.setdefault(uid, []).append((key, text))
    return found


@blueprint.get("/<int:application_id>/history")
@requires("projects:application:edit", load=_application)
def history(application: Application) -> str:
    """How the texts came about, newest first, each with what was added and what was taken out."""
    form = checks.form_of(application)
    key = request.args.get("key", "")
    found = drafts.changes_page(application.id, key, request.args.get("after"))
    return render_template(
        "projects/applications/history.html",
        application=application,
        page=found,
        key=key,
        key_word=field_word(form, key) if key else None,
        people=pages.names_of(change.changed_by for change in found.items),
        changes=[
            (change, pages.change_of(form, change.key, change.before, change.after))
            for change in found.items
            if change.key != budget.ORDER
        ],
        scope=drafts.scope_of(application),
    )


@blueprint.post("/<int:application_id>/history/<int:change_id>")
@requires("projects:application:edit", load=_application)
def restore(application: Application) -> Any:
    """Put a former text back; the present one stays in the history."""
    change_id = (request.view_args or {})["change_id"]
    with transaction():
        services.restore_text(
            current_actor(), application.id, change_id, request.form.get("side", "before")
        )
    flash(_("已恢复为所选内容，之前的内容仍在修改记录中。"))
    return redirect(url_for(".edit", application_id=application.id), 303)
