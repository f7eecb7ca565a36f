"""How long a session lives.

A GET never writes, so a session's last activity is its last POST (or PATCH): signing in, saving,
deciding. Reading alone does not prolong it; twelve hours of pure reading end a staff session, thirty
days that of anybody else. Activity is noted at most every five minutes. Whatever happens, a session
ends after its longest life.
"""

from datetime import datetime, timedelta

IDLE_STAFF = timedelta(hours=12)
IDLE_OTHERS = timedelta(days=30)
LONGEST_STAFF = timedelta(days=7)
LONGEST_OTHERS = timedelta(days=180)
UNCONFIRMED = timedelta(minutes=30)  # time to find the telephone and enrol it
NOTE_EVERY = timedelta(minutes=5)


def has_expired(
    created_at: datetime, last_seen_at: datetime, now: datetime, *, staff: bool, pending: bool
) -> bool:
    """Whether a session is over; `pending` is one whose second factor is still missing."""
    if pending:
        return now - last_seen_at >= UNCONFIRMED
    idle, longest = (IDLE_STAFF, LONGEST_STAFF) if staff else (IDLE_OTHERS, LONGEST_OTHERS)
    return now - last_seen_at >= idle or now - created_at >= longest


def worth_noting(last_seen_at: datetime, now: datetime) -> bool:
    """Whether activity now should be written down."""
    return now - last_seen_at >= NOTE_EVERY
