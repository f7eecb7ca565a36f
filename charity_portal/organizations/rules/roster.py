"""What a roster would do to the register: new, changed, unchanged, wrong."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from charity_portal.kernel.i18n import Text, say
from charity_portal.organizations.rules.identity import FIELDS, PERSONAL, REGISTERED, STANDINGS
from charity_portal.organizations.rules.roster_rows import STANDING, Entry, Problem

_HIDDEN = "*"


@dataclass(frozen=True)
class Known:
    """An organization as the register has it."""

    id: int
    org_ref: str
    values: Mapping[str, Any]
    host_ref: str | None
    standing: str
    archived: bool

    @property
    def may_host(self) -> bool:
        """Whether community groups can apply through it."""
        return not self.archived and self.values["kind"] in REGISTERED


@dataclass(frozen=True)
class Change:
    """What a row would do: a new organization (`id` None), or `fields` of a known one."""

    number: int
    id: int | None
    org_ref: str
    name: str
    fields: dict[str, tuple[Any, Any]]

    def public(self) -> dict[str, list[Any]]:
        """`fields` as kept and shown: fields about people only say that they changed."""
        return {
            name: [_HIDDEN, _HIDDEN] if name in PERSONAL else [_plain(old), _plain(new)]
            for name, (old, new) in self.fields.items()
        }


@dataclass(frozen=True)
class Plan:
    """What a roster would do to the register as it stands."""

    changes: list[Change]
    unchanged: int
    problems: dict[int, list[Problem]]

    @property
    def counts(self) -> dict[str, int]:
        """Rows by what would happen to them."""
        new = sum(change.id is None for change in self.changes)
        return {
            "new": new,
            "changed": len(self.changes) - new,
            "unchanged": self.unchanged,
            "wrong": len(self.problems),
        }

    def fingerprint(self) -> str:
        """A seal of the changes: equal when, and only when, the same would be done."""
        content = [
            [
                c.number,
                c.id,
                c.org_ref,
                {k: [_plain(a), _plain(b)] for k, (a, b) in c.fields.items()},
            ]
            for c in self.changes
        ]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def packed(text: Text) -> dict[str, Any]:
    """A sentence as JSON, to be read later in the reader's language."""
    params = {k: packed(v) if isinstance(v, Text) else v for k, v in text.params.items()}
    return {"msgid": text.msgid, "params": params}


def unpacked(stored: Mapping[str, Any]) -> Text:
    """The sentence that was packed."""
    params = {k: unpacked(v) if isinstance(v, dict) else v for k, v in stored["params"].items()}
    return Text(stored["msgid"], params)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def plan(entries: Sequence[Entry], known: Sequence[Known]) -> Plan:
    """Compare a roster with the register: what is new, what changes, what is wrong."""
    by_ref = {organization.org_ref: organization for organization in known}
    by_filing = {k.values["filing_number"]: k for k in known if k.values["filing_number"]}
    hosts = {ref for ref, k in by_ref.items() if k.may_host} | {
        entry.org_ref for entry in entries if entry.values.get("kind") in REGISTERED
    }
    changes: list[Change] = []
    problems: dict[int, list[Problem]] = {}
    unchanged = 0
    _find_twins(entries)
    for entry in entries:
        organization = _match(entry, by_ref, by_filing)
        _check_against(entry, organization, hosts)
        if entry.problems:
            problems[entry.number] = entry.problems
        elif change := _difference(entry, organization):
            changes.append(change)
        else:
            unchanged += 1
    return Plan(changes, unchanged, problems)


def _find_twins(entries: Sequence[Entry]) -> None:
    """The same organization twice in one file: the later row is at fault and names the first."""
    seen: dict[tuple[str, str], int] = {}
    for entry in entries:
        keys = {"uscc": entry.org_ref, "filing_number": entry.values.get("filing_number")}
        for name, value in keys.items():
            if not value:
                continue
            first = seen.setdefault((name, value), entry.number)
            if first != entry.number:
                entry.problems.append(
                    (name, say("与第 %(row)s 行是同一机构，请只保留一行。", row=first))
                )
                break


def _match(
    entry: Entry, by_ref: Mapping[str, Known], by_filing: Mapping[str, Known]
) -> Known | None:
    """The organization a row is about: by its code, else by its filing number."""
    found = by_ref.get(entry.org_ref or "")
    filed = by_filing.get(entry.values.get("filing_number") or "")
    if found and filed and found.id != filed.id:
        entry.problems.append(
            ("filing_number", say("该备案编号属于另一机构“%(name)s”。", name=filed.values["name"]))
        )
    return found or filed


def _check_against(entry: Entry, organization: Known | None, hosts: set[str | None]) -> None:
    if organization is not None and organization.archived:
        entry.problems.append(("", say("该机构已归档，请先在机构页面恢复。")))
    if entry.host and entry.host not in hosts:
        entry.problems.append(("host", say("登记库和本名册中都没有该依托机构。")))
    present = organization.standing if organization else "normal"
    if entry.standing and entry.standing != present:
        entry.problems.append(
            (
                STANDING,
                say(
                    "名录状态不能通过名册修改，请在机构页面办理。登记库中为“%(standing)s”。",
                    standing=STANDINGS[present],
                ),
            )
        )


def _difference(entry: Entry, organization: Known | None) -> Change | None:
    values = {name: entry.values[name] for name in FIELDS if name in entry.values}
    ref = entry.org_ref or ""
    name = str(values["name"])
    if organization is None:
        fields: dict[str, tuple[Any, Any]] = {
            k: (None, v) for k, v in values.items() if v not in (None, False)
        }
        if entry.host:
            fields["host"] = (None, entry.host)
        return Change(entry.number, None, ref, name, fields)
    before = organization.values
    fields = {k: (before[k], v) for k, v in values.items() if before[k] != v}
    if organization.host_ref != entry.host:
        fields["host"] = (organization.host_ref, entry.host)
    return Change(entry.number, organization.id, ref, name, fields) if fields else None
