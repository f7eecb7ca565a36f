"""Who goes on to the next stage: the first places, changed where people say why."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from charity_portal.competitions.models.editions import Stage
from charity_portal.competitions.queries import editions, outcomes, readiness
from charity_portal.competitions.queries.wording import TOOLS
from charity_portal.competitions.services import advancing
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Invalid, NotFound, PortalError
from charity_portal.kernel.forms import Form
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.projects.queries.briefs import briefs

blueprint = Blueprint("competitions_advancing", __name__, url_prefix="/office/competitions/stages")


@blueprint.get("/<int:stage_id>/advance")
@requires("competitions:stage:run", load=editions.stage)
def show(stage: Stage) -> Any:
    """The stage's ranking with those who go on ticked."""
    decided = outcomes.advancements(stage.edition).get(stage.id)
    if decided is not None:
        reasons = {change["application"]: change["reason"] for change in decided.changes}
        return _page(stage, decided.going, reasons)
    return _page(stage, None, {})


def _page(
    stage: Stage,
    going: Collection[int] | None,
    reasons: Mapping[int, str],
    refusal: PortalError | None = None,
) -> Any:
    following = advancing.next_stage(stage.edition, stage)
    if following is None:
        raise NotFound
    ranking = outcomes.newest_ranking(stage.edition_id, stage.id)
    rows = ranking.rows if ranking else []
    if going is None:
        going = advancing.first_places(rows, stage.advance)
    known = briefs(row.application_id for row in rows)
    html = render_template(
        "competitions/outcomes/advancing.html",
        edition=stage.edition,
        stage=stage,
        following=following,
        ranking=ranking,
        outdated=ranking is not None and readiness.outdated(stage.edition, ranking, stage),
        briefs=known,
        names={f"reason-{key}": b.title for key, b in known.items()},
        going=set(going),
        reasons=reasons,
        form=Form(),
        refusal=refusal,
        **TOOLS,
    )
    return html, refusal.status if refusal else 200


@blueprint.post("/<int:stage_id>/advance")
@requires("competitions:stage:run", load=editions.stage)
def settle(stage: Stage) -> Any:
    """Settle the next stage's field."""
    going = {int(key) for key in request.form.getlist("go") if key.isdigit()}
    reasons = {
        int(name.removeprefix("reason-")): text[:500]
        for name, text in request.form.items()
        if name.removeprefix("reason-").isdigit() and name.startswith("reason-")
    }
    seen = request.form.get("ranking", "")
    stage_id, edition_id = stage.id, stage.edition_id
    try:
        with transaction():
            advancing.advance(
                current_actor(), stage_id, int(seen) if seen.isdigit() else 0, going, reasons
            )
    except (Invalid, Conflict) as problem:
        again = editions.stage(stage_id)
        return _page(again or stage, going, reasons, problem)
    flash(_("已确定 %(n)s 个项目晋级。", n=len(going)))
    return redirect(
        url_for("competitions_ranking.show", edition_id=edition_id, stage_id=stage_id), 303
    )
