"""A funder's past grants, small enough to read."""

from typing import Any

from charity_portal.kernel.database import transaction
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.projects.rules import history as rules
from charity_portal.projects.services import history

FUNDER = {"id": "GB-CHC-000001", "name": "Example Trust"}


def record(number: int = 1, **changes: Any) -> dict[str, Any]:
    """One grant as the standard writes it."""
    return {
        "id": f"360G-EX-{number}",
        "title": f"Grant {number}",
        "description": "For a purpose.",
        "currency": "GBP",
        "amountAppliedFor": 1000,
        "amountAwarded": 900,
        "awardDate": "2020-11-03T00:00:00+00:00",
        "recipientOrganization": [{"id": f"GB-CHC-{100 + number}", "name": f"Recipient {number}"}],
        "grantProgramme": [{"title": "Music"}],
        "fundingOrganization": [FUNDER],
        **changes,
    }


def grants(*records: dict[str, Any]) -> list[rules.Grant]:
    """The same, read; a problem is a mistake of the test."""
    found, problems = rules.read_grants(enumerate(records, start=1))
    assert not problems, [(p.row, p.field, p.why.in_source()) for p in problems]
    return found


def take_over(*records: dict[str, Any], accept_changes: bool = False) -> history.TakenOver:
    """Bring records in."""
    with transaction():
        return history.take_over(SYSTEM, grants(*records), accept_changes)
