"""An organization's applications: the list, a new one, what was submitted, taking back."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.kernel import clock, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Invalid, NotFound
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import Actor, can, current_actor, requires
from charity_portal.organizations import queries as organizations
from charity_portal.projects.forms.applications import FindApplicantForm, WithdrawForm
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.permissions import PREPARES
from charity_portal.projects.queries import (
    applicants,
    applications,
    call_eligibility,
    calls,
    desk,
    drafts,
)
from charity_portal.projects.rules.calls import phase
from charity_portal.projects.services import drafts as draft_services
from charity_portal.projects.services import screening, submissions
from charity_portal.projects.views import application_pages as pages

blueprint = Blueprint("projects_applications", __name__, url_prefix="/workspace/applications")
navigation.add(
    "workspace",
    "projects_applications.index",
    say("我的申请"),
    "projects:application:own",
    order=20,
)


@organizations.add_cards
def to_do(actor: Actor) -> list[organizations.Card]:
    """What waits for a person, with the day it ends; shown on the workspace's first page."""
    if not actor.memberships:
        return []
    rows = desk.rows(applications.applications_of(list(actor.memberships), None, None).items)
    return [
        organizations.Card(
            row.application.title or say("未命名的申请"),
            say("%(todo)s，还剩 %(left)s", todo=row.todo, left=row.left) if row.left else row.todo,
            url_for(row.endpoint, application_id=row.application.id),
            say("去办理"),
            order=10,
        )
        for row in rows
        if row.todo is not None and row.due is not None and _may_go(actor, row)
    ]


def _may_go(actor: Actor, row: desk.Row) -> bool:
    """Whether what is to be done is for this person; a member for finance does not write."""
    return row.endpoint != "projects_drafts.edit" or can(
        actor, "projects:application:edit", row.application
    )


@blueprint.get("")
@requires("projects:application:own")
def index() -> Any:
    """My organizations' applications with what is to be done next, and calls that are open."""
    actor = current_actor()
    own = list(actor.memberships)
    filed_by = actor.user_id if actor.has_role("officer") else None
    found = applications.applications_of(own, filed_by, request.args.get("after"))
    discarded = applications.discarded_of(own)
    owners = {a.organization_id for a in (*found.items, *discarded)}
    return render_template(
        "projects/applications/index.html",
        page=found,
        rows=desk.rows(found.items),
        names=organizations.names(owners),
        discarded=[a for a in discarded if draft_services.restorable(a)],
        undo_days=draft_services.UNDO_DAYS,
        calls=calls.open_calls(5) if not request.args.get("after") else [],
        may_start=any(role in PREPARES for role in actor.memberships.values()),
    )


@blueprint.route("/start/<int:call_id>", methods=["GET", "POST"])
@requires("projects:application:own")
def start(call_id: int) -> Any:
    """Choose the organization, see whether it may apply, and begin."""
    call = calls.published_call(call_id)
    if call is None:
        raise NotFound
    if request.method == "POST":
        return _begin(call)
    return _start_page(call)


def _begin(call: Call) -> Any:
    chosen = request.form.get("organization_id", "")
    if not chosen.isdigit():
        return _start_page(call, str(say("请选择申请机构。"))), 422
    actor = current_actor()
    on_behalf = actor.role_in(int(chosen)) not in PREPARES
    try:
        with transaction():
            draft = draft_services.start(actor, call.id, int(chosen), on_behalf)
    except (Invalid, Conflict) as refused:
        return _start_page(call, str(refused.message), refused), refused.status
    return redirect(url_for("projects_drafts.edit", application_id=draft.id), 303)


def _start_page(call: Call, error: str = "", refused: Any = None) -> str:
    actor = current_actor()
    form = FindApplicantForm(request.args)
    asked = (form.q.data or "").strip()
    others = applicants.found_by(asked) if asked and actor.has_role("officer") else []
    standings = call_eligibility.standings(actor, call)
    return render_template(
        "projects/applications/start.html",
        call=call,
        phase=phase(call, clock.now()),
        standings=standings,
        drafts={
            s.organization_id: applications.drafts_of(call.id, s.organization_id) for s in standings
        },
        form=form,
        asked=asked,
        others=others,
        error=error,
        problems=getattr(refused, "fields", {}),
    )


