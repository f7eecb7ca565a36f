"""What was done with a record, by whom and when: read from the audit trail, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from charity_portal.accounts import queries as accounts
from charity_portal.kernel import audit
from charity_portal.kernel.i18n import Text, say

# Recorded acts that are no change of state.
OTHER_STEPS: Mapping[str, Text] = {
    "projects.application.promise": say("签署补齐承诺"),
    "projects.tranche.plan": say("保存拨付计划"),
    "projects.reclaim.demand": say("要求退回资助款"),
    "projects.reclaim.receive": say("收到退款"),
}


@dataclass(frozen=True)
class Event:
    """One step that was taken. `who` is empty when the portal itself took it."""

    at: datetime
    what: Text
    who: str
    reason: str | None


def history(subject: Any) -> list[Event]:
    """The steps of a record with a state machine, newest first; two statements."""
    found = [
        (entry, word)
        for entry in audit.history(subject)
        if (word := step_word(subject, entry.action)) is not None
    ]
    people = accounts.people({e.actor_id for e, _ in found if e.actor_id is not None})
    return [Event(e.at, word, _name(e.actor_id, people), e.reason) for e, word in found]


def last_step(subject: Any) -> Event | None:
    """The newest step."""
    return next(iter(history(subject)), None)


def step_word(subject: Any, action: str) -> Text | None:
    """What people call a recorded step; None for what is no step."""
    machine = subject.MACHINE
    own = f"{machine.domain}.{machine.name}."
    words = {f"{own}{t.action}": t.label for t in machine.transitions}
    return words.get(action) or OTHER_STEPS.get(action)


def _name(user_id: int | None, people: Mapping[int, accounts.Person]) -> str:
    person = people.get(user_id) if user_id is not None else None
    return person.name if person else ""
