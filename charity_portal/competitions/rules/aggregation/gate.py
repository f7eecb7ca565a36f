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
from charity_portal.competitions.rules.aggregation.totals import Total, by_application
from charity_portal.competitions.rules.exact_numbers import normal_tail, rounded
from charity_portal.competitions.rules.findings import Caveat, Gate
from charity_portal.kernel.i18n import Text, say

LEAST_REVIEWS_PER_JUDGE = 5
MOST_P = Decimal("0.05")
LEAST_SHARE = Decimal("0.05")


def corrected(
    reviews: Sequence[Total], stage: str, announced: bool
) -> tuple[Averaged | Mixed, Gate]:
    """The mixed model's points where the gate is open, else the plain means; and the gate."""
    shape = _Shape(reviews)
    reasons = [] if announced else [("not_announced", say("征集公告未事先说明将校正评委宽严。"))]
    reasons += shape.reasons
    full = null = None
    if shape.can_be_fitted:
        full, null = fit(design_of(reviews))
        reasons += _evidence(full, null)
    told = tuple(Caveat(code, text, stage) for code, text in reasons)
    gate = _gate(shape, announced, full, null, told)
    if full is None or told:
        return plain(reviews, stage, told), gate
    singles = [c for c in plain(reviews, stage).caveats if c.code == "single_review"]
    return Mixed(reviews, full, singles), gate


class _Shape:
    """What can be said before any model is fitted."""

    def __init__(self, reviews: Sequence[Total]) -> None:
        self.groups = connected_groups([(r.application, r.reviewer) for r in reviews])
        self.judges = len({r.reviewer for r in reviews})
        applications = len(by_application(reviews))
        self.per_judge = Fraction(len(reviews), self.judges or 1)
        equal = len({r.points for r in reviews}) < 2
        self.can_be_fitted = applications > 1 and self.judges > 1 and not equal
        self.reasons: list[tuple[str, Text]] = []
        if self.judges < 2:
            self.reasons.append(("one_judge", say("只有一位评委，无从比较宽严。")))
        if applications < 2:
            self.reasons.append(("one_application", say("只有一项申请，无从比较宽严。")))
        if equal:
            self.reasons.append(("all_equal", say("所有评分完全相同。")))
        if self.groups > 1:
            text = say(
                "评委与申请分成互不相交的 %(n)s 组，无法区分评委偏严与申请偏弱。", n=self.groups
            )
            self.reasons.append(("disconnected", text))
        if self.per_judge < LEAST_REVIEWS_PER_JUDGE:
            text = say(
                "平均每位评委评 %(n)s 份，不足 %(least)s 份。",
                n=rounded(self.per_judge, 1),
                least=LEAST_REVIEWS_PER_JUDGE,
            )
            self.reasons.append(("few_reviews", text))


def _evidence(full: Variances, null: Variances) -> list[tuple[str, Text]]:
    reasons = []
    p = _p(full, null)
    if p >= MOST_P:
        text = say("评委之间的宽严差异在统计上不显著（p = %(p)s，应小于 0.05）。", p=p)
        reasons.append(("not_significant", text))
    if full.judge_share <= LEAST_SHARE:
        text = say(
            "评委宽严只占评分差异的 %(share)s%%，不超过 5%%。",
            share=rounded(100 * full.judge_share, 1),
        )
        reasons.append(("small_share", text))
    return reasons


def _statistic(full: Variances, null: Variances) -> Decimal:
    return max(null.deviance - full.deviance, Decimal(0))


def _p(full: Variances, null: Variances) -> Decimal:
    """P(χ²₁ > s)/2 is the upper tail of the standard normal at √s."""
    return rounded(normal_tail(_statistic(full, null).sqrt()))


def _gate(
    shape: _Shape,
    announced: bool,
    full: Variances | None,
    null: Variances | None,
    reasons: tuple[Caveat, ...],
) -> Gate:
    fitted = full is not None and null is not None
    variances: Mapping[str, Decimal] = {}
    if full is not None:
        variances = {
            "application": rounded(full.quality),
            "judge": rounded(full.judge),
            "rest": rounded(full.rest),
        }
    return Gate(
        open=fitted and not reasons,
        announced=announced,
        groups=shape.groups,
        reviews_per_judge=rounded(shape.per_judge, 2),
        statistic=rounded(_statistic(full, null)) if full and null else None,
        p=_p(full, null) if full and null else None,
        share_bp=int(rounded(full.judge_share * 10_000, 0)) if full else None,
        variances=variances,
        reasons=reasons,
    )
