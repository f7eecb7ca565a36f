"""The draw, as anybody repeats it."""

import hashlib
import random

from hypothesis import given
from hypothesis import strategies as st

from charity_portal.competitions.rules import draws
from charity_portal.competitions.rules.draws import Candidate, Need, Wanted

SEED = "2026-03-02 08:00 福彩3D 第2026051期 417"


def pool(*codes: str, **meeting: str) -> list[Candidate]:
    return [Candidate(c, frozenset(k for k in meeting if c in meeting[k].split())) for c in codes]


def codes(drawn: draws.Drawn) -> list[str]:
    return [place.code for place in drawn.places]


def test_the_lot_is_the_sha256_of_seed_and_code() -> None:
    assert draws.lot("417", "abc") == hashlib.sha256(b"417:abc").hexdigest()
    assert draws.lot(SEED, "abc") == hashlib.sha256((SEED + ":abc").encode()).hexdigest()


def test_without_minimums_the_smallest_lots_are_drawn() -> None:
    everybody = pool(*(f"e{n}" for n in range(20)))
    drawn = draws.draw(SEED, everybody, Wanted(5, 2))
    by_lot = sorted((draws.lot(SEED, c.code), c.code) for c in everybody)
    assert codes(drawn) == [code for _, code in by_lot[:7]]
    assert [place.standby for place in drawn.places] == [False] * 5 + [True] * 2


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(0, 4), st.randoms())
def test_the_order_of_the_pool_does_not_matter(
    seed: int, size: int, standbys: int, chance: random.Random
) -> None:
    everybody = pool(*(f"e{n}" for n in range(15)), a="e1 e2 e3", b="e3 e9")
    wanted = Wanted(size, standbys, (Need("a", 1), Need("b", 2)))
    first = draws.draw(str(seed), everybody, wanted)
    chance.shuffle(everybody)
    assert draws.draw(str(seed), everybody, wanted) == first
    assert len(set(codes(first))) == len(first.places) == min(size + standbys, 15)


@given(st.integers(0, 10_000))
def test_minimums_that_the_pool_can_meet_are_met(seed: int) -> None:
    everybody = pool(*(f"e{n}" for n in range(12)), finance="e1 e2", user="e3", senior="e1 e5 e6")
    needs = (Need("finance", 1), Need("user", 1), Need("senior", 2))
    drawn = draws.draw(str(seed), everybody, Wanted(6, 2, needs))
    members = {place.code for place in drawn.places if not place.standby}
    assert drawn.short == () and drawn.empty_seats == 0
    assert members & {"e1", "e2"} and "e3" in members and len(members & {"e1", "e5", "e6"}) >= 2


def test_one_member_counts_for_every_minimum_that_they_meet() -> None:
    everybody = pool("both", "x", "y", finance="both", senior="both")
    drawn = draws.draw("s", everybody, Wanted(2, 0, (Need("finance", 1), Need("senior", 1))))
    assert [p.need for p in drawn.places] == ["finance", None]


def test_what_cannot_be_met_is_said_and_changes_nothing_else() -> None:
    everybody = pool("a", "b", "c", finance="a")
    needs = (Need("finance", 2), Need("user", 1))
    drawn = draws.draw("s", everybody, Wanted(4, 3, needs))
    assert drawn.short == (Need("finance", 1), Need("user", 1))
    assert drawn.empty_seats == 1 and sorted(codes(drawn)) == ["a", "b", "c"]
    assert not any(place.standby for place in drawn.places)


def test_a_draw_repeats_from_what_was_kept_and_a_changed_record_does_not() -> None:
    everybody = pool(*(f"e{n}" for n in range(9)), finance="e4")
    wanted = Wanted(3, 1, (Need("finance", 1),))
    drawn = draws.draw(SEED, everybody, wanted)
    kept = draws.stored(wanted), draws.stored_pool(everybody), draws.stored_result(drawn)
    assert draws.repeated(SEED, *kept) == (drawn, True)
    assert draws.repeated(SEED + " ", *kept)[1] is False
    swapped = [kept[2][1], kept[2][0], *kept[2][2:]]
    assert draws.repeated(SEED, kept[0], kept[1], swapped)[1] is False
