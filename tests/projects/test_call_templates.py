"""What a new call starts from is sensible: only what nobody can guess is missing."""

from datetime import UTC, datetime

import pytest

from charity_portal.projects.rules.call_edits import WORDS
from charity_portal.projects.rules.call_templates import both, starting_point
from charity_portal.projects.rules.readiness import blockers

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FOR_THE_OFFICER = {"opens_at", "closes_at", "summary_zh", "body_zh", "contact", "purse_fen"}


@pytest.mark.parametrize(("kind", "missing"), [("standard", {"cap_fen"}), ("micro", set())])
def test_a_new_call_lacks_only_what_the_officer_must_say(kind: str, missing: set[str]) -> None:
    draft = starting_point(kind, "征集")
    assert set(draft.units) == set(WORDS)
    assert {d.key for d in blockers(draft, NOW)} == FOR_THE_OFFICER | missing


def test_the_light_form_asks_three_questions_and_admits_community_groups() -> None:
    micro = starting_point("micro", "征集")
    assert len(micro.rows("questions")) == 3
    assert micro.units["cap_fen"] == 2_000_000
    assert "community_group" in micro.units["kinds"]
    assert all(slot["need"] != "required" for slot in micro.rows("slots"))


@pytest.mark.parametrize("kind", ["standard", "micro"])
def test_every_text_of_a_new_call_is_there_in_english(kind: str) -> None:
    draft = starting_point(kind, "征集")
    for unit, name in (("questions", "label"), ("categories", "title"), ("slots", "title")):
        for row in draft.rows(unit):
            assert row[f"{name}_en"] and row[f"{name}_en"] != row[f"{name}_zh"]
            assert bool(row.get("help_zh")) == bool(row.get("help_en"))


def test_no_text_stays_no_text() -> None:
    assert both("help", None) == {"help_zh": None, "help_en": None}
