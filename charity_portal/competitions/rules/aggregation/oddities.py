"""What is odd about a panel whatever the method: said beside every figure that comes from it."""

from collections.abc import Sequence

from charity_portal.competitions.rules.aggregation.equations import connected_groups
from charity_portal.competitions.rules.aggregation.totals import (
    Total,
    by_application,
    by_reviewer,
)
from charity_portal.competitions.rules.findings import Caveat
from charity_portal.kernel.i18n import say


def oddities(reviews: Sequence[Total], stage: str) -> list[Caveat]:
    """All of them: of the panel as a whole, of judges, of applications."""
    if not reviews:
        return []
    return [*incomparable(reviews, stage), *_judges(reviews, stage), *_applications(reviews, stage)]


def incomparable(reviews: Sequence[Total], stage: str) -> list[Caveat]:
    """Why judges (or the applications of different judges) cannot be compared at all."""
    found = []
    if len({r.reviewer for r in reviews}) < 2:
        found.append(Caveat("one_judge", say("只有一位评委，无从比较宽严。"), stage))
    if len({r.application for r in reviews}) < 2:
        found.append(Caveat("one_application", say("只有一项申请，无从比较宽严。"), stage))
    if len({r.points for r in reviews}) < 2 and len(reviews) != 1:
        found.append(Caveat("all_equal", say("所有评分完全相同。"), stage))
    groups = connected_groups([(r.application, r.reviewer) for r in reviews])
    if groups > 1:
        text = say("评委与申请分成互不相交的 %(n)s 组，无法区分评委偏严与申请偏弱。", n=groups)
        found.append(Caveat("disconnected", text, stage))
    return found


def _judges(reviews: Sequence[Total], stage: str) -> list[Caveat]:
    found = []
    for reviewer, own in by_reviewer(reviews).items():
        if len(own) == 1:
            text = say("仅评 1 份，其宽严无从判断。")
            found.append(Caveat("judge_with_one_review", text, stage, reviewer=reviewer))
        elif len({review.points for review in own}) == 1:
            text = say("所评 %(n)s 份得分完全相同，对名次没有区分作用。", n=len(own))
            found.append(Caveat("judge_without_spread", text, stage, reviewer=reviewer))
    return found


def _applications(reviews: Sequence[Total], stage: str) -> list[Caveat]:
    return [
        Caveat("single_review", say("仅有 1 份评分，得分取决于一位评委。"), stage, application)
        for application, own in by_application(reviews).items()
        if len(own) == 1
    ]
