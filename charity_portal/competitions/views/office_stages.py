"""A stage in the office: its field, how far its reviews are, and its steps."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.competitions.forms.editions import (
    CloseForm,
    LeaveForm,
    PostponeForm,
    ReasonForm,
)
from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.queries import edition_calls, edition_desk, editions
from charity_portal.competitions.rules import methods
from charity_portal.competitions.services import reminders
from charity_portal.competitions.services import stages as services
from charity_portal.competitions.views.edition_pages import STAGE_TONES, link, share
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.organizations import queries as organizations

blueprint = Blueprint("competitions_stages", __name__, url_prefix="/office/competitions/stages")


@blueprint.get("/<int:stage_id>")
@requires("competitions:edition:list", load=editions.stage)
def show(stage: Stage) -> str:
    """One stage."""
    return _page(stage)


@blueprint.post("/<int:stage_id>/settle")
@requires("competitions:stage:run", load=editions.stage)
def settle(stage: Stage) -> Any:
    """Settle the first stage's field anew from what passed screening by now."""
    with transaction():
        field = [c.id for c in edition_calls.eligible(stage.edition.call_id)]
        services.settle_field(current_actor(), stage.id, field)
    flash(_("已按审查通过的申请重新确定名单。"))
    return redirect(url_for(".show", stage_id=stage.id), 303)


@blueprint.post("/<int:stage_id>/open")
@requires("competitions:stage:run", load=editions.stage)
def open_scoring(stage: Stage) -> Any:
    """Let scoring begin."""
    with transaction():
        services.open_stage(current_actor(), stage.id)
    flash(_("评分已开始，评委可以打分。"))
    return redirect(url_for(".show", stage_id=stage.id), 303)


@blueprint.post("/<int:stage_id>/close")
@requires("competitions:stage:run", load=editions.stage)
def close(stage: Stage) -> Any:
    """End scoring."""
    form = CloseForm(prefix="close")
    if not form.submitted():
        return _page(stage, close_form=form), 422
    try:
        with transaction():
            services.close_stage(current_actor(), stage.id, form.reason.data or "")
    except PortalError as problem:
        form.refuse(problem)
        return _page(_again(stage.id), close_form=form), problem.status
    flash(_("评分已截止。"))
    return redirect(url_for(".show", stage_id=stage.id), 303)


@blueprint.post("/<int:stage_id>/reopen")
@requires("competitions:stage:reopen", load=editions.stage)
def reopen(stage: Stage) -> Any:
    """Let scoring go on."""
    form = ReasonForm(prefix="reopen")
    if not form.submitted():
        return _page(stage, reopen_form=form), 422
    try:
        with transaction():
            services.reopen_stage(current_actor(), stage.id, form.reason.data)
    except PortalError as problem:
        form.refuse(problem)
        return _page(_again(stage.id), reopen_form=form), problem.status
    flash(_("已重新开放评分。"))
    return redirect(url_for(".show", stage_id=stage.id), 303)


@blueprint.post("/<int:stage_id>/postpone")
@requires("competitions:stage:run", load=editions.stage)
def postpone(stage: Stage) -> Any:
    """Another due date."""
    form = PostponeForm(prefix="postpone")
    if not form.submitted():
        return _page(stage, postpone_form=form), 422
    try:
        with transaction():
            services.postpone(current_actor(), stage.id, form.due_at.data, form.reason.data or "")
    except PortalError as problem:
        form.refuse(problem)
        return _page(_again(stage.id), postpone_form=form), problem.status
    flash(_("评分截止时间已更改。"))
    return redirect(url_for(".show", stage_id=stage.id), 303)


@blueprint.post("/<int:stage_id>/remind")
@requires("competitions:stage:run", load=editions.stage)
def remind(stage: Stage) -> Any:
    """Write to everybody who owes reviews."""
    with transaction():
        written = reminders.remind(current_actor(), stage.id)
    flash(_("已向 %(n)s 位评委发送提醒。", n=written))
    return redirect(url_for(".show", stage_id=stage.id), 303)


@blueprint.post("/<int:stage_id>/leave")
@requires("competitions:stage:run", load=editions.stage)
def leave(stage: Stage) -> Any:
    """Take an application out, by its code."""
    form = LeaveForm(prefix="leave")
    if not form.submitted():
        return _page(stage, leave_form=form), 422
    application_id = edition_desk.behind(stage, form.code.data.strip().upper())
    if application_id is None:
        form.code.errors = [_("本阶段没有这个代号，或者已经退出。")]
        return _page(stage, leave_form=form), 422
    try:
        with transaction():
            services.leave(
                current_actor(), stage.edition_id, application_id, form.reason.data or ""
            )
    except PortalError as problem:
        form.refuse(problem)
        return _page(_again(stage.id), leave_form=form), problem.status
    flash(_("该申请已退出评审。"))
    return redirect(url_for(".show", stage_id=stage.id), 303)


def _again(stage_id: int) -> Stage:
    """The stage as the database has it after a refusal."""
    found = editions.stage(stage_id)
    assert found is not None
    return found


def _page(stage: Stage, **forms: Any) -> str:
    edition: Edition = stage.edition
    page = edition_desk.entries_page(stage, request.args.get("after"))
    ids = [entry.application_id for entry in page.items]
    described = edition_desk.described(ids)
    first = min(edition.stages, key=lambda s: (s.position, s.id))
    progress = edition_desk.progress([stage])[stage.id]
    names = organizations.names(c.organization_id for c in described.values())
    return render_template(
        "competitions/editions/stage.html",
        stage=stage,
        edition=edition,
        is_first=first.id == stage.id,
        progress=progress,
        page=page,
        described=described,
        names=names,
        reviews=edition_desk.reviews_of(stage, ids),
        owing=edition_desk.owing(stage) if stage.state == "open" else [],
        overdue=services.overdue_text(stage),
        actions={step.action for step in Stage.MACHINE.actions(current_actor(), stage)},
        places=_links(stage),
        tones=STAGE_TONES,
        kind_words=methods.KINDS,
        share=share,
        close_form=forms.get("close_form") or CloseForm(prefix="close", formdata=None),
        reopen_form=forms.get("reopen_form") or ReasonForm(prefix="reopen", formdata=None),
        postpone_form=forms.get("postpone_form") or PostponeForm(prefix="postpone", formdata=None),
        leave_form=forms.get("leave_form") or LeaveForm(prefix="leave", formdata=None),
    )


def _links(stage: Stage) -> list[tuple[str, str]]:
    """The other parts of the work on this stage."""
    wanted = [(_("分配评审"), link("competitions_assignments.show", stage_id=stage.id))]
    if stage.kind == "pitch":
        wanted.append((_("路演安排"), link("competitions_pitch.index", stage_id=stage.id)))
    if any(later.position > stage.position for later in stage.edition.stages):
        wanted.append((_("晋级名单"), link("competitions_advancing.show", stage_id=stage.id)))
    return [(word, url) for word, url in wanted if url is not None]
