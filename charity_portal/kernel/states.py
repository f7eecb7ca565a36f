"""States are tables: what may follow what, who may do it, and what people call it.

`fire` is the one way to change a state. The database's CHECK, the buttons on a page and the refusal
of an impossible step all come from the same table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, cast

import sqlalchemy as sa

from charity_portal.kernel import audit, jobs
from charity_portal.kernel.database import Model, db, one_of
from charity_portal.kernel.errors import WrongState
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import Actor, can, require


@dataclass(frozen=True)
class Transition:
    """A named step from any of `sources` to `target`, open to holders of `permission`."""

    action: str
    sources: frozenset[str] | set[str]
    target: str
    permission: str
    label: Text


class Stateful(Protocol):
    """A record whose state a machine governs."""

    MACHINE: ClassVar["StateMachine"]
    id: Any
    state: Any


class StateMachine:
    """All states and steps of one kind of record.

    `states` maps each state to what staff call it; `public_words` to what applicants and citizens
    read where that differs.
    """

    def __init__(
        self,
        domain: str,
        name: str,
        states: Mapping[str, Text],
        transitions: Sequence[Transition],
        initial: str,
        public_words: Mapping[str, Text] | None = None,
    ) -> None:
        self.domain, self.name, self.initial = domain, name, initial
        self.states = dict(states)
        self.transitions = tuple(transitions)
        self._public = dict(states) | dict(public_words or {})
        named = {s for t in transitions for s in (*t.sources, t.target)} | {initial}
        if unknown := named - set(states):
            raise ValueError(f"{name}: unknown states {sorted(unknown)}")

    def check(self) -> sa.CheckConstraint:
        """The CHECK that keeps every other value out of the column."""
        return one_of("state", list(self.states))

    def word(self, state: str) -> Text:
        """What staff call a state."""
        return self.states[state]

    def public_word(self, state: str) -> Text:
        """What applicants and citizens read."""
        return self._public[state]

    def step(self, state: str, action: str) -> Transition:
        """The step of that name from that state; WrongState when there is none."""
        known = False
        for transition in self.transitions:
            known = known or transition.action == action
            if transition.action == action and state in transition.sources:
                return transition
        if not known:
            raise KeyError(f"{self.name} has no step {action}")
        raise WrongState(
            say(
                "当前状态为“%(state)s”，不能办理这一步。请刷新页面查看最新进展。",
                state=self.states[state],
            )
        )

    def actions(self, actor: Actor, subject: Any) -> list[Transition]:
        """The steps this actor may take with this record now: the buttons to show."""
        return [
            t
            for t in self.transitions
            if subject.state in t.sources and can(actor, t.permission, subject)
        ]


def fire(
    actor: Actor, subject: Stateful, action: str, reason: str | None = None, **details: Any
) -> None:
    """Take a step: lock and read the record again, authorize, check, set, audit, announce.

    `details` (ids, codes, amounts) go into the audit entry. Raises WrongState, Forbidden.
    """
    machine = subject.MACHINE
    db.session.flush()
    # Only the row itself: what a page loaded beside it may be absent, and then cannot be locked.
    db.session.refresh(subject, with_for_update={"of": type(subject)})
    step = machine.step(subject.state, action)
    require(actor, step.permission, subject)
    before = subject.state
    subject.state = step.target
    db.session.flush()
    audit.record(
        actor,
        f"{machine.domain}.{machine.name}.{action}",
        cast(Model, subject),
        before={"state": before},
        after={"state": step.target, **details},
        reason=reason,
    )
    jobs.announce(actor, f"{machine.domain}.{machine.name}_{step.target}", id=subject.id)
