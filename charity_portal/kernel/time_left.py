"""How long it is until a moment, in words."""

from datetime import datetime, timedelta

from charity_portal.kernel.i18n import Text, say

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def remaining(until: datetime, now: datetime) -> Text:
    """How long it is from `now` to `until`, in words that are never too hopeful (rounded down)."""
    left = until - now
    if left <= timedelta(0):
        return say("已到时间")
    if left >= 2 * DAY:
        return say("%(n)s 天", n=left // DAY)
    if left >= DAY:
        return say("1 天 %(n)s 小时", n=(left - DAY) // HOUR)
    if left >= 2 * HOUR:
        return say("%(n)s 小时", n=left // HOUR)
    return say("1 小时多") if left >= HOUR else say("不足 1 小时")
