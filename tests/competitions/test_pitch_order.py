"""The drawn order: repeatable by anybody, even, and the same for any order of the input."""

import hashlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from charity_portal.competitions.rules.pitch_order import Entrant, order

CODES = [f"R-{n:02d}" for n in range(1, 21)]
EVERYBODY = [Entrant(n, code, n % 3) for n, code in enumerate(CODES)]


def test_anybody_can_repeat_the_order_with_sha256() -> None:
    seed = "2026-03-02 417 第一场"
    by_hand = sorted(
        EVERYBODY,
        key=lambda e: hashlib.sha256(f"{seed}\x1fpitch\x1f{e.code}".encode()).hexdigest(),
    )
    assert order(seed, EVERYBODY) == [[e.id for e in by_hand]]


@given(st.permutations(EVERYBODY), st.integers(1, 25), st.sampled_from(["size", "track"]))
def test_groups_are_even_and_do_not_depend_on_the_order_of_the_input(
    entrants: list[Entrant], groups: int, by: str
) -> None:
    found = order("seed", entrants, groups, by)
    assert found == order("seed", EVERYBODY, groups, by)
    assert sorted(key for group in found for key in group) == list(range(20))
    if by == "size":
        sizes = [len(group) for group in found]
        assert len(found) == min(groups, 20)
        assert max(sizes) - min(sizes) <= 1
    else:
        assert [{key % 3 for key in group} for group in found] == [{0}, {1}, {2}]


def test_every_place_is_as_likely() -> None:
    firsts = Counter(order(str(n), EVERYBODY[:4])[0][0] for n in range(2000))
    assert all(400 < firsts[key] < 600 for key in range(4))


def test_nobody_makes_no_group_fail() -> None:
    assert order("seed", [], 3) == [[]]
