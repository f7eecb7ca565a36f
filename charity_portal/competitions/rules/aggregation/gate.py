"""When judges' severity may be corrected for: only where announced, possible and evidenced.

The test for judges' variance compares REML likelihoods with and without it. Under “no variance” the
parameter lies on the edge of its range, so the statistic follows an equal mixture of chi-squares with
0 and 1 degrees of freedom (Self & Liang 1987, JASA 82): p = ½ P(χ²₁ > statistic).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from charity_portal.competitions.rules.aggregation.averages import Averaged, plain
from charity_portal.competitions.rules.aggregation.equations import connected_groups
from charity_portal.competitions.rules.aggregation.mixed import Mixed, Variances, design_of, fit
from charity_portal.competitions.rules.aggregation.oddities import incomparable
from charity_portal.competitions.rules.aggregation.totals import Total
from charity_portal.competitions.rules.exact_numbers import normal_tail, rounded
from charity_portal.competitions.rules.findings import Caveat, Gate
from charity_portal.kernel.i18n import say

LEAST_REVIEWS_PER_JUDGE = 5
MOST_P = Decimal("0.05")
LEAST_SHARE = Decimal("0.05")


def corrected(
    reviews: Sequence[Total], stage: str, announced: bool
) -> tuple[Averaged | Mixed, Gate]:
    """The mixed model's points where the gate is open, else the plain means; and the gate.

    A model is fitted wherever it can be, announced or not, so that its evidence can be read.
    """
    reasons = _unfit(reviews, stage)
    fitted = None if reasons else fit(design_of(reviews))
    if fitted:
        reasons += _lack_of_evidence(*fitted, stage)
    if not announced:
        reasons.append(Caveat("not_announced", say("征集公告未事先说明将校正评委宽严。"), stage))
    gate = _gate(reviews, announced, fitted, reasons)
    if fitted is None or reasons:
        return plain(reviews, reasons), gate
    return Mixed(reviews, fitted[0]), gate


def _unfit(reviews: Sequence[Total], stage: str) -> list[Caveat]:
    """Why no model is fitted: judges cannot be compared, or have too few reviews for it."""
    reasons = incomparable(reviews, stage)
    per_judge = _per_judge(reviews)
    if per_judge < LEAST_REVIEWS_PER_JUDGE:
        text = say(
            "平均每位评委评 %(n)s 份，不足 %(least)s 份。",
            n=rounded(per_judge, 1),
            least=LEAST_REVIEWS_PER_JUDGE,
        )
        reasons.append(Caveat("few_reviews", text, stage))
    return reasons


def _per_judge(reviews: Sequence[Total]) -> Fraction:
    return Fraction(len(reviews), len({r.reviewer for r in reviews}) or 1)


def _lack_of_evidence(full: Variances, null: Variances, stage: str) -> list[Caveat]:
    reasons = []
    p = _p(full, null)
    if p >= MOST_P:
        text = say("评委之间的宽严差异在统计上不显著（p = %(p)s，应小于 0.05）。", p=p)
        reasons.append(Caveat("not_significant", text, stage))
    if full.judge_share <= LEAST_SHARE:
        text = say(
            "评委宽严只占评分差异的 %(share)s%%，不超过 5%%。",
            share=rounded(100 * full.judge_share, 1),
        )
        reasons.append(Caveat("small_share", text, stage))
    return reasons


def _statistic(full: Variances, null: Variances) -> Decimal:
    return max(null.deviance - full.deviance, Decimal(0))


def _p(full: Variances, null: Variances) -> Decimal:
    """P(χ²₁ > s)/2 is the upper tail of the standard normal at √s."""
    return rounded(normal_tail(_statistic(full, null).sqrt()))


def _gate(
    reviews: Sequence[Total],
    announced: bool,
    fitted: tuple[Variances, Variances] | None,
    reasons: Sequence[Caveat],
) -> Gate:
    full = fitted[0] if fitted else None
    variances: Mapping[str, Decimal] = {}
    if full:
        variances = {
            "application": rounded(full.quality),
            "judge": rounded(full.judge),
            "rest": rounded(full.rest),
        }
    return Gate(
        open=not reasons,
        announced=announced,
        groups=connected_groups([(r.application, r.reviewer) for r in reviews]),
        reviews_per_judge=rounded(_per_judge(reviews), 2),
        statistic=rounded(_statistic(*fitted)) if fitted else None,
        p=_p(*fitted) if fitted else None,
        share_bp=int(rounded(full.judge_share * 10_000, 0)) if full else None,
        variances=variances,
        reasons=tuple(reasons),
    )
