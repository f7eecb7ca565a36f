"""One tranche in the office and the steps that it takes."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for

from charity_portal.accounts import queries as accounts
from charity_portal.funds.queries import causes, purses
from charity_portal.kernel import files
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Forbidden, Invalid, NotFound, PortalError
from charity_portal.kernel.files import Prepared
from charity_portal.kernel.forms import Form
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.organizations import queries as organizations
from charity_portal.projects.forms.tranches import PayForm, ReasonForm, ReleaseForm
from charity_portal.projects.models.tranches import Tranche
from charity_portal.projects.queries import steps
from charity_portal.projects.queries import tranches as queries
from charity_portal.projects.rules.paying import ASKED, CONDITIONS
from charity_portal.projects.services import tranches as services
from charity_portal.projects.views import award_pages as pages

blueprint = Blueprint("projects_tranche_steps", __name__, url_prefix="/office/tranches")

READ = "projects:tranche:list"


@blueprint.get("/<int:tranche_id>")
@requires(READ, load=queries.tranche)
def show(tranche: Tranche) -> str:
    """Everything about one part, and what may be done with it now."""
    return _page(tranche)


def _page(
    tranche: Tranche,
    release_form: ReleaseForm | None = None,
    pay_form: PayForm | None = None,
    reason_form: tuple[str, ReasonForm] | None = None,
    refusal: PortalError | None = None,
) -> str:
    actor, application = current_actor(), tranche.application
    entries = causes.booked(e for e in (tranche.allocation_id, tranche.payment_id) if e)
    acting = {tranche.released_by, tranche.approved_by} - {None}
    return render_template(
        "projects/tranches/show.html",
        tranche=tranche,
        application=application,
        organization=organizations.names([application.organization_id]).get(
            application.organization_id, ""
        ),
        actions={t.action for t in tranche.MACHINE.actions(actor, tranche)},
        release_form=release_form or ReleaseForm(formdata=None),
        pay_form=pay_form or PayForm(formdata=None),
        reason_form_state=reason_form or ("", None),
        refusal=refusal,
        purse=purses.purses_of([tranche.purpose_id])[tranche.purpose_id],
        allocation=entries.get(tranche.allocation_id or 0),
        payment=entries.get(tranche.payment_id or 0),
        evidence=queries.evidence_file(tranche),
        people=accounts.people({key for key in acting if key is not None}),
        history=pages.told(steps.history(tranche)),
        owed=[
            r
            for r in queries.reclaims_of([application.id]).get(application.id, [])
            if r.state == "demanded"
        ],
        conditions=CONDITIONS,
        asked=ASKED,
        tones=pages.TONES,
        overdue=pages.overdue,
        second=actor.has_role("approver") and tranche.released_by == actor.user_id,
        payer=actor.has_role("finance") and tranche.approved_by == actor.user_id,
    )


@blueprint.get("/<int:tranche_id>/evidence")
@requires(READ, load=queries.tranche)
def evidence(tranche: Tranche) -> Response:
    """The file that shows that the condition is met."""
    stored = queries.evidence_file(tranche)
    if stored is None:
        raise NotFound
    return files.serve(stored)


@blueprint.post("/<int:tranche_id>/release")
@requires("projects:tranche:release", load=queries.tranche)
def release(tranche: Tranche) -> Any:
    """The condition is met."""
    form = ReleaseForm()
    if not form.submitted():
        return _page(tranche, release_form=form), 422
    try:
        prepared = _received(form)
        with transaction():
            services.release(current_actor(), tranche.id, form.evidence.data or "", prepared)
    except PortalError as problem:
        return _refused(tranche, form, problem, release_form=form)
    return _done(tranche, _("已确认条件满足，等待另一位审批人批准拨付。"))


def _received(form: ReleaseForm) -> Prepared | None:
    """The file as checked, before anything is written."""
    upload = form.file.data
    if not upload or not upload.filename:
        return None
    try:
        return files.prepare(upload.stream, upload.filename, files.DOCUMENTS)
    except PortalError as wrong:
        raise Invalid(fields={"file": [wrong.message]}) from wrong


@blueprint.post("/<int:tranche_id>/approve")
@requires("projects:tranche:allocate", load=queries.tranche)
def approve(tranche: Tranche) -> Any:
    """The money is promised."""
    try:
        with transaction():
            services.approve(current_actor(), tranche.id)
    except PortalError as problem:
        return _refused(tranche, None, problem)
    return _done(tranche, _("已批准拨付，等待财务付款。"))


@blueprint.post("/<int:tranche_id>/pay")
@requires("projects:tranche:pay", load=queries.tranche)
def pay(tranche: Tranche) -> Any:
    """The money is paid."""
    form = PayForm()
    if not form.submitted():
        return _page(tranche, pay_form=form), 422
    try:
        with transaction():
            services.pay(current_actor(), tranche.id, form.voucher.data or "", form.booked_on.data)
    except PortalError as problem:
        return _refused(tranche, form, problem, pay_form=form)
    return _done(tranche, _("付款已入账，通知已发出。"))


@blueprint.post("/<int:tranche_id>/unrelease")
@requires("projects:tranche:send-back", load=queries.tranche)
def unrelease(tranche: Tranche) -> Any:
    """The condition is not met after all."""
    return _with_reason(tranche, "unrelease", services.unrelease, _("已退回重新确认，通知已发出。"))


@blueprint.post("/<int:tranche_id>/stop")
@requires("projects:tranche:stop", load=queries.tranche)
def stop(tranche: Tranche) -> Any:
    """No more of this part is paid."""
    return _with_reason(tranche, "stop", services.stop, _("已停拨，通知已发出。"))


@blueprint.post("/<int:tranche_id>/resume")
@requires("projects:tranche:stop", load=queries.tranche)
def resume(tranche: Tranche) -> Any:
    """A stopped part is taken up again."""
    return _with_reason(tranche, "resume", services.resume, _("已恢复拨付，通知已发出。"))


def _with_reason(tranche: Tranche, name: str, step: Callable[..., Any], done: str) -> Any:
    form = ReasonForm()
    if not form.submitted():
        return _page(tranche, reason_form=(name, form)), 422
    try:
        with transaction():
            step(current_actor(), tranche.id, form.reason.data or "")
    except PortalError as problem:
        return _refused(tranche, form, problem, reason_form=(name, form))
    return _done(tranche, done)


def _refused(tranche: Tranche, form: Form | None, problem: PortalError, **forms: Any) -> Any:
    """The page as it stands now, with what stood in the way; nothing was kept."""
    if not isinstance(problem, (Conflict, Invalid)) or isinstance(problem, Forbidden):
        raise problem
    if form is not None and isinstance(problem, Invalid) and problem.fields:
        form.refuse(problem)
        return _page(tranche, **forms), problem.status
    return _page(tranche, refusal=problem, **forms), problem.status


def _done(tranche: Tranche, said: str) -> Any:
    flash(said)
    return redirect(url_for(".show", tranche_id=tranche.id), 303)
