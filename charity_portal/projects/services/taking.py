"""Taking a step with a record that somebody else may have moved on already."""

from typing import Any

from charity_portal.projects.errors import AlreadyHandled
from charity_portal.projects.queries import steps


def require_step(subject: Any, action: str) -> None:
    """Raise AlreadyHandled, saying who did what when, unless the locked record allows the step."""
    possible = {t.action for t in subject.MACHINE.transitions if subject.state in t.sources}
    if action not in possible:
        last = steps.last_step(subject)
        raise AlreadyHandled(last.who, last.what, last.at) if last else AlreadyHandled()