@blueprint.get("/<int:application_id>")
@requires("projects:application:read", load=applications.application)
def show(application: Application) -> Any:
    """What was submitted, with its versions; for the organization and for staff alike."""
    submitted = applications.submissions(application.id)
    if not submitted and application.state == "draft":
        return redirect(url_for("projects_drafts.edit", application_id=application.id), 303)
    return render_template(
        "projects/applications/show.html", **pages.version_page(application, submitted, 0)
    )


@blueprint.get("/<int:application_id>/versions/<int:version>")
@requires("projects:submission:read", load=applications.submission)
def version(submission: Any) -> str:
    """One submitted version, and what changed from the one before."""
    submitted = applications.submissions(submission.application_id)
    page = pages.version_page(submission.application, submitted, submission.version)
    return render_template("projects/applications/show.html", **page)


@blueprint.get("/<int:application_id>/print")
@requires("projects:application:read", load=applications.application)
def printed(application: Application) -> str:
    """The newest version as a page to be printed."""
    submitted = applications.submissions(application.id)
    if not submitted or not applications.written_here(submitted[0]):
        raise NotFound
    return render_template(
        "projects/applications/print.html", **pages.version_page(application, submitted, 0)
    )


@blueprint.post("/<int:application_id>/withdraw")
@requires("projects:application:withdraw", load=applications.application)
def withdraw(application: Application) -> Any:
    """Take the application back, with a reason."""
    form = WithdrawForm()
    if form.submitted():
        with transaction():
            submissions.withdraw(current_actor(), application.id, form.reason.data or "")
        flash(_("申请已撤回。"))
        return redirect(url_for(".show", application_id=application.id), 303)
    submitted = applications.submissions(application.id)
    page = pages.version_page(application, submitted, 0)
    return render_template("projects/applications/show.html", **page, withdraw_form=form), 422


@blueprint.post("/<int:application_id>/discard")
@requires("projects:application:discard", load=applications.application)
def discard(application: Application) -> Any:
    """Throw a draft away."""
    with transaction():
        draft_services.discard(current_actor(), application.id)
    flash(_("草稿已删除，%(n)s 天内可以恢复。", n=draft_services.UNDO_DAYS))
    return redirect(url_for(".index"), 303)


@blueprint.post("/<int:application_id>/restore")
@requires("projects:application:discard", load=applications.application)
def restore(application: Application) -> Any:
    """Bring a draft back."""
    with transaction():
        draft_services.restore(current_actor(), application.id)
    flash(_("草稿已恢复。"))
    return redirect(url_for("projects_drafts.edit", application_id=application.id), 303)


@blueprint.route("/<int:application_id>/promise", methods=["GET", "POST"])
@requires("projects:application:promise", load=applications.application)
def promise(application: Application) -> Any:
    """The promise to bring the missing papers in time (容缺承诺)."""
    condition = drafts.condition(application.id)
    if condition is None:
        return redirect(url_for(".show", application_id=application.id), 303)
    if request.method == "POST":
        if request.form.get("agree") != "yes":
            return _promise_page(application, condition, str(say("请勾选承诺后再签署。"))), 422
        with transaction():
            screening.sign_promise(current_actor(), application.id)
        flash(_("承诺已签署。请在期限内补齐材料。"))
        return redirect(url_for("projects_papers.index", application_id=application.id), 303)
    return _promise_page(application, condition)


def _promise_page(application: Application, condition: Any, error: str = "") -> str:
    actor: Actor = current_actor()
    return render_template(
        "projects/applications/promise.html",
        application=application,
        condition=condition,
        slots=pages.slots_named(application, condition.missing),
        names=organizations.names([application.organization_id]),
        signer=actor.name,
        error=error,
    )
