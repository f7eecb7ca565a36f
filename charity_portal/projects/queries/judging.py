"""What judging needs to know of a call's applications, in few statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from charity_portal.kernel.database import db
from charity_portal.projects.models.applications import Application, DraftField

JUDGED = ("eligible", "decided", "proposed", "reserve", "refused", "awarded", "cancelled")
_MANY = 5000


@dataclass(frozen=True)
class Contestant:
    """One application of a call with who stands behind it."""

    id: int
    number: str
    title: str
    track_id: int | None
    organization_id: int
    lead: str


def contestants(call_id: int, states: Sequence[str] = JUDGED) -> list[Contestant]:
    """The applications of a call that passed screening, by number."""
    wanted = _described().where(Application.call_id == call_id, Application.state.in_(states))
    return [
        Contestant(*row)
        for row in db.session.execute(wanted.order_by(Application.number, Application.id))
    ]


def described(application_ids: Iterable[int]) -> dict[int, Contestant]:
    """These applications, whatever became of them."""
    ids = sorted(set(application_ids))
    return {
        row[0]: Contestant(*row)
        for at in range(0, len(ids), _MANY)
        for row in db.session.execute(_described().where(Application.id.in_(ids[at : at + _MANY])))
    }


def _described() -> sa.Select[int, str, str, int | None, int, str]:
    lead = sa.and_(DraftField.application_id == Application.id, DraftField.key == "lead_name")
    return sa.select(
        Application.id,
        sa.func.coalesce(Application.number, ""),
        Application.title,
        Application.track_id,
        Application.organization_id,
        sa.func.coalesce(DraftField.value, ""),
    ).outerjoin(DraftField, lead)


def applicants_of(call_id: int) -> set[int]:
    """The organizations that handed something in, whatever became of it."""
    wanted = sa.select(Application.organization_id).where(
        Application.call_id == call_id, Application.submitted_at.is_not(None)
    )
    return set(db.session.scalars(wanted))


@dataclass(frozen=True)
class Responsible:
    """Who was responsible for an awarded project: the named lead, and whose account wrote it."""

    organization_id: int
    lead: str
    user_id: int | None


def responsible_for_awards(organization_ids: Iterable[int]) -> list[Responsible]:
    """Everybody who was responsible for a project of these organizations that was awarded."""
    lead = sa.and_(DraftField.application_id == Application.id, DraftField.key == "lead_name")
    columns = (
        Application.organization_id,
        sa.func.coalesce(DraftField.value, ""),
        Application.created_by,
    )
    return [
        Responsible(*row)
        for row in db.session.execute(
            sa.select(*columns)
            .outerjoin(DraftField, lead)
            .where(
                Application.state == "awarded",
                Application.organization_id.in_(set(organization_ids)),
            )
            .order_by(Application.id)
        )
    ]
