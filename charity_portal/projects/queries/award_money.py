"""What an award has cost so far: what was paid, what came back, what was asked back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from charity_portal.funds.queries import causes
from charity_portal.funds.queries.causes import Booked
from charity_portal.kernel.database import db
from charity_portal.projects.models.applications import Application
from charity_portal.projects.models.tranches import Reclaim, Tranche


@dataclass(frozen=True)
class Sums:
    """Amounts of one award in fen. `demanded_fen` leaves out what was waived."""

    planned_fen: int = 0
    paid_fen: int = 0
    stopped_fen: int = 0
    demanded_fen: int = 0
    returned_fen: int = 0

    @property
    def net_fen(self) -> int:
        """What was paid and has not come back."""
        return self.paid_fen - self.returned_fen

    @property
    def claimable_fen(self) -> int:
        """What could be asked back besides what was asked already."""
        return max(self.paid_fen - self.demanded_fen, 0)

    @property
    def owed_fen(self) -> int:
        """What was asked back and has not come."""
        return self.demanded_fen - self.returned_fen


@dataclass(frozen=True)
class Paid:
    """What one award was paid so far, net of what came back, and the entries that say so."""

    fen: int
    entries: list[Booked] = field(default_factory=list)


def sums(application_id: int) -> Sums:
    """The amounts of one award."""
    return sums_of([application_id]).get(application_id, Sums())


def sums_of(application_ids: Iterable[int]) -> dict[int, Sums]:
    """The amounts of these awards; two statements."""
    ids = set(application_ids)
    found: dict[int, dict[str, int]] = {}
    amount = Tranche.amount_fen
    rows = db.session.execute(
        sa.select(
            Tranche.application_id,
            sa.func.sum(amount),
            sa.func.sum(sa.case((Tranche.state == "paid", amount), else_=0)),
            sa.func.sum(sa.case((Tranche.state == "stopped", amount), else_=0)),
        )
        .where(Tranche.application_id.in_(ids))
        .group_by(Tranche.application_id)
    )
    for key, planned, paid, stopped in rows:
        found[key] = {
            "planned_fen": int(planned),
            "paid_fen": int(paid),
            "stopped_fen": int(stopped),
        }
    asked = sa.case((Reclaim.state == "waived", Reclaim.returned_fen), else_=Reclaim.amount_fen)
    back = db.session.execute(
        sa.select(Reclaim.application_id, sa.func.sum(asked), sa.func.sum(Reclaim.returned_fen))
        .where(Reclaim.application_id.in_(ids))
        .group_by(Reclaim.application_id)
    )
    for key, demanded, returned in back:
        more = {"demanded_fen": int(demanded), "returned_fen": int(returned)}
        found[key] = found.get(key, {}) | more
    return {key: Sums(**values) for key, values in found.items()}


def refunds(reclaim_ids: Iterable[int]) -> list[Booked]:
    """The refunds of these demands as the ledger has them, the earliest first; one statement."""
    return causes.caused_by(f"reclaim:{key}" for key in reclaim_ids)


def purses_left(tranches: Sequence[Tranche], returned: Sequence[Booked]) -> dict[int, int]:
    """What each purse paid for an award and has not got back, in fen, by purpose."""
    left: dict[int, int] = {}
    for tranche in tranches:
        if tranche.state == "paid":
            left[tranche.purpose_id] = left.get(tranche.purpose_id, 0) + tranche.amount_fen
    for entry in returned:
        if entry.standing and entry.purpose_id in left:
            left[entry.purpose_id] -= entry.amount_fen
    return {purpose_id: fen for purpose_id, fen in left.items() if fen > 0}


def paid_by_number(numbers: Iterable[str]) -> dict[str, Paid]:
    """What the awards with these application numbers were paid so far, for everybody to see; awards
    that nothing was paid for are left out. Five statements however many there are."""
    rows = db.session.execute(
        sa.select(Application.id, Application.number).where(Application.number.in_(set(numbers)))
    ).all()
    number_of = {key: number or "" for key, number in rows}
    paid = db.session.execute(
        sa.select(Tranche.application_id, Tranche.payment_id).where(
            Tranche.application_id.in_(number_of),
            Tranche.state == "paid",
        )
    ).all()
    asked = db.session.execute(
        sa.select(Reclaim.application_id, Reclaim.id).where(
            Reclaim.application_id.in_({key for key, _ in paid})
        )
    ).all()
    owner = {f"reclaim:{key}": application_id for application_id, key in asked}
    payments = causes.booked(entry_id for _, entry_id in paid if entry_id is not None)
    entries: dict[int, list[Booked]] = {}
    for application_id, entry_id in paid:
        if entry_id in payments and payments[entry_id].standing:
            entries.setdefault(application_id, []).append(payments[entry_id])
    for refund in refunds(key for _, key in asked):
        if refund.standing:
            entries.setdefault(owner[refund.source.rpartition(":")[0]], []).append(refund)
    return {
        number_of[key]: Paid(sum(_signed(e) for e in found), found)
        for key, found in entries.items()
    }


def _signed(entry: Booked) -> int:
    return entry.amount_fen if entry.kind == "payment" else -entry.amount_fen
