"""Money that lies idle: a fund that runs and has something to spend, and spends nothing for months."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Idle:
    """Since when nothing was spent, and how many whole months that is."""

    since: date
    months: int


def whole_months(since: date, today: date) -> int:
    """How many whole months lie between two days; none when the first is later."""
    months = (today.year - since.year) * 12 + today.month - since.month
    return max(months - (today.day < since.day), 0)


def idle(
    state: str,
    available_fen: int,
    activated_on: date | None,
    last_spent_on: date | None,
    limit_months: int | None,
    today: date,
) -> Idle | None:
    """Whether a fund's money lies idle; never without a rule that says after how many months."""
    quiet_since = max((day for day in (activated_on, last_spent_on) if day), default=None)
    if state != "active" or available_fen <= 0 or quiet_since is None or limit_months is None:
        return None
    months = whole_months(quiet_since, today)
    return Idle(quiet_since, months) if months >= limit_months else None
