"""One application beside its completeness checklist, and the steps that follow from it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid, NotFound
from charity_portal.kernel.i18n import Text, _
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.projects.errors import AlreadyHandled
from charity_portal.projects.forms.applications import answered
from charity_portal.projects.forms.screening import CheckForm, ReasonForm, check_form
from charity_portal.projects.models.applications import Application
from charity_portal.projects.queries import applications, steps
from charity_portal.projects.queries import screening as queries
from charity_portal.projects.queries.screening import Case
from charity_portal.projects.rules import screening as rules
from charity_portal.projects.services import letters
from charity_portal.projects.services import screening as services
from charity_portal.projects.services.screening import STEPS, Check
from charity_portal.projects.views.application_pages import changes, figures

blueprint = Blueprint("projects_cases", __name__, url_prefix="/office/screening")


def _handed_in(application_id: int) -> Application | None:
    """An application that was handed in; a draft is nobody's business in the office."""
    found = applications.application(application_id)
    return found if found is not None and found.state not in queries.NEVER_SEEN else None


@blueprint.get("/<int:application_id>")
@requires("projects:application:list", load=_handed_in)
def show(application: Application) -> str:
    """The dossier beside its checklist."""
    return _page(queries.case(application))


def _page(case: Case, form: CheckForm | None = None, reason_form: ReasonForm | None = None) -> str:
    actor = current_actor()
    own = actor.role_in(case.application.organization_id) is not None
    open_steps = {t.action for t in case.application.MACHINE.actions(actor, case.application)}
    if form is None:
        form = _new_form(case)
    owed = queries.papers_still_owed(case.condition) if case.condition else []
    return render_template(
        "projects/screening/show.html",
        case=case,
        application=case.application,
        form=form,
        reason_form=reason_form or ReasonForm(formdata=None, seen=case.seen),
        screening="accept" in open_steps and not own,
        steps=set() if own else open_steps,
        own=own,
        owed=owed,
        history=steps.history(case.application),
        slots={slot.key: slot for slot in case.form.slots},
        labels={item.key: item.label for item in case.items},
        changes=_changes(case),
        answered=answered,
        figures=figures,
        standing_problem=rules.conditional_problem(
            [i for i in case.items if i.need == rules.SECONDARY], case.standing
        ),
    )


def _changes(case: Case) -> list[dict[str, Any]]:
    """What the version in hand says differently from the one that was screened before."""
    before = None
    if case.submission is not None and case.submission.version > 1:
        before = applications.submission(case.application.id, case.submission.version - 1)
    return changes(case.form, before, case.submission) if before and case.submission else []


def _new_form(case: Case) -> CheckForm:
    today = clock.today()
    form = check_form(case.items)(
        formdata=None,
        seen=case.seen,
        due_at=rules.default_due(today, rules.CORRECTION_WORKDAYS),
        conditional_due_at=rules.default_due(today, rules.CONDITIONAL_WORKDAYS),
    )
    form.prefill(case.items, case.last.findings if case.last else ())
    return form


@blueprint.post("/<int:application_id>/preview")
@requires("projects:application:screen", load=_handed_in)
def preview(application: Application) -> Any:
    """Read the letter before it is sent; nothing is written here."""
    case = queries.case(application)
    form = check_form(case.items)()
    action = request.form.get("action", "")
    if action == "fill":
        form.fill_rest(case.items)
        return _page(case, form)
    if action == "edit":
        return _page(case, form)
    if form.seen.data != case.seen:
        return _overtaken(services.overtaken(application), application, form, case)
    if action not in STEPS:
        raise NotFound
    check = _check(form, case, action)
    valid = form.submitted()
    try:
        services.refuse(case, check)
    except Invalid as problem:
        form.refuse_check(problem, case.items)
        valid = False
    if not valid:
        return _page(case, form), 422
    return render_template(
        "projects/screening/preview.html",
        case=case,
        application=application,
        form=form,
        action=action,
        label=Application.MACHINE.step(application.state, STEPS[action]).label,
        letter=letters.write(services.letter_for(case, check)),
        recipients=letters.recipients(application.organization_id),
        failed=rules.failing(case.items, check.findings),
    )


@blueprint.post("/<int:application_id>")
@requires("projects:application:screen", load=_handed_in)
def screen(application: Application) -> Any:
    """Take the step and send the letter that was read."""
    case = queries.case(application)
    form = check_form(case.items)()
    action = request.form.get("action", "")
    if action not in STEPS:
        raise NotFound
    if not form.submitted():
        return _page(case, form), 422
    try:
        with transaction():
            services.screen(current_actor(), application.id, _check(form, case, action))
    except AlreadyHandled as lost:
        return _overtaken(lost, application, form, case)
    except Invalid as problem:
        form.refuse_check(problem, case.items)
        return _page(queries.case(application), form), 422
    flash(
        _(
            "已办理，通知书已发送：%(number)s %(title)s",
            number=application.number,
            title=application.title,
        )
    )
    return redirect(url_for("projects_screening.index"), 303)


def _check(form: CheckForm, case: Case, action: str) -> Check:
    due = form.conditional_due_at if action == "conditional" else form.due_at
    return Check(
        seen=form.seen.data or "",
        action=action,
        findings=form.findings(case.items),
        due_at=due.data if action in ("correction", "conditional") else None,
        reason=(form.reason.data or "") if action == "reject" else "",
    )


def _overtaken(
    lost: AlreadyHandled, application: Application, form: CheckForm | ReasonForm, case: Case
) -> Any:
    """Say who was faster; what this officer typed is shown once more, to be copied."""
    typed: list[tuple[Text | str, str]] = [("", form.reason.data)] if form.reason.data else []
    if isinstance(form, CheckForm):
        typed = [
            (item.label, form.note(item).data) for item in case.items if form.note(item).data
        ] + typed
    page = render_template(
        "projects/screening/overtaken.html", lost=lost, application=application, typed=typed
    )
    return page, 409


@blueprint.post("/<int:application_id>/complete")
@requires("projects:application:screen", load=_handed_in)
def complete(application: Application) -> Any:
    """The papers that were owed are there."""
    form = ReasonForm()
    try:
        with transaction():
            services.complete(current_actor(), application.id, form.seen.data or "")
    except AlreadyHandled as lost:
        return _overtaken(lost, application, form, queries.case(application))
    flash(_("材料已补齐，审查通过。"))
    return redirect(url_for(".show", application_id=application.id), 303)


@blueprint.post("/<int:application_id>/turn-down")
@requires("projects:application:screen", load=_handed_in)
def turn_down(application: Application) -> Any:
    """The papers that followed do not hold."""
    return _with_reason(application, services.turn_down, _("已办理：审查不通过。"))


@blueprint.post("/<int:application_id>/reopen")
@requires("projects:application:reopen", load=_handed_in)
def reopen(application: Application) -> Any:
    """Take it up again."""
    return _with_reason(application, services.reopen, _("已恢复审查。"))


def _with_reason(application: Application, step: Any, done: str) -> Any:
    form = ReasonForm()
    if not form.submitted():
        return _page(queries.case(application), reason_form=form), 422
    try:
        with transaction():
            step(current_actor(), application.id, form.seen.data or "", form.reason.data or "")
    except AlreadyHandled as lost:
        return _overtaken(lost, application, form, queries.case(application))
    except Invalid as problem:
        form.refuse(problem)
        return _page(queries.case(application), reason_form=form), 422
    flash(done)
    return redirect(url_for(".show", application_id=application.id), 303)
