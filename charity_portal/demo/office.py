"""What the office does with applications: look through each, then decide, publish, hear objections."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from charity_portal.demo.applying import scripts
from charity_portal.demo.city import City
from charity_portal.demo.timeline import Story
from charity_portal.kernel.database import transaction
from charity_portal.kernel.permissions import ANONYMOUS, SYSTEM, Actor
from charity_portal.projects.queries import applications
from charity_portal.projects.queries import screening as queries
from charity_portal.projects.queries.objections import objection_by_number
from charity_portal.projects.services import deadlines, objections, screening
from charity_portal.projects.services import decisions as deciding
from charity_portal.projects.services import notices as noticing
from charity_portal.projects.services.decisions import Choice, Verdict
from charity_portal.projects.services.notices import Promotion
from charity_portal.projects.services.objections import Statement
from charity_portal.projects.services.screening import Check, Finding

YUAN = 100
PASSES = ("award", "partial", "cancelled", "promoted", "reserve", "refuse", "eligible")
OUTCOMES = {"cancelled": "award", "promoted": "reserve"}
"""Fates that came later: what had been decided first."""


def look_through(
    city: City, actor: Actor, application_id: int, action: str, due: datetime | None = None,
    lacks: Mapping[str, str] | None = None, reason: str = "",
) -> None:  # fmt: skip
    """Go through the checklist and take one of the four steps; rows in `lacks` do not hold."""
    application = applications.application(application_id)
    assert application is not None
    case, lacks = queries.case(application), lacks or {}
    findings = {
        item.key: Finding(item.key, item.key not in lacks, lacks.get(item.key, ""))
        for item in case.items
    }
    with transaction():
        check = Check(case.seen, action, findings, due, reason)
        screening.screen(actor, application_id, check)


def screen(city: City, call: str, place: int, spec: Mapping[str, Any], day: int) -> Story:
    """An officer looks through one application; what follows depends on its fate."""
    yield city.at(day, 9 + place % 7, place * 13 % 60)
    fate, actor = spec["fate"], city.person("officer")
    key = city.application(call, place)
    if fate in PASSES:
        look_through(city, actor, key, "accept")
    elif fate == "ineligible":
        look_through(city, actor, key, "reject", reason=spec["reason"])
    elif fate in ("correction", "corrected", "lapsed"):
        due = city.at(day + 5, 17)
        look_through(city, actor, key, "correction", due, spec["lacks"])
    else:
        missing = {"slot:s1": "备案证明正在换发，承诺期限内补交。"}
        look_through(city, actor, key, "conditional", city.at(day + 10, 17), missing)
    if fate == "corrected":
        yield city.at(day + 3, 10, 20)
        look_through(city, city.person("officer2"), key, "accept")
    elif fate == "completed":
        yield city.at(day + 3, 11, 0)
        application = applications.application(key)
        assert application is not None
        with transaction():
            screening.complete(actor, key, queries.case(application).seen)
    elif fate == "lapsed":
        yield city.at(day + 5, 17, 5)
        with transaction():
            deadlines.lapse_due(SYSTEM)


def decide(city: City, call: str, day: int) -> Story:
    """The approver decides: first the greater part, then the rest within the purse."""
    _, specs = scripts(call)
    entries = [(place, spec) for place, spec in enumerate(specs) if spec["fate"] in PASSES]
    half = len(entries) // 2
    for hour, part in ((14, entries[:half]), (16, entries[half:])):
        yield city.at(day, hour, 20)
        choices = [_choice(city.application(call, place), spec) for place, spec in part]
        with transaction():
            deciding.decide(city.person("approver"), city.calls[call], choices)


def _choice(application_id: int, spec: Mapping[str, Any]) -> Choice:
    outcome = OUTCOMES.get(spec["fate"], spec["fate"])
    amount = spec["amount"] * YUAN if outcome == "partial" else None
    reason = "" if outcome == "award" else spec.get("reason", "")
    return Choice(application_id, 0, Verdict(outcome, amount, spec.get("rank"), reason))


def start_notice(city: City, call: str, promoted: bool = False) -> int:
    """Publish what is decided, for five working days; with `promoted` the reserve moves up. Its id."""
    _, specs = scripts(call)
    promotions = [
        Promotion(city.application(call, place), spec["promoted"] * YUAN, spec["promotion"])
        for place, spec in enumerate(specs)
        if promoted and spec["fate"] == "promoted"
    ]
    with transaction():
        return noticing.start(city.person("approver"), city.calls[call], 5, promotions).id


def object_to(
    city: City, notice_id: int, application_id: int, person: str, contact: str, text: str
) -> int:
    """Somebody objects; the id of the objection. The code that follows it is kept for the one who loads."""
    with transaction():
        statement = Statement(application_id, person, contact, text)
        receipt = objections.lodge(ANONYMOUS, notice_id, statement)
    city.codes[receipt.number] = receipt.code
    found = objection_by_number(receipt.number)
    assert found is not None
    return found.id


def place_of(call: str, fate: str) -> int:
    """The first application of a call with that fate."""
    _, specs = scripts(call)
    return next(place for place, spec in enumerate(specs) if spec["fate"] == fate)
