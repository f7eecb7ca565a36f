"""The audit trail: append-only, and each entry carries the hash of the one before.

Entries are queued while a transaction works and written as its last act, so that the chain's head is
held for the shortest time. They name ids and codes, never personal data: erasing a person must not
break the chain. The hash is an HMAC, so that rewriting the whole chain needs the portal's key; an
anchor (sequence and hash, printed in published documents) shows when the tail was cut.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, Session, mapped_column

from charity_portal.kernel import clock
from charity_portal.kernel.database import (
    JsonDict,
    Model,
    Stamp,
    before_commit,
    db,
    insert_if_absent,
    locked,
)
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.permissions import Actor
from charity_portal.kernel.triggers import append_only

GENESIS = "0" * 64

append_only("audit_entry")


class AuditEntry(Model):
    """One link: who did what to which record, and what changed."""

    __tablename__ = "audit_entry"
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[Stamp]
    actor_id: Mapped[int | None]
    by_system: Mapped[bool]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[int | None]
    before: Mapped[JsonDict | None]
    after: Mapped[JsonDict | None]
    reason: Mapped[str | None]
    prev_hash: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)

    __table_args__ = (sa.Index("ix_audit_entry_subject", "subject_kind", "subject_id", "seq"),)


class AuditHead(Model):
    """The chain's end; one row, locked by whoever appends."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str]

    __table_args__ = (sa.CheckConstraint("id = 1", name="single"),)


@dataclass(frozen=True)
class Anchor:
    """A known point of the chain: the hash that stood at a sequence number."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True)
class Verdict:
    """What walking the chain showed: `broken_at` is the first link that does not hold."""

    checked: int
    broken_at: int | None = None
    why: str | None = None

    @property
    def whole(self) -> bool:
        """Whether every link held."""
        return self.broken_at is None


def record(
    actor: Actor,
    action: str,
    subject: Model | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Queue an entry for the end of the open transaction. Values are ids, codes, amounts: no names."""
    db.session().info.setdefault("audit", []).append(
        (actor, action, subject, before, after, reason)
    )


@before_commit
def _append(session: Session) -> None:
    queued = session.info.pop("audit", [])
    if not queued:
        return
    session.flush()
    head = _locked_head()
    for actor, action, subject, before, after, reason in queued:
        entry = AuditEntry(
            seq=head.seq + 1,
            at=clock.now(),
            actor_id=actor.user_id,
            by_system=actor.system,
            action=action,
            subject_kind=subject.__tablename__ if subject is not None else "portal",
            subject_id=getattr(subject, "id", None),
            before=_plain(before),
            after=_plain(after),
            reason=reason,
            prev_hash=head.hash,
        )
        entry.hash = seal(entry)
        session.add(entry)
        head.seq, head.hash = entry.seq, entry.hash
    session.flush()


def _locked_head() -> AuditHead:
    """The chain's end, kept from others; begun by whoever appends first."""
    try:
        return locked(AuditHead, 1)
    except NotFound:
        insert_if_absent(AuditHead, id=1, seq=0, hash=GENESIS)
        return locked(AuditHead, 1)


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The same values as JSON will give them back, so that the hash can be recomputed."""
    if values is None:
        return None
    plain: dict[str, Any] = json.loads(json.dumps(dict(values), default=str, ensure_ascii=False))
    return plain


def seal(entry: AuditEntry) -> str:
    """The entry's own hash: HMAC-SHA256 over its place, its predecessor and its content."""
    content = [
        entry.seq,
        entry.prev_hash,
        entry.at.isoformat(),
        entry.actor_id,
        entry.by_system,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.before,
        entry.after,
        entry.reason,
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(current_app.config["AUDIT_KEY"], text.encode(), hashlib.sha256).hexdigest()


def head() -> Anchor:
    """The chain's end as it stands."""
    row = db.session.get(AuditHead, 1)
    return Anchor(row.seq, row.hash) if row else Anchor(0, GENESIS)


def _entries(batch: int = 1000) -> Iterator[AuditEntry]:
    """All entries in order, a thousand in memory at a time."""
    last = -1
    while True:
        part = db.session.scalars(
            sa.select(AuditEntry)
            .where(AuditEntry.seq > last)
            .order_by(AuditEntry.seq)
            .limit(batch)
            .execution_options(populate_existing=True)
        ).all()
        yield from part
        if len(part) < batch:
            return
        last = part[-1].seq
        db.session.expunge_all()


def verify(anchors: Iterable[Anchor] = ()) -> Verdict:
    """Walk the whole chain; name the first link that was edited, removed, inserted or cut off."""
    known = {anchor.seq: anchor.hash for anchor in anchors}
    prev, expected = GENESIS, 1
    for entry in _entries():
        if entry.seq != expected:
            return Verdict(expected - 1, expected, "missing")
        if entry.prev_hash != prev or entry.hash != seal(entry):
            return Verdict(expected - 1, entry.seq, "altered")
        if known.pop(entry.seq, entry.hash) != entry.hash:
            return Verdict(expected - 1, entry.seq, "differs from the published anchor")
        prev, expected = entry.hash, expected + 1
    end = head()
    if (end.seq, end.hash) != (expected - 1, prev):
        return Verdict(expected - 1, expected, "cut off before its recorded end")
    if known:
        return Verdict(expected - 1, min(known), "cut off before a published anchor")
    return Verdict(expected - 1)


def history(subject: Model, limit: int = 200) -> list[AuditEntry]:
    """A record's entries, newest first."""
    return list(
        db.session.scalars(
            sa.select(AuditEntry)
            .where(
                AuditEntry.subject_kind == subject.__tablename__,
                AuditEntry.subject_id == subject.__dict__.get("id"),
            )
            .order_by(AuditEntry.seq.desc())
            .limit(limit)
        )
    )
