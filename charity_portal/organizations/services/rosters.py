"""Rosters: kept, checked, confirmed, and the one write that applies them, whole or not at all."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from charity_portal.kernel import audit, clock, files, jobs
from charity_portal.kernel.database import db, locked
from charity_portal.kernel.permissions import Actor, require
from charity_portal.kernel.states import fire
from charity_portal.organizations import errors, queries
from charity_portal.organizations.models import Organization, RosterChange, RosterImport
from charity_portal.organizations.rules.identity import FIELDS
from charity_portal.organizations.rules.roster import Change, Known, Plan, plan
from charity_portal.organizations.rules.roster_rows import Entry

_BATCH = 1000
_WRITTEN = [
    column.key
    for column in sa.inspect(Organization).column_attrs
    if column.key not in ("id", "host_id", "created_at", "updated_at")
]


def begin_roster(actor: Actor, upload: files.Prepared, language: str) -> RosterImport:
    """Keep a roster and have it checked; `job_id` leads to the progress."""
    require(actor, "organizations:roster:manage")
    row = RosterImport(file_id=files.keep(actor, upload).id, created_by=actor.user_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "organizations.roster.upload", row, after={"sha256": upload.sha256})
    _queue(actor, row, "check", language)
    return row


def recheck_roster(actor: Actor, import_id: int, language: str) -> RosterImport:
    """Compare a checked roster with the register once more."""
    row = locked(RosterImport, import_id)
    fire(actor, row, "recheck")
    _queue(actor, row, "check", language)
    return row


def confirm_roster(actor: Actor, import_id: int, language: str) -> RosterImport:
    """Have a checked roster applied; pressing twice applies once."""
    require(actor, "organizations:roster:manage")
    row = locked(RosterImport, import_id)
    row.MACHINE.step(row.state, "apply")
    _queue(actor, row, "apply", language)
    return row


def discard_roster(actor: Actor, import_id: int) -> None:
    """Put a roster aside; nothing was and nothing will be changed by it."""
    fire(actor, locked(RosterImport, import_id), "refuse")


def _queue(actor: Actor, row: RosterImport, step: str, language: str) -> None:
    args = {"import_id": row.id, "language": language}
    row.job_id = jobs.enqueue(actor, f"organizations.roster_{step}", args).id


def compare(entries: Sequence[Entry]) -> Plan:
    """What these rows would do to the register as it stands; reads in batches of 1000."""
    refs = {ref for entry in entries for ref in (entry.org_ref, entry.host) if ref}
    filed = {str(n) for entry in entries if (n := entry.values.get("filing_number"))}
    found: dict[int, Known] = {}
    for column, wanted in ((Organization.org_ref, refs), (Organization.filing_number, filed)):
        for some in _batches(sorted(wanted)):
            found |= {known.id: known for known in _known(column.in_(some))}
    return plan(entries, list(found.values()))


def _known(condition: sa.ColumnElement[bool]) -> Iterator[Known]:
    host = aliased(Organization)
    standings = queries.standings_on(clock.today())
    rows = db.session.execute(
        sa.select(Organization, host.org_ref)
        .outerjoin(host, host.id == Organization.host_id)
        .where(condition)
    )
    for row, host_ref in rows:
        yield Known(
            row.id,
            row.org_ref,
            {name: getattr(row, name) for name in FIELDS},
            host_ref,
            standings.get(row.id, "normal"),
            row.archived_at is not None,
        )


def record_check(
    actor: Actor,
    row: RosterImport,
    found: Plan | None,
    preview: list[dict[str, Any]],
    problems: list[dict[str, Any]],
    error_file: files.Prepared | None,
) -> None:
    """Write down what the check of a roster showed; with anything wrong it is refused."""
    row.counts = found.counts if found else None
    row.preview, row.problems = preview, problems
    row.fingerprint = found.fingerprint() if found else None
    row.error_file_id = files.keep(actor, error_file).id if error_file else None
    fire(actor, row, "refuse" if problems else "pass", counts=row.counts)


def apply(actor: Actor, row: RosterImport, entries: Sequence[Entry]) -> Plan:
    """Write a checked roster into the register; RegisterMoved when it would do something else now.

    Everything happens in the caller's transaction. The trail gets one entry with the counts and the
    seal of the changes; the changes themselves stand in `roster_change`, which nobody can alter.
    """
    current = compare(entries)
    if current.problems or current.fingerprint() != row.fingerprint:
        raise errors.RegisterMoved
    ids = _write(current.changes)
    changes = [
        {
            "import_id": row.id,
            "organization_id": ids[change.org_ref],
            "row": change.number,
            "changes": change.public(),
        }
        for change in current.changes
    ]
    if changes:
        db.session.execute(sa.insert(RosterChange), changes)
    row.applied_at = clock.now()
    fire(actor, row, "apply", counts=current.counts, fingerprint=row.fingerprint)
    return current


def _write(changes: Sequence[Change]) -> dict[str, int]:
    """New rows and changed columns in batches; the ids of what was written, by identifier.

    Hosts come last: the host of a row may stand further down in the same roster.
    """
    new = [change for change in changes if change.id is None]
    if new:
        db.session.execute(sa.insert(Organization), [_columns(change) for change in new])
    loaded = _loaded([change.id for change in changes if change.id is not None])
    now = clock.now()
    for change in changes:
        if change.id is not None:
            _assign(loaded[change.id], change)
            loaded[change.id].updated_at = now
    db.session.flush()
    ids = _ids([change.org_ref for change in changes])
    _set_hosts([change for change in changes if "host" in change.fields], ids)
    return ids


def _assign(row: Organization, change: Change) -> None:
    row.org_ref = change.org_ref
    for name, (_, value) in change.fields.items():
        if name != "host":
            setattr(row, name, value)


def _columns(change: Change) -> dict[str, Any]:
    """A new row as the table takes it: an object would be written alone, so that its id comes back."""
    row = Organization(is_hub=False, is_charity=False)
    _assign(row, change)
    return {name: getattr(row, name) for name in _WRITTEN}


def _ids(refs: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    wanted = sa.select(Organization.org_ref, Organization.id)
    for some in _batches(refs):
        found |= dict(db.session.execute(wanted.where(Organization.org_ref.in_(some))).all())
    return found


def _set_hosts(changes: Sequence[Change], ids: dict[str, int]) -> None:
    named = {change.org_ref: change.fields["host"][1] for change in changes}
    known = ids | _ids(sorted({ref for ref in named.values() if ref and ref not in ids}))
    moved = [
        {"id": ids[ref], "host_id": known[host] if host else None} for ref, host in named.items()
    ]
    if moved:
        db.session.execute(sa.update(Organization), moved)


def _loaded(ids: list[int]) -> dict[int, Organization]:
    """The rows to change, locked where the database can."""
    found: dict[int, Organization] = {}
    for some in _batches(sorted(ids)):
        wanted = sa.select(Organization).where(Organization.id.in_(some)).with_for_update()
        found |= {row.id: row for row in db.session.scalars(wanted)}
    return found


def _batches(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[i : i + _BATCH] for i in range(0, len(values), _BATCH))
