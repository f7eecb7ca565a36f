"""The labelled lines of a call: priorities and choices keep their keys."""

from charity_portal.projects.rules.call_edits import as_lines, labelled_lines


def test_lines_keep_the_key_of_what_was_there_before() -> None:
    known = [{"key": "c1", "zh": "老人", "en": None}, {"key": "c2", "zh": "儿童", "en": None}]
    lines = "儿童 | Children\n\n残疾人｜People with disabilities\n老人"
    assert labelled_lines(lines, known) == [
        {"key": "c2", "zh": "儿童", "en": "Children"},
        {"key": "c3", "zh": "残疾人", "en": "People with disabilities"},
        {"key": "c1", "zh": "老人", "en": None},
    ]


def test_lines_are_read_back_as_they_were_written() -> None:
    rows = [{"key": "c1", "zh": "老人", "en": "Elderly"}, {"key": "c2", "zh": "儿童", "en": None}]
    assert labelled_lines(as_lines(rows), rows) == rows


def test_equal_lines_get_different_keys() -> None:
    rows = labelled_lines("甲\n甲", [])
    assert [row["key"] for row in rows] == ["c1", "c2"]
