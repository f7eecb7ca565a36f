"""A stage's assignment in the office: the round, its loads, what is assigned, asking for a plan."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from charity_portal.competitions.forms.assignments import WishesForm
from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import assignments, editions, round_overview
from charity_portal.competitions.rules import plan_reasons
from charity_portal.competitions.services import assignments as services
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import PortalError
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.kernel.tables import Column
from charity_portal.projects.queries import briefs

blueprint = Blueprint("competitions_assignments", __name__, url_prefix="/office/competitions")

COLUMNS = (
    Column("code", say("评审编号"), width=12),
    Column("number", say("申请编号"), width=18),
    Column("title", say("项目名称"), width=40),
    Column("organization", say("申请机构"), width=30),
    Column("track", say("赛道")),
    Column("judge", say("评委编号"), width=12),
    Column("name", say("评委")),
    Column("state", say("状态"), width=12),
    Column("assigned_at", say("分配时间"), "datetime", width=20),
    Column("sealed_at", say("提交时间"), "datetime", width=20),
)


@blueprint.get("/stages/<int:stage_id>/assignment")
@requires("competitions:assignment:list", load=editions.stage)
def show(stage: Stage) -> Any:
    """The round as it stands, the runs so far, the form for another."""
    found = round_overview.overview(stage)
    form = WishesForm()
    form.show(found.wishes)
    return _page(found, form)


def _page(found: round_overview.Overview, form: WishesForm, refusal: str = "") -> str:
    return render_template(
        "competitions/assignments/index.html",
        overview=found,
        stage=found.stage,
        edition=found.stage.edition,
        form=form,
        missing=services.missing(found.stage, found.now.round),
        refusal=refusal,
        may_change=can(current_actor(), services.CHANGE, found.stage),
        phases=[(run, assignments.phase(run, found.newest)) for run in found.runs],
        words=assignments.PHASES,
        points=plan_reasons.points,
    )


@blueprint.post("/stages/<int:stage_id>/assignment")
@requires("competitions:assignment:change", load=editions.stage)
def start(stage: Stage) -> Any:
    """Have a plan computed; the progress page follows."""
    form = WishesForm()
    if not form.submitted():
        return _page(round_overview.overview(stage), form), 422
    try:
        with transaction():
            job = services.ask(current_actor(), stage.id, form.wishes())
    except PortalError as problem:
        found = round_overview.overview(stage)
        return _page(found, form, str(problem.message)), problem.status
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@blueprint.get("/stages/<int:stage_id>/assignment/reviews.<any(csv, xlsx):file_format>")
@requires(
    "competitions:assignment:list",
    load=lambda stage_id, file_format: editions.stage(stage_id),
)
def export(stage: Stage) -> Any:
    """The reviews that are in force, as xlsx or csv."""
    file_format = (request.view_args or {})["file_format"]
    return table_file(_("评审任务分配"), COLUMNS, _cells(stage), file_format)


def _cells(stage: Stage) -> Iterator[dict[str, Any]]:
    reviews = assignments.reviews_of(stage.id)
    codes = {e.application_id: e.code for e in assignments.field_of(stage.id)}
    known = briefs.briefs({review.application_id for review in reviews})
    names = {
        seat.id: seat.name
        for seat in assignments.seats(stage.edition_id, {r.panelist_id for r in reviews})
    }
    for review in sorted(reviews, key=lambda r: (codes.get(r.application_id, ""), r.panelist.code)):
        brief = known[review.application_id]
        yield {
            "code": codes.get(review.application_id, ""),
            "number": brief.number,
            "title": brief.title,
            "organization": brief.organization,
            "track": brief.track,
            "judge": review.panelist.code,
            "name": names[review.panelist_id],
            "state": str(Review.MACHINE.word(review.state)),
            "assigned_at": review.assigned_at,
            "sealed_at": review.sealed_at,
        }
