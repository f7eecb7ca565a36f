"""Down the ranking until the purse is empty; a track's minimum is filled with its best first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from charity_portal.competitions.rules.choosing.limits import (
    PURSE,
    TRACK_PURSE,
    Limits,
    Placed,
    Tally,
)

MONEY = (PURSE, TRACK_PURSE)


@dataclass(frozen=True)
class Taken:
    """An award in fen, and how it came about (as in `SelectedRow.how`)."""

    award_fen: int
    how: str


def by_rank(
    order: Sequence[Placed], limits: Limits, forced: Collection[str] = ()
) -> dict[str, Taken]:
    """Who is funded, given those who may be, the best first.

    1. Those whom people put in (`forced`). 2. For each track with a minimum its best, as many as it
    needs. 3. All others in order. One that breaks a count or a cap is passed over. At the first that
    the money does not cover in full: it gets what is left, if partial awards are allowed and that is
    enough; else the way down ends there (`cut` “stop”) or goes on to the next (“skip”).
    """
    walk = _Walk(limits)
    for placed in order:
        if placed.id in forced:
            walk.take(placed, limits.need(placed.candidate), "override")
    for track in limits.tracks:
        walk.fill(track, order)
    for placed in order:
        if placed.id not in walk.taken and not walk.reach(placed):
            break
    return walk.taken


class _Walk:
    """Takes one after the other and keeps count."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.tally = Tally(limits)
        self.taken: dict[str, Taken] = {}

    def take(self, placed: Placed, amount: int, how: str) -> None:
        self.tally.add(placed.candidate, amount)
        self.taken[placed.id] = Taken(amount, how)

    def fill(self, track: str, order: Sequence[Placed]) -> None:
        """Take the best of a track until its minimum is reached."""
        for placed in order:
            if self.tally.track_count[track] >= self.limits.tracks[track].least:
                break
            if placed.candidate.track != track or placed.id in self.taken:
                continue
            need = self.limits.need(placed.candidate)
            if self.tally.obstacle(placed.candidate, need) is None:
                self.take(placed, need, "track")

    def reach(self, placed: Placed) -> bool:
        """Take the next in order, wholly or in part, or pass it over; whether to go on after it."""
        need = self.limits.need(placed.candidate)
        obstacle = self.tally.obstacle(placed.candidate, need)
        if obstacle is None:
            self.take(placed, need, "rank")
        elif obstacle in MONEY:
            part = part_of(placed, self.limits, self.tally)
            if part:
                self.take(placed, part, "rest")
            return self.limits.rule.cut == "skip"
        return True


def part_of(placed: Placed, limits: Limits, tally: Tally) -> int:
    """What a partial award could be now; 0 when there is none."""
    least = limits.least_part(placed.candidate)
    available = tally.available(placed.candidate)
    if least is None or available < max(least, 1):
        return 0
    blocked = tally.obstacle(placed.candidate, available)
    return 0 if blocked else available


def line(order: Sequence[Placed], limits: Limits) -> Decimal | None:
    """The points of the last one funded in plain order of rank: only purse, cap and the most awards
    count, no tracks, applicants or partial awards. None when nobody can be funded.
    """
    plain = Limits(
        replace(limits.rule, tracks=(), per_group=None, partial_bp=None, least=0, floor=None)
    )
    taken = by_rank(order, plain)
    funded = [placed.points for placed in order if placed.id in taken and placed.points is not None]
    return min(funded) if funded else None
