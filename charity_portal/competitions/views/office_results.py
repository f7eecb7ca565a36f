"""The desk where a result is published: what it will say, what is missing, the button."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from charity_portal.competitions.forms.results import PublishForm
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.queries import editions, outcomes, result_papers
from charity_portal.competitions.queries.wording import TOOLS
from charity_portal.competitions.services import results
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Invalid
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.projects.queries import notices

blueprint = Blueprint("competitions_publishing", __name__, url_prefix="/office/competitions")


@blueprint.get("/<int:edition_id>/publish")
@requires("competitions:outcome:list", load=editions.edition)
def show(edition: Edition) -> Any:
    """How far it is from being public."""
    form = PublishForm()
    form.feedback.data = edition.feedback
    return _page(edition, form)


def _page(edition: Edition, form: PublishForm, status: int = 200) -> Any:
    published = edition.state == "published"
    html = render_template(
        "competitions/outcomes/publish.html",
        edition=edition,
        form=form,
        problems=[] if published else results.problems(edition),
        notices=notices.notices_of_call(edition.call_id),
        bundle=outcomes.bundle_of(edition.id),
        papers=result_papers.papers_of(edition.id) if published else [],
        **TOOLS,
    )
    return html, status


@blueprint.post("/<int:edition_id>/publish")
@requires("competitions:edition:publish", load=editions.edition)
def publish(edition: Edition) -> Any:
    """Have the worker write the bundle and publish; the progress page follows."""
    form = PublishForm()
    if not form.submitted():
        return _page(edition, form, 422)
    edition_id = edition.id
    try:
        with transaction():
            job = results.ask_to_publish(current_actor(), edition_id, form.feedback.data)
    except (Invalid, Conflict) as problem:
        form.refuse(problem)
        return _page(editions.edition(edition_id) or edition, form, problem.status)
    return redirect(url_for("jobs.show", job_id=job.id), 303)
