"""The members of a panel: asked, answering, standing in, leaving; how much each reviews."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from charity_portal.competitions.errors import AnswerTooLate
from charity_portal.competitions.models.editions import Edition
from charity_portal.competitions.models.panels import Panelist
from charity_portal.competitions.models.reviews import Review
from charity_portal.competitions.queries import panels as queries
from charity_portal.competitions.services import conflicts, panel_letters, seats
from charity_portal.kernel import audit, clock
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import SYSTEM, Actor, require
from charity_portal.kernel.states import fire

ANSWER_WITHIN = timedelta(days=5)
REMIND_BEFORE = timedelta(days=1)


def invite(actor: Actor, edition_id: int, due_at: datetime) -> int:
    """Ask those who were drawn, in order, until every seat is taken or asked for; how many were
    asked. Invalid for a due date that is not ahead."""
    require(actor, "competitions:panel:manage")
    edition = seats.running(edition_id)
    if due_at <= clock.now():
        raise Invalid(fields={"due_at": [say("答复截止时间应晚于现在。")]})
    asked = 0
    for panelist in queries.waiting(edition_id)[: queries.seats_open(edition)]:
        _invite(actor, panelist, due_at)
        asked += 1
    return asked


def _invite(
    actor: Actor, panelist: Panelist, due_at: datetime, instead_of: Panelist | None = None
) -> None:
    fire(actor, panelist, "invite", due_at=due_at.isoformat())
    panelist.invited_at, panelist.answer_due_at = clock.now(), due_at
    panelist.stands_in_for_id = instead_of.id if instead_of is not None else None
    db.session.flush()
    panel_letters.invited(actor, panelist)


def _replace(left: Panelist) -> None:
    """Call up the next stand-by for a seat that came free, with as much time to answer. The portal
    does it, in the order drawn."""
    edition = locked(Edition, left.edition_id)
    if edition.state not in queries.RUNNING or not queries.seats_open(edition):
        return
    standbys = queries.waiting(left.edition_id)
    if standbys:
        time = ANSWER_WITHIN
        if left.answer_due_at is not None and left.invited_at is not None:
            time = left.answer_due_at - left.invited_at
        _invite(SYSTEM, standbys[0], clock.now() + time, left)


def accept(actor: Actor, panelist_id: int) -> Panelist:
    """Take the seat. Conflicts that show at once are entered at once. AnswerTooLate after the date."""
    panelist = _answering(actor, panelist_id)
    fire(actor, panelist, "accept")
    panelist.answered_at = clock.now()
    db.session.flush()
    conflicts.detect(SYSTEM, panelist.edition_id)
    return panelist


def decline(actor: Actor, panelist_id: int, reason: str) -> Panelist:
    """Say no, with the reason; the next stand-by is asked."""
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请填写理由。")]})
    panelist = _answering(actor, panelist_id)
    fire(actor, panelist, "decline", reason=reason.strip())
    _left(panelist, reason)
    return panelist


def _answering(actor: Actor, panelist_id: int) -> Panelist:
    panelist = seats.hold(panelist_id)
    require(actor, "competitions:panel:answer", panelist)
    due = panelist.answer_due_at
    if panelist.state == "invited" and due is not None and due <= clock.now():
        raise AnswerTooLate
    return panelist


def _left(panelist: Panelist, reason: str) -> None:
    panelist.answered_at, panelist.answer_reason = clock.now(), reason.strip()
    db.session.flush()
    _replace(panelist)


def withdraw(actor: Actor, panelist_id: int, reason: str) -> Panelist:
    """A member who had accepted leaves, or is taken off by an officer, with the reason. Open reviews
    are voided, sealed ones stay; the next stand-by is asked. Announced, so that what is now unassigned
    can be assigned anew."""
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请填写理由。")]})
    panelist = seats.hold(panelist_id)
    fire(actor, panelist, "withdraw", reason=reason.strip())
    panelist.answer_reason = reason.strip()
    db.session.flush()
    conflicts.void(
        db.session.scalars(
            sa.select(Review)
            .where(Review.panelist_id == panelist_id, Review.state == "open")
            .order_by(Review.id)
        ).all()
    )
    if actor.user_id != panelist.user_id:
        panel_letters.withdrawn(actor, panelist, reason.strip())
    _replace(panelist)
    return panelist


def release(actor: Actor, panelist_id: int, reason: str) -> Panelist:
    """Let a stand-by, or somebody who has not answered, go; whoever was asked is told."""
    require(actor, "competitions:panel:manage")
    if not reason.strip():
        raise Invalid(fields={"reason": [say("请填写理由。")]})
    panelist = seats.hold(panelist_id)
    asked = panelist.state == "invited"
    fire(actor, panelist, "release", reason=reason.strip())
    panelist.answer_reason = reason.strip()
    db.session.flush()
    if asked:
        panel_letters.released(actor, panelist)
        _replace(panelist)
    return panelist


def lapse_due(actor: Actor) -> int:
    """Let go whoever did not answer in time, and ask the next ones; how many."""
    late = sa.select(Panelist.id).where(
        Panelist.state == "invited", Panelist.answer_due_at <= clock.now()
    )
    lapsed = 0
    ended = sa.select(Edition.id).where(Edition.state.not_in(queries.RUNNING))
    late = late.where(Panelist.edition_id.not_in(ended)).order_by(Panelist.edition_id, Panelist.id)
    for panelist_id in db.session.scalars(late).all():
        panelist = seats.hold(panelist_id)
        if panelist.state == "invited":
            fire(actor, panelist, "release", due_at=str(panelist.answer_due_at))
            panel_letters.released(actor, panelist)
            _replace(panelist)
            lapsed += 1
    return lapsed


def to_remind() -> list[Panelist]:
    """Who has to answer within a day and has not."""
    now = clock.now()
    return list(
        db.session.scalars(
            sa.select(Panelist)
            .where(
                Panelist.state == "invited",
                Panelist.answer_due_at > now,
                Panelist.answer_due_at <= now + REMIND_BEFORE,
            )
            .order_by(Panelist.id)
        )
    )


def set_loads(actor: Actor, edition_id: int, loads: Mapping[int, tuple[int, int]]) -> int:
    """Bound the reviews of members in one stage, (least, most) by panelist id; how many changed."""
    require(actor, "competitions:panel:manage")
    edition = seats.running(edition_id)
    changed = 0
    for panelist_id, (least, most) in sorted(loads.items()):
        panelist = locked(Panelist, panelist_id)
        if panelist.edition_id != edition.id or not 0 <= least <= most:
            raise Invalid(say("评审数量的下限不能大于上限。"))
        before = {"min": panelist.min_load, "max": panelist.max_load}
        after = {"min": least, "max": most}
        if before != after:
            panelist.min_load, panelist.max_load = least, most
            audit.record(actor, "competitions.panelist.load", panelist, before, after)
            changed += 1
    db.session.flush()
    return changed
