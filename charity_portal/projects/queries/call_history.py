"""What happened to a call: everything for staff, changes with their reasons for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from charity_portal.accounts import queries as accounts
from charity_portal.kernel import audit
from charity_portal.kernel.i18n import Text, say
from charity_portal.projects.models.calls import Call
from charity_portal.projects.rules.call_edits import WORDS
from charity_portal.projects.rules.eligibility import Joined

ACTIONS: Mapping[str, Text] = {
    "projects.call.create": say("新建草稿"),
    "projects.call.copy": say("复制为新草稿"),
    "projects.call.save": say("修改草稿"),
    "projects.call.publish": say("发布征集"),
    "projects.call.cancel": say("取消征集"),
    "projects.call.prolong": say("延长征集时间"),
    "projects.call.extend": say("为单个机构延期"),
    "projects.call.correct": say("更正文字"),
    "projects.call.start_notice": say("开始公示"),
    "projects.call.conclude": say("办结"),
}
PUBLIC = (
    "projects.call.publish",
    "projects.call.cancel",
    "projects.call.prolong",
    "projects.call.correct",
)


@dataclass(frozen=True)
class Event:
    """One line of a call's history. `what` names the step, `units` what it touched, `note` why."""

    at: datetime
    what: Text
    who: str
    note: str | None
    units: Joined | None


def history(call: Call) -> list[Event]:
    """Every recorded step with its actor, newest first."""
    entries = audit.history(call)
    people = accounts.people({e.actor_id for e in entries if e.actor_id is not None})
    return [
        Event(
            at=entry.at,
            what=ACTIONS.get(entry.action, Text(entry.action)),
            who=people[entry.actor_id].name if entry.actor_id in people else "",
            note=entry.reason,
            units=_units(entry.after),
        )
        for entry in entries
    ]


def public_changes(call: Call) -> list[Event]:
    """Publication and what changed since, without names, newest first."""
    return [
        Event(e.at, ACTIONS[e.action], "", e.reason, None)
        for e in audit.history(call)
        if e.action in PUBLIC
    ]


def _units(after: Mapping[str, Any] | None) -> Joined | None:
    names = [name.split(".")[0] for name in (after or {}).get("changed", [])]
    known = [WORDS[name] for name in dict.fromkeys(names) if name in WORDS]
    return Joined(known) if known else None
