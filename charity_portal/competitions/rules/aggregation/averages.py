"""Three ways without a model: the mean, the trimmed mean, and scores standardised per judge.

Each answers for every application that has a review; what makes an answer weak is said beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from charity_portal.competitions.rules.aggregation.totals import (
    Total,
    by_application,
    by_reviewer,
)
from charity_portal.competitions.rules.exact_numbers import decimal, mean, root, rounded, variance
from charity_portal.competitions.rules.findings import Caveat
from charity_portal.competitions.rules.seeded import Stream
from charity_portal.kernel.i18n import say

LEAST_TO_TRIM = 5
LEAST_TO_STANDARDISE = 5
ENOUGH_TO_STANDARDISE = 10

Averaging = Callable[[Sequence[Total]], dict[str, Fraction]]


@dataclass(frozen=True)
class Averaged:
    """The points of a stage by one of the averages, and how sure they are.

    A draw is a normal one around the points, with the variance within applications (pooled over all)
    divided by the number of reviews. Without two reviews of one application nothing can be drawn.
    """

    used: str
    reviews: tuple[Total, ...]
    exact: dict[str, Fraction]
    averaging: Averaging
    deviations: dict[str, Decimal] | None
    caveats: tuple[Caveat, ...]

    def points(self) -> dict[str, Decimal]:
        """Application -> points, 1e-4."""
        return {application: rounded(value) for application, value in self.exact.items()}

    def draw(self, stream: Stream) -> dict[str, Decimal] | None:
        """The points as they might have come out."""
        if self.deviations is None:
            return None
        normals = stream.normals(len(self.exact))
        return {
            application: decimal(value) + self.deviations[application] * z
            for (application, value), z in zip(self.exact.items(), normals, strict=True)
        }

    def without(self, reviewer: str) -> dict[str, Decimal]:
        """The points had this reviewer not taken part; without those who had no other review."""
        left = [review for review in self.reviews if review.reviewer != reviewer]
        return {key: rounded(value) for key, value in self.averaging(left).items()}


def plain(reviews: Sequence[Total], caveats: Sequence[Caveat] = ()) -> Averaged:
    """The mean of the review totals."""
    return _averaged("mean", plain_means, reviews, caveats)


def trimmed(reviews: Sequence[Total], stage: str) -> Averaged:
    """The mean without the highest and the lowest total; with fewer than five totals, the mean.

    Customary, and it costs precision: it threw away information in all nine settings simulated for
    this product (up to 4 points fewer of the truly best 12 of 60 found than by the mean).
    """
    short = {
        key: len(own) for key, own in by_application(reviews).items() if len(own) < LEAST_TO_TRIM
    }
    caveats = [
        Caveat(
            "trimming_costs",
            say(
                "去掉最高分和最低分是通行做法，但会丢失信息：在九种模拟情形中，"
                "其选准优胜申请的比例均低于平均分，最多低 4 个百分点。"
            ),
            stage,
        )
    ]
    for application, count in short.items():
        text = say(
            "仅有 %(n)s 份评分，不足 %(least)s 份，未去掉最高分和最低分，按平均分计。",
            n=count,
            least=LEAST_TO_TRIM,
        )
        caveats.append(Caveat("too_few_to_trim", text, stage, application))
    return _averaged("trimmed", trimmed_means, reviews, caveats)


def standardised(reviews: Sequence[Total], stage: str) -> Averaged:
    """The mean of totals brought to one scale: each judge's to the mean and spread of all totals.

    y' = m + s (y - m_j) / s_j. A judge with fewer than five reviews, or one who gave the same total
    throughout, cannot be standardised: those totals count as they are.
    """
    caveats = []
    for reviewer, own in by_reviewer(reviews).items():
        if len(own) < LEAST_TO_STANDARDISE:
            code = "too_few_to_standardise"
            text = say("仅评 %(n)s 份，无法标准化，按原始分计。", n=len(own))
        elif not _spread(own):
            code = "no_spread"
            text = say("所评 %(n)s 份得分完全相同，无法标准化，按原始分计。", n=len(own))
        elif len(own) < ENOUGH_TO_STANDARDISE:
            code = "few_to_standardise"
            text = say(
                "仅评 %(n)s 份，少于 %(enough)s 份，标准化结果不够稳定。",
                n=len(own),
                enough=ENOUGH_TO_STANDARDISE,
            )
        else:
            continue
        caveats.append(Caveat(code, text, stage, reviewer=reviewer))
    return _averaged("standardised", standardised_means, reviews, caveats)


def plain_means(reviews: Sequence[Total]) -> dict[str, Fraction]:
    """Application -> mean of its totals."""
    return {
        key: mean(review.points for review in own) for key, own in by_application(reviews).items()
    }


def trimmed_means(reviews: Sequence[Total]) -> dict[str, Fraction]:
    """Application -> mean of its totals, one highest and one lowest left out where there are five."""
    found = {}
    for key, own in by_application(reviews).items():
        points = sorted(review.points for review in own)
        found[key] = mean(points[1:-1] if len(points) >= LEAST_TO_TRIM else points)
    return found


def standardised_means(reviews: Sequence[Total]) -> dict[str, Fraction]:
    """Application -> mean of its totals, each on the scale common to all judges."""
    common = mean(review.points for review in reviews) if reviews else Fraction(0)
    whole = _spread(reviews)
    scaled = []
    for own in by_reviewer(reviews).values():
        spread = _spread(own) if len(own) >= LEAST_TO_STANDARDISE else None
        middle = mean(review.points for review in own)
        for review in own:
            points = review.points
            if spread and whole:
                ratio = Fraction(root(whole / spread))
                points = common + ratio * (points - middle)
            scaled.append(Total(review.application, review.reviewer, points, {}))
    return plain_means(sorted(scaled, key=lambda r: (r.application, r.reviewer)))


def _spread(reviews: Sequence[Total]) -> Fraction | None:
    return variance(review.points for review in reviews)


def _averaged(
    used: str, averaging: Averaging, reviews: Sequence[Total], caveats: Sequence[Caveat]
) -> Averaged:
    return Averaged(
        used,
        tuple(reviews),
        averaging(reviews),
        averaging,
        _deviations(reviews),
        tuple(caveats),
    )


def _deviations(reviews: Sequence[Total]) -> dict[str, Decimal] | None:
    """Application -> standard error of its mean, from the pooled variance within applications."""
    grouped = by_application(reviews)
    freedom = len(reviews) - len(grouped)
    if freedom < 1:
        return None
    squares = sum(
        (
            (variance(r.points for r in own) or Fraction(0)) * (len(own) - 1)
            for own in grouped.values()
        ),
        Fraction(0),
    )
    return {key: root(squares / freedom / len(own)) for key, own in grouped.items()}
