"""Reviews for the office: who has done how much, what was handed in, giving back with a reason."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.accounts import queries as accounts
from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import review_lists
from charity_portal.competitions.queries import reviews as queries
from charity_portal.competitions.services import sealing
from charity_portal.competitions.states import REVIEW
from charity_portal.competitions.views import review_pages as pages
from charity_portal.kernel.database import transaction
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import Invalid, NotFound
from charity_portal.kernel.i18n import _, localized, say
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.kernel.tables import Column
from charity_portal.projects.queries import briefs

blueprint = Blueprint("competitions_office_reviews", __name__, url_prefix="/office/competitions")
LIST = "competitions:review:list"


def _edition(edition_id: int) -> Edition | None:
    return review_lists.edition_with_rubric(edition_id)


@blueprint.get("/<int:edition_id>/reviews")
@requires(LIST, load=_edition)
def index(edition: Edition) -> str:
    """All reviews, stage by stage, with state and progress; points once a review is handed in."""
    stage_id = request.args.get("stage", type=int)
    state = request.args.get("state", "")
    judge = request.args.get("judge", type=int)
    state = state if state in REVIEW.states else ""
    judges = review_lists.judges(edition.id)
    names = {key: name for key, _code, name in judges}
    return render_template(
        "competitions/reviews/office_list.html",
        edition=edition,
        page=review_lists.page_of(
            edition, names, stage_id, state, judge, request.args.get("after")
        ),
        counts=review_lists.counts(edition.id),
        judges=judges,
        states=REVIEW.states,
        chosen={"stage": stage_id, "state": state, "judge": judge},
        tones=pages.TONES,
        points=pages.stored_points,
    )


@blueprint.get("/reviews/<int:review_id>")
@requires(LIST, load=queries.review)
def show(review: Review) -> str:
    """What was handed in, version by version, and how often it was given back."""
    return _page(review)


def _page(review: Review, problem: str = "") -> str:
    criteria = queries.criteria_of(review)
    versions = queries.versions(review.id)
    reopenings = queries.reopenings(review.id)
    people = accounts.names([review.panelist.user_id, *(r.reopened_by for r in reopenings)])
    return render_template(
        "competitions/reviews/office_show.html",
        review=review,
        edition=review.stage.edition,
        stage=review.stage,
        code=queries.code_of(review),
        brief=briefs.briefs([review.application_id]).get(review.application_id),
        judge=people.get(review.panelist.user_id, ""),
        criteria=pages.shown_criteria(criteria, {}, {}),
        versions=versions,
        reopenings=reopenings,
        people=people,
        may_reopen=can(current_actor(), "competitions:review:reopen", review),
        problem=problem,
        form_errors=bool(problem),
        tones=pages.TONES,
        points=pages.stored_points,
    )


@blueprint.post("/reviews/<int:review_id>/reopen")
@requires("competitions:review:reopen", load=queries.review)
def reopen(review: Review) -> Any:
    """Give a sealed review (or an abstention) back to its author, with the reason on record."""
    act = sealing.reinstate if review.state == "abstained" else sealing.reopen
    review_id = review.id
    try:
        with transaction():
            act(current_actor(), review_id, request.form.get("reason", ""))
    except Invalid as refused:
        again = queries.review(review_id)
        if again is None:
            raise NotFound from refused
        return _page(again, " ".join(str(t) for ts in refused.fields.values() for t in ts)), 422
    flash(_("已退回评委修改，原版本仍然保存。"))
    return redirect(url_for(".show", review_id=review_id), 303)


@blueprint.get("/<int:edition_id>/reviews/scores.<any(csv, xlsx):kind>")
@requires(LIST, load=lambda edition_id, **_address: _edition(edition_id))
def scores(edition: Edition) -> Any:
    """All sealed scores of a stage, a review a row."""
    kind = (request.view_args or {})["kind"]
    wanted = request.args.get("stage", type=int)
    stage = next((s for s in edition.stages if wanted in (None, s.id)), None)
    if stage is None:
        raise NotFound
    name = _("评分 %(edition)s %(stage)s", edition=edition.number, stage=stage.key)
    return table_file(name, _columns(stage), _rows(stage), kind)


def _columns(stage: Stage) -> list[Column]:
    own = [
        Column(f"value:{c.key}", f"{localized(c, 'title')} (0–{c.top})", width=14)
        for c in stage.criteria
    ]
    return [
        Column("number", say("申请编号"), width=18),
        Column("code", say("代号"), width=10),
        Column("track", say("赛道")),
        Column("judge", say("评委代号"), width=10),
        *own,
        Column("points", say("得分（百分制）"), width=14),
        Column("version", say("版本"), kind="int", width=8),
        Column("sealed_at", say("提交时间"), kind="datetime", width=20),
    ]


def _rows(stage: Stage) -> Iterator[dict[str, Any]]:
    keys = [c.key for c in stage.criteria]
    skipped = _("不适用")
    for row in review_lists.sealed_scores(stage):
        values = row.pop("values")
        cells = {f"value:{k}": _value(values, k, skipped) for k in keys}
        yield {**row, **cells, "points": pages.stored_points(row["points"])}


def _value(values: dict[str, int | None], key: str, skipped: str) -> str | None:
    """Empty where the criterion does not apply to the track."""
    if key not in values:
        return None
    value = values[key]
    return skipped if value is None else str(value)
