"""One call in the office: what stands in its way, its steps, its history, and corrections.

These pages belong to the same part of the office as the list, so they share its blueprint.
"""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Invalid, PortalError
from charity_portal.kernel.i18n import _, date_text
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.organizations import queries as organizations
from charity_portal.projects.forms.call_corrections import CorrectionForm, part_names
from charity_portal.projects.forms.calls import CancelForm, ExtensionForm, ProlongForm
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import call_history, call_lists, calls
from charity_portal.projects.queries.call_drafts import draft_of
from charity_portal.projects.rules import readiness
from charity_portal.projects.services import call_corrections, call_windows
from charity_portal.projects.services import calls as services
from charity_portal.projects.views import office_calls
from charity_portal.projects.views.call_pages import page_values

blueprint = office_calls.blueprint


@blueprint.get("/<int:call_id>")
@requires("projects:call:list", load=calls.whole_call)
def show(call: Call) -> str:
    """Everything about one call."""
    return _page(call)


@blueprint.get("/<int:call_id>/preview")
@requires("projects:call:list", load=calls.whole_call)
def preview(call: Call) -> str:
    """The call as applicants will see it."""
    return render_template(
        "projects/calls/show.html",
        **page_values(call),
        standings=[],
        changes=[],
        preview=True,
        apply_url=None,
        result_url=None,
        notices=[],
    )


@blueprint.post("/<int:call_id>/publish")
@requires("projects:call:publish", load=calls.whole_call)
def publish(call: Call) -> Any:
    """Publish; a call that is not ready is shown again with every defect."""
    try:
        with transaction():
            services.publish(current_actor(), call.id)
    except Invalid:
        return _again(call.id), 422
    flash(_("已发布。申报内容从现在起不能再改。"))
    return redirect(url_for(".show", call_id=call.id), 303)


@blueprint.post("/<int:call_id>/cancel")
@requires("projects:call:cancel", load=calls.whole_call)
def cancel(call: Call) -> Any:
    """Take the call back."""
    form = CancelForm(prefix="cancel")
    if not form.submitted():
        return _page(call, cancel_form=form), 422
    with transaction():
        services.cancel(current_actor(), call.id, form.reason.data)
    flash(_("已取消征集，理由已公布。"))
    return redirect(url_for(".show", call_id=call.id), 303)


@blueprint.post("/<int:call_id>/prolong")
@requires("projects:call:extend", load=calls.whole_call)
def prolong(call: Call) -> Any:
    """Let the call close later."""
    form = ProlongForm(prefix="prolong")
    if not form.submitted():
        return _page(call, prolong_form=form), 422
    try:
        with transaction():
            services_call = call_windows.prolong(
                current_actor(), call.id, form.until.data, form.reason.data
            )
    except (Invalid, Conflict) as problem:
        form.refuse(problem)
        return _again(call.id, prolong_form=form), problem.status
    flash(_("已延长至 %(day)s，理由已公布。", day=date_text(services_call.closes_at)))
    return redirect(url_for(".show", call_id=call.id), 303)


@blueprint.post("/<int:call_id>/extend")
@requires("projects:call:extend", load=calls.whole_call)
def extend(call: Call) -> Any:
    """Let one organization hand in later."""
    form = ExtensionForm(prefix="extend")
    if not form.submitted():
        return _page(call, extension_form=form), 422
    found = organizations.find_by_code((form.organization.data or "").strip().upper())
    try:
        with transaction():
            call_windows.extend(
                current_actor(),
                call.id,
                found.id if found is not None else None,
                form.until.data,
                form.reason.data,
            )
    except (Invalid, Conflict) as problem:
        form.refuse(problem)
        return _again(call.id, extension_form=form), problem.status
    flash(_("已为该机构延期。"))
    return redirect(url_for(".show", call_id=call.id, _anchor="extensions"), 303)


@blueprint.get("/<int:call_id>/correct")
@requires("projects:call:edit", load=calls.whole_call)
def correct(call: Call) -> Any:
    """The texts that may still be corrected."""
    if call.state not in call_corrections.CORRECTED_IN:
        return redirect(url_for(".show", call_id=call.id), 303)
    return _correction_page(call, CorrectionForm.filled(call))


@blueprint.post("/<int:call_id>/correct")
@requires("projects:call:edit", load=calls.whole_call)
def save_correction(call: Call) -> Any:
    """Keep a correction."""
    form = CorrectionForm()
    if not form.submitted():
        return _correction_page(call, form), 422
    rev = int(form.rev.data) if str(form.rev.data or "").isdigit() else -1
    try:
        with transaction():
            changed = call_corrections.correct(
                current_actor(), call.id, form.texts(), rev, form.reason.data
            )
    except PortalError as problem:
        form.refuse(problem)
        return _correction_page(call, form), problem.status
    flash(_("已更正，理由已公布。") if changed else _("没有改动。"))
    return redirect(url_for(".show", call_id=call.id), 303)


def _correction_page(call: Call, form: CorrectionForm) -> str:
    return render_template(
        "projects/calls/correct.html", call=call, form=form, names=part_names(call)
    )


def _again(call_id: int, **forms: Any) -> str:
    """The page after a refusal, from what the database says now."""
    call = calls.whole_call(call_id)
    assert call is not None
    return _page(call, refused=True, **forms)


def _page(call: Call, refused: bool = False, **forms: Any) -> str:
    draft = draft_of(call)
    is_draft = call.state == Call.MACHINE.initial
    extensions = calls.extensions(call.id)
    source = calls.call(call.copied_from_id) if call.copied_from_id else None
    values = page_values(call) | {
        "counts": call_lists.counts([call.id])[call.id],
        "blockers": readiness.blockers(draft, clock.now()) if is_draft else [],
        "advice": readiness.advice(draft, clock.now()) if is_draft else [],
        "actions": {step.action for step in Call.MACHINE.actions(current_actor(), call)},
        "events": call_history.history(call),
        "extensions": extensions,
        "names": organizations.names(e.organization_id for e in extensions),
        "copied_from": source,
        "refused": refused,
        "prolong_form": forms.get("prolong_form") or ProlongForm(prefix="prolong", formdata=None),
        "extension_form": forms.get("extension_form")
        or ExtensionForm(prefix="extend", formdata=None),
        "cancel_form": forms.get("cancel_form") or CancelForm(prefix="cancel", formdata=None),
        "preview_url": url_for(".preview", call_id=call.id),
        "path": request.path,
    }
    return render_template("projects/calls/office_show.html", **values)
