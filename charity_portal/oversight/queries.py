"""The audit trail, read page by page."""

from dataclasses import dataclass

import sqlalchemy as sa

from charity_portal.kernel.audit import AuditEntry
from charity_portal.kernel.database import Page, db, page


@dataclass(frozen=True)
class TrailFilter:
    """What a reader narrows the trail by: who, what, which record."""

    actor_id: int | None = None
    action: str = ""
    subject_kind: str = ""
    subject_id: int | None = None

    def arguments(self) -> dict[str, str]:
        """The same filter as address parameters, empty ones left out."""
        pairs = {
            "actor": self.actor_id,
            "action": self.action,
            "kind": self.subject_kind,
            "record": self.subject_id,
        }
        return {key: str(value) for key, value in pairs.items() if value}


def trail(wanted: TrailFilter, after: str | None = None, size: int = 50) -> Page[AuditEntry]:
    """Entries newest first."""
    entries = sa.select(AuditEntry)
    if wanted.actor_id is not None:
        entries = entries.where(AuditEntry.actor_id == wanted.actor_id)
    if wanted.action:
        entries = entries.where(AuditEntry.action.startswith(wanted.action, autoescape=True))
    if wanted.subject_kind:
        entries = entries.where(AuditEntry.subject_kind == wanted.subject_kind)
    if wanted.subject_id is not None:
        entries = entries.where(AuditEntry.subject_id == wanted.subject_id)
    return page(entries, [AuditEntry.seq.desc()], after, size)


def subject_kinds() -> list[str]:
    """The kinds of record that the trail knows."""
    kinds = db.session.scalars(sa.select(AuditEntry.subject_kind).distinct())
    return sorted(kinds)
