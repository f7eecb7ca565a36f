"""From a computed selection to what is proposed for each application: awards, reserves, refusals.

People may decide otherwise for single applications. Their decisions are inputs: the announced rule is
applied again around them, so that whatever follows from a decision is seen at once, and the published
selection can be recomputed with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from charity_portal.competitions.rules.findings import SelectedRow, Selection
from charity_portal.competitions.rules.scores import Override
from charity_portal.competitions.rules.selection import Placed, Request, choose
from charity_portal.kernel.i18n import Text, say

GRANTS = ("award", "partial")


@dataclass(frozen=True)
class Wanted:
    """What people decided for one application, and why. `amount_fen`: of a partial award."""

    outcome: str
    amount_fen: int | None
    reason: str


@dataclass(frozen=True)
class Row:
    """What is proposed for one application. `proposed`: what the rule alone would give it."""

    application: str
    position: int
    outcome: str
    proposed: str
    amount_fen: int
    how: str
    why: Text
    wanted: Wanted | None


@dataclass(frozen=True)
class Proposal:
    """The selection with its rows, in order of rank."""

    selection: Selection
    rows: tuple[Row, ...]


def overrides(wanted: Mapping[str, Wanted]) -> tuple[Override, ...]:
    """People's decisions as counting reads them, by code."""
    return tuple(
        Override(
            code,
            "in" if want.outcome in GRANTS else "out",
            want.reason,
            want.amount_fen if want.outcome == "partial" else None,
        )
        for code, want in sorted(wanted.items())
    )


def propose(request: Request, wanted: Mapping[str, Wanted], reserves: int) -> Proposal:
    """Choose with people's decisions; `request` holds none. `reserves`: places on the reserve list."""
    alone = choose(request)
    settled = choose(_settled(request, overrides(wanted))) if wanted else alone
    requested = {p.id: p.candidate.requested_fen for p in request.order}
    before = _outcomes(request.order, alone, {}, reserves, requested)
    after = _outcomes(request.order, settled, wanted, reserves, requested)
    rows = [
        Row(
            application=row.application,
            position=row.rank,
            outcome=after[row.application],
            proposed=(before if row.application in wanted else after)[row.application],
            amount_fen=row.award_fen,
            how=row.how,
            why=row.why,
            wanted=wanted.get(row.application),
        )
        for row in settled.rows
    ]
    return Proposal(settled, tuple(rows))


def _settled(request: Request, decided: Sequence[Override]) -> Request:
    """The request with what people settled; just as `rules.outcome` reads it from the method."""
    return replace(
        request,
        forced_in={o.application: o.reason for o in decided if o.decision == "in"},
        forced_out={o.application: o.reason for o in decided if o.decision == "out"},
        amounts={o.application: o.award_fen for o in decided if o.award_fen is not None},
    )


def _outcomes(
    order: Sequence[Placed],
    selection: Selection,
    wanted: Mapping[str, Wanted],
    reserves: int,
    requested: Mapping[str, int],
) -> dict[str, str]:
    """Code -> outcome. Reserves are those whom people put there and the highest places not funded."""
    found = {row.application: _granted(row, requested[row.application]) for row in selection.rows}
    ranked = [p.id for p in order if p.points is not None]
    free = [code for code in ranked if found[code] == "refuse" and code not in wanted]
    put = [code for code, want in wanted.items() if want.outcome == "reserve"]
    for code in [*put, *free[: max(reserves - len(put), 0)]]:
        found[code] = "reserve"
    return found


def _granted(row: SelectedRow, requested: int) -> str:
    if not row.award_fen:
        return "refuse"
    return "award" if row.award_fen == requested else "partial"


def wrong(want: Wanted, requested_fen: int) -> dict[str, Text]:
    """What does not hold in one decision by itself; keys outcome, amount, reason."""
    found: dict[str, Text] = {}
    if want.outcome not in ("award", "partial", "reserve", "refuse"):
        found["outcome"] = say("请选择一项。")
    if want.outcome == "partial" and not 0 < (want.amount_fen or 0) < requested_fen:
        found["amount"] = say("部分资助金额应大于零、少于申请金额。")
    if not want.reason.strip():
        found["reason"] = say("请写明理由，理由将随结果公开。")
    return found


def official_reason(outcome: str, how: str, decided: str | None) -> str:
    """What a letter says beside an outcome: no code, no place, no score. `decided`: people's reason."""
    if decided:
        return decided
    if outcome == "refuse":
        return say("经专家评审和综合排名，未进入本届资助范围。").in_source()
    if outcome == "reserve":
        return say("经专家评审和综合排名，列为候补。").in_source()
    if outcome == "partial":
        partly = say("按排名以剩余资金部分资助。"), say("按公布的单项资助上限核定金额。")
        return partly[how != "rest"].in_source()
    return ""
