"""The days of a notice, and who may object."""

from datetime import date, datetime, timedelta

import pytest

from charity_portal.kernel import clock
from charity_portal.projects.rules import notices


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.LOCAL_ZONE)


@pytest.mark.parametrize(
    ("starts", "days", "ends", "estimated"),
    [
        (date(2026, 3, 2), 5, date(2026, 3, 9), False),
        (date(2026, 9, 28), 5, date(2026, 10, 10), False),  # 1-7 October off, Saturday 10 works
        (date(2026, 9, 30), 5, date(2026, 10, 13), False),
        (date(2026, 12, 29), 5, date(2027, 1, 6), True),  # 2027 is not announced yet
        (date(2026, 2, 11), 5, date(2026, 2, 25), False),  # the Spring Festival lies between
    ],
)
def test_periods_follow_the_working_day_calendar(
    starts: date, days: int, ends: date, estimated: bool
) -> None:
    period = notices.period(starts, days)
    assert (period.ends_on, period.estimated) == (ends, estimated)


def test_objections_are_taken_until_midnight_of_the_last_day() -> None:
    ends = date(2026, 3, 9)
    assert notices.takes_objections("running", ends, at("2026-03-09 23:59:59"))
    assert not notices.takes_objections("running", ends, at("2026-03-10 00:00:00"))
    assert not notices.takes_objections("ended", ends, at("2026-03-09 12:00:00"))


def test_time_left_is_said_in_words() -> None:
    ends = date(2026, 3, 9)
    left = notices.time_left("running", ends, at("2026-03-05 08:00"))
    assert left.params == {"n": 2}
    assert "今天" in notices.time_left("running", ends, at("2026-03-09 08:00")).msgid
    assert "已满" in notices.time_left("running", ends, at("2026-03-10 00:00")).msgid


@pytest.mark.parametrize("days", [0, 2, 31, -5])
def test_a_notice_is_neither_too_short_nor_endless(days: int) -> None:
    assert notices.period_problem(days) is not None


@pytest.mark.parametrize(
    "name",
    ["", "  ", "匿名", "匿名市民", "某某", "李某某", "anonymous", "Anonymous Citizen", "热心群众",
     "１２３", "X", "…", "一位知情人", "不便透露", "王先生", "李某"],
)  # fmt: skip
def test_no_objection_without_a_real_name(name: str) -> None:
    assert notices.name_problem(name) is not None


@pytest.mark.parametrize(
    "name",
    [
        "王小明",
        "欧阳娜娜",
        "Jane Miller",
        "鲁东市爱心协会",
        "Li Na",
        "鲁东市市民服务中心",
        "群众艺术馆",
        "阿卜杜拉",
    ],
)
def test_real_names_pass(name: str) -> None:
    assert notices.name_problem(name) is None


@pytest.mark.parametrize(
    ("contact", "good"),
    [("13800000000", True), ("+86 0535-1234567 转 8", True), ("a@example.org", True),
     ("", False), ("110", False), ("烟台路 1 号", False), ("a@b", False)],
)  # fmt: skip
def test_somebody_must_be_reachable(contact: str, good: bool) -> None:
    assert (notices.contact_problem(contact) is None) is good


def test_a_public_outcome_cannot_name_who_objected() -> None:
    assert notices.names_person("经核实，王 小明反映的情况属实", "王小明", "13800000000")
    assert notices.names_person("已电话 138-0000-0000 反馈", "王小明", "13800000000")
    assert not notices.names_person("经核实，情况属实", "王小明", "13800000000")


def test_lateness_counts_working_days() -> None:
    due = notices.examination_due(date(2026, 3, 2))
    assert due == date(2026, 3, 16)
    assert notices.days_late(due, due) == 0
    assert notices.days_late(due, due + timedelta(days=7)) == 5
    assert notices.days_late(date(2026, 3, 13), date(2026, 3, 14)) == 0  # a Saturday
