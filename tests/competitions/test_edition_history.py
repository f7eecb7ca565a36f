"""What happened to an edition is told in words."""

import ast

import pytest

from charity_portal.competitions.models.editions import Edition, Stage
from charity_portal.competitions.queries import edition_history
from tests.support.paths import ROOT


def recorded() -> set[str]:
    """Every action that the services record on an edition or on a stage."""
    found = set()
    for path in sorted((ROOT / "charity_portal/competitions/services").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                action, subject = node.args[1:3]
                if ast.unparse(subject).endswith(("edition", "stage")):
                    assert isinstance(action, ast.Constant)
                    found.add(str(action.value))
    return found


@pytest.mark.parametrize("action", sorted(recorded()))
def test_every_recorded_step_has_its_words(action: str) -> None:
    assert str(edition_history.word(action))


def test_every_change_of_state_has_its_words() -> None:
    for machine, name in ((Edition.MACHINE, "edition"), (Stage.MACHINE, "stage")):
        for step in machine.transitions:
            assert str(edition_history.word(f"competitions.{name}.{step.action}"))
