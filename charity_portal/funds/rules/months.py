"""Months of the ledger. They close one after another, once they are over."""

from datetime import date

from charity_portal.kernel.errors import Invalid
from charity_portal.kernel.i18n import say


def month_of(day: date) -> date:
    """The first day of a day's month, which is the month's name."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The month after a month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def check_closing(month: date, last_closed: date | None, today: date) -> None:
    """Raise Invalid unless a month may be closed now."""
    if month != month_of(month):
        raise Invalid(fields={"month": [say("请选择要结账的月份。")]})
    if next_month(month) > today:
        raise Invalid(fields={"month": [say("月份还没有结束，不能结账。")]})
    if last_closed is not None and month <= last_closed:
        raise Invalid(fields={"month": [say("该月份已经结账。")]})


def is_closed(day: date, last_closed: date | None) -> bool:
    """Whether a day lies in a closed month: closing one closes all before it."""
    return last_closed is not None and month_of(day) <= last_closed
