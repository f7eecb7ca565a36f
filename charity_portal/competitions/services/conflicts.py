"""Conflicts of interest: entered, detected, lifted. Each is a wall from the moment it is written."""

from collections.abc import Iterable

import sqlalchemy as sa

from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.panels import Conflict, Panelist
from charity_portal.competitions.models.reviews import Review, Score
from charity_portal.competitions.queries import conflicts as queries
from charity_portal.competitions.queries import panels
from charity_portal.competitions.rules import detection
from charity_portal.competitions.rules.detection import Finding
from charity_portal.competitions.rules.ties import GROUNDS, RECUSALS, TIES
from charity_portal.kernel import audit, clock, jobs
from charity_portal.kernel.database import db, insert_if_absent, locked
from charity_portal.kernel.errors import Invalid, NotFound, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import SYSTEM, Actor, require
from charity_portal.kernel.states import fire


def add(
    actor: Actor, panelist_id: int, application_id: int, code: str, note: str
) -> Conflict | None:
    """An officer enters a conflict with the reason; None when one is in force already.

    Reviews of the pair are voided and closed. Raises Invalid, NotFound.
    """
    require(actor, "competitions:conflict:change")
    panelist = panels.panelist(panelist_id)
    if panelist is None:
        raise NotFound
    if code not in TIES:
        raise Invalid(fields={"code": [say("请选择理由。")]})
    if not note.strip():
        raise Invalid(fields={"note": [say("请写明依据。")]})
    if application_id not in {a.id for a in queries.field(panelist.edition)}:
        raise Invalid(fields={"application": [say("请选择本届的申请项目。")]})
    return _enter(actor, panelist_id, application_id, "officer", code, note.strip())


def recuse(actor: Actor, review: Review, reason_code: str, note: str = "") -> Conflict | None:
    """A reviewer steps back from one application: the dossier closes for them at once."""
    require(actor, "competitions:review:read", review)
    if reason_code not in RECUSALS:
        raise Invalid(fields={"reason_code": [say("请选择回避理由。")]})
    return _enter(
        actor, review.panelist_id, review.application_id, "recused", reason_code, note.strip()
    )


def lift(actor: Actor, conflict_id: int, reason: str) -> None:
    """An approver finds that there is no conflict, and says why. The entry stays in the register;
    reviews that it voided stay void until they are assigned again."""
    conflict = locked(Conflict, conflict_id)
    require(actor, "competitions:conflict:lift", conflict)
    if conflict.lifted_at is not None:
        raise WrongState(say("该回避已经解除。"))
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请填写理由。")]})
    conflict.lifted_by, conflict.lifted_at = actor.user_id, clock.now()
    conflict.lifted_reason = reason.strip()
    for review in db.session.scalars(sa.select(Review).where(Review.conflict_id == conflict.id)):
        review.conflict_id = None
    db.session.flush()
    audit.record(
        actor, "competitions.conflict.lifted", conflict, after=_ids(conflict), reason=reason.strip()
    )
    _announce(actor, "lifted", conflict)


def detect(actor: Actor, edition_id: int) -> int:
    """Compare every member who accepted with every application of the edition; how many conflicts
    are new. Done twice it finds nothing new; what an approver lifted is not raised again on the
    same ground."""
    edition = locked(Edition, edition_id)
    applicants = queries.applicants(edition)
    behind = {key for applicant in applicants for key in applicant.organizations}
    judges = queries.judges(edition_id, behind)
    known = _known(edition_id)
    entered = 0
    for found in detection.detect(judges, applicants, clock.today()):
        pair = (found.panelist_id, found.application_id)
        earlier = known.setdefault(pair, [])
        if any(c.lifted_at is None or _settled(c, found) for c in earlier):
            continue
        conflict = _enter(actor, *pair, found.found, found.code, "")
        if conflict is not None:
            earlier.append(conflict)
            entered += 1
    return entered


def _settled(lifted: Conflict, found: Finding) -> bool:
    """Whether an approver has looked at this very ground: for a declared tie, since it was declared."""
    if lifted.code != found.code or lifted.lifted_at is None:
        return False
    return found.at is None or found.at <= lifted.lifted_at


def _known(edition_id: int) -> dict[tuple[int, int], list[Conflict]]:
    rows = db.session.scalars(
        sa.select(Conflict)
        .join(Panelist, Panelist.id == Conflict.panelist_id)
        .where(Panelist.edition_id == edition_id)
        .order_by(Conflict.id)
    )
    found: dict[tuple[int, int], list[Conflict]] = {}
    for row in rows:
        found.setdefault((row.panelist_id, row.application_id), []).append(row)
    return found


def detect_for(user_id: int) -> None:
    """Compare again wherever this person sits on a panel that is not finished."""
    editions = db.session.scalars(
        sa.select(Panelist.edition_id)
        .join(Edition, Edition.id == Panelist.edition_id)
        .where(
            Panelist.user_id == user_id,
            Panelist.state == "accepted",
            Edition.state.in_(panels.RUNNING),
        )
        .order_by(Panelist.edition_id)
    ).all()
    for edition_id in editions:
        detect(SYSTEM, edition_id)


def _enter(
    actor: Actor, panelist_id: int, application_id: int, found: str, code: str, note: str
) -> Conflict | None:
    """Write the conflict unless one is in force for the pair, and close what the pair has."""
    if code not in GROUNDS:
        raise KeyError(code)
    pair = {"panelist_id": panelist_id, "application_id": application_id}
    fresh = insert_if_absent(
        Conflict, **pair, found=found, code=code, note=note,
        made_by=None if actor.system else actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    if not fresh:
        return None
    conflict = db.session.scalars(
        sa.select(Conflict).filter_by(**pair, lifted_at=None).limit(1)
    ).one()
    audit.record(actor, "competitions.conflict.added", conflict, after=_ids(conflict))
    _close(conflict)
    _announce(actor, "added", conflict)
    return conflict


def _close(conflict: Conflict) -> None:
    """Void the reviews of the pair, sealed ones too: their scores count no longer."""
    reviews = db.session.scalars(
        sa.select(Review)
        .where(
            Review.panelist_id == conflict.panelist_id,
            Review.application_id == conflict.application_id,
        )
        .order_by(Review.id)
    ).all()
    void(reviews, conflict.id)


def void(reviews: Iterable[Review], conflict_id: int | None = None) -> int:
    """Take reviews out of the round; how many were still in it. The portal does it: what decided it is
    on record with whoever decided."""
    count = 0
    for review in reviews:
        if review.state != "void":
            db.session.execute(sa.delete(Score).where(Score.review_id == review.id))
            fire(SYSTEM, review, "void", conflict=conflict_id)
            count += 1
        if conflict_id is not None:
            review.conflict_id = conflict_id
    db.session.flush()
    return count


def _ids(conflict: Conflict) -> dict[str, int | str]:
    return {
        "panelist": conflict.panelist_id,
        "application": conflict.application_id,
        "found": conflict.found,
        "code": conflict.code,
    }


def _announce(actor: Actor, verb: str, conflict: Conflict) -> None:
    panelist = db.session.get_one(Panelist, conflict.panelist_id)
    jobs.announce(
        actor, f"competitions.conflict_{verb}", id=conflict.id, edition_id=panelist.edition_id
    )
