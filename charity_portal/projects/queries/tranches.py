"""Reading what awards are paid in, and what has to come back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from charity_portal.kernel import clock
from charity_portal.kernel.database import Page, db, page
from charity_portal.kernel.files import StoredFile
from charity_portal.organizations import queries as organizations
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.calls import Call
from charity_portal.projects.models.screening import Award
from charity_portal.projects.models.tranches import GrantBar, Reclaim, Tranche
from charity_portal.projects.rules.paying import DUE_SOON_DAYS

CURRENCY = "CNY"
"""The ledger is kept in yuan: awards in other currencies are records of others' payments."""


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed down to. `show` is `unplanned`, `due`, `all` or a state."""

    show: str = "due"
    call_id: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the list: a tranche, or an award that has no plan yet (`tranche` is None)."""

    application: Application
    award: Award
    tranche: Tranche | None
    organization: str


def tranche(tranche_id: int) -> Tranche | None:
    """The row with its application; for this domain's own pages."""
    wanted = sa.select(Tranche).where(Tranche.id == tranche_id)
    return db.session.scalar(wanted.options(joinedload(Tranche.application)))


def tranches(application_id: int) -> list[Tranche]:
    """How an award is paid, the first part first."""
    return tranches_of([application_id]).get(application_id, [])


def tranches_of(application_ids: Iterable[int]) -> dict[int, list[Tranche]]:
    """How these awards are paid; one statement."""
    wanted = sa.select(Tranche).where(Tranche.application_id.in_(set(application_ids)))
    found: dict[int, list[Tranche]] = {}
    for row in db.session.scalars(wanted.order_by(Tranche.application_id, Tranche.position)):
        found.setdefault(row.application_id, []).append(row)
    return found


def evidence_file(found: Tranche) -> StoredFile | None:
    """What was put down to show that the condition is met."""
    return db.session.get(StoredFile, found.evidence_file_id) if found.evidence_file_id else None


def reclaim(reclaim_id: int) -> Reclaim | None:
    """The row with its application; for this domain's own pages."""
    wanted = sa.select(Reclaim).where(Reclaim.id == reclaim_id)
    return db.session.scalar(wanted.options(joinedload(Reclaim.application)))


def reclaims_of(application_ids: Iterable[int]) -> dict[int, list[Reclaim]]:
    """What these awards have to give back, the newest first; one statement."""
    wanted = sa.select(Reclaim).where(Reclaim.application_id.in_(set(application_ids)))
    found: dict[int, list[Reclaim]] = {}
    for row in db.session.scalars(wanted.order_by(Reclaim.id.desc())):
        found.setdefault(row.application_id, []).append(row)
    return found


def reclaims_page(state: str, after: str | None = None) -> Page[tuple[Reclaim, str]]:
    """One screenful of demands with the organization's name, the first due first."""
    found = sa.select(Reclaim).options(joinedload(Reclaim.application))
    if state:
        found = found.where(Reclaim.state == state)
    cut = page(found, order=[Reclaim.due_on, Reclaim.id], after=after)
    names = organizations.names({r.application.organization_id for r in cut.items})
    rows = [(r, names.get(r.application.organization_id, "")) for r in cut.items]
    return Page(rows, cut.next_cursor, cut.first)


def bar(bar_id: int) -> GrantBar | None:
    """The row itself; for this domain's own pages."""
    return db.session.get(GrantBar, bar_id)


def award(application_id: int) -> Award | None:
    """What an application was granted."""
    return db.session.scalar(sa.select(Award).where(Award.application_id == application_id))


def awarded(application_id: int) -> Application | None:
    """An application that was granted something to be paid here; None for all others."""
    wanted = _awards().where(Application.id == application_id)
    found = db.session.execute(wanted).first()
    return found[0] if found else None


def _awards() -> sa.Select[Application, Award]:
    """Awards of this portal with application and call; taken over records are paid elsewhere."""
    return (
        sa.select(Application, Award)
        .join(Award, Award.application_id == Application.id)
        .join(Call, Call.id == Application.call_id)
        .options(contains_eager(Application.call))
        .where(
            Application.state == "awarded",
            Application.external_ref.is_(None),
            Call.currency == CURRENCY,
            Award.amount_fen > 0,
        )
    )


def awards_of(organization_ids: Iterable[int], after: str | None = None) -> Page[Row]:
    """One screenful of what these organizations were granted, the newest first."""
    found: Any = _awards().where(Application.organization_id.in_(set(organization_ids)))
    cut = page(found, order=[Award.id.desc()], after=after, size=20)
    return _page(cut, [(row[0], row[1], None) for row in cut.items])


def listed(wanted: Filter, after: str | None = None, size: int = 50) -> Page[Row]:
    """One screenful of tranches, the first due first, or of awards without a plan, the oldest first;
    the number of statements does not grow with the rows."""
    if wanted.show == "unplanned":
        cut = page(_selected(wanted), order=[Award.id], after=after, size=size)
        return _page(cut, [(row[0], row[1], None) for row in cut.items])
    order = [Tranche.due_on, Tranche.id]
    cut = page(_selected(wanted), order=order, after=after, size=size)
    return _page(cut, [(row[0], row[1], row[2]) for row in cut.items])


