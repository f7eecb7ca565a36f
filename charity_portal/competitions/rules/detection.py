"""Which panel members must not judge which applications: decided on plain values.

The grounds of recusal are those of the rules for evaluating social organizations: worked there now or
within two years, belongs to it, or any other relation of interest. The host of an applicant group counts
as the applicant.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from charity_portal.competitions.rules.ties import plain_name

LOOKING_BACK = timedelta(days=2 * 365 + 1)


@dataclass(frozen=True)
class Stint:
    """Time spent with an organization: a registered one, or one known by name alone."""

    organization_id: int | None
    until: date | None
    name: str = ""


@dataclass(frozen=True)
class Declared:
    """A tie that was declared, and when."""

    organization_id: int
    kind: str
    at: datetime


@dataclass(frozen=True)
class Judge:
    """A panel member. `phones` and `addresses` are blind indexes; `awarded` names the organizations
    for whose awarded projects the person was responsible."""

    panelist_id: int
    name: str = ""
    employments: tuple[Stint, ...] = ()
    memberships: tuple[Stint, ...] = ()
    ties: tuple[Declared, ...] = ()
    phones: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    awarded: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Applicant:
    """An application with the organizations behind it: the applicant and its host."""

    application_id: int
    organizations: frozenset[int]
    names: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    lead: str = ""


@dataclass(frozen=True)
class Finding:
    """A pair that must not be, and on which ground. `at` is when a declared tie was declared."""

    panelist_id: int
    application_id: int
    found: str
    code: str
    at: datetime | None = field(default=None, compare=False)


def detect(judges: Iterable[Judge], applicants: Iterable[Applicant], today: date) -> list[Finding]:
    """Every ground of every pair; the gravest first within a pair."""
    everybody = list(applicants)
    return [
        found
        for judge in judges
        for applicant in everybody
        for found in _grounds(judge, applicant, today)
    ]


def recent(until: date | None, today: date) -> bool:
    """Whether something still lasts or ended within two years."""
    return until is None or until >= today - LOOKING_BACK


def _grounds(judge: Judge, applicant: Applicant, today: date) -> Iterator[Finding]:
    pair = (judge.panelist_id, applicant.application_id)
    for tie in judge.ties:
        if tie.organization_id in applicant.organizations:
            yield Finding(*pair, "declared", tie.kind, tie.at)
    if any(_at(stint, applicant) and recent(stint.until, today) for stint in judge.employments):
        yield Finding(*pair, "detected", "employed")
    if any(_at(stint, applicant) and recent(stint.until, today) for stint in judge.memberships):
        yield Finding(*pair, "detected", "membership")
    if judge.awarded & applicant.organizations:
        yield Finding(*pair, "detected", "past_award")
    if judge.name and plain_name(judge.name) == plain_name(applicant.lead):
        yield Finding(*pair, "detected", "lead")
    if judge.phones & applicant.phones:
        yield Finding(*pair, "detected", "phone")
    if judge.addresses & applicant.addresses:
        yield Finding(*pair, "detected", "address")


def _at(stint: Stint, applicant: Applicant) -> bool:
    if stint.organization_id is not None:
        return stint.organization_id in applicant.organizations
    return bool(stint.name) and plain_name(stint.name) in applicant.names
