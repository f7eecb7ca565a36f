from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from charity_portal.funds.rules.bank_files import Movement
from charity_portal.funds.rules.bank_imports import Stored, identities, place_of, sort

MOVES = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from([100, 200, -100]),
        st.sampled_from(["甲", "乙"]),
        st.sampled_from(["", "S1", "S2"]),
    ),
    max_size=25,
)


def _month(moves: list[tuple[int, int, str, str]]) -> list[Movement]:
    first = date(2026, 3, 1)
    return [
        Movement(row, first + timedelta(days=day), amount, None, serial, name)
        for row, (day, amount, name, serial) in enumerate(sorted(moves), 2)
    ]


def _keep(files: list[list[Movement]]) -> list[Stored]:
    stored: list[Stored] = []
    for movements in files:
        sorted_ = sort(movements, identities(movements, "1234"), stored)
        stored += [Stored(f, place_of(m), bool(m.serial)) for m, f in sorted_.new]
    return stored


@given(MOVES)
def test_the_same_file_twice_adds_nothing_twice(moves: list[tuple[int, int, str, str]]) -> None:
    month = _month(moves)
    assert len(_keep([month, month])) == len(_keep([month])) == len(month)


@given(MOVES, st.integers(0, 4), st.integers(0, 4), st.booleans(), st.randoms())
def test_overlapping_files_add_up_to_the_distinct_movements(
    moves: list[tuple[int, int, str, str]], one: int, two: int, swapped: bool, chance: object
) -> None:
    month = _month(moves)
    low, high = sorted((one, two))
    begin = [m for m in month if m.day.day - 1 <= high]
    end = [m for m in month if m.day.day - 1 >= low]
    chance.shuffle(end)  # type: ignore[attr-defined]
    files = [end, begin] if swapped else [begin, end]
    assert len(_keep(files)) == len(month)


def test_an_export_with_numbers_and_one_without_tell_the_same_movements() -> None:
    day = date(2026, 3, 1)
    numbered = [Movement(2, day, 100, 500, "S1"), Movement(3, day, 100, 600, "S2")]
    bare = [Movement(2, day, 100, 500), Movement(3, day, 100, 600), Movement(4, day, 5, 605)]
    assert len(_keep([numbered, bare])) == 3
    assert len(_keep([bare, numbered])) == 3


def test_a_fee_with_the_number_of_its_transfer_is_a_movement_of_its_own() -> None:
    day = date(2026, 3, 1)
    both = [Movement(2, day, -10_000, None, "S1"), Movement(3, day, -50, None, "S1")]
    assert len(_keep([both, both])) == 2


def test_two_accounts_may_have_the_same_movement() -> None:
    same = [Movement(2, date(2026, 3, 1), 100)]
    assert identities(same, "1234") != identities(same, "5678")
