"""Writing a review: field by field, from several tabs, from a workbook."""

from collections.abc import Mapping

from charity_portal.competitions.errors import NotDeclared
from charity_portal.competitions.models.reviews import Review, ReviewChange, ReviewField
from charity_portal.competitions.queries import papers, pitches
from charity_portal.competitions.queries import reviews as queries
from charity_portal.competitions.rules import review_fields
from charity_portal.kernel import clock
from charity_portal.kernel.database import db
from charity_portal.kernel.errors import Invalid, NotFound, WrongState
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.merging import ONE_CHANGE, Conflict, Merge, Saved, clean, merge
from charity_portal.kernel.permissions import Actor, can


def save_fields(actor: Actor, review_id: int, rev: int, fields: Mapping[str, str]) -> Saved:
    """Write what was typed against revision `rev`; see `kernel.merging` for what becomes of each field.

    A draft may be incomplete. Raises Invalid (per field) for what is no score or too long, WrongState
    when the review is handed in or the stage is not open; then nothing is written.
    """
    review = hold(actor, review_id)
    mine = _read(review, fields)
    held = queries.held(review_id)
    current = rev >= review.rev
    steps = {} if current else queries.steps_since(review_id, rev)
    result = merge(rev, mine, queries.facts(held), steps)
    if result.saved:
        review.rev += 1
        review.changed_at = clock.now()
        last = queries.newest_changes(review_id, list(result.saved))
        for key, text in result.saved.items():
            _write(review, held, last.get(key), key, text)
        db.session.flush()
    return _told(review, held, result)


def hold(actor: Actor, review_id: int) -> Review:
    """One's own review, kept from other tabs until the transaction ends. What may not be written says
    why; what lies behind a conflict of interest is not found."""
    review = queries.held_back(review_id)
    if review is None or papers.barred(review):
        raise NotFound
    require_writable(actor, review)
    return review


def require_writable(actor: Actor, review: Review) -> None:
    """Say exactly why a review of one's own cannot be written; strangers find nothing."""
    if not can(actor, "competitions:review:read", review):
        raise NotFound
    if review.panelist.agreed_at is None or review.panelist.declared_at is None:
        raise NotDeclared
    if review.state == "sealed":
        raise WrongState(say("这份评审已经提交。需要修改时，请先退回修改。"))
    if review.state == "abstained":
        raise WrongState(say("您对这份材料已弃权。"))
    if not can(actor, "competitions:review:write", review):
        raise WrongState(say("本轮评分现在不开放，不能修改。"))
    waiting = pitches.closed_because(review)
    if waiting is not None:
        raise WrongState(waiting)


def _read(review: Review, fields: Mapping[str, str]) -> dict[str, str]:
    criteria = queries.criteria_of(review)
    mine: dict[str, str] = {}
    wrong: dict[str, list[Text]] = {}
    for key, text in fields.items():
        mine[key], problem = review_fields.read(criteria, key, clean(text))
        if problem is not None:
            wrong[key] = [problem]
    if wrong:
        raise Invalid(fields=wrong)
    return mine


def _write(
    review: Review,
    held: dict[str, ReviewField],
    last: ReviewChange | None,
    key: str,
    text: str,
) -> None:
    """Set one field and remember what it said before; quick changes are one entry."""
    now, rev = clock.now(), review.rev
    present = held.get(key)
    same_step = (
        last is not None
        and present is not None
        and last.rev == present.rev
        and now - last.changed_at < ONE_CHANGE
    )
    if last is not None and same_step:
        last.rev, last.after = rev, text
    else:
        before = present.value if present else ""
        db.session.add(
            ReviewChange(
                review_id=review.id, first_rev=rev, rev=rev, key=key, before=before, after=text
            )
        )
    if present is None:
        present = held[key] = ReviewField(review_id=review.id, key=key)
        db.session.add(present)
    present.value, present.rev, present.changed_at = text, rev, now


def _told(review: Review, held: Mapping[str, ReviewField], result: Merge) -> Saved:
    author = review.panelist.user_id
    return Saved(
        rev=review.rev,
        at=review.changed_at,
        saved=list(result.saved),
        merged=dict(result.merged),
        conflicts={
            key: Conflict(clash.mine, clash.theirs, author, held[key].changed_at)
            for key, clash in result.conflicts.items()
        },
    )
