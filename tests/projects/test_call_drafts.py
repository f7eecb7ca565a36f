"""A call's editable content, as it is stored."""

from flask import Flask

from charity_portal.projects.queries.call_drafts import draft_of
from charity_portal.projects.rules.call_edits import WORDS
from tests.factories.calls import make_call


def test_every_unit_is_there(app: Flask) -> None:
    draft = draft_of(make_call(eligibility={"min_years": 2}))
    assert set(draft.units) == set(WORDS)
    assert draft.units["min_years"] == 2
    assert (draft.units["kinds"], draft.units["charity_only"]) == ([], False)
    assert [row["title_zh"] for row in draft.rows("tracks")] == ["为老服务", "儿童关爱", "乡村振兴"]
    assert all(row["id"] for row in draft.rows("slots"))
