"""The check before publishing finds each kind of defect, and nothing where nothing is wrong."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from charity_portal.kernel.edits import Draft
from charity_portal.projects.queries.call_drafts import draft_of
from charity_portal.projects.rules.readiness import advice, blockers
from tests.factories.calls import CLOSES, OPENS, make_call

NOW = datetime(2026, 2, 1, tzinfo=UTC)
Change = Callable[[Draft], dict[str, Any]]


def row(draft: Draft, unit: str, number: int, **changes: Any) -> dict[str, Any]:
    """The draft's list with one row changed."""
    rows = [dict(r) for r in draft.rows(unit)]
    rows[number] |= changes
    return {unit: rows}


DEFECTS: dict[str, tuple[Change, str]] = {
    "no title": (lambda d: {"title_zh": ""}, "title_zh"),
    "no summary": (lambda d: {"summary_zh": ""}, "summary_zh"),
    "no text": (lambda d: {"body_zh": ""}, "body_zh"),
    "no contact": (lambda d: {"contact": ""}, "contact"),
    "no purse": (lambda d: {"purse_fen": None}, "purse_fen"),
    "empty purse": (lambda d: {"purse_fen": 0}, "purse_fen"),
    "no cap": (lambda d: {"cap_fen": None}, "cap_fen"),
    "floor above cap": (lambda d: {"floor_fen": 10_000_001, "min_awards": None}, "floor_fen"),
    "cap above purse": (lambda d: {"cap_fen": 100_000_001}, "cap_fen"),
    "all own money": (lambda d: {"own_contribution_min_bp": 10_000}, "own_contribution_min_bp"),
    "fewest above most": (lambda d: {"min_awards": 16}, "min_awards"),
    "fewest beyond the purse": (lambda d: {"min_awards": 34, "max_awards": 40}, "min_awards"),
    "no opening": (lambda d: {"opens_at": None}, "opens_at"),
    "no closing": (lambda d: {"closes_at": None}, "closes_at"),
    "window reversed": (lambda d: {"opens_at": CLOSES, "closes_at": OPENS}, "closes_at"),
    "closing is past": (
        lambda d: {"opens_at": datetime(2026, 1, 1, tzinfo=UTC), "closes_at": NOW},
        "closes_at",
    ),
    "track without name": (lambda d: row(d, "tracks", 1, title_zh=""), "tracks-1-title_zh"),
    "tracks beyond the purse": (lambda d: row(d, "tracks", 0, purse_fen=10**9), "tracks"),
    "no question": (lambda d: {"questions": []}, "questions"),
    "question without words": (
        lambda d: row(d, "questions", 2, label_zh=""),
        "questions-2-label_zh",
    ),
    "one choice": (
        lambda d: row(d, "questions", 3, choices=[{"key": "a", "zh": "甲"}]),
        "questions-3-choices",
    ),
    "choice twice": (
        lambda d: row(
            d, "questions", 3, choices=[{"key": "a", "zh": "甲"}, {"key": "b", "zh": "甲"}]
        ),
        "questions-3-choices",
    ),
    "no category": (lambda d: {"categories": [], "management_cost_max_bp": None}, "categories"),
    "category without name": (
        lambda d: row(d, "categories", 0, title_zh=""),
        "categories-0-title_zh",
    ),
    "caps below the whole": (lambda d: row(d, "categories", 0, cap_bp=3999), "categories"),
    "limit without category": (
        lambda d: row(d, "categories", 3, is_management=False),
        "management_cost_max_bp",
    ),
    "category above limit": (
        lambda d: row(d, "categories", 3, cap_bp=1001),
        "categories-3-cap_bp",
    ),
    "paper without name": (lambda d: row(d, "slots", 0, title_zh=""), "slots-0-title_zh"),
    "paper without kind": (lambda d: row(d, "slots", 3, kinds=[]), "slots-3-kinds"),
}


@pytest.fixture
def ready(app: Flask) -> Draft:
    return draft_of(make_call(state="draft"))


def test_a_complete_call_has_no_defect(ready: Draft) -> None:
    assert blockers(ready, NOW) == []


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_is_found_and_leads_to_its_field(ready: Draft, name: str) -> None:
    change, key = DEFECTS[name]
    found = blockers(ready.with_units(**change(ready)), NOW)
    assert [defect.key for defect in found] == [key]
    assert "%" not in str(found[0].text)


def test_a_name_that_occurs_twice_is_named_at_both_places(ready: Draft) -> None:
    twice = ready.with_units(**row(ready, "slots", 1, title_zh="法人登记证书"))
    found = blockers(twice, NOW)
    assert [defect.key for defect in found] == ["slots-0-title_zh", "slots-1-title_zh"]
    assert str(found[0].text) == "申报材料中“法人登记证书”出现了不止一次。"


def test_all_defects_are_told_at_once(ready: Draft) -> None:
    wrong = ready.with_units(purse_fen=None, contact="", questions=[], slots=[])
    assert {d.key for d in blockers(wrong, NOW)} == {"purse_fen", "contact", "questions"}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"title_en": None}, "title_en"),
        ({"summary_en": None}, "summary_en"),
        ({"body_en": None}, "body_en"),
        ({"source_note": None}, "source_note"),
        ({"notice_workdays": 4}, "notice_workdays"),
        ({"closes_at": datetime(2026, 3, 21, 9, tzinfo=UTC)}, "closes_at"),
        ({"closes_at": datetime(2026, 3, 3, 9, tzinfo=UTC)}, "closes_at"),
        ({"opens_at": datetime(2026, 1, 5, tzinfo=UTC)}, "opens_at"),
    ],
)
def test_advice_does_not_block(ready: Draft, changes: dict[str, Any], key: str) -> None:
    assert advice(ready, NOW) == []
    changed = ready.with_units(**changes)
    assert [defect.key for defect in advice(changed, NOW)] == [key]
    assert blockers(changed, NOW) == []
