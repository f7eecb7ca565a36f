"""What an organization reads about its own applications once a result is out."""

from typing import Any

from flask import Blueprint, render_template

from charity_portal.competitions.permissions import judged_by
from charity_portal.competitions.queries import outcomes
from charity_portal.competitions.queries import results as queries
from charity_portal.competitions.queries.results import OwnEntry
from charity_portal.competitions.queries.wording import words
from charity_portal.kernel import navigation
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.projects.queries.briefs import briefs

blueprint = Blueprint("competitions_own_results", __name__, url_prefix="/workspace/competitions")

navigation.add(
    "workspace",
    "competitions_own_results.index",
    say("评审结果"),
    "competitions:result:list_own",
    40,
)
judged_by(queries.any_published)


@blueprint.get("")
@requires("competitions:result:list_own")
def index() -> str:
    """Own applications in published editions."""
    entries = queries.own_entries(frozenset(current_actor().memberships))
    return render_template(
        "competitions/results/own_index.html",
        entries=entries,
        briefs=briefs(entry.application_id for entry in entries),
    )


@blueprint.get("/<int:application_id>")
@requires("competitions:result:read_own", load=queries.own_entry)
def show(entry: OwnEntry) -> Any:
    """Own points, place and comments, as far as the edition shares them."""
    edition = entry.edition
    found = queries.standing(edition)
    if found is None:
        raise NotFound
    rows = queries.rows(edition, found, {entry.application_id})
    if not rows:
        raise NotFound
    reviews = outcomes.reviews_of(edition, entry.application_id)
    data = queries.frame(edition, found)
    return render_template(
        "competitions/results/own.html",
        edition=edition,
        row=rows[0],
        brief=briefs([entry.application_id])[entry.application_id],
        comments=[r for r in reviews if r.state == "sealed" and r.comment.strip()]
        if edition.feedback == "full"
        else [],
        ranked=data["figures"]["counts"]["ranked"],
        stages_by_id={stage.id: stage for stage in edition.stages},
        **words(data),
    )
