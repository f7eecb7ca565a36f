"""What a new edition starts from holds together by itself."""

import pytest

from charity_portal.competitions.rules.edition_parts import CRITERION, STAGE
from charity_portal.competitions.rules.edition_templates import TEMPLATES, method, stages_of
from charity_portal.competitions.rules.rubric import anchored, weights


@pytest.mark.parametrize("template", list(TEMPLATES))
@pytest.mark.parametrize("awards", [None, 1, 15])
def test_stages_weights_and_anchors_are_whole(template: str, awards: int | None) -> None:
    stages = stages_of(template, awards)
    assert sum(stage["weight_bp"] for stage in stages) == 10_000
    left = 10**6
    for stage in stages:
        assert set(stage) == {*STAGE, "criteria"}
        assert weights(stage["criteria"], None) == 10_000
        assert (stage["advance"] or 1) <= left
        left = stage["advance"] or left
        for row in stage["criteria"]:
            assert set(row) == set(CRITERION)
            assert anchored(row["anchors"], 0) and anchored(row["anchors"], row["top"])
    assert stages[-1]["advance"] is None


def test_counts_of_the_call_become_limits_only_when_it_names_them() -> None:
    assert method(10, 15)["limits"] == {"cut": "skip", "least": 10, "most": 15}
    assert method(None, None)["limits"] == {"cut": "skip"}
