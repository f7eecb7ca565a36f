import ast
from pathlib import Path

import pytest

from charity_portal.kernel import confined, file_refusals
from charity_portal.kernel.confined.refusals import Refusal
from charity_portal.kernel.confined.uploads import KINDS

FOLDER = Path(confined.__path__[0])
CHECKING = ("archives", "images", "office", "pdfs", "uploads")


def _codes() -> set[str]:
    """Every code that a check of uploads can refuse with."""
    trees = [ast.parse((FOLDER / f"{name}.py").read_text()) for name in CHECKING]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    constants = [
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    named = {
        str(call.args[0].value)
        for call in calls
        if getattr(call.func, "id", "") == "Refusal" and isinstance(call.args[0], ast.Constant)
    }
    return named | {text for text in constants if text.startswith("pdf_")}


@pytest.mark.parametrize("code", sorted(_codes() - {"foreign", "not_allowed"}))
def test_every_refusal_has_its_words(code: str) -> None:
    assert file_refusals.explain(Refusal(code, width=1, height=1), KINDS).in_source()


def test_every_refusal_was_found() -> None:
    assert {"pdf_script", "pdf_media", "office_outside", "archive_bomb", "encrypted"} <= _codes()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_can_be_named(kind: str) -> None:
    said = file_refusals.explain(Refusal("not_allowed", kind=kind), {"pdf", kind}).in_source()
    assert "PDF" in said
