"""What accounts leave for later: the letters of links, and clearing away what has run out."""

from datetime import timedelta

import sqlalchemy as sa

from charity_portal.accounts.models import UserSession
from charity_portal.accounts.services import link_letters, links
from charity_portal.kernel import clock, jobs, throttling
from charity_portal.kernel.database import db

SESSIONS_KEPT = timedelta(days=400)  # the sign-in history reaches back a good year


@jobs.handler("accounts.write_letter")
def write_letter(run: jobs.Run) -> jobs.Effect:
    """Decide about one link's letter and put it into the outbox."""

    def effect() -> None:
        link_letters.send(run.args["link"])

    return effect


@jobs.daily("accounts.sweep", hour=3)
def sweep(run: jobs.Run) -> jobs.Effect:
    """Delete old counters, links and sessions."""

    def effect() -> dict[str, int]:
        old = sa.delete(UserSession).where(UserSession.created_at < clock.now() - SESSIONS_KEPT)
        return {
            "counters": throttling.sweep(),
            "links": links.sweep(),
            "sessions": int(db.session.execute(old).rowcount),  # type: ignore[attr-defined]
        }

    return effect
