"""What may change: all of a draft, what a correction names, the papers still owed."""

from charity_portal.projects.rules import scope


def test_a_draft_is_open_and_the_rest_is_closed():
    assert scope.EVERYTHING.field("title") and scope.EVERYTHING.slot("audit")
    assert not scope.NOTHING.field("title") and not scope.NOTHING.slot("audit")


def test_a_correction_opens_its_fields_and_slots():
    opened = scope.of_correction([{"key": "title", "text": ""}, {"key": "slot:audit", "text": ""}])
    assert opened.field("title") and opened.slot("audit") and opened.field("confirmed")
    assert not opened.field("summary") and not opened.slot("pictures")
    assert not opened.field("budget:aaaaaaaa:grant") and not opened.field("budget:order")


def test_one_cell_opens_the_whole_budget():
    opened = scope.of_correction([{"key": "budget:aaaaaaaa:grant", "text": ""}])
    assert opened.field("budget:bbbbbbbb:item") and opened.field("budget:order")
    assert not opened.field("title")


def test_owed_papers_open_their_slots_alone():
    opened = scope.of_missing(["audit", "slot:pictures"])
    assert opened.slot("audit") and opened.slot("pictures")
    assert not opened.slot("certificate") and not opened.field("confirmed")