def count(wanted: Filter) -> int:
    """How many lines the filter finds."""
    found = _selected(wanted).with_only_columns(Award.id, maintain_column_froms=True)
    return db.session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0


def everything(wanted: Filter) -> Iterator[Row]:
    """All lines that the filter finds, in the order of the list, for export; read in pieces."""
    after: str | None = None
    while True:
        found = listed(wanted, after, size=1000)
        yield from found.items
        after = found.next_cursor
        if after is None:
            return


def _selected(wanted: Filter) -> Any:
    found: Any
    if wanted.show == "unplanned":
        planned = sa.exists().where(Tranche.application_id == Application.id)
        found = _awards().where(~planned)
    else:
        found = _awards().join(Tranche, Tranche.application_id == Application.id)
        found = found.add_columns(Tranche)
        if wanted.show == "due":
            soon = clock.today() + timedelta(days=DUE_SOON_DAYS)
            found = found.where(Tranche.state == "planned", Tranche.due_on <= soon)
        elif wanted.show != "all":
            found = found.where(Tranche.state == wanted.show)
    if wanted.call_id is not None:
        found = found.where(Application.call_id == wanted.call_id)
    text = wanted.text.strip()
    if text:
        found = found.where(
            sa.or_(
                Application.title.icontains(text, autoescape=True),
                Application.number.icontains(text, autoescape=True),
                Application.organization_id.in_(organizations.named_like(text)),
            )
        )
    return found


def _page(cut: Page[Any], found: Sequence[tuple[Application, Award, Tranche | None]]) -> Page[Row]:
    names = organizations.names({a.organization_id for a, _, _ in found})
    rows = [Row(a, award, t, names.get(a.organization_id, "")) for a, award, t in found]
    return Page(rows, cut.next_cursor, cut.first)


def totals() -> dict[str, tuple[int, int]]:
    """How many tranches stand in each state and how much they are, in fen; `due` and `unplanned`
    beside them. Three statements."""
    rows = db.session.execute(
        sa.select(Tranche.state, sa.func.count(), sa.func.sum(Tranche.amount_fen)).group_by(
            Tranche.state
        )
    )
    found = {state: (n, int(fen or 0)) for state, n, fen in rows}
    for show, amount in (("due", Tranche.amount_fen), ("unplanned", Award.amount_fen)):
        chosen = _selected(Filter(show)).with_only_columns(
            amount.label("fen"), maintain_column_froms=True
        )
        inner = chosen.subquery()
        n, fen = db.session.execute(sa.select(sa.func.count(), sa.func.sum(inner.c.fen))).one()
        found[show] = (n, int(fen or 0))
    return found


def calls_with_awards() -> list[Call]:
    """The calls that granted something to be paid here, the newest first."""
    granted = (
        sa.exists()
        .where(Application.call_id == Call.id, Award.application_id == Application.id)
        .where(Application.state == "awarded", Application.external_ref.is_(None))
    )
    wanted = sa.select(Call).where(granted, Call.currency == CURRENCY)
    return list(db.session.scalars(wanted.order_by(Call.id.desc()).limit(300)))


def last_plan(call_id: int, but: int) -> list[Tranche]:
    """The plan that was made last for another award of the call."""
    newest = (
        sa.select(Tranche.application_id)
        .join(Application, Application.id == Tranche.application_id)
        .where(Application.call_id == call_id, Application.id != but)
        .order_by(Tranche.planned_at.desc(), Tranche.id.desc())
        .limit(1)
    )
    found = db.session.scalar(newest)
    return tranches(found) if found is not None else []


def counted_on(purpose_ids: Iterable[int], but: int) -> dict[int, int]:
    """What other awards' tranches still to be approved count on from each purse, in fen."""
    rows = db.session.execute(
        sa.select(Tranche.purpose_id, sa.func.sum(Tranche.amount_fen))
        .where(
            Tranche.purpose_id.in_(set(purpose_ids)),
            Tranche.application_id != but,
            Tranche.state.in_(("planned", "released")),
        )
        .group_by(Tranche.purpose_id)
    )
    return {purpose_id: int(fen) for purpose_id, fen in rows}


def awards_by_application(application_ids: Iterable[int]) -> dict[int, Award]:
    """What these applications were granted; one statement."""
    wanted = sa.select(Award).where(Award.application_id.in_(set(application_ids)))
    return {row.application_id: row for row in db.session.scalars(wanted)}


def owed_by(organization_ids: Iterable[int], limit: int) -> list[Reclaim]:
    """What these organizations still have to give back, the first due first."""
    wanted = (
        sa.select(Reclaim)
        .join(Application, Application.id == Reclaim.application_id)
        .options(contains_eager(Reclaim.application))
        .where(Application.organization_id.in_(set(organization_ids)), Reclaim.state == "demanded")
    )
    return list(db.session.scalars(wanted.order_by(Reclaim.due_on, Reclaim.id).limit(limit)))
