"""Which movements of a file are known already.

A movement is known by the bank's serial number with day and amount (a fee may carry the number of its
transfer); without one by everything that the bank says of it, counted where several are alike. Files
that overlap by whole days then add each movement once, in whatever order they come.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from charity_portal.funds.rules.bank_files import Movement

Place = tuple[date, int, int | None]
"""Day, amount, balance afterwards: where a movement stands on its account."""


@dataclass(frozen=True)
class Stored:
    """A line that is kept: where it stands, and whether the bank gave it a number."""

    fingerprint: str
    place: Place
    numbered: bool


@dataclass(frozen=True)
class Sorted:
    """The movements of a file that are new, with their fingerprints, and how many are known."""

    new: list[tuple[Movement, str]]
    known: list[Movement]


def place_of(movement: Movement) -> Place:
    """Where a movement stands on its account."""
    return movement.day, movement.amount_fen, movement.balance_fen


def identities(movements: Iterable[Movement], tail: str) -> list[str]:
    """What tells each movement from all others of the account, in the order given."""
    seen: Counter[tuple[object, ...]] = Counter()
    found = []
    for m in movements:
        if m.serial:
            told: tuple[object, ...] = ("serial", m.serial, m.day, m.amount_fen)
        else:
            told = ("words", m.day, m.amount_fen, m.balance_fen, m.counterparty, m.remark)
        seen[told] += 1
        parts = (tail, *told, seen[told])
        found.append("\x1f".join("" if part is None else str(part) for part in parts))
    return found


def sort(
    movements: Sequence[Movement], fingerprints: Sequence[str], stored: Collection[Stored]
) -> Sorted:
    """Part new from known. A movement that one export numbers and another does not is known by its
    place, where the bank tells balances; each stored line accounts for one movement."""
    by_print = {line.fingerprint for line in stored}
    missing = set(fingerprints)
    free: Counter[tuple[Place, bool]] = Counter(
        (line.place, line.numbered)
        for line in stored
        if line.fingerprint not in missing and line.place[2] is not None
    )
    new, known = [], []
    for movement, fingerprint in zip(movements, fingerprints, strict=True):
        other_kind = (place_of(movement), not movement.serial)
        if fingerprint in by_print:
            known.append(movement)
        elif free[other_kind] > 0:
            free[other_kind] -= 1
            known.append(movement)
        else:
            new.append((movement, fingerprint))
    return Sorted(new, known)
