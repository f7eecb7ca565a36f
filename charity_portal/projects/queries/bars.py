"""Who may not apply for the time being."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from charity_portal.kernel import clock
from charity_portal.kernel.database import Page, db, page
from charity_portal.organizations import queries as organizations
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.tranches import GrantBar


@dataclass(frozen=True)
class BarRow:
    """One bar in a list; `running` says whether it keeps the organization out today."""

    bar: GrantBar
    organization: str
    application: Application
    running: bool


def barred_until(organization_ids: Iterable[int]) -> dict[int, date]:
    """The last day on which each of these organizations is kept out; those who may apply are left
    out. One statement."""
    rows = db.session.execute(
        sa.select(GrantBar.organization_id, sa.func.max(GrantBar.until))
        .where(GrantBar.organization_id.in_(set(organization_ids)), *_running(clock.today()))
        .group_by(GrantBar.organization_id)
    )
    return dict(rows.all())


def _running(today: date) -> tuple[sa.ColumnElement[bool], ...]:
    return GrantBar.since <= today, GrantBar.until >= today, GrantBar.lifted_at.is_(None)


def bars_of(organization_ids: Iterable[int]) -> list[BarRow]:
    """All bars of these organizations, the newest first."""
    wanted = sa.select(GrantBar, Application).join(
        Application, Application.id == GrantBar.application_id
    )
    found = wanted.where(GrantBar.organization_id.in_(set(organization_ids)))
    return _rows([(b, a) for b, a in db.session.execute(found.order_by(GrantBar.id.desc()))])


def bars_page(running: bool, after: str | None = None) -> Page[BarRow]:
    """One screenful of bars, the newest first; those that run today, or all."""
    found: Any = sa.select(GrantBar, Application).join(
        Application, Application.id == GrantBar.application_id
    )
    if running:
        found = found.where(*_running(clock.today()))
    cut = page(found, order=[GrantBar.id.desc()], after=after)
    return Page(_rows([(row[0], row[1]) for row in cut.items]), cut.next_cursor, cut.first)


def _rows(found: list[tuple[GrantBar, Application]]) -> list[BarRow]:
    names = organizations.names({bar.organization_id for bar, _ in found})
    today = clock.today()
    return [
        BarRow(
            bar,
            names.get(bar.organization_id, ""),
            application,
            bar.lifted_at is None and bar.since <= today <= bar.until,
        )
        for bar, application in found
    ]
