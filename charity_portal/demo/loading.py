"""Loading the demo city: all its stories on one clock, kept together or not at all."""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from charity_portal.accounts import queries as accounts
from charity_portal.accounts.services import passwords
from charity_portal.demo import histories, joining, papers, register, results, rosters
from charity_portal.demo.city import City
from charity_portal.demo.timeline import Calendar, Story, tell
from charity_portal.demo.whole import all_or_nothing
from charity_portal.kernel import audit, clock, jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import Conflict, PortalError
from charity_portal.kernel.i18n import Text, say
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.projects.queries.applications import RECEIPT_JOB

FIRST_DAY = -113
EVENING = 21
RECEIPT_PAUSE = timedelta(seconds=15)
"""Receipts are typeset after the start, one at a time, so that nobody's own document waits for them."""


class NotEmpty(Conflict):
    """Somebody has an account already: the city would mix with what is there."""

    @classmethod
    def default(cls) -> Text:
        return say("数据库不是空的，演示城市只能载入空数据库。")


def load(progress: Callable[[str], None]) -> City:
    """Fill an empty database; `progress` is told in English what is being done.

    Raises NotEmpty, and PortalError with MAIL_URL set: letters to invented people must not leave.
    """
    if accounts.people_page().items:
        raise NotEmpty
    if current_app.config["MAIL_URL"]:
        raise PortalError(say("已设置 MAIL_URL，演示城市的信件会寄往虚构的邮箱。请先取消该设置。"))
    present = clock.now()
    city = City(Calendar(clock.today()), passwords.hash_password(passwords.DEMO_PASSWORD))
    progress("typesetting papers")
    city.papers = papers.prepare(present)
    progress("telling the city's past")
    with all_or_nothing():
        tell(_stories(city, present), present)
        with transaction():
            audit.record(SYSTEM, "demo.loaded", None, after={"calls": len(city.calls)})
    return city


def _stories(city: City, present: datetime) -> list[Story]:
    return [
        register.story(city),
        joining.invited(city),
        joining.claimed(city),
        *histories.all_of(city),
        results.contest(city),
        results.stations(city),
        _worker(city, present),
        rosters.story(city, present),
    ]


def _worker(city: City, present: datetime) -> Story:
    """Every evening the day's jobs are done, receipts left for later."""
    day = FIRST_DAY
    while (moment := city.at(day, EVENING)) < present:
        yield moment
        _put_receipts_off(present)
        jobs.run_due()
        day += 1
    yield present
    _put_receipts_off(present)
    jobs.run_due()


def _put_receipts_off(present: datetime) -> None:
    waiting = sa.select(jobs.Job.id).where(
        jobs.Job.kind == RECEIPT_JOB, jobs.Job.run_at < present, jobs.Job.state == "queued"
    )
    ids = db.session.scalars(waiting).all()
    if not ids:
        return
    with transaction():
        for number in ids:
            later = present + RECEIPT_PAUSE * number
            db.session.execute(
                sa.update(jobs.Job).where(jobs.Job.id == number).values(run_at=later)
            )

