"""What happened to an organization: the trail and the rosters, in words."""

from typing import Any

from charity_portal.accounts import queries as accounts
from charity_portal.kernel import audit
from charity_portal.kernel.audit import AuditEntry
from charity_portal.kernel.i18n import say
from charity_portal.organizations import queries
from charity_portal.organizations.models import Organization
from charity_portal.organizations.rules import words

Line = dict[str, Any]


def lines(organization: Organization) -> list[Line]:
    """Newest first; each with `at`, `what`, `who`, `note` for the timeline."""
    entries = audit.history(organization)
    brought = queries.roster_changes(organization.id)
    ids = {entry.actor_id for entry in entries} | {roster.created_by for _, roster in brought}
    ids |= {_member(entry) for entry in entries}
    people = accounts.people(i for i in ids if i is not None)
    found = [_line(entry, people) for entry in entries]
    for change, roster in brought:
        new = "name" in change.changes and change.changes["name"][0] is None
        found.append(
            {
                "at": roster.applied_at,
                "what": words.ROSTER_NEW if new else words.ROSTER_CHANGED,
                "who": _name(roster.created_by, people),
                "note": "" if new else words.sentences(change.changes),
            }
        )
    return sorted(found, key=lambda line: line["at"], reverse=True)


def _member(entry: AuditEntry) -> int | None:
    found: int | None = (entry.after or {}).get("user")
    return found


def _name(user_id: int | None, people: dict[int, accounts.Person]) -> str:
    person = people.get(user_id) if user_id is not None else None
    return person.name if person else str(say("系统"))


def _line(entry: AuditEntry, people: dict[int, accounts.Person]) -> Line:
    return {
        "at": entry.at,
        "what": words.ACTIONS.get(entry.action, entry.action),
        "who": _name(entry.actor_id, people),
        "note": "\n".join(filter(None, [_note(entry, people), entry.reason])),
    }


def _note(entry: AuditEntry, people: dict[int, accounts.Person]) -> str:
    before, after = entry.before or {}, entry.after or {}
    if entry.action == "organizations.update":
        return words.sentences({name: [before.get(name), after[name]] for name in after})
    if entry.action == "organizations.standing":
        return str(
            say(
                "由“%(before)s”变为“%(after)s”，自 %(day)s 起。依据：%(basis)s",
                before=words.shown("standing", before["standing"]),
                after=words.shown("standing", after["standing"]),
                day=words.shown("from_date", after["from_date"]),
                basis=after["basis"],
            )
        )
    if "user" in after:
        return _membership(before, after, people)
    return words.shown("role", after["role"]) if "role" in after else ""


def _membership(
    before: dict[str, Any], after: dict[str, Any], people: dict[int, accounts.Person]
) -> str:
    name = _name(after["user"], people)
    if before.get("role") and after.get("role"):
        old, new = words.shown("role", before["role"]), words.shown("role", after["role"])
        return str(say("%(name)s：由“%(before)s”改为“%(after)s”", name=name, before=old, after=new))
    role = words.shown("role", after.get("role") or before.get("role"))
    return str(say("%(name)s，%(role)s", name=name, role=role))
