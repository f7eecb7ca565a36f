"""Papers for reviewers: only what was let out, under a neutral name, and nothing behind a conflict."""

from flask import Blueprint, Response, request

from charity_portal.competitions.errors import NotDeclared
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import panels, papers
from charity_portal.kernel import files
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.permissions import requires

blueprint = Blueprint("competitions_papers", __name__, url_prefix="/reviews")


def _review(review_id: int, **_address: object) -> Review | None:
    return papers.review_with_papers(review_id)


@blueprint.get("/<int:review_id>/papers/<int:paper_id>")
@requires("competitions:review:read", load=_review)
def show(review: Review) -> Response:
    """One paper, shown in the browser or saved (`?save=1`); after promise and declaration."""
    if not panels.ready(review.panelist):
        raise NotDeclared
    found = papers.shown_to(review, (request.view_args or {})["paper_id"])
    if found is None or found.file is None:
        raise NotFound
    return files.serve(found.file, inline="save" not in request.args)
