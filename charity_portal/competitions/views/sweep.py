"""One criterion over all of one's own dossiers: the same measure for everybody, less halo."""

from typing import Any

from flask import Blueprint, render_template, request

from charity_portal.competitions.queries import desk, passages
from charity_portal.competitions.queries import reviews as queries
from charity_portal.competitions.rules import own_scores, review_fields, rubric
from charity_portal.competitions.rules.review_fields import SCORE
from charity_portal.competitions.views import review_pages as pages
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("competitions_sweep", __name__, url_prefix="/reviews/sweep")
ON_A_PAGE = 10


@blueprint.get("/<int:stage_id>/<criterion_key>")
@requires("competitions:review:own")
def show(stage_id: int, criterion_key: str) -> Any:
    """All open dossiers of one stage, ten a page, each with the passage that the criterion judges."""
    own = desk.own_stage(current_actor().user_id or 0, stage_id)
    criterion = (
        next((c for c in own.stage.criteria if c.key == criterion_key), None) if own else None
    )
    if own is None or criterion is None:
        raise NotFound
    rows = [r for r in own.rows if r.review.state == "open" and criterion in r.rubric]
    first = _start(request.args.get("after", ""), len(rows))
    part = rows[first : first + ON_A_PAGE]
    texts = queries.texts_of([row.id for row in part])
    given = own_scores.given(
        review_fields.value_of(row.scores[criterion.key])
        for row in own.rows
        if row.scores.get(criterion.key)
    )
    return render_template(
        "competitions/reviews/sweep.html",
        stage=own.stage,
        edition=own.stage.edition,
        criterion=criterion,
        criteria=own.stage.criteria,
        left=own.left,
        rows=[
            (row, pages.shown_criteria([criterion], texts.get(row.id, {}), {})[0]) for row in part
        ],
        passages=passages.passages(own.stage.edition, criterion.looks_at, [r.review for r in part]),
        anchors=rubric.steps(criterion.top, criterion.anchors),
        given=given,
        done=sum(1 for row in rows if row.scores.get(criterion.key)),
        count=len(rows),
        first=first,
        after=request.args.get("after", ""),
        before=max(first - ON_A_PAGE, 0) if first else None,
        following=first + ON_A_PAGE if first + ON_A_PAGE < len(rows) else None,
        score_key=SCORE + criterion.key,
    )


def _start(text: str, count: int) -> int:
    """The first row of a page; the order is fixed, so that a number is enough."""
    number = int(text) if text.isdecimal() and len(text) < 6 else 0
    return number if number < count else 0
