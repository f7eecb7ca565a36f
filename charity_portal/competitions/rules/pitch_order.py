"""Who presents when: an order that anybody can draw again from the published seed."""

from collections.abc import Sequence
from dataclasses import dataclass

from charity_portal.competitions.rules.seeded import keyed

BY = ("size", "track")


@dataclass(frozen=True)
class Entrant:
    """A project that presents: its published code, and its track (any value that can be compared)."""

    id: int
    code: str
    track: int = 0


def lot(seed: str, code: str) -> int:
    """The lot of a code: SHA-256 over seed, purpose and code. The lowest goes first."""
    return keyed(seed, "pitch", code)


def order(
    seed: str, entrants: Sequence[Entrant], groups: int = 1, by: str = "size"
) -> list[list[int]]:
    """The ids group by group, in the order of their lots; the same for any order of `entrants`.

    By size: the whole order is cut into `groups` whose sizes differ by one at the most, larger ones
    first. By track: one group a track, in the order of the tracks.
    """
    drawn = sorted(entrants, key=lambda e: (lot(seed, e.code), e.code))
    if by == "track":
        tracks = sorted({e.track for e in drawn})
        return [[e.id for e in drawn if e.track == track] for track in tracks]
    groups = max(1, min(groups, len(drawn)))
    size, larger = divmod(len(drawn), groups)
    cut, at = [], 0
    for number in range(groups):
        end = at + size + (1 if number < larger else 0)
        cut.append([e.id for e in drawn[at:end]])
        at = end
    return cut
