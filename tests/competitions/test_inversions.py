from decimal import Decimal

import pytest

from charity_portal.competitions.rules.choosing.by_rank import Taken
from charity_portal.competitions.rules.choosing.inversions import inversions, obstacle_text
from charity_portal.competitions.rules.choosing.limits import Limits, Placed
from charity_portal.competitions.rules.scores import Candidate, TrackLimit
from tests.factories.contests import YUAN, make_rule

ORDER = [
    Placed(rank, Candidate(code, track, yuan * YUAN), Decimal(90 - rank))
    for rank, (code, track, yuan) in enumerate(
        [("A", "T", 50), ("B", "T", 60), ("C", "U", 40), ("D", "U", 30)], start=1
    )
]


def found(how: dict[str, str], **limits: object) -> list[tuple[str, str, str]]:
    taken = {p.id: Taken(p.candidate.requested_fen, how[p.id]) for p in ORDER if p.id in how}
    pairs = inversions(ORDER, taken, Limits(make_rule(100, **limits)), {}, {})  # type: ignore[arg-type]
    return [(pair.funded, pair.passed, pair.code) for pair in pairs]


def test_pairs_stand_from_the_lowest_place_up() -> None:
    assert found({"C": "rank", "D": "rank"}, most=2, tracks=(TrackLimit("T", 0, 0),)) == [
        ("D", "B", "track_most"),
        ("D", "A", "track_most"),
        ("C", "B", "track_most"),
        ("C", "A", "track_most"),
    ]


def test_the_reason_is_what_breaks_when_the_two_change_places() -> None:
    assert found({"A": "rank", "C": "rank"}) == [("C", "B", "purse")]
    assert found({"A": "rank", "D": "track"}, tracks=(TrackLimit("U", 1),)) == [
        ("D", "C", "taken_first"),
        ("D", "B", "purse"),
    ]
    assert found({"C": "track"}, tracks=(TrackLimit("U", 1),)) == [
        ("C", "B", "track_least"),
        ("C", "A", "track_least"),
    ]


def test_the_minimum_of_another_track_is_no_reason() -> None:
    assert found({"D": "track"}, tracks=(TrackLimit("U", 0), TrackLimit("T", 2))) == [
        ("D", "C", "taken_first"),
        ("D", "B", "taken_first"),
        ("D", "A", "taken_first"),
    ]


def test_who_was_fixed_as_sure_says_so() -> None:
    assert ("D", "C", "sure") in found({"D": "fixed"})


def test_a_choice_without_a_reason_is_a_fault_of_the_program() -> None:
    with pytest.raises(AssertionError, match="for no reason"):
        found({"D": "rank"})


@pytest.mark.parametrize(
    "code", ["purse", "most", "least", "applicant", "track_most", "track_purse"]
)
def test_every_obstacle_has_words(code: str) -> None:
    assert obstacle_text(code, ORDER[0]).in_source()
