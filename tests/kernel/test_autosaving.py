"""What a script or a page is told about a save."""

from datetime import UTC, datetime

import pytest

from charity_portal.kernel import autosaving
from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.merging import Conflict, Saved

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CLASH = Saved(7, AT, ["note"], {"comment": "别处"}, {"title": Conflict("我", "他", 5, AT)})


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"rev": "1", "fields": {}}, {"rev": True, "fields": {}}, {"rev": -1}],
)
def test_a_request_without_revision_and_fields_is_refused(body):
    with pytest.raises(Invalid):
        autosaving.understood(body)


def test_what_is_no_text_is_named():
    with pytest.raises(Invalid) as refused:
        autosaving.texts({"title": "好", "note": 7})
    assert list(refused.value.fields) == ["note"]


def test_a_clean_save_answers_the_revision_the_time_and_what_changed_elsewhere(app):
    with app.test_request_context():
        answer = autosaving.answer(Saved(3, AT, ["a"], {"b": "别处"}), {})
    assert answer.json == {
        "rev": 3,
        "saved_at": "2026-03-02T10:00:00+08:00",
        "merged": {"b": "别处"},
    }


def test_a_clash_is_409_with_both_versions_as_the_control_wants_them(app):
    with app.test_request_context():
        answer, status = autosaving.answer(CLASH, {5: "林知夏"}, lambda _key, text: [text])
    assert (status, answer.json["saved"], answer.json["merged"]) == (
        409,
        ["note"],
        {"comment": ["别处"]},
    )
    clash = answer.json["conflicts"]["title"]
    assert (clash["mine"], clash["theirs"], clash["by"]) == (["我"], ["他"], "林知夏")


def test_of_both_versions_only_ones_own_has_to_be_written():
    form = {"choice-a": "mine", "mine-a": "我", "choice-b": "theirs", "mine-b": "我", "rev": "4"}
    assert autosaving.chosen(form) == {"a": "我"}
    assert autosaving.posted_rev(form) == 4


@pytest.mark.parametrize("text", ["", "-1", "四", "1" * 16])
def test_a_page_without_its_revision_is_refused(text):
    with pytest.raises(Invalid):
        autosaving.posted_rev({"rev": text})


def test_the_page_with_both_versions_reads_labels_not_keys():
    rows = autosaving.versions(CLASH, {5: "林知夏"}, str.upper, lambda _key, text: f"“{text}”")
    assert rows["title"]["label"] == "TITLE"
    assert (rows["title"]["mine"], rows["title"]["mine_shown"]) == ("我", "“我”")
