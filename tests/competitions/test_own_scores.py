"""How long the rest takes: from one's own pace, pauses left out."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from charity_portal.competitions.rules import own_scores

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def at(*minutes):
    return [START + timedelta(minutes=m) for m in minutes]


def test_pauses_are_not_work():
    assert own_scores.pace(at(0, 2, 4, 64, 66), scored=6) == Fraction(1)


def test_nothing_is_said_before_enough_is_scored():
    assert own_scores.pace(at(0, 2, 4), scored=own_scores.ENOUGH - 1) is None
    assert own_scores.pace([], scored=50) is None


def test_the_rest_is_rounded_up_to_five_minutes():
    assert own_scores.minutes_left(7, Fraction(3, 2)) == 15
    assert own_scores.minutes_left(0, Fraction(3, 2)) == 0
    assert own_scores.minutes_left(1, None) == 5
