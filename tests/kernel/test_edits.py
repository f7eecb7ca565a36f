"""Two people edit one record: units compared, merged, or shown as clashes."""

from charity_portal.kernel.edits import Draft, fresh_key, merge

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


def test_a_fresh_key_is_not_taken() -> None:
    assert fresh_key("q", {"q1", "q3"}) == "q2"
