"""Calls are written by an officer from the data, checked and published."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from charity_portal.demo.city import City
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.projects.queries import calls as queries
from charity_portal.projects.queries.call_drafts import draft_of
from charity_portal.projects.services import calls

TEXTS = (
    "title_zh", "title_en", "summary_zh", "summary_en", "body_zh", "body_en", "contact", "source_note",
)  # fmt: skip
YUAN = 100
PERCENT = 100


def write(
    city: City, key: str, script: Mapping[str, Any], opens: datetime, closes: datetime
) -> int:
    """A draft call with everything filled in; its id."""
    given, officer = script["call"], city.person("officer")
    year = clock.local(opens).year
    title = given["title_zh"].format(year=year)
    with transaction():
        call = calls.create(officer, script.get("kind", "standard"), title)
        city.calls[key] = call.id
        start = draft_of(call)
    units: dict[str, Any] = {name: _text(given.get(name), year) for name in TEXTS}
    units |= {"opens_at": opens, "closes_at": closes, **_conditions(given)}
    for unit, rows in _rows(given, start.units).items():
        units[unit] = rows
    with transaction():
        fresh = queries.whole_call(city.calls[key])
        assert fresh is not None
        mine = draft_of(fresh).with_units(**units)
        calls.save(officer, fresh.id, mine, fresh.rev, draft_of(fresh).prints())
    return city.calls[key]


def publish(city: City, key: str) -> None:
    """Open a call to the public."""
    with transaction():
        calls.publish(city.person("officer"), city.calls[key])


def _text(text: str | None, year: int) -> str | None:
    return text.format(year=year) if text else None


def _conditions(given: Mapping[str, Any]) -> dict[str, Any]:
    units: dict[str, Any] = {"fund_source": given["fund_source"]}
    for name in ("purse", "floor", "cap"):
        units[f"{name}_fen"] = given[name] * YUAN if name in given else None
    for name in ("min_awards", "max_awards", "min_grade", "min_years"):
        units[name] = given.get(name)
    units["own_contribution_min_bp"] = given.get("own_percent", 0) * PERCENT or None
    units["per_organization_limit"] = given.get("limit", 1)
    units["priorities"] = given.get("priorities", [])
    return units


def _rows(given: Mapping[str, Any], start: Mapping[str, Any]) -> dict[str, Any]:
    """The lists of the form; what the data does not say stays as a new call has it."""
    questions = [_question(row) for row in given.get("questions", [])] or list(start["questions"])
    questions += [_question(row) for row in given.get("extra_questions", [])]
    categories = [_category(row) for row in given.get("categories", [])]
    slots = [_slot(row) for row in given.get("slots", [])]
    return {
        "tracks": [_track(row) for row in given.get("tracks", [])],
        "questions": _in_place(questions, start["questions"]),
        "categories": _in_place(categories or start["categories"], start["categories"]),
        "slots": _in_place(slots or start["slots"], start["slots"]),
    }


def _in_place(
    rows: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Rows take the places of those before them, so that their keys count from one."""
    ids = [row["id"] for row in before[: len(rows)]] + [None] * (len(rows) - len(before))
    return [{**row, "id": key} for row, key in zip(rows, ids, strict=True)]


def _track(row: Mapping[str, Any]) -> dict[str, Any]:
    purse = row["purse"] * YUAN if "purse" in row else None
    return {"id": None, "title_zh": row["zh"], "title_en": row["en"], "purse_fen": purse}


def _question(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "label_zh": row["zh"],
        "label_en": row["en"],
        "help_zh": row.get("help_zh"),
        "help_en": row.get("help_en"),
        "required": row.get("required", True),
        "longest": row.get("longest"),
        "choices": row.get("choices", []),
    }


def _category(row: Mapping[str, Any]) -> dict[str, Any]:
    cap = row["cap"] * PERCENT if "cap" in row else None
    management = row.get("management", False)
    return {
        "title_zh": row["zh"],
        "title_en": row["en"],
        "cap_bp": cap,
        "is_management": management,
    }


def _slot(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title_zh": row["zh"],
        "title_en": row["en"],
        "help_zh": row.get("help_zh"),
        "help_en": row.get("help_en"),
        "need": row["need"],
        "kinds": row["kinds"],
        "max_files": 3,
        "max_mb": 20,
    }
