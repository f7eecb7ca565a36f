"""What a choice must keep to: the purse, counts, tracks, applicants. All amounts are fen."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from charity_portal.competitions.rules.scores import Candidate, SelectionRule
from charity_portal.kernel.i18n import Text, money, say

PURSE, MOST, LEAST, GROUP = "purse", "most", "least", "applicant"
TRACK_MOST, TRACK_LEAST, TRACK_PURSE = "track_most", "track_least", "track_purse"


@dataclass(frozen=True)
class Placed:
    """An application with its place in the ranking; without points it can only be put in by people."""

    rank: int
    candidate: Candidate
    points: Decimal | None

    @property
    def id(self) -> str:
        """The application's code."""
        return self.candidate.id


@dataclass(frozen=True)
class Breach:
    """A limit that a choice does not keep to. `key`: its track, where it is one of a track."""

    code: str
    text: Text
    key: str = ""


class Limits:
    """The limits of a selection rule, ready to be asked about single applications and whole choices."""

    def __init__(self, rule: SelectionRule, amounts: Mapping[str, int] | None = None) -> None:
        self.rule = rule
        self.amounts = amounts or {}
        self.tracks = {limit.track: limit for limit in rule.tracks}

    def need(self, candidate: Candidate) -> int:
        """What a full award costs: the request, up to the cap of an award; or what people set."""
        if candidate.id in self.amounts:
            return self.amounts[candidate.id]
        cap = self.rule.award_cap_fen
        return candidate.requested_fen if cap is None else min(candidate.requested_fen, cap)

    def least_part(self, candidate: Candidate) -> int | None:
        """The smallest partial award; None when there are no partial awards."""
        if self.rule.partial_bp is None:
            return None
        return -(-self.need(candidate) * self.rule.partial_bp // 10_000)

    def broken(self, awards: Mapping[Candidate, int], minimums: bool = True) -> list[Breach]:
        """Every limit that these awards break; counted anew from nothing but the awards."""
        tally = Tally(self)
        for candidate, amount in awards.items():
            tally.add(candidate, amount)
        found = list(tally.exceeded())
        return found + list(tally.short()) if minimums else found


class Tally:
    """Awards counted as they are added and taken away."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.spent = 0
        self.count = 0
        self.track_count: Counter[str] = Counter()
        self.track_spent: Counter[str] = Counter()
        self.groups: Counter[str] = Counter()

    @property
    def left(self) -> int:
        """What is left of the purse."""
        return self.limits.rule.purse_fen - self.spent

    def add(self, candidate: Candidate, amount: int, times: int = 1) -> None:
        """Count an award; `times` -1 takes it away again."""
        self.spent += times * amount
        self.count += times
        self.track_count[candidate.track] += times
        self.track_spent[candidate.track] += times * amount
        if candidate.group:
            self.groups[candidate.group] += times

    def available(self, candidate: Candidate) -> int:
        """How much the purse, and that of the track, still hold for it."""
        limit = self.limits.tracks.get(candidate.track)
        if limit is None or limit.purse_fen is None:
            return self.left
        return min(self.left, limit.purse_fen - self.track_spent[candidate.track])

    def obstacle(self, candidate: Candidate, amount: int) -> str | None:
        """The code of the limit that one more award would break; money comes last."""
        rule, limit = self.limits.rule, self.limits.tracks.get(candidate.track)
        if candidate.group and _full(self.groups[candidate.group], rule.per_group):
            return GROUP
        if limit is not None and _full(self.track_count[candidate.track], limit.most):
            return TRACK_MOST
        if _full(self.count, rule.most):
            return MOST
        if amount > self.left:
            return PURSE
        return TRACK_PURSE if amount > self.available(candidate) else None

    def exceeded(self) -> Iterator[Breach]:
        """The upper limits that are passed."""
        rule = self.limits.rule
        if self.left < 0:
            yield Breach(PURSE, say("超出资金总额 %(by)s", by=money(-self.left)))
        if rule.most is not None and self.count > rule.most:
            yield Breach(MOST, say("超过最多 %(n)s 项", n=rule.most))
        for group, count in sorted(self.groups.items()):
            if rule.per_group is not None and count > rule.per_group:
                yield Breach(GROUP, say("同一机构超过 %(n)s 项", n=rule.per_group), group)
        for track, limit in self.limits.tracks.items():
            if limit.most is not None and self.track_count[track] > limit.most:
                text = say("赛道 %(track)s 超过最多 %(n)s 项", track=track, n=limit.most)
                yield Breach(TRACK_MOST, text, track)
            if limit.purse_fen is not None and self.track_spent[track] > limit.purse_fen:
                by = money(self.track_spent[track] - limit.purse_fen)
                text = say("赛道 %(track)s 超出其资金 %(by)s", track=track, by=by)
                yield Breach(TRACK_PURSE, text, track)

    def short(self) -> Iterator[Breach]:
        """The minimums that are not reached."""
        rule = self.limits.rule
        if self.count < rule.least:
            yield Breach(LEAST, say("少于最少 %(n)s 项", n=rule.least))
        for track, limit in self.limits.tracks.items():
            if self.track_count[track] < limit.least:
                text = say("赛道 %(track)s 少于最少 %(n)s 项", track=track, n=limit.least)
                yield Breach(TRACK_LEAST, text, track)


def _full(count: int, most: int | None) -> bool:
    return most is not None and count >= most


def above_floor(placed: Iterable[Placed], rule: SelectionRule) -> list[Placed]:
    """Those with points that may be funded at all."""
    return [
        p for p in placed if p.points is not None and (rule.floor is None or p.points >= rule.floor)
    ]


def without(placed: Iterable[Placed], codes: Collection[str]) -> list[Placed]:
    """Those whose code is not among these."""
    return [p for p in placed if p.id not in codes]
