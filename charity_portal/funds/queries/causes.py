"""Entries looked up by what caused them, or by their ids, for the domains that caused them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from charity_portal.funds.models.ledger import LedgerEntry
from charity_portal.kernel.database import db

AFTER_COLON = ";"
"""The sign that follows the colon: `reclaim:7:` to `reclaim:7;` holds every `reclaim:7:…`."""


@dataclass(frozen=True)
class Booked:
    """One entry for whoever caused it; `standing` is False when a reversal took it back."""

    id: int
    kind: str
    fund_id: int
    purpose_id: int
    amount_fen: int
    booked_on: date
    voucher: str
    source: str
    reverses_id: int | None
    standing: bool


def booked(entry_ids: Iterable[int]) -> dict[int, Booked]:
    """These entries by id; one statement."""
    return {b.id: b for b in _booked(LedgerEntry.id.in_(set(entry_ids)))}


def caused_by(causes: Iterable[str]) -> list[Booked]:
    """The entries whose source is `<cause>:<anything>`, in the order of posting; one statement."""
    spans = [
        sa.and_(LedgerEntry.source >= f"{cause}:", LedgerEntry.source < f"{cause}{AFTER_COLON}")
        for cause in causes
    ]
    return _booked(sa.or_(*spans)) if spans else []


def _booked(condition: sa.ColumnElement[bool]) -> list[Booked]:
    reversal = aliased(LedgerEntry)
    rows = db.session.execute(
        sa.select(LedgerEntry, reversal.id)
        .outerjoin(reversal, reversal.reverses_id == LedgerEntry.id)
        .where(condition)
        .order_by(LedgerEntry.id)
    )
    copied = [name for name in Booked.__dataclass_fields__ if name != "standing"]
    return [
        Booked(**{name: getattr(row, name) for name in copied}, standing=taken_back is None)
        for row, taken_back in rows
    ]
