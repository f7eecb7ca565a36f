"""A call as plain values."""

from flask import Flask

from charity_portal.projects.queries.calls import form_of
from charity_portal.projects.rules.eligibility import Priority
from tests.factories.calls import make_call


def test_the_form_has_everything_in_its_order(app: Flask) -> None:
    form = form_of(make_call())
    assert [t.key for t in form.tracks] == ["elderly", "children", "villages"]
    assert [(q.key, q.kind) for q in form.questions] == [
        ("need", "long"),
        ("area", "short"),
        ("people", "number"),
        ("target", "multi"),
        ("first_time", "yes_no"),
    ]
    assert [c.key for c in form.categories if c.is_management] == ["management"]
    assert [s.need for s in form.slots] == ["required", "required", "secondary", "optional"]


def test_parts_are_found_by_key(app: Flask) -> None:
    form = form_of(make_call())
    track, question = form.track("villages"), form.question("target")
    category, slot = form.category("labour"), form.slot("audit")
    assert track is not None and track.title_en == "Rural revitalization"
    assert question is not None and [c.key for c in question.choices] == [
        "elderly",
        "children",
        "disabled",
    ]
    assert category is not None and category.cap_bp == 2000
    assert slot is not None and slot.kinds == ("pdf", "jpeg", "png", "webp")
    for look in (form.track, form.question, form.category, form.slot):
        assert look("nowhere") is None


def test_the_limit_and_the_priorities_are_part_of_the_rules(app: Flask) -> None:
    priorities = [{"key": "c1", "zh": "枢纽型社会组织", "en": None}]
    call = make_call(per_organization_limit=3, eligibility={"priorities": priorities})
    rules = form_of(call).eligibility
    assert rules.limit == 3
    assert rules.priorities == (Priority("c1", "枢纽型社会组织", None),)
