"""Stepping back from one application, from its dossier."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from charity_portal.competitions.forms.panels import RecuseForm
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import conflicts as queries
from charity_portal.competitions.queries import papers
from charity_portal.competitions.services import conflicts
from charity_portal.kernel.database import transaction
from charity_portal.kernel.i18n import _
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("competitions_recusals", __name__, url_prefix="/reviews")


@blueprint.get("/<int:review_id>/recuse")
@requires("competitions:review:read", load=papers.review_with_papers)
def ask(review: Review) -> str:
    """Why, before the dossier closes."""
    return _page(review, RecuseForm(formdata=None))


def _page(review: Review, form: RecuseForm) -> str:
    code = queries.entry_code(review.stage_id, review.application_id)
    return render_template(
        "competitions/conflicts/recuse.html", review=review, code=code, form=form
    )


@blueprint.post("/<int:review_id>/recuse")
@requires("competitions:review:read", load=papers.review_with_papers)
def recuse(review: Review) -> Any:
    """Close the dossier for this reviewer at once."""
    form = RecuseForm()
    if not form.submitted():
        return _page(review, form), 422
    with transaction():
        conflicts.recuse(current_actor(), review, form.reason_code.data, form.note.data or "")
    flash(_("已回避，该项目不再由您评审。"))
    return redirect(url_for("competitions_desk.index"), 303)
