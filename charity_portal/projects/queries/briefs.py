"""Applications in a few words, for those who handle many of them: two statements however many."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from charity_portal.kernel.database import db
from charity_portal.kernel.i18n import language
from charity_portal.organizations import queries as organizations
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Track


@dataclass(frozen=True)
class Brief:
    """An application with its track and its applicant, named for the reader; `track` is empty without."""

    id: int
    number: str
    title: str
    state: str
    organization_id: int
    organization: str
    track_id: int | None
    track: str


def briefs(ids: Iterable[int]) -> dict[int, Brief]:
    """The applications with these ids (a few thousand at most)."""
    columns = (
        Application.id,
        Application.number,
        Application.title,
        Application.state,
        Application.organization_id,
        Application.track_id,
        Track.title_zh,
        Track.title_en,
    )
    wanted = sa.select(*columns).outerjoin(Track, Track.id == Application.track_id)
    rows = db.session.execute(wanted.where(Application.id.in_(set(ids)))).all()
    names = organizations.names({row.organization_id for row in rows})
    english = language() == "en"
    return {
        row.id: Brief(
            id=row.id,
            number=row.number or "",
            title=row.title,
            state=row.state,
            organization_id=row.organization_id,
            organization=names.get(row.organization_id, ""),
            track_id=row.track_id,
            track=(english and row.title_en) or row.title_zh or "",
        )
        for row in rows
    }
