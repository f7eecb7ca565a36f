"""Deciding within the purse: what a set of decisions adds up to, and whether it may stand."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from charity_portal.kernel.i18n import Text, localized, money, say
from charity_portal.projects.errors import (
    PurseExceeded,
    RankTaken,
    TooManyAwards,
    TrackPurseExceeded,
)

GRANTS = ("award", "partial")
OUTCOMES = ("award", "partial", "reserve", "refuse")
WORDS = {
    "award": say("立项"),
    "partial": say("部分资助"),
    "reserve": say("候补"),
    "refuse": say("不予资助"),
}


@dataclass(frozen=True)
class TrackLimit:
    """A track and its own purse, None without one."""

    id: int
    title_zh: str
    title_en: str | None
    purse_fen: int | None


@dataclass(frozen=True)
class Limits:
    """What a call allows; None means no limit."""

    currency: str = "CNY"
    purse_fen: int | None = None
    floor_fen: int | None = None
    cap_fen: int | None = None
    min_awards: int | None = None
    max_awards: int | None = None
    tracks: tuple[TrackLimit, ...] = ()


@dataclass(frozen=True)
class Line:
    """One application with what is decided about it so far (`outcome` None: nothing yet)."""

    application_id: int
    track_id: int | None
    requested_fen: int
    outcome: str | None = None
    amount_fen: int = 0
    rank: int | None = None


@dataclass(frozen=True)
class TrackTotal:
    """What goes to one track."""

    track: TrackLimit
    awarded_fen: int
    awards: int

    @property
    def left_fen(self) -> int | None:
        """What its purse still holds; negative when exceeded."""
        return None if self.track.purse_fen is None else self.track.purse_fen - self.awarded_fen


@dataclass(frozen=True)
class Totals:
    """What a set of lines adds up to."""

    applications: int
    requested_fen: int
    awarded_fen: int
    awards: int
    reserves: int
    refused: int
    undecided: int
    left_fen: int | None
    tracks: tuple[TrackTotal, ...] = field(default=())


@dataclass(frozen=True)
class Verdict:
    """What somebody wants to decide about one application."""

    outcome: str
    amount_fen: int | None = None
    rank: int | None = None
    reason: str = ""


def add_up(limits: Limits, lines: Iterable[Line]) -> Totals:
    """Sums and counts over all lines of a call, with each track's own."""
    lines = list(lines)
    grants = [line for line in lines if line.outcome in GRANTS]
    counts = Counter(line.outcome for line in lines)
    awarded = sum(line.amount_fen for line in grants)
    tracks = tuple(
        TrackTotal(
            track,
            sum(line.amount_fen for line in grants if line.track_id == track.id),
            sum(1 for line in grants if line.track_id == track.id),
        )
        for track in limits.tracks
    )
    return Totals(
        applications=len(lines),
        requested_fen=sum(line.requested_fen for line in lines),
        awarded_fen=awarded,
        awards=len(grants),
        reserves=counts["reserve"],
        refused=counts["refuse"],
        undecided=counts[None],
        left_fen=None if limits.purse_fen is None else limits.purse_fen - awarded,
        tracks=tracks,
    )


def amount_of(verdict: Verdict, requested_fen: int) -> int:
    """What a verdict grants: an award grants the whole request, reserve and refusal nothing."""
    if verdict.outcome == "award":
        return requested_fen
    return (verdict.amount_fen or 0) if verdict.outcome == "partial" else 0


def problems(verdict: Verdict, requested_fen: int, limits: Limits) -> dict[str, Text]:
    """What does not hold in one verdict by itself; keys outcome, amount, rank, reason."""
    if verdict.outcome not in OUTCOMES:
        return {"outcome": say("请选择决定结果。")}
    found: dict[str, Text] = {}
    if verdict.outcome in GRANTS and (wrong := _amount_problem(verdict, requested_fen, limits)):
        found["amount"] = wrong
    if verdict.outcome == "reserve" and (verdict.rank is None or verdict.rank < 1):
        found["rank"] = say("请填写候补顺位，从 1 开始。")
    if verdict.outcome in ("partial", "refuse") and not verdict.reason.strip():
        found["reason"] = say("请写明理由，结果通知书会载明。")
    return found


def _amount_problem(verdict: Verdict, requested_fen: int, limits: Limits) -> Text | None:
    amount = amount_of(verdict, requested_fen)
    if amount <= 0:
        return say("请填写资助金额。")
    if verdict.outcome == "partial" and amount >= requested_fen:
        return say(
            "部分资助应少于申请金额 %(requested)s；足额资助请选“立项”。",
            requested=money(requested_fen, limits.currency),
        )
    if limits.cap_fen is not None and amount > limits.cap_fen:
        return say("资助金额超过单项上限 %(cap)s。", cap=money(limits.cap_fen, limits.currency))
    return None


def check(limits: Limits, lines: Sequence[Line]) -> None:
    """Refuse a set of decisions that breaks a limit.

    Raises PurseExceeded (by how much), TrackPurseExceeded, TooManyAwards, RankTaken.
    """
    totals = add_up(limits, lines)
    if totals.left_fen is not None and totals.left_fen < 0:
        raise PurseExceeded(-totals.left_fen, limits.currency)
    for track in totals.tracks:
        if track.left_fen is not None and track.left_fen < 0:
            raise TrackPurseExceeded(
                localized(track.track, "title"), -track.left_fen, limits.currency
            )
    if limits.max_awards is not None and totals.awards > limits.max_awards:
        raise TooManyAwards(totals.awards, limits.max_awards)
    ranks = Counter(line.rank for line in lines if line.outcome == "reserve")
    for rank, times in sorted(ranks.items(), key=lambda pair: pair[0] or 0):
        if times > 1:
            raise RankTaken(rank or 0)


def warnings(limits: Limits, lines: Sequence[Line]) -> list[Text]:
    """What is allowed but should be seen before going on."""
    totals = add_up(limits, lines)
    below = [
        line
        for line in lines
        if limits.floor_fen and line.outcome in GRANTS and line.amount_fen < limits.floor_fen
    ]
    said: list[Text | None] = [
        say("有 %(n)s 份申请尚未作出决定。", n=totals.undecided) if totals.undecided else None,
        say("有 %(n)s 项资助低于单项下限。", n=len(below)) if below else None,
        _too_few(limits, totals),
        _unused(limits, totals),
        _gap(lines),
    ]
    return [text for text in said if text is not None]


def _too_few(limits: Limits, totals: Totals) -> Text | None:
    if limits.min_awards is None or totals.awards >= limits.min_awards:
        return None
    return say(
        "拟立项 %(n)s 项，少于计划的 %(least)s 项。", n=totals.awards, least=limits.min_awards
    )


def _unused(limits: Limits, totals: Totals) -> Text | None:
    if not totals.left_fen or totals.left_fen < 0 or totals.undecided:
        return None
    return say("资金总额尚余 %(left)s 未安排。", left=money(totals.left_fen, limits.currency))


def _gap(lines: Sequence[Line]) -> Text | None:
    ranks = sorted(line.rank or 0 for line in lines if line.outcome == "reserve")
    if ranks == list(range(1, len(ranks) + 1)):
        return None
    return say("候补顺位不连续，请核对。")


def replaced(lines: Iterable[Line], changed: Mapping[int, Line]) -> list[Line]:
    """The lines as they would stand after a change."""
    return [changed.get(line.application_id, line) for line in lines]
