"""One computed plan in the office: read it, change it by hand with its cost, adopt it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.competitions.errors import PlanOutdated
from charity_portal.competitions.forms.assignments import ChangeForm, SeenForm, number
from charity_portal.competitions.models.reviews import AssignmentRun
from charity_portal.competitions.queries import assignments, plan_shortages, plans
from charity_portal.competitions.queries.plans import Plan
from charity_portal.competitions.rules import affinity, plan_reasons
from charity_portal.competitions.rules.expertise import CAPACITIES
from charity_portal.competitions.rules.plan_checks import Change, Cost
from charity_portal.competitions.services import assignments as services
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import NotFound, PortalError
from charity_portal.kernel.i18n import Text, _, say
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.kernel.tables import Column

blueprint = Blueprint("competitions_plans", __name__, url_prefix="/office/competitions/assignments")

COLUMNS = (
    Column("code", say("评审编号"), width=12),
    Column("number", say("申请编号"), width=18),
    Column("title", say("项目名称"), width=40),
    Column("organization", say("申请机构"), width=30),
    Column("track", say("赛道")),
    Column("judge", say("评委编号"), width=12),
    Column("name", say("评委")),
    Column("score", say("匹配度"), width=10),
    Column("why", say("理由"), width=60),
)


@blueprint.get("/<int:run_id>")
@requires("competitions:assignment:list", load=assignments.run)
def show(run: AssignmentRun) -> Any:
    """The plan with its figures, a page of applications, everybody's load."""
    return _page(plans.plan(run))


def _page(plan: Plan, refusal: str = "", problems: Sequence[Text] = ()) -> str:
    judge_id = number(request.args.get("judge")) or None
    stage = plan.stage
    phase = assignments.phase(plan.run, assignments.newest_adopted(stage.id))
    return render_template(
        "competitions/assignments/show.html",
        plan=plan,
        run=plan.run,
        stage=stage,
        edition=stage.edition,
        phase=phase,
        word=assignments.PHASES[phase],
        may_change=phase == "ready" and can(current_actor(), services.CHANGE, stage),
        page=plans.rows(plan, request.args.get("after"), judge_id),
        judge=plan.round.judge_by_id.get(judge_id or 0),
        loads=plans.loads(plan),
        steps=plans.steps(plan),
        moves=plans.moves(plan) if plan.round.given else [],
        capacities=CAPACITIES,
        short=plan_shortages.shortages(plan) if phase == "impossible" else None,
        part_words=affinity.WORDS,
        form=SeenForm(None, rev=str(plan.run.rev)),
        refusal=refusal,
        problems=problems,
        points=plan_reasons.points,
    )


@blueprint.get("/<int:run_id>/export.<any(csv, xlsx):file_format>")
@requires("competitions:assignment:list", load=lambda run_id, file_format: assignments.run(run_id))
def export(run: AssignmentRun) -> Any:
    """The plan with scores and reasons, as xlsx or csv."""
    file_format = (request.view_args or {})["file_format"]
    return table_file(_("评审任务分配方案"), COLUMNS, _cells(plans.plan(run)), file_format)


def _cells(plan: Plan) -> Iterator[dict[str, Any]]:
    for row in plans.every_row(plan):
        for reader in row.readers:
            yield {
                "code": row.entry.code,
                "number": row.brief.number if row.brief else "",
                "title": row.brief.title if row.brief else "",
                "organization": row.brief.organization if row.brief else "",
                "track": row.brief.track if row.brief else "",
                "judge": reader.judge.code,
                "name": reader.name,
                "score": plan_reasons.points(reader.score),
                "why": "".join(map(str, reader.why)),
            }


@dataclass(frozen=True)
class Place:
    """An application in a plan."""

    run: AssignmentRun
    application_id: int


def _place(run_id: int, application_id: int) -> Place | None:
    run = assignments.run(run_id)
    if run is None or not any(e[0] == application_id for e in run.instance["entries"]):
        return None
    return Place(run, application_id)


@blueprint.get("/<int:run_id>/applications/<int:application_id>")
@requires("competitions:assignment:change", load=_place)
def weigh(place: Place) -> Any:
    """Who reviews the application, who else could, and what a change would cost before it is made."""
    drop, add = number(request.args.get("drop")) or None, number(request.args.get("add")) or None
    plan = plans.plan(place.run)
    if drop is None and add is None:
        return _change_page(plan, place.application_id)
    wanted = Change(place.application_id, drop, add)
    try:
        cost = services.weigh(plan.round, plan.pairs, wanted)
    except PortalError as problem:
        return _change_page(plan, place.application_id, wanted, refusal=str(problem.message)), 422
    return _change_page(plan, place.application_id, wanted, cost)


def _change_page(
    plan: Plan,
    application_id: int,
    wanted: Change | None = None,
    cost: Cost | None = None,
    refusal: str = "",
) -> str:
    row = plans.row(plan, application_id)
    if row is None:
        raise NotFound
    stage = plan.stage
    wanted = wanted or Change(application_id)
    touched = {judge for judge in (wanted.drop, wanted.add) if judge is not None}
    return render_template(
        "competitions/assignments/change.html",
        plan=plan,
        run=plan.run,
        row=row,
        stage=stage,
        edition=stage.edition,
        wanted=wanted,
        cost=cost,
        refusal=refusal,
        touched=[j for j in plan.round.judges if j.id in touched],
        candidates=plans.candidates(plan, application_id, wanted.drop),
        phase=assignments.phase(plan.run, assignments.newest_adopted(stage.id)),
        form=ChangeForm(
            None, rev=str(plan.run.rev), drop=str(wanted.drop or ""), add=str(wanted.add or "")
        ),
        points=plan_reasons.points,
    )


@blueprint.post("/<int:run_id>/applications/<int:application_id>")
@requires("competitions:assignment:change", load=_place)
def change(place: Place) -> Any:
    """Make the change that was weighed."""
    form = ChangeForm()
    wanted = form.change(place.application_id)
    try:
        with transaction():
            services.change(current_actor(), place.run.id, form.seen, wanted)
    except PortalError as problem:
        plan = plans.plan(place.run)
        page = _change_page(plan, place.application_id, refusal=str(problem.message))
        return page, problem.status
    flash(_("已调整。"))
    return redirect(url_for(".show", run_id=place.run.id), 303)


@blueprint.post("/<int:run_id>/undo")
@requires("competitions:assignment:change", load=assignments.run)
def undo(run: AssignmentRun) -> Any:
    """Take back the last change by hand."""
    form = SeenForm()
    try:
        with transaction():
            services.undo(current_actor(), run.id, form.seen)
    except PortalError as problem:
        return _page(plans.plan(run), str(problem.message)), problem.status
    flash(_("已撤销上一次调整。"))
    return redirect(url_for(".show", run_id=run.id), 303)


@blueprint.post("/<int:run_id>/adopt")
@requires("competitions:assignment:change", load=assignments.run)
def adopt(run: AssignmentRun) -> Any:
    """Put the plan into force."""
    form = SeenForm()
    try:
        with transaction():
            written = services.adopt(current_actor(), run.id, form.seen)
    except PlanOutdated as problem:
        page = _page(plans.plan(run), str(problem.message), problem.problems)
        return page, problem.status
    except PortalError as problem:
        return _page(plans.plan(run), str(problem.message)), problem.status
    flash(
        _(
            "已采用：新分配 %(added)s 份，收回 %(removed)s 份，已通知 %(letters)s 位评委。",
            added=len(written.added),
            removed=len(written.removed),
            letters=written.letters,
        )
    )
    return redirect(url_for("competitions_assignments.show", stage_id=run.stage_id), 303)
