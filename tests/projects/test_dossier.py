"""The dossier: everything read once, every defect said at once and at its field."""

from datetime import date

import pytest

from charity_portal.projects.rules import dossier
from charity_portal.projects.rules.call_form import (
    CallForm,
    CategoryForm,
    Choice,
    QuestionForm,
    SlotForm,
    TrackForm,
)
from charity_portal.projects.rules.dossier import Paper
from charity_portal.projects.rules.eligibility import Rules
from tests.factories.applications import FIELDS, GRANT_FEN

CHOICES = (Choice("elderly", "老年人", None), Choice("disabled", "残疾人", None))


def question(key: str, kind: str, required: bool = True, longest: int | None = None):
    choices = CHOICES if kind in ("multi", "choice") else ()
    return QuestionForm(1, key, kind, key, None, None, None, required, longest, choices)


def slot(key: str, need: str, max_files: int = 3) -> SlotForm:
    return SlotForm(1, key, key, None, None, None, need, ("pdf",), max_files, 20)


FORM = CallForm(
    call_id=1,
    number="ZJ-2026-000001",
    kind="standard",
    state="published",
    title_zh="征集",
    title_en=None,
    currency="CNY",
    purse_fen=None,
    floor_fen=None,
    cap_fen=None,
    own_contribution_min_bp=None,
    management_cost_max_bp=None,
    opens_at=None,
    closes_at=None,
    eligibility=Rules(),
    tracks=(TrackForm(1, "elderly", "为老", None, None), TrackForm(2, "x", "其他", None, None)),
    questions=(
        question("need", "long", longest=50),
        question("area", "short"),
        question("people", "number"),
        question("target", "multi"),
        question("first_time", "yes_no", required=False),
        question("since", "date", required=False),
    ),
    categories=tuple(
        CategoryForm(n, key, key, None, None, False)
        for n, key in enumerate(("activity", "material", "management"))
    ),
    slots=(
        slot("certificate", "required"),
        slot("audit", "secondary"),
        slot("pictures", "optional"),
    ),
)


def paper(key: str, n: int = 1) -> Paper:
    return Paper(n, key, f"{n}.pdf", 100, "0" * 64, "application/pdf")


GOOD = (paper("certificate"), paper("audit", 2))


def keys(fields, papers=GOOD, form=FORM):
    return [d.key for d in dossier.read(form, fields, papers)[1]]


def test_a_whole_application_is_read_typed_and_without_defect():
    found, defects = dossier.read(FORM, FIELDS, GOOD)
    assert defects == []
    assert (found.starts_on, found.ends_on) == (date(2026, 5, 1), date(2027, 4, 30))
    assert found.budget.grant_fen == GRANT_FEN
    assert found.answers[3].chosen == ("elderly", "disabled")
    assert found.papers_in("audit") == (GOOD[1],)


def test_an_empty_application_names_everything_in_the_order_of_the_page():
    assert keys({}, ()) == [
        "title",
        "track",
        "summary",
        "lead_name",
        "starts_on",
        "ends_on",
        "answer:need",
        "answer:area",
        "answer:people",
        "answer:target",
        "budget",
        "slot:certificate",
        "slot:audit",
        "confirmed",
    ]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("title", "长" * 61),
        ("summary", "  \n "),
        ("track", "nowhere"),
        ("starts_on", "2026-02-30"),
        ("ends_on", "2026-04-30"),
        ("answer:need", "长" * 51),
        ("answer:people", "三百"),
        ("answer:target", "elderly\nghosts"),
        ("answer:first_time", "maybe"),
        ("answer:since", "昨天"),
        ("confirmed", "no"),
    ],
)
def test_what_does_not_hold_is_named_at_its_field(key, text):
    assert keys(FIELDS | {key: text}) == [key]


def test_too_long_says_by_how_much():
    _, (defect,) = dossier.read(FORM, FIELDS | {"title": "长" * 63}, GOOD)
    said = defect.text.in_source()
    assert "60" in said and "63" in said and "超出 3 个字" in said


def test_characters_are_counted_and_not_bytes():
    assert keys(FIELDS | {"title": "长" * 60}) == []


def test_a_missing_secondary_paper_does_not_block():
    _, defects = dossier.read(FORM, FIELDS, (paper("certificate"),))
    assert [(d.key, d.blocking) for d in defects] == [("slot:audit", False)]
    assert dossier.blocking(defects) == []


def test_more_papers_than_a_slot_takes_are_said():
    many = [paper("certificate", n) for n in range(4)]
    assert keys(FIELDS, (*many, GOOD[1])) == ["slot:certificate"]


def test_the_only_track_needs_no_choice():
    form = CallForm(**(vars(FORM) | {"tracks": FORM.tracks[:1]}))
    fields = {k: v for k, v in FIELDS.items() if k != "track"}
    found, defects = dossier.read(form, fields, GOOD)
    assert found.track == "elderly" and defects == []


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("title", True),
        ("answer:need", True),
        ("answer:none", False),
        ("budget:order", True),
        ("budget:aaaaaaaa:grant", True),
        ("budget:aaaaaaaa:total", False),
        ("budget:a:grant", False),
        ("number", False),
        ("budget", False),
    ],
)
def test_a_draft_holds_the_fields_that_the_call_asks_for(key, known):
    assert dossier.known_key(FORM, key) is known


def test_every_field_has_a_word_for_people():
    for key in ("title", "answer:need", "budget:aaaaaaaa:grant", "slot:audit", "budget"):
        assert dossier.field_word(FORM, key).in_source()
