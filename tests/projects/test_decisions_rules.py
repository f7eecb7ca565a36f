"""What a set of decisions adds up to, and which sets are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charity_portal.projects.errors import (
    PurseExceeded,
    RankTaken,
    TooManyAwards,
    TrackPurseExceeded,
)
from charity_portal.projects.rules.decisions import (
    Limits,
    Line,
    TrackLimit,
    Verdict,
    add_up,
    amount_of,
    check,
    problems,
    replaced,
    warnings,
)

YUAN = 100
ELDERLY = TrackLimit(1, "为老", None, 500 * YUAN)
LIMITS = Limits(purse_fen=1000 * YUAN, cap_fen=600 * YUAN, floor_fen=50 * YUAN, max_awards=3)


def line(number: int, outcome: str | None, amount: int = 0, **more: int | None) -> Line:
    return Line(number, more.get("track"), 600 * YUAN, outcome, amount * YUAN, more.get("rank"))


def test_totals_count_each_outcome_once() -> None:
    lines = [
        line(1, "award", 600),
        line(2, "partial", 150),
        line(3, "reserve", rank=1),
        line(4, "refuse"),
        line(5, None),
    ]
    totals = add_up(LIMITS, lines)
    assert (totals.awards, totals.reserves, totals.refused, totals.undecided) == (2, 1, 1, 1)
    assert (totals.awarded_fen, totals.left_fen) == (750 * YUAN, 250 * YUAN)
    assert totals.requested_fen == 5 * 600 * YUAN


def test_the_purse_may_be_emptied_to_the_last_fen_and_not_one_further() -> None:
    exact = [line(1, "award", 600), line(2, "partial", 400)]
    check(LIMITS, exact)
    with pytest.raises(PurseExceeded) as refused:
        check(LIMITS, [*exact, Line(3, None, 600 * YUAN, "partial", 1)])
    assert refused.value.over_fen == 1
    assert "¥0.01" in refused.value.message.params["over"]


def test_a_track_has_a_purse_of_its_own() -> None:
    limits = Limits(purse_fen=1000 * YUAN, tracks=(ELDERLY,))
    check(limits, [line(1, "partial", 500, track=1), line(2, "partial", 500)])
    with pytest.raises(TrackPurseExceeded) as refused:
        check(limits, [line(1, "partial", 501, track=1)])
    assert refused.value.over_fen == YUAN


def test_more_awards_than_allowed_are_refused() -> None:
    lines = [line(n, "partial", 60) for n in range(4)]
    with pytest.raises(TooManyAwards):
        check(LIMITS, lines)


def test_two_reserves_cannot_share_a_rank() -> None:
    with pytest.raises(RankTaken):
        check(LIMITS, [line(1, "reserve", rank=1), line(2, "reserve", rank=1)])


def test_an_award_grants_the_request_and_a_partial_award_less() -> None:
    assert amount_of(Verdict("award", 1), 600 * YUAN) == 600 * YUAN
    assert amount_of(Verdict("refuse", 5), 600 * YUAN) == 0
    assert "amount" in problems(Verdict("partial", 600 * YUAN, reason="压缩"), 600 * YUAN, LIMITS)
    assert problems(Verdict("partial", 599 * YUAN, reason="压缩"), 600 * YUAN, LIMITS) == {}
    assert "amount" in problems(Verdict("partial", None, reason="压缩"), 600 * YUAN, LIMITS)


def test_nothing_above_the_cap_is_granted() -> None:
    assert "amount" in problems(Verdict("award"), 601 * YUAN, LIMITS)


@pytest.mark.parametrize("outcome", ["partial", "refuse"])
def test_cutting_and_refusing_need_a_reason(outcome: str) -> None:
    found = problems(Verdict(outcome, 100 * YUAN, reason="  "), 600 * YUAN, LIMITS)
    assert set(found) == {"reason"}


def test_a_reserve_needs_a_rank_and_an_unknown_outcome_is_refused() -> None:
    assert set(problems(Verdict("reserve"), 1, LIMITS)) == {"rank"}
    assert set(problems(Verdict("perhaps"), 1, LIMITS)) == {"outcome"}


def test_what_is_allowed_but_odd_is_said() -> None:
    limits = Limits(purse_fen=1000 * YUAN, floor_fen=100 * YUAN, min_awards=2)
    said = {w.msgid for w in warnings(limits, [line(1, "partial", 50), line(2, "reserve", rank=2)])}
    assert len(said) == 4  # below the floor, too few, money left, a gap in the ranks
    assert len(warnings(limits, [line(1, None)])) == 2


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["award", "partial", "reserve", "refuse", None]),
            st.integers(1, 10**9),
            st.sampled_from([1, 2, None]),
        ),
        max_size=30,
    )
)
def test_parts_add_up_to_the_whole(rows: list[tuple[str | None, int, int | None]]) -> None:
    limits = Limits(purse_fen=10**12, tracks=(ELDERLY, TrackLimit(2, "助残", None, None)))
    lines = [
        Line(n, track, 10**9, outcome, amount if outcome in ("award", "partial") else 0)
        for n, (outcome, amount, track) in enumerate(rows)
    ]
    totals = add_up(limits, lines)
    trackless = sum(x.amount_fen for x in lines if x.track_id is None)
    assert sum(t.awarded_fen for t in totals.tracks) + trackless == totals.awarded_fen
    assert totals.awards + totals.reserves + totals.refused + totals.undecided == len(lines)
    assert totals.left_fen == 10**12 - totals.awarded_fen


def test_a_change_replaces_its_own_line_only() -> None:
    before = [line(1, None), line(2, "refuse")]
    after = replaced(before, {1: line(1, "award", 600)})
    assert [x.outcome for x in after] == ["award", "refuse"]
