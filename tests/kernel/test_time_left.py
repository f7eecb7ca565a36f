"""How long is left, never too hopeful."""

from datetime import UTC, datetime, timedelta

import pytest

from charity_portal.kernel.time_left import remaining

CLOSES = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=25), "25 天"),
        (timedelta(days=2), "2 天"),
        (timedelta(days=2) - SECOND, "1 天 23 小时"),
        (timedelta(hours=24), "1 天 0 小时"),
        (timedelta(hours=24) - SECOND, "23 小时"),
        (timedelta(hours=1), "1 小时多"),
        (timedelta(minutes=59), "不足 1 小时"),
        (timedelta(0), "已到时间"),
        (-SECOND, "已到时间"),
    ],
)
def test_time_left_is_never_rounded_up(app, left, words):
    assert str(remaining(CLOSES + left, CLOSES)) == words
