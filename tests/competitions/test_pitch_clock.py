"""What the clock of a presentation shows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from charity_portal.competitions.rules.pitch_clock import Lengths, elapsed, remaining, shown

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LENGTHS = Lengths(300, 180)


@dataclass
class Slot:
    state: str = "presenting"
    phase_at: datetime | None = START
    paused_at: datetime | None = None
    spent_seconds: int = 0


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_time_runs_from_the_phase_on_and_into_overtime() -> None:
    assert [remaining(Slot(), LENGTHS, at(s)) for s in (0, 0.9, 1, 299, 300, 312)] == [
        300,
        300,
        299,
        1,
        0,
        -12,
    ]
    assert remaining(Slot("questioning"), LENGTHS, at(60)) == 120


def test_a_stopped_clock_stands_and_runs_on_from_there() -> None:
    stopped = Slot(paused_at=at(60), spent_seconds=60)
    assert [remaining(stopped, LENGTHS, at(s)) for s in (60, 6000)] == [240, 240]
    again = Slot(phase_at=at(1000), spent_seconds=60)
    assert remaining(again, LENGTHS, at(1010)) == 230


def test_a_server_whose_clock_went_back_gives_no_time_away() -> None:
    assert elapsed(Slot(), at(-5)) == 0


@pytest.mark.parametrize("state", ["waiting", "scoring", "done", "absent"])
def test_other_phases_have_no_clock(state: str) -> None:
    assert remaining(Slot(state), LENGTHS, at(1)) is None


def test_minutes_and_seconds_with_a_sign_for_overtime() -> None:
    assert [shown(s) for s in (300, 59, 0, -12, 6000)] == [
        "05:00",
        "00:59",
        "00:00",
        "+00:12",
        "100:00",
    ]
