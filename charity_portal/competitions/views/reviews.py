"""One review: the dossier beside the rubric, saved while it is written, handed in, given back."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for

from charity_portal.competitions.errors import IncompleteReview
from charity_portal.competitions.models.editions import Criterion
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import dossiers
from charity_portal.competitions.queries import reviews as queries
from charity_portal.competitions.queries.reviews import Neighbour
from charity_portal.competitions.rules import sealing as rules
from charity_portal.competitions.services import reviews, sealing
from charity_portal.competitions.views import review_pages as pages
from charity_portal.kernel import autosaving, clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Invalid, PortalError
from charity_portal.kernel.i18n import _
from charity_portal.kernel.merging import Saved
from charity_portal.kernel.permissions import can, current_actor, requires
from charity_portal.kernel.time_left import remaining

blueprint = Blueprint("competitions_reviews", __name__, url_prefix="/reviews")
OWN = "competitions:review:own"


@blueprint.get("/<int:review_id>")
@requires(OWN)
def show(review_id: int) -> str:
    """Dossier and rubric side by side; what was handed in, once it is."""
    return _page(pages.own_review(review_id))


def _page(
    review: Review,
    typed: Mapping[str, str] | None = None,
    refused: Invalid | None = None,
    lacking: Sequence[str] = (),
) -> str:
    """The page as it stands, or with what was `typed` and `refused`, or what is `lacking`."""
    dossier = dossiers.dossier_for(review)
    criteria = queries.criteria_of(review)
    texts = queries.texts(review.id) | dict(typed or {})
    problems = {k: " ".join(map(str, v)) for k, v in (refused.fields if refused else {}).items()}
    shown = pages.shown_criteria(
        criteria, texts, queries.given_elsewhere(review), dossier, problems, lacking
    )
    around = queries.neighbours(review)
    refusal = _refusal(review)
    due = review.stage.due_at if review.stage.state == "open" else None
    return render_template(
        "competitions/reviews/show.html",
        review=review,
        stage=review.stage,
        edition=review.stage.edition,
        dossier=dossier,
        code=next((n.code for n in around if n.id == review.id), ""),
        criteria=shown,
        comment=texts.get("comment", ""),
        note=texts.get("note", ""),
        problems=problems,
        form_errors=bool(problems or lacking),
        lacking=[c for c in shown if c.lacks],
        unsaved=refused is not None,
        total=pages.points(rules.total(criteria, texts)),
        left=remaining(due, clock.now()) if due else None,
        writable=refusal is None,
        waiting=refusal.message if refusal and review.state == "open" else None,
        may_reopen=can(current_actor(), "competitions:review:reopen", review),
        sealed_points=pages.stored_points(review.points),
        **_history(review),
        **_way(review, around),
    )


def _history(review: Review) -> dict[str, Any]:
    if not review.version:
        return {"versions": [], "reopenings": []}
    return {
        "versions": queries.versions(review.id),
        "reopenings": queries.reopenings(review.id),
        "stored_points": pages.stored_points,
    }


def _way(review: Review, around: Sequence[Neighbour]) -> dict[str, Any]:
    """Where in one's own order this review is, and what stands before and after it."""
    at = next((i for i, other in enumerate(around) if other.id == review.id), 0)
    return {
        "place": at + 1,
        "count": len(around),
        "finished": sum(1 for other in around if other.state != "open"),
        "before": around[at - 1] if at > 0 else None,
        "after": around[at + 1] if at + 1 < len(around) else None,
        "next_open": _next_open(review, around),
    }


def _next_open(review: Review, around: Sequence[Neighbour]) -> Neighbour | None:
    """The next unfinished one in one's own order, beginning again at its end."""
    at = next((i for i, other in enumerate(around) if other.id == review.id), 0)
    ahead = [*around[at + 1 :], *around[:at]]
    return next((other for other in ahead if other.state == "open"), None)


@blueprint.patch("/<int:review_id>/fields")
@requires(OWN)
def autosave(review_id: int) -> Any:
    """Changed fields as JSON while somebody writes."""
    rev, sent = autosaving.understood(request.get_json(silent=True))
    fields = autosaving.texts(sent)
    with transaction():
        saved = reviews.save_fields(current_actor(), review_id, rev, fields)
    return autosaving.answer(saved, pages.authors(saved))


