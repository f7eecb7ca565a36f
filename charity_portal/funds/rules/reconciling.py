"""Which entries a line of a bank statement may be: ranked, with plain reasons; and what is certain.

Nothing is matched by itself. A person looks at every pair, one by one or in a list.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from charity_portal.kernel.i18n import Text, say

NEAR_DAYS = 3
WINDOW_DAYS = 90
MOST_SHOWN = 8
_SUM_DAYS = 7
_SUM_POOL = 40
_MOST_SUMS = 3
_SHORTEST_REFERENCE = 5

REFERENCES: dict[str, Text] = {
    "donation": say("捐赠编号"),
    "receipt": say("捐赠票据号码"),
    "pledge": say("认捐编号"),
    "agreement": say("捐赠协议编号"),
    "voucher": say("凭证号"),
}


@dataclass(frozen=True)
class Line:
    """A line as the rules look at it; positive came in. `name` is the blind index of whom it names."""

    id: int
    day: date
    amount_fen: int
    name: str | None = None
    text: str = ""


@dataclass(frozen=True)
class Candidate:
    """An entry that waits for a line; positive came in. `references` are kinds and numbers that a
    payer may have written down, `names` blind indexes of who gave or received."""

    id: int
    day: date
    amount_fen: int
    kind: str
    references: tuple[tuple[str, str], ...] = ()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Suggestion:
    """Entries that a line may be, and why: better ones have more points."""

    entries: tuple[int, ...]
    points: int
    reasons: tuple[Text, ...]


def suggest(line: Line, candidates: Iterable[Candidate]) -> list[Suggestion]:
    """What a line may be, the likeliest first; the same whatever the order of candidates."""
    waiting = sorted(
        (c for c in candidates if _same_way(line, c)), key=lambda c: (_apart(line, c), c.id)
    )
    single = [_one(line, c) for c in waiting if c.amount_fen == line.amount_fen]
    sums = [_sum(line, group) for group in _groups(line, waiting)]
    ranked = sorted([*single, *sums], key=lambda s: (-s.points, len(s.entries), s.entries))
    return ranked[:MOST_SHOWN]


def certain(lines: Iterable[Line], candidates: Iterable[Candidate]) -> dict[int, int]:
    """The entry of each line of which there can be no doubt: the one of equal amount within three days
    that the line names by number or payer, and that no other line names."""
    by_amount: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_amount[candidate.amount_fen].append(candidate)
    claimed: dict[int, list[int]] = defaultdict(list)
    for line in lines:
        for c in by_amount.get(line.amount_fen, ()):
            if _apart(line, c) <= NEAR_DAYS and (_names(line, c) or _referred(line, c)):
                claimed[line.id].append(c.id)
    wanted = Counter(entry for entries in claimed.values() for entry in entries)
    return {
        line: entries[0]
        for line, entries in claimed.items()
        if len(entries) == 1 and wanted[entries[0]] == 1
    }


def _same_way(line: Line, c: Candidate) -> bool:
    return (c.amount_fen > 0) == (line.amount_fen > 0) and _apart(line, c) <= WINDOW_DAYS


def _apart(line: Line, c: Candidate) -> int:
    return abs((line.day - c.day).days)


def _names(line: Line, c: Candidate) -> bool:
    return line.name is not None and line.name in c.names


def _referred(line: Line, c: Candidate) -> tuple[str, str] | None:
    """The first number of an entry that stands in the line's text."""
    return next((r for r in c.references if mentions(line.text, r[1])), None)


def mentions(text: str, number: str) -> bool:
    """Whether a number stands in a text, however it is punctuated, and not inside a longer one."""
    signs = [s for s in unicodedata.normalize("NFKC", number).upper() if s.isalnum()]
    if len(signs) < _SHORTEST_REFERENCE:
        return False
    pattern = r"[\W_]*".join(re.escape(sign) for sign in signs)
    found = rf"(?<![0-9A-Z]){pattern}(?![0-9A-Z])"
    return re.search(found, unicodedata.normalize("NFKC", text).upper()) is not None


