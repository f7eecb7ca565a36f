"""Two people edit one call: units compared, merged, or shown as clashes."""

from charity_portal.projects.rules.call_edits import (
    Draft,
    as_lines,
    fresh_key,
    labelled_lines,
    merge,
)

BASE = Draft({"title_zh": "旧名称", "purse_fen": 100, "tracks": [{"id": 1, "title_zh": "助老"}]})


def test_what_only_one_side_changed_is_taken_from_that_side() -> None:
    mine = BASE.with_units(title_zh="新名称")
    theirs = BASE.with_units(purse_fen=200)
    merged = merge(mine, theirs, BASE.prints())
    assert merged.clashes == []
    assert merged.taken_over == ["purse_fen"]
    assert merged.draft.units["title_zh"] == "新名称"
    assert merged.draft.units["purse_fen"] == 200


def test_the_same_unit_changed_twice_is_a_clash_and_keeps_my_version() -> None:
    mine = BASE.with_units(title_zh="我的")
    theirs = BASE.with_units(title_zh="他的", purse_fen=300)
    merged = merge(mine, theirs, BASE.prints())
    assert merged.clashes == ["title_zh"]
    assert merged.draft.units["title_zh"] == "我的"
    assert merged.draft.units["purse_fen"] == 300


def test_the_same_change_on_both_sides_is_no_clash() -> None:
    same = BASE.with_units(title_zh="同样")
    assert merge(same, same, BASE.prints()).clashes == []


def test_a_list_of_rows_is_one_unit() -> None:
    mine = BASE.with_units(tracks=[{"id": 1, "title_zh": "扶幼"}])
    theirs = BASE.with_units(tracks=[])
    assert merge(mine, theirs, BASE.prints()).clashes == ["tracks"]


def test_without_knowing_the_start_every_difference_is_a_clash() -> None:
    mine = BASE.with_units(title_zh="新名称")
    assert merge(mine, BASE, {}).clashes == ["title_zh"]


def test_changes_are_named() -> None:
    assert BASE.with_units(purse_fen=1).changed_from(BASE) == ["purse_fen"]


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


def test_a_fresh_key_is_not_taken() -> None:
    assert fresh_key("q", {"q1", "q3"}) == "q2"
