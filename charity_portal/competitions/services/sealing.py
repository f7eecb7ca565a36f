"""Handing reviews in, giving them back, abstaining. What was handed in once is kept for good."""

import sqlalchemy as sa

from charity_portal.competitions.errors import IncompleteReview
from charity_portal.competitions.models.editions import Criterion, Stage
from charity_portal.competitions.models.reviews import Reopening, Review, ReviewVersion, Score
from charity_portal.competitions.queries import reviews as queries
from charity_portal.competitions.rules import sealing
from charity_portal.competitions.services.reviews import hold
from charity_portal.kernel import clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor
from charity_portal.kernel.states import fire

LONGEST_REASON = 1000


def seal(actor: Actor, review_id: int) -> Review:
    """Hand a review in: its content is kept as a version, its scores count from now on.

    Raises IncompleteReview naming every missing field, WrongState when it cannot be written.
    """
    _hold_stage(review_id)
    review = hold(actor, review_id)
    criteria = queries.criteria_of(review)
    texts = queries.texts(review_id)
    absent = sealing.missing(criteria, texts)
    if absent:
        raise IncompleteReview([gap.key for gap in absent])
    content = sealing.content(criteria, texts)
    fire(actor, review, "seal", version=review.version + 1)
    review.version += 1
    review.points = content["points"]
    review.sealed_at = review.changed_at = clock.now()
    review.reopened_at = None
    db.session.add(
        ReviewVersion(
            review_id=review.id,
            version=review.version,
            content=content,
            content_hash=sealing.fingerprint(content),
        )
    )
    _count(review, criteria, content["scores"])
    db.session.flush()
    return review


def _count(review: Review, criteria: list[Criterion], values: dict[str, int | None]) -> None:
    db.session.add_all(
        Score(review_id=review.id, criterion_id=c.id, value=values[c.key]) for c in criteria
    )


def _hold_stage(review_id: int) -> None:
    """Nobody closes the stage while this is being handed in or given back; taken before the review, as
    whoever closes it does."""
    wanted = sa.select(Stage.id).join(Review, Review.stage_id == Stage.id)
    db.session.execute(wanted.where(Review.id == review_id).with_for_update(read=True, of=Stage))


def reopen(actor: Actor, review_id: int, reason: str) -> Review:
    """Give a sealed review back: by its author while the stage is open, later by an officer.

    The version stays; its scores do not count until it is handed in again.
    """
    why = _reason(reason)
    _hold_stage(review_id)
    review = locked(Review, review_id)
    fire(actor, review, "reopen", reason=why, version=review.version)
    db.session.add(
        Reopening(
            review_id=review.id, version=review.version, reopened_by=actor.user_id, reason=why
        )
    )
    db.session.execute(sa.delete(Score).where(Score.review_id == review.id))
    review.points = review.sealed_at = None
    review.reopened_at = review.changed_at = clock.now()
    db.session.flush()
    return review


def abstain(actor: Actor, review_id: int, reason: str) -> Review:
    """Leave an application without a score of one's own; what was written is kept aside."""
    why = _reason(reason)
    _hold_stage(review_id)
    review = hold(actor, review_id)
    fire(actor, review, "abstain", reason=why)
    review.reason = why
    review.changed_at = clock.now()
    db.session.flush()
    return review


def reinstate(actor: Actor, review_id: int, reason: str) -> Review:
    """Take an abstention back; the draft is as it was left."""
    why = _reason(reason)
    _hold_stage(review_id)
    review = locked(Review, review_id)
    fire(actor, review, "reinstate", reason=why)
    review.reason = None
    review.reopened_at = review.changed_at = clock.now()
    db.session.flush()
    return review


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise Invalid(fields={"reason": [say("请填写理由。")]})
    if len(reason) > LONGEST_REASON:
        raise Invalid(fields={"reason": [say("不能超过 %(n)s 个字。", n=LONGEST_REASON)]})
    return reason