@blueprint.post("/<int:review_id>")
@requires(OWN)
def save(review_id: int) -> Any:
    """The whole form, sent as a page: saved, and handed in when that was asked."""
    review = pages.own_review(review_id)
    criteria = queries.criteria_of(review)
    resolving = "resolving" in request.form
    fields = autosaving.chosen(request.form) if resolving else pages.posted(criteria)
    rev, action = autosaving.posted_rev(request.form), request.form.get("action", "save")
    if action == "seal" and review.state == "sealed":
        return redirect(url_for(".show", review_id=review.id), 303)
    try:
        with transaction():
            saved = reviews.save_fields(current_actor(), review.id, rev, fields)
    except Invalid as refused:
        return _page(pages.own_review(review_id), fields, refused), 422
    if saved.conflicts:
        return _conflict_page(review, criteria, saved, action), 409
    if action == "seal":
        return _seal(review_id)
    flash(_("已保存。"))
    return redirect(_back(review), 303)


def _back(review: Review) -> str:
    sweep = request.form.get("sweep", "")
    if any(c.key == sweep for c in review.stage.criteria):
        return url_for(
            "competitions_sweep.show",
            stage_id=review.stage_id,
            criterion_key=sweep,
            after=request.form.get("after") or None,
            _anchor=f"review-{review.id}",
        )
    return url_for(".show", review_id=review.id)


def _conflict_page(review: Review, criteria: Sequence[Criterion], saved: Saved, action: str) -> str:
    return render_template(
        "competitions/reviews/conflict.html",
        review=review,
        code=queries.code_of(review),
        conflicts=autosaving.versions(
            saved,
            pages.authors(saved),
            lambda key: pages.field_label(criteria, key),
            pages.field_shown,
        ),
        rev=saved.rev,
        action=action,
        sweep=request.form.get("sweep", ""),
        after=request.form.get("after", ""),
    )


def _seal(review_id: int) -> Any:
    try:
        with transaction():
            sealed = sealing.seal(current_actor(), review_id)
    except IncompleteReview as incomplete:
        return _page(pages.own_review(review_id), lacking=incomplete.missing), 422
    flash(
        _(
            "%(code)s 已提交，得分 %(points)s。截止前可以说明理由后退回修改。",
            code=queries.code_of(sealed),
            points=pages.stored_points(sealed.points),
        )
    )
    following = _next_open(sealed, queries.neighbours(sealed))
    if following is None:
        return redirect(url_for("competitions_desk.index"), 303)
    return redirect(url_for(".show", review_id=following.id), 303)


@blueprint.post("/<int:review_id>/reopen")
@requires(OWN)
def reopen(review_id: int) -> Any:
    """One's own sealed review back on the desk, with the reason; the version stays."""
    review = pages.own_review(review_id)
    return _with_reason(review, sealing.reopen, _("已退回修改。原来提交的版本仍然保存。"))


@blueprint.post("/<int:review_id>/abstain")
@requires(OWN)
def abstain(review_id: int) -> Any:
    """No score from this reviewer for this application."""
    review = pages.own_review(review_id)
    return _with_reason(review, sealing.abstain, _("已登记弃权。"))


@blueprint.post("/<int:review_id>/reinstate")
@requires(OWN)
def reinstate(review_id: int) -> Any:
    """An abstention taken back."""
    review = pages.own_review(review_id)
    return _with_reason(review, sealing.reinstate, _("已恢复评审。"))


def _with_reason(review: Review, act: Any, said: str) -> Any:
    review_id = review.id
    try:
        with transaction():
            act(current_actor(), review_id, request.form.get("reason", ""))
    except Invalid as refused:
        return _page(pages.own_review(review_id), refused=refused), 422
    flash(said)
    return redirect(url_for(".show", review_id=review_id), 303)


@blueprint.get("/<int:review_id>/state")
@requires(OWN)
def state(review_id: int) -> Any:
    """Whether it can be written now; a page that waits for it asks."""
    review = pages.own_review(review_id)
    return jsonify(writable=_refusal(review) is None)


def _refusal(review: Review) -> PortalError | None:
    try:
        reviews.require_writable(current_actor(), review)
    except PortalError as refused:
        return refused
    return None


@blueprint.get("/<int:review_id>/print")
@requires(OWN)
def sheet(review_id: int) -> str:
    """The review on paper: what is written so far, with the rubric's anchors."""
    review = pages.own_review(review_id)
    dossier = dossiers.dossier_for(review)
    criteria = queries.criteria_of(review)
    texts = queries.texts(review.id)
    return render_template(
        "competitions/reviews/print.html",
        review=review,
        stage=review.stage,
        edition=review.stage.edition,
        dossier=dossier,
        code=queries.code_of(review),
        criteria=pages.shown_criteria(criteria, texts, {}, dossier),
        comment=texts.get("comment", ""),
        note=texts.get("note", ""),
        total=pages.points(rules.total(criteria, texts)),
    )
