"""How a committee decides: quorum, majority of all seats that need not recuse, nothing counted twice."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charity_portal.funds.rules import voting
from charity_portal.funds.rules.voting import CHOICES, Tally, counting_problems, kept_tally, tally

SEATS = st.integers(1, 15).map(lambda n: list(range(n)))
DAY = date(2026, 3, 2)


@st.composite
def votes(draw: st.DrawFn) -> tuple[list[int], dict[int, str], set[int]]:
    seats = draw(SEATS)
    said = draw(st.dictionaries(st.integers(0, 20), st.sampled_from(list(CHOICES)), max_size=21))
    return seats, said, draw(st.sets(st.sampled_from(seats)))


@given(votes())
def test_every_seat_counts_once_and_strangers_never(
    given_votes: tuple[list[int], dict[int, str], set[int]],
) -> None:
    seats, said, conflicted = given_votes
    counted = tally(seats, said, conflicted)
    assert counted.seats == len(seats)
    assert counted.recused + counted.took_part + counted.silent == counted.seats
    assert counted.recused >= len(conflicted)
    assert counted.took_part <= len(set(said) & set(seats))
    assert kept_tally(counted.kept()) == counted
    assert tally(reversed(seats), said, conflicted) == counted


@given(votes())
def test_nothing_passes_without_quorum_and_more_than_half_of_all_entitled_seats(
    given_votes: tuple[list[int], dict[int, str], set[int]],
) -> None:
    counted = tally(*given_votes)
    if counted.passed:
        assert counted.took_part >= 3 and 2 * counted.took_part > counted.entitled
        assert 2 * counted.yes > counted.entitled
    more = tally(given_votes[0], {**given_votes[1], 0: "yes"}, given_votes[2])
    assert more.passed or not counted.passed  # another yes never makes it fail


@pytest.mark.parametrize(
    ("seats", "recused", "yes", "no", "abstain", "passed"),
    [
        (5, 0, 3, 0, 0, True), (5, 0, 2, 0, 3, False), (5, 0, 3, 2, 0, True),
        (5, 0, 2, 1, 0, False), (5, 1, 2, 1, 1, False), (5, 1, 3, 0, 0, True),
        (5, 2, 2, 0, 1, True), (5, 2, 2, 0, 0, False), (5, 3, 2, 0, 0, False),
        (7, 0, 3, 0, 4, False), (7, 0, 4, 0, 0, True), (7, 0, 3, 0, 0, False),
    ],
)  # fmt: skip
def test_examples(seats: int, recused: int, yes: int, no: int, abstain: int, passed: bool) -> None:
    assert Tally(seats, recused, yes, no, abstain).passed is passed


def test_the_arithmetic_says_its_numbers_and_its_result() -> None:
    lines = [str(line) for line in voting.arithmetic(Tally(5, 1, 3, 1, 0))]
    assert "有表决权 4 席" in lines[0] and "至少 3 席" in lines[1] and "至少 3 席" in lines[2]
    assert str(voting.outcome(Tally(5, 1, 3, 1, 0))) == "表决通过。"
    assert str(voting.outcome(Tally(5, 0, 1, 0, 0))) == "参加人数不足，不能形成决定。"


def test_counting_waits_for_the_supervisor_the_quorum_and_the_last_day() -> None:
    whole, part, few = Tally(5, 0, 3, 2, 0), Tally(5, 0, 3, 1, 0), Tally(5, 0, 1, 0, 0)
    after = date(2026, 3, 3)
    assert counting_problems(whole, 1, DAY, DAY) == []
    assert len(counting_problems(whole, 0, DAY, DAY)) == 1
    assert len(counting_problems(part, 1, DAY, DAY)) == 1
    assert counting_problems(part, 1, DAY, after) == []
    assert len(counting_problems(few, 1, DAY, after)) == 1
    assert not voting.is_over(DAY, DAY) and voting.is_over(DAY, after)
