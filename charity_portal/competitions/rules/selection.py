"""Choosing within the purse: down the ranking, or the best set within all limits.

`rank` is the custom and easy to follow. `exact` can keep minimums, caps and the purse together and
leaves less money unused; it never adds up plain scores (see `choosing.exact`). Whatever way was
taken, the result is counted anew from the awards alone before anybody sees it, and each place that
was passed over has its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from charity_portal.competitions.rules.choosing.by_rank import Taken, by_rank, line, part_of
from charity_portal.competitions.rules.choosing.exact import best_set, possible
from charity_portal.competitions.rules.choosing.inversions import inversions, obstacle_text
from charity_portal.competitions.rules.choosing.limits import (
    Breach,
    Limits,
    Placed,
    Tally,
    above_floor,
    without,
)
from charity_portal.competitions.rules.findings import Caveat, SelectedRow, Selection
from charity_portal.competitions.rules.scores import Candidate, SelectionRule
from charity_portal.kernel.i18n import Text, money, say

__all__ = ["Placed", "Request", "choose"]


@dataclass(frozen=True)
class Request:
    """What is to be chosen from, in order of rank, and what people or the draws have settled.

    `forced_in`, `forced_out`: code -> published reason; `amounts`: code -> fen that people set for one
    that they put in. `chances`: code -> share of draws (bp) in which
    it is funded; read only when the rule fixes the sure ones.
    """

    order: Sequence[Placed]
    rule: SelectionRule
    forced_in: Mapping[str, str] = field(default_factory=dict)
    forced_out: Mapping[str, str] = field(default_factory=dict)
    amounts: Mapping[str, int] = field(default_factory=dict)
    chances: Mapping[str, int] = field(default_factory=dict)

    def open_to(self) -> list[Placed]:
        """Those who may be funded, in order of rank."""
        free = {p.id for p in above_floor(self.order, self.rule)} - set(self.forced_out)
        return [p for p in self.order if p.id in free or p.id in self.forced_in]


class SelectionBroken(RuntimeError):
    """A computed choice does not keep to the limits; it is not shown to anybody."""


def choose(request: Request) -> Selection:
    """The selection. When no choice meets all limits, one without awards that names what blocks it.

    Raises SelectionBroken or `choosing.solver.Unsolved`, both faults of the program.
    """
    limits = Limits(request.rule, request.amounts)
    eligible = request.open_to()
    caveats: list[Caveat] = []
    taken = (
        _exactly(request, eligible, limits, caveats)
        if request.rule.rule == "exact"
        else _down_the_ranking(request, eligible, limits, caveats)
    )
    if taken is None:
        return _impossible(request, _blocking(request, eligible))
    _verify(taken, eligible, limits, minimums=request.rule.rule == "exact")
    return _selection(request, taken, limits, caveats)


def _down_the_ranking(
    request: Request, eligible: Sequence[Placed], limits: Limits, caveats: list[Caveat]
) -> dict[str, Taken] | None:
    taken = by_rank(eligible, limits, request.forced_in)
    awards = _awards(taken, eligible)
    if any(limits.broken(awards, minimums=False)):
        return None  # only what people put in can do that
    for breach in limits.broken(awards):
        text = say("按排名选取，未能满足：%(limit)s。", limit=breach.text)
        caveats.append(Caveat("short", text))
    return taken


def _exactly(
    request: Request, eligible: Sequence[Placed], limits: Limits, caveats: list[Caveat]
) -> dict[str, Taken] | None:
    forced = set(request.forced_in)
    threshold = request.rule.fixed_in_bp
    sure = (
        {p.id for p in eligible if request.chances.get(p.id, -1) >= threshold} - forced
        if threshold is not None
        else set()
    )
    gains = _gains(request, eligible, limits)
    chosen = best_set(eligible, gains, limits, forced | sure)
    if chosen is None and sure:
        text = say("模拟中几乎总能入选的申请无法同时满足全部限制，未先行确定。")
        caveats.append(Caveat("sure_dropped", text))
        sure = set()
        chosen = best_set(eligible, gains, limits, forced)
    if chosen is None:
        return None
    taken = {}
    for p in eligible:
        if p.id in chosen:
            how = "override" if p.id in forced else "fixed" if p.id in sure else "exact"
            taken[p.id] = Taken(limits.need(p.candidate), how)
    return taken | _rest(eligible, taken, limits)


def _gains(request: Request, eligible: Sequence[Placed], limits: Limits) -> list[int]:
    """Points above the line in 1e-4, plus one such unit, so that whoever stands on the line is rather
    funded than not; what people put in without points counts as on the line.
    """
    known = without(above_floor(request.order, request.rule), request.forced_out)
    at = line(known, limits)
    if at is None:
        at = max((p.points for p in known if p.points is not None), default=Decimal(0))
    return [1 if p.points is None else 1 + int((p.points - at) * 10_000) for p in eligible]


def _rest(
    eligible: Sequence[Placed], taken: Mapping[str, Taken], limits: Limits
) -> dict[str, Taken]:
    """The highest place that what is left can fund in part, if there are partial awards."""
    tally = _tally(taken, eligible, limits)
    for p in eligible:
        part = 0 if p.id in taken else part_of(p, limits, tally)
        if part:
            return {p.id: Taken(min(part, limits.need(p.candidate)), "rest")}
    return {}


def _awards(taken: Mapping[str, Taken], order: Sequence[Placed]) -> dict[Candidate, int]:
    return {p.candidate: taken[p.id].award_fen for p in order if p.id in taken}


def _tally(taken: Mapping[str, Taken], order: Sequence[Placed], limits: Limits) -> Tally:
    tally = Tally(limits)
    for candidate, amount in _awards(taken, order).items():
        tally.add(candidate, amount)
    return tally


def _verify(
    taken: Mapping[str, Taken], eligible: Sequence[Placed], limits: Limits, minimums: bool
) -> None:
    awards = _awards(taken, eligible)
    broken = [breach.code for breach in limits.broken(awards, minimums)]
    for candidate, amount in awards.items():
        least = limits.least_part(candidate)
        full = limits.need(candidate)
        if not (least or full) <= amount <= full:
            broken.append(f"award of {candidate.id}")
    if broken or len(awards) != len(taken):
        raise SelectionBroken(", ".join(broken) or "an award to nobody")


def _blocking(request: Request, eligible: Sequence[Placed]) -> list[Breach]:
    """The limits each of which, left out alone, would make a choice possible; all, if none does."""
    forced = request.forced_in
    found = []
    for breach, rule in _loosened(request.rule):
        if possible(eligible, Limits(rule, request.amounts), forced):
            found.append(breach)
    if forced and possible(eligible, Limits(request.rule), ()):
        found.append(Breach("override", say("经决定予以资助的申请")))
    return found or [breach for breach, _ in _loosened(request.rule)]


def _loosened(rule: SelectionRule) -> list[tuple[Breach, SelectionRule]]:
    """Each limit that is set, and the rule without it."""
    every = 10**18
    loose: list[tuple[Breach, SelectionRule]] = [
        (
            Breach("purse", say("资金总额 %(purse)s", purse=money(rule.purse_fen))),
            replace(rule, purse_fen=every),
        )
    ]
    if rule.least:
        breach = Breach("least", say("最少 %(n)s 项", n=rule.least))
        loose.append((breach, replace(rule, least=0)))
    if rule.most is not None:
        breach = Breach("most", say("最多 %(n)s 项", n=rule.most))
        loose.append((breach, replace(rule, most=None)))
    if rule.per_group is not None:
        breach = Breach("applicant", say("同一机构最多 %(n)s 项", n=rule.per_group))
        loose.append((breach, replace(rule, per_group=None)))
    for limit in rule.tracks:
        rest = tuple(other for other in rule.tracks if other.track != limit.track)
        text = say("赛道 %(track)s 的限制", track=limit.track)
        loose.append((Breach("track", text, limit.track), replace(rule, tracks=rest)))
    return loose


def _impossible(request: Request, blocking: Sequence[Breach]) -> Selection:
    why = say("没有任何一组申请能同时满足全部限制，因此未提出建议。")
    return Selection(
        rule=request.rule.rule,
        line=None,
        spent_fen=0,
        left_fen=request.rule.purse_fen,
        rows=tuple(SelectedRow(p.rank, p.id, "none", 0, "passed", why) for p in request.order),
        inversions=(),
        caveats=(),
        blocked=tuple(Caveat(breach.code, breach.text) for breach in blocking),
    )


def _selection(
    request: Request, taken: Mapping[str, Taken], limits: Limits, caveats: Sequence[Caveat]
) -> Selection:
    tally = _tally(taken, request.order, limits)
    known = without(above_floor(request.order, request.rule), request.forced_out)
    comparable = [p for p in request.order if p.points is not None]
    return Selection(
        rule=request.rule.rule,
        line=line(known, limits),
        spent_fen=tally.spent,
        left_fen=tally.left,
        rows=tuple(_row(request, p, taken.get(p.id), tally) for p in request.order),
        inversions=tuple(
            inversions(comparable, taken, limits, request.forced_in, request.forced_out)
        ),
        caveats=tuple(caveats),
    )


def _row(request: Request, placed: Placed, award: Taken | None, tally: Tally) -> SelectedRow:
    if award is None:
        why = _why_not(request, placed, tally)
        return SelectedRow(placed.rank, placed.id, "none", 0, "passed", why)
    full = award.award_fen == tally.limits.need(placed.candidate)
    outcome = "award" if full else "partial"
    why = _why(request, placed, award)
    return SelectedRow(placed.rank, placed.id, outcome, award.award_fen, award.how, why)


def _why(request: Request, placed: Placed, award: Taken) -> Text:
    texts = {
        "rank": say("按排名入选。"),
        "exact": say("在全部限制内，高出资助线的分数合计最大的一组申请之一。"),
        "fixed": say("在模拟中几乎总能入选，先行确定。"),
        "track": say("为保证赛道最少立项数，先行入选。"),
        "rest": say("以剩余资金部分资助。"),
    }
    if award.how == "override":
        return say("经决定予以资助：%(why)s", why=request.forced_in[placed.id])
    return texts[award.how]


def _why_not(request: Request, placed: Placed, tally: Tally) -> Text:
    if placed.id in request.forced_out:
        return say("经决定不予资助：%(why)s", why=request.forced_out[placed.id])
    if placed.points is None:
        return say("没有全部阶段的得分。")
    floor = request.rule.floor
    if floor is not None and placed.points < floor:
        return say("低于最低分 %(floor)s。", floor=floor)
    obstacle = tally.obstacle(placed.candidate, tally.limits.need(placed.candidate))
    return obstacle_text(obstacle, placed) if obstacle else say("排名在资助线之后。")
