"""Drawing a panel by lot, so that anybody can repeat it with nothing but SHA-256.

The rule, in plain words:

1. Before the draw, the seed is published, and every expert who can be drawn gets an anonymous code.
2. The lot of a code is the SHA-256 of the text `seed:code` (UTF-8), written as 64 hexadecimal digits.
   Lots are compared as text; the smallest comes first. `printf '%s' 'seed:code' | sha256sum` shows it.
3. Minimums are served in their stated order: while fewer members than wanted meet one, the first of
   the remaining codes that meets it takes a seat. A member counts for every minimum that they meet.
4. The remaining seats go to the remaining codes in order; the next ones stand by, in order.

A minimum that the pool cannot meet is left short and said to be so; nothing else changes by it. A
later draw uses the same seed over a new pool, from which whoever was drawn before is left out.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Candidate:
    """One code in the pool, with the keys of the minimums that it meets."""

    code: str
    meets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Need:
    """At least so many members who meet `key` ("capacity:finance", "track:elderly")."""

    key: str
    at_least: int


@dataclass(frozen=True)
class Wanted:
    """How many seats and stand-bys, and the minimums in the order in which they are served."""

    size: int
    standbys: int = 0
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class Place:
    """One code as drawn. `need` is the minimum for which it was taken out of turn."""

    code: str
    lot: str
    standby: bool = False
    need: str | None = None


@dataclass(frozen=True)
class Drawn:
    """The places in the order drawn, and by how much each minimum and the seats fell short."""

    places: tuple[Place, ...]
    short: tuple[Need, ...] = ()
    empty_seats: int = 0


def lot(seed: str, code: str) -> str:
    """The lot of a code: 64 hexadecimal digits."""
    return hashlib.sha256(f"{seed}:{code}".encode()).hexdigest()


def draw(seed: str, pool: Sequence[Candidate], wanted: Wanted) -> Drawn:
    """Draw from the pool; the order in which the pool is given does not matter."""
    waiting = sorted(pool, key=lambda candidate: (lot(seed, candidate.code), candidate.code))
    seats: list[Place] = []
    met = dict.fromkeys((need.key for need in wanted.needs), 0)

    def take(candidate: Candidate, need: str | None = None) -> None:
        waiting.remove(candidate)
        seats.append(Place(candidate.code, lot(seed, candidate.code), need=need))
        for key in met:
            met[key] += key in candidate.meets

    for need in wanted.needs:
        while met[need.key] < need.at_least and len(seats) < wanted.size:
            found = next((c for c in waiting if need.key in c.meets), None)
            if found is None:
                break
            take(found, need.key)
    while waiting and len(seats) < wanted.size:
        take(waiting[0])
    standbys = [Place(c.code, lot(seed, c.code), standby=True) for c in waiting[: wanted.standbys]]
    short = [Need(n.key, n.at_least - met[n.key]) for n in wanted.needs if met[n.key] < n.at_least]
    return Drawn((*seats, *standbys), tuple(short), wanted.size - len(seats))


def stored(wanted: Wanted) -> dict[str, Any]:
    """What was wanted, as it is kept and published."""
    return {
        "size": wanted.size,
        "standbys": wanted.standbys,
        "needs": [{"key": need.key, "at_least": need.at_least} for need in wanted.needs],
    }


def stored_pool(pool: Sequence[Candidate]) -> list[dict[str, Any]]:
    """The pool as it is kept and published, by code."""
    ordered = sorted(pool, key=lambda candidate: candidate.code)
    return [{"code": c.code, "meets": sorted(c.meets)} for c in ordered]


def stored_result(drawn: Drawn) -> list[dict[str, Any]]:
    """The places as they are kept and published, in the order drawn."""
    return [
        {"code": p.code, "lot": p.lot, "standby": p.standby, "need": p.need} for p in drawn.places
    ]


def read_wanted(kept: dict[str, Any]) -> Wanted:
    """`stored` back again."""
    needs = tuple(Need(row["key"], row["at_least"]) for row in kept["needs"])
    return Wanted(kept["size"], kept["standbys"], needs)


def read_pool(kept: Sequence[dict[str, Any]]) -> list[Candidate]:
    """`stored_pool` back again."""
    return [Candidate(row["code"], frozenset(row["meets"])) for row in kept]


def repeated(
    seed: str, wanted: dict[str, Any], pool: Sequence[dict[str, Any]], result: Sequence[Any]
) -> tuple[Drawn, bool]:
    """The draw done again from what was kept, and whether it comes out as recorded."""
    again = draw(seed, read_pool(pool), read_wanted(wanted))
    return again, stored_result(again) == list(result)
