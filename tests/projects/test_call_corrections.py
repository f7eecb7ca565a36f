"""Explanations of a published call are corrected with a reason; its conditions stay."""

import pytest
from flask import Flask

from charity_portal.kernel import audit
from charity_portal.kernel.database import transaction
from charity_portal.kernel.errors import Conflict, Forbidden, Invalid, WrongState
from charity_portal.kernel.permissions import Actor
from charity_portal.projects.models.calls import Call
from charity_portal.projects.queries import calls
from charity_portal.projects.queries.call_drafts import draft_of
from charity_portal.projects.rules.call_corrections import PARTS, TEXTS, Texts, plain
from charity_portal.projects.services.call_corrections import correct
from tests.factories.calls import make_call

OFFICER = Actor(1, "", frozenset(["officer"]))


def texts(call: Call, **changes: str | None) -> Texts:
    return Texts({name: getattr(call, name) for name in TEXTS} | changes, {})


def fix(call: Call, given: Texts, rev: int = 0, reason: str = "更正电话。") -> list[str]:
    with transaction():
        return correct(OFFICER, call.id, given, rev, reason)


def test_texts_change_and_everybody_can_read_why(app: Flask) -> None:
    call = make_call()
    question = call.questions[0]
    given = texts(call, contact="0535-1111111", body_en="")
    given = Texts(given.call, {("questions", question.id): {"help_zh": "写明人数。"}})
    assert fix(call, given) == ["contact", "body_en", f"questions.{question.id}.help_zh"]
    found = calls.whole_call(call.id)
    assert found is not None
    assert (found.contact, found.body_en, found.rev) == ("0535-1111111", None, 1)
    assert found.questions[0].help_zh == "写明人数。"
    assert audit.history(found)[0].reason == "更正电话。"


def test_no_condition_is_among_the_texts(app: Flask) -> None:
    call = make_call()
    before = draft_of(call)
    parts = {
        (unit, part.id): {"required": "x", "title_zh": "x", "label_zh": "x", "cap_bp": "1"}
        for unit in PARTS
        for part in getattr(call, unit)
    }
    fix(call, Texts(texts(call, purse_fen="1", closes_at="x").call, parts))
    after = draft_of(calls.whole_call(call.id))  # type: ignore[arg-type]
    assert after.changed_from(before) == []


def test_nothing_changed_leaves_no_trace(app: Flask) -> None:
    call = make_call()
    assert fix(call, texts(call)) == []
    assert audit.history(call) == []


def test_what_must_stay_cannot_be_emptied_and_a_reason_is_needed(app: Flask) -> None:
    call = make_call()
    with pytest.raises(Invalid) as refused:
        fix(call, texts(call, contact=" ", body_zh=""), reason=" ")
    assert set(refused.value.fields) == {"contact", "body_zh", "reason"}


def test_a_second_officer_must_look_again(app: Flask) -> None:
    call = make_call()
    fix(call, texts(call, contact="甲"))
    with pytest.raises(Conflict):
        fix(call, texts(call, contact="乙"), rev=0)
    assert calls.call(call.id).contact == "甲"  # type: ignore[union-attr]


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_drafts_are_edited_and_cancelled_calls_stay(app: Flask, state: str) -> None:
    call = make_call(state=state)
    with pytest.raises(WrongState):
        fix(call, texts(call, contact="甲"))


def test_corrections_are_made_by_officers(app: Flask) -> None:
    call = make_call()
    with pytest.raises(Forbidden), transaction():
        correct(Actor(2, "", frozenset(["approver"])), call.id, texts(call), 0, "理由")


def test_white_space_is_no_text() -> None:
    assert (plain(" a "), plain("  "), plain(None)) == ("a", None, None)
