"""When a call is open, and how its window may move."""

import calendar
from datetime import UTC, datetime
from typing import Any, Protocol

from charity_portal.kernel import clock
from charity_portal.kernel.edits import Draft
from charity_portal.kernel.i18n import Text, say
from charity_portal.projects.errors import ClosedCall

PHASES = ("draft", "upcoming", "open", "closed", "noticed", "concluded", "cancelled")
WORDS = {
    "draft": say("草稿"),
    "upcoming": say("即将开始"),
    "open": say("征集中"),
    "closed": say("已截止"),
    "noticed": say("公示中"),
    "concluded": say("已办结"),
    "cancelled": say("已取消"),
}


class Windowed(Protocol):
    """What the clock needs to know of a call."""

    @property
    def state(self) -> str: ...
    @property
    def opens_at(self) -> datetime | None: ...
    @property
    def closes_at(self) -> datetime | None: ...


class Prolonged(Protocol):
    """A later closing time for one applicant."""

    @property
    def until(self) -> datetime: ...


def closing(call: Windowed, extension: Prolonged | None = None) -> datetime | None:
    """When the call closes for an applicant: an extension never shortens anything."""
    if call.closes_at is None or extension is None:
        return call.closes_at
    return max(call.closes_at, extension.until)


def phase(call: Windowed, now: datetime, extension: Prolonged | None = None) -> str:
    """Where a call stands at `now`, one of PHASES.

    Opening is inclusive and closing exclusive: at `closes_at` on the second it is closed.
    """
    if call.state != "published":
        return call.state
    ends = closing(call, extension)
    if call.opens_at is None or ends is None:
        return "closed"
    if now < call.opens_at:
        return "upcoming"
    return "open" if now < ends else "closed"


def require_open(call: Windowed, now: datetime, extension: Prolonged | None = None) -> None:
    """Raise ClosedCall unless an application may be handed in at `now`."""
    where = phase(call, now, extension)
    if where == "open":
        return
    ends = closing(call, extension)
    if where == "upcoming":
        raise ClosedCall(say("征集尚未开始，请在开始时间之后提交。"))
    if where == "closed" and ends is not None:
        raise ClosedCall(say("征集已经截止，不能再提交申请。"))
    raise ClosedCall


def window_problem(opens_at: datetime | None, closes_at: datetime | None) -> Text | None:
    """Why a window does not hold; None when it does or is not complete yet."""
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        return say("截止时间应晚于开始时间。")
    return None


def prolonging_problem(call: Windowed, until: datetime, now: datetime) -> Text | None:
    """Why a published call may not close at `until`: a window only ever grows.

    A call that has closed may be opened again only before anything is decided (state published).
    """
    if call.state != "published" or call.closes_at is None:
        return say("只有已发布且尚未公示的征集可以延长。")
    if until <= call.closes_at:
        return say("新的截止时间应晚于原截止时间，征集时间只能延长、不能缩短。")
    if until <= now:
        return say("新的截止时间应晚于现在。")
    return None


def extension_problem(call: Windowed, until: datetime, now: datetime) -> Text | None:
    """Why one applicant may not be given time until `until`."""
    if call.state != "published" or call.closes_at is None:
        return say("只有已发布且尚未公示的征集可以为单个机构延期。")
    if until <= call.closes_at:
        return say("延期后的截止时间应晚于征集截止时间。")
    if until <= now:
        return say("延期后的截止时间应晚于现在。")
    return None


def next_year(moment: datetime) -> datetime:
    """The same time on the same day of the next year; 29 February becomes 28 February."""
    there = clock.local(moment)
    day = min(there.day, calendar.monthrange(there.year + 1, there.month)[1])
    return there.replace(year=there.year + 1, day=day).astimezone(UTC)


def a_year_later(draft: Draft) -> Draft:
    """The content of a call for the year after: its window moves, and the year named in its titles."""
    opens, closes = draft.units["opens_at"], draft.units["closes_at"]
    moved: dict[str, Any] = {}
    for name, moment in (("opens_at", opens), ("closes_at", closes)):
        moved[name] = next_year(moment) if moment is not None else None
    named = opens or closes
    if named is not None:
        year = clock.local(named).year
        for name in ("title_zh", "title_en"):
            title = draft.units[name]
            moved[name] = title and title.replace(str(year), str(year + 1))
    return draft.with_units(**moved)