def _one(line: Line, c: Candidate) -> Suggestion:
    reasons, points = [say("金额相同")], 50
    day_points, day_reason = _day(_apart(line, c))
    reasons.append(day_reason)
    named, referred = _names(line, c), _referred(line, c)
    if referred:
        kind, number = referred
        reasons.append(say("摘要中写有%(what)s %(number)s", what=REFERENCES[kind], number=number))
    if named:
        reasons.append(_name_word(line))
    if c.kind == "payment":
        reasons.append(say("是已批准拨付的付款"))
    points += day_points + 30 * bool(referred) + 25 * named + 3 * (c.kind == "payment")
    return Suggestion((c.id,), points, tuple(reasons))


def _name_word(line: Line) -> Text:
    if line.amount_fen > 0:
        return say("付款人与捐赠人姓名（名称）相同")
    return say("收款人与受助对象名称相同")


def _day(apart: int) -> tuple[int, Text]:
    if apart == 0:
        return 20, say("同一天")
    points = 15 if apart <= NEAR_DAYS else 8 if apart <= 7 else 2 if apart <= 30 else 0
    return points, say("相差一天") if apart == 1 else say("相差 %(n)s 天", n=apart)


def _groups(line: Line, waiting: Sequence[Candidate]) -> Iterator[tuple[Candidate, ...]]:
    """Two to four entries of the same week that make up the amount, few entries first."""
    smaller = [c for c in waiting if abs(c.amount_fen) < abs(line.amount_fen)]
    pool = [c for c in smaller if _apart(line, c) <= _SUM_DAYS][:_SUM_POOL]
    found = 0
    for size in (2, 3, 4):
        for group in _summing(pool, line.amount_fen, size):
            yield group
            found += 1
            if found == _MOST_SUMS:
                return


def _summing(pool: Sequence[Candidate], amount: int, size: int) -> Iterator[tuple[Candidate, ...]]:
    """Every choice of so many that sums to the amount; the last two are looked up, not tried."""
    if size == 2:
        yield from _pairs(pool, amount, 0)
        return
    for heads in combinations(range(len(pool)), size - 2):
        rest = amount - sum(pool[i].amount_fen for i in heads)
        if (rest > 0) == (amount > 0) and rest:
            chosen = tuple(pool[i] for i in heads)
            for pair in _pairs(pool, rest, heads[-1] + 1):
                yield (*chosen, *pair)


def _pairs(
    pool: Sequence[Candidate], amount: int, start: int
) -> Iterator[tuple[Candidate, Candidate]]:
    seen: dict[int, list[Candidate]] = defaultdict(list)
    for c in pool[start:]:
        for other in seen.get(amount - c.amount_fen, ()):
            yield other, c
        seen[c.amount_fen].append(c)


def _sum(line: Line, group: Sequence[Candidate]) -> Suggestion:
    reasons = [say("%(n)s 笔账合计金额相同", n=len(group))]
    farthest = max(_apart(line, c) for c in group)
    day_points, day_reason = _day(farthest)
    reasons.append(day_reason)
    named = all(_names(line, c) for c in group)
    referred = any(_referred(line, c) for c in group)
    if referred:
        reasons.append(say("摘要中写有其中的编号"))
    if named:
        reasons.append(_name_word(line))
    points = 30 + day_points // 2 + 25 * named + 20 * referred - 2 * len(group)
    return Suggestion(tuple(sorted(c.id for c in group)), points, tuple(reasons))


def adds_up(amount_fen: int, entries: Mapping[int, int]) -> bool:
    """Whether signed entries make up a line exactly."""
    return bool(entries) and sum(entries.values()) == amount_fen


@dataclass(frozen=True)
class Sheet:
    """A month's end seen from both sides, in fen; what came in counts positive.

    `opening` is what stood on the accounts before the first statement and belonged to no fund,
    `explained` what came and went since then that belongs to none.
    """

    bank: int
    opening: int
    explained: int
    book: int
    bank_only: int
    book_only: int

    @property
    def by_book(self) -> int:
        """What should stand on the accounts if everything booked had gone through."""
        return self.opening + self.explained + self.book

    @property
    def difference(self) -> int:
        """What the items in transit do not explain: lines are missing, or a balance is wrong."""
        return self.bank - (self.by_book + self.bank_only - self.book_only)
