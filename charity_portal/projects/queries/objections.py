"""Reading objections: for the staff who answer them, and for whoever holds a number and its code."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from charity_portal.kernel import clock
from charity_portal.kernel.database import db
from charity_portal.kernel.secrets import blind_indexes
from charity_portal.projects.models.notices import Objection
from charity_portal.projects.rules import notices as rules


def objection_counts(notice_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many objections to each notice are in which state."""
    found: dict[int, dict[str, int]] = {key: {} for key in notice_ids}
    rows = db.session.execute(
        sa.select(Objection.notice_id, Objection.state, sa.func.count())
        .where(Objection.notice_id.in_(notice_ids))
        .group_by(Objection.notice_id, Objection.state)
    )
    for notice_id, state, number in rows:
        found[notice_id][state] = number
    return found


def objection(objection_id: int) -> Objection | None:
    """One objection with its notice and application; for staff."""
    return db.session.get(
        Objection,
        objection_id,
        options=[joinedload(Objection.application), joinedload(Objection.notice)],
    )


def objections_of(notice_id: int) -> list[Objection]:
    """The objections to a notice in the order they came; for staff."""
    wanted = sa.select(Objection).where(Objection.notice_id == notice_id)
    return list(
        db.session.scalars(wanted.options(joinedload(Objection.application)).order_by(Objection.id))
    )


def open_objections() -> list[Objection]:
    """What waits for an answer anywhere, the most urgent first."""
    wanted = (
        sa.select(Objection)
        .where(Objection.state.in_(rules.OPEN))
        .options(joinedload(Objection.application), joinedload(Objection.notice))
        .order_by(Objection.due_on, Objection.id)
        .limit(200)
    )
    return list(db.session.scalars(wanted))


def late_objections() -> list[Objection]:
    """What should have been answered before today."""
    return [o for o in open_objections() if o.due_on < clock.today()]


def objection_by_code(number: str, code: str) -> Objection | None:
    """The objection for whoever holds its number and code; anything else finds nothing."""
    plain = "".join(c for c in code.upper() if c.isalnum())
    return db.session.scalar(
        sa.select(Objection)
        .where(
            Objection.number == number.strip().upper(),
            Objection.code_hash.in_(blind_indexes("objection", plain)),
        )
        .options(joinedload(Objection.application), joinedload(Objection.notice))
    )


def objection_by_number(number: str) -> Objection | None:
    """The objection of that number; the caller has checked that the reader holds its code."""
    wanted = sa.select(Objection).where(Objection.number == number)
    return db.session.scalar(
        wanted.options(joinedload(Objection.application), joinedload(Objection.notice))
    )
