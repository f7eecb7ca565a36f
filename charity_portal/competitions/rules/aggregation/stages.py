"""One stage brought together by the announced method, with the figures behind each application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from charity_portal.competitions.rules.aggregation import averages
from charity_portal.competitions.rules.aggregation.averages import Averaged
from charity_portal.competitions.rules.aggregation.gate import corrected
from charity_portal.competitions.rules.aggregation.judges import judge_rows
from charity_portal.competitions.rules.aggregation.mixed import Mixed
from charity_portal.competitions.rules.aggregation.oddities import oddities
from charity_portal.competitions.rules.aggregation.totals import Total, by_application
from charity_portal.competitions.rules.exact_numbers import ZERO, mean, root, rounded, variance
from charity_portal.competitions.rules.findings import (
    Caveat,
    Gate,
    JudgeRow,
    StageFinding,
    StagePoints,
)
from charity_portal.kernel.i18n import Text, say

WORTH_SAYING = Decimal("0.5")  # points by which a judge differs


@dataclass(frozen=True)
class StageResult:
    """A stage counted: `aggregate` answers further questions (draws, a judge left out)."""

    key: str
    weight_bp: int
    reviews: tuple[Total, ...]
    aggregate: Averaged | Mixed
    finding: StageFinding
    points: Mapping[str, StagePoints]
    judges: tuple[JudgeRow, ...]
    caveats: tuple[Caveat, ...]


def count_stage(
    key: str, weight_bp: int, reviews: Sequence[Total], aggregation: str, announced: bool
) -> StageResult:
    """Bring the reviews of a stage together by `mean`, `trimmed`, `standardised` or `mixed`."""
    gate: Gate | None = None
    aggregate: Averaged | Mixed
    if aggregation == "mixed":
        aggregate, gate = corrected(reviews, key, announced)
    elif aggregation == "trimmed":
        aggregate = averages.trimmed(reviews, key)
    elif aggregation == "standardised":
        aggregate = averages.standardised(reviews, key)
    else:
        aggregate = averages.plain(reviews)
    effects = aggregate.effects() if isinstance(aggregate, Mixed) else {}
    return StageResult(
        key,
        weight_bp,
        tuple(reviews),
        aggregate,
        StageFinding(key, aggregation, aggregate.used, len(reviews), gate),
        _stage_points(key, reviews, aggregate.points(), effects),
        tuple(judge_rows(key, reviews, effects)),
        _once([*aggregate.caveats, *oddities(reviews, key)]),
    )


def _once(caveats: Sequence[Caveat]) -> tuple[Caveat, ...]:
    """Each reservation one time: by what it says and of whom."""
    found: dict[tuple[str, str | None, str | None], Caveat] = {}
    for caveat in caveats:
        found.setdefault((caveat.code, caveat.application, caveat.reviewer), caveat)
    return tuple(found.values())


def _stage_points(
    key: str,
    reviews: Sequence[Total],
    points: Mapping[str, Decimal],
    effects: Mapping[str, Decimal],
) -> dict[str, StagePoints]:
    found = {}
    for application, own in by_application(reviews).items():
        totals = [review.points for review in own]
        raw = rounded(mean(totals))
        known = [(r.reviewer, effects[r.reviewer]) for r in own if r.reviewer in effects]
        for_judges = _for_judges(known)
        change = points[application] - raw
        spread = variance(totals)
        found[application] = StagePoints(
            stage=key,
            reviews=len(own),
            raw=raw,
            points=points[application],
            low=rounded(min(totals)),
            high=rounded(max(totals)),
            spread=None if spread is None else rounded(root(spread)),
            for_judges=for_judges,
            for_few_reviews=change - for_judges if known else ZERO,
            why=_reasons(known, change - for_judges) if known else (),
        )
    return found


def _for_judges(known: Sequence[tuple[str, Decimal]]) -> Decimal:
    """What makes up for the mean effect of an application's reviewers."""
    return rounded(-mean(Fraction(by) for _, by in known)) if known else ZERO


def _reasons(known: Sequence[tuple[str, Decimal]], shrinkage: Decimal) -> tuple[Text, ...]:
    """Which of an application's reviewers differ from the others, and the pull towards the mean."""
    sentences = []
    low = [(code, -by) for code, by in known if by <= -WORTH_SAYING]
    high = [(code, by) for code, by in known if by >= WORTH_SAYING]
    if low:
        sentences.append(
            say(
                "据共同评审的申请估计，评委 %(who)s 的评分比其他评委平均低 %(by)s 分。",
                who=_codes(low),
                by=_average(low),
            )
        )
    if high:
        sentences.append(
            say(
                "据共同评审的申请估计，评委 %(who)s 的评分比其他评委平均高 %(by)s 分。",
                who=_codes(high),
                by=_average(high),
            )
        )
    if abs(shrinkage) >= WORTH_SAYING:
        sentences.append(
            say(
                "评分份数有限，得分向全部申请的平均水平靠拢 %(by)s 分。",
                by=rounded(abs(shrinkage), 1),
            )
        )
    return tuple(sentences)


def _codes(judges: Sequence[tuple[str, Decimal]]) -> str:
    return ", ".join(code for code, _ in judges)


def _average(judges: Sequence[tuple[str, Decimal]]) -> str:
    return str(rounded(mean(Fraction(by) for _, by in judges), 1))
