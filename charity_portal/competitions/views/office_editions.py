"""Editions in the office: the list, a new one, its desk, what stands in the way, its steps."""

from dataclasses import dataclass
from datetime import datetime
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
from charity_portal.competitions.queries.edition_desk import Desk
from charity_portal.competitions.rules import opening
from charity_portal.competitions.rules.edition_parts import PARTS
from charity_portal.competitions.rules.edition_templates import TEMPLATES
from charity_portal.competitions.services import editions as services
from charity_portal.competitions.views.edition_pages import (
    STAGE_TONES,
    TONES,
    link,
    place_of,
    rule_values,
    share,
)
from charity_portal.kernel import clock, navigation
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Invalid
from charity_portal.kernel.form_rows import options
from charity_portal.kernel.i18n import Text, _, localized, say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.kernel.time_left import remaining

blueprint = Blueprint("competitions_editions", __name__, url_prefix="/office/competitions")
navigation.add(
    "office", "competitions_editions.index", say("创投评审"), "competitions:edition:list", order=35
)


@dataclass(frozen=True)
class Next:
    """What is due, in words, and where to do it."""

    what: Text
    url: str | None = None


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
        phases=_phases(edition),
        next=_next(edition, figures, len(blockers), clock.now()),
        places=_links(edition),
        parts=PARTS,
        actions={step.action: step for step in Edition.MACHINE.actions(current_actor(), edition)},
        events=edition_history.history(edition),
        tones=TONES,
        stage_tones=STAGE_TONES,
        resume_form=forms.get("resume_form") or ReasonForm(prefix="resume", formdata=None),
        cancel_form=forms.get("cancel_form") or ReasonForm(prefix="cancel", formdata=None),
    )


def _phases(edition: Edition) -> tuple[list[str], int]:
    """The steps from the draft to the result, and which of them is being taken."""
    words = [
        _("筹备"),
        *(localized(s, "title") for s in edition.stages),
        _("计分与选取"),
        _("公布"),
    ]
    if edition.state == "draft":
        return words, 0
    if edition.state == "judging":
        closed = sum(stage.state == "closed" for stage in edition.stages)
        return words, min(closed + 1, len(edition.stages))
    return words, len(words) - (2 if edition.state == "scored" else 1)


def _next(edition: Edition, figures: Desk, blockers: int, now: datetime) -> Next | None:
    """The one thing that is due next."""
    if edition.state == "draft":
        what = say("规则齐全、评委到位，可以开始评审")
        if blockers:
            what = say("开始前还需处理 %(n)s 处", n=blockers)
        return Next(what, url_for(".check", edition_id=edition.id))
    if edition.state == "judging":
        return _next_of_stages(edition, figures, now)
    if edition.state == "scored":
        return Next(
            say("计算排名，确定拟资助名单"),
            link("competitions_ranking.show", edition_id=edition.id),
        )
    if edition.state == "selected":
        return Next(
            say("公示期满、异议办结后公布结果"),
            link("competitions_publishing.show", edition_id=edition.id),
        )
    return None


def _next_of_stages(edition: Edition, figures: Desk, now: datetime) -> Next:
    current = next((s for s in edition.stages if s.state != "closed"), None)
    if current is None:
        return Next(say("各阶段评分均已截止，可以结束评分"), None)
    progress, title = figures.stages[current.id], localized(current, "title")
    url = url_for("competitions_stages.show", stage_id=current.id)
    if current.state == "waiting":
        if not progress.entries:
            return Next(say("%(stage)s：确定参加的申请", stage=title), url)
        if not progress.reviews:
            return Next(say("%(stage)s：分配评审", stage=title), url)
        return Next(say("%(stage)s：可以开始评分", stage=title), url)
    if not progress.open:
        return Next(say("%(stage)s：评审已全部提交，可以截止", stage=title), url)
    if current.due_at is not None and current.due_at > now:
        left = remaining(current.due_at, now)
        text = say(
            "%(stage)s：还有 %(n)s 份未提交，距截止 %(left)s",
            stage=title, n=progress.open, left=left,
        )  # fmt: skip
        return Next(text, url)
    return Next(say("%(stage)s：已到期，还有 %(n)s 份未提交", stage=title, n=progress.open), url)


def _links(edition: Edition) -> list[tuple[str, str]]:
    """The other parts of the work on this edition."""
    wanted = [
        (_("评委"), link("competitions_panel.show", edition_id=edition.id)),
        (_("回避"), link("competitions_conflicts.index", edition_id=edition.id)),
        (_("匿名准备"), link("competitions_blind.index", edition_id=edition.id)),
    ]
    if edition.opened_at is not None:
        wanted += [
            (_("评审情况"), link("competitions_office_reviews.index", edition_id=edition.id)),
            (_("排名"), link("competitions_ranking.show", edition_id=edition.id)),
            (_("拟资助名单"), link("competitions_selection.show", edition_id=edition.id)),
            (_("公布结果"), link("competitions_publishing.show", edition_id=edition.id)),
        ]
    if edition.bonuses:
        wanted.append((_("加分登记"), url_for("competitions_bonuses.index", edition_id=edition.id)))
    return [(word, url) for word, url in wanted if url is not None]
