"""Editions in the office: the list, a new one, its desk, what stands in the way, its steps."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.competitions.errors import EditionNotReady
from charity_portal.competitions.forms.editions import NewEditionForm, OfficeFilter, ReasonForm
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.queries import (
    draws,
    edition_calls,
    edition_checks,
    edition_desk,
    edition_history,
    editions,
)
from charity_portal.competitions.rules import opening
from charity_portal.competitions.rules.edition_parts import PARTS
from charity_portal.competitions.rules.edition_templates import TEMPLATES
from charity_portal.competitions.services import editions as services
from charity_portal.competitions.views.edition_course import next_step, phases, places
from charity_portal.competitions.views.edition_pages import (
    STAGE_TONES,
    TONES,
    place_of,
    rule_values,
    share,
)
from charity_portal.kernel import clock, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Invalid
from charity_portal.kernel.form_rows import options
from charity_portal.kernel.i18n import _, localized, say
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("competitions_editions", __name__, url_prefix="/office/competitions")
navigation.add(
    "office", "competitions_editions.index", say("创投评审"), "competitions:edition:list", order=35
)


@blueprint.get("")
@requires("competitions:edition:list")
def index() -> str:
    """All editions with how far they are."""
    form = OfficeFilter(request.args)
    state = form.state.data or ""
    found = editions.editions_page(state, request.args.get("after"))
    stages = [stage for edition in found.items for stage in edition.stages]
    return render_template(
        "competitions/editions/index.html",
        page=found,
        form=form,
        kept={"state": state} if state else {},
        calls=edition_calls.names([edition.call_id for edition in found.items]),
        progress=edition_desk.progress(stages),
        tones=TONES,
    )


@blueprint.get("/new")
@requires("competitions:edition:edit")
def new() -> str:
    """The page that asks for the call and the starting point."""
    form = NewEditionForm(formdata=None, call_id=request.args.get("call", ""))
    return _new_page(form)


@blueprint.post("/new")
@requires("competitions:edition:edit")
def create() -> Any:
    """Draft the edition."""
    form = _offered(NewEditionForm())
    if not form.submitted():
        return _new_page(form), 422
    copied = str(form.copy_from.data or "")
    try:
        with transaction():
            edition = services.create(
                current_actor(),
                int(form.call_id.data),
                form.template.data,
                int(copied) if copied else None,
            )
    except Conflict as problem:
        form.refuse(problem)
        return _new_page(form), problem.status
    flash(_("已建立 %(number)s，请逐项核对规则。", number=edition.number))
    return redirect(url_for(".show", edition_id=edition.id), 303)


def _offered(form: NewEditionForm) -> NewEditionForm:
    calls = {str(c.id): f"{c.key} {localized(c, 'title')}" for c in edition_calls.waiting()}
    form.call_id.choices = options(calls)
    form.template.choices = options(TEMPLATES)
    earlier = {str(e.id): f"{e.number} {localized(e, 'title')}" for e in editions.earlier()}
    form.copy_from.choices = options(earlier, say("不沿用，按所选方式建立"))
    return form


def _new_page(form: NewEditionForm) -> str:
    _offered(form)
    return render_template("competitions/editions/new.html", form=form)


@blueprint.get("/<int:edition_id>")
@requires("competitions:edition:list", load=editions.edition)
def show(edition: Edition) -> str:
    """The desk of one edition."""
    return _desk_page(edition)


@blueprint.get("/<int:edition_id>/check")
@requires("competitions:edition:list", load=editions.edition)
def check(edition: Edition) -> Any:
    """Everything that stands in the way of opening."""
    if edition.state != Edition.MACHINE.initial:
        return redirect(url_for(".show", edition_id=edition.id), 303)
    return _check_page(edition)


@blueprint.get("/<int:edition_id>/preview")
@requires("competitions:edition:list", load=editions.edition)
def preview(edition: Edition) -> str:
    """The rules as the public will read them."""
    return render_template(
        "competitions/editions/public_show.html",
        **rule_values(edition),
        draws=draws.public_record(edition.id),
        steps_taken=[],
        preview=True,
        result_url=None,
        tones=TONES,
        stage_tones=STAGE_TONES,
    )


@blueprint.post("/<int:edition_id>/open")
@requires("competitions:edition:open", load=editions.edition)
def open_judging(edition: Edition) -> Any:
    """Fix the rules and begin; an edition that is not ready is shown with every defect."""
    try:
        with transaction():
            services.open_edition(current_actor(), edition.id)
    except EditionNotReady as problem:
        return _check_page(_again(edition.id), refused=True), problem.status
    flash(_("规则已确定并公开，第一阶段的名单已经生成。下一步：分配评审。"))
    return redirect(url_for(".show", edition_id=edition.id), 303)


@blueprint.post("/<int:edition_id>/finish")
@requires("competitions:edition:finish", load=editions.edition)
def finish(edition: Edition) -> Any:
    """End all scoring."""
    with transaction():
        services.finish(current_actor(), edition.id)
    flash(_("评分已全部结束，可以计算排名。"))
    return redirect(url_for(".show", edition_id=edition.id), 303)


@blueprint.post("/<int:edition_id>/resume")
@requires("competitions:edition:resume", load=editions.edition)
def resume(edition: Edition) -> Any:
    """Go back to judging."""
    return _with_reason(edition, "resume", _("已恢复评分，可重新开放有关阶段。"))


@blueprint.post("/<int:edition_id>/cancel")
@requires("competitions:edition:cancel", load=editions.edition)
def cancel(edition: Edition) -> Any:
    """Call the judging off."""
    return _with_reason(edition, "cancel", _("评审已取消。"))


def _with_reason(edition: Edition, step: str, done: str) -> Any:
    form = ReasonForm(prefix=step)
    if not form.submitted():
        return _desk_page(edition, **{f"{step}_form": form}), 422
    try:
        with transaction():
            getattr(services, step)(current_actor(), edition.id, form.reason.data)
    except Invalid as problem:
        form.refuse(problem)
        return _desk_page(_again(edition.id), **{f"{step}_form": form}), problem.status
    flash(done)
    return redirect(url_for(".show", edition_id=edition.id), 303)


def _again(edition_id: int) -> Edition:
    """The edition as the database has it after a refusal."""
    found = editions.edition(edition_id)
    assert found is not None
    return found


def _check_page(edition: Edition, refused: bool = False) -> str:
    facts = edition_checks.facts(edition)
    return render_template(
        "competitions/editions/check.html",
        edition=edition,
        blockers=opening.blockers(facts),
        advice=opening.advice(facts),
        facts=facts,
        part_words=PARTS,
        place_of=place_of,
        refused=refused,
    )


def _desk_page(edition: Edition, **forms: Any) -> str:
    is_draft = edition.state == Edition.MACHINE.initial
    figures = edition_desk.desk(edition)
    blockers = opening.blockers(edition_checks.facts(edition)) if is_draft else []
    return render_template(
        "competitions/editions/show.html",
        edition=edition,
        call=edition_calls.names([edition.call_id])[edition.call_id],
        desk=figures,
        share=share,
        blockers=blockers,
        phases=phases(edition),
        next=next_step(edition, figures, len(blockers), clock.now()),
        places=places(edition),
        parts=PARTS,
        actions={step.action: step for step in Edition.MACHINE.actions(current_actor(), edition)},
        events=edition_history.history(edition),
        tones=TONES,
        stage_tones=STAGE_TONES,
        resume_form=forms.get("resume_form") or ReasonForm(prefix="resume", formdata=None),
        cancel_form=forms.get("cancel_form") or ReasonForm(prefix="cancel", formdata=None),
    )
