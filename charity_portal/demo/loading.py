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
from charity_portal.projects.queries import applications
from charity_portal.projects.queries.applications import RECEIPT_JOB

FIRST_DAY = -111
EVENING = 21
SHOWN = ("nuanxin", "xingqiao")
"""Organizations that visitors are led to: their receipts are there from the start."""
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
        _put_receipts_off(city, present)
        jobs.run_due()
        day += 1
    yield present
    _put_receipts_off(city, present)
    jobs.run_due()


def _put_receipts_off(city: City, present: datetime) -> None:
    """All receipts but those of the organizations that a visitor is led to."""
    shown = {city.organizations[key] for key in SHOWN}
    waiting = sa.select(jobs.Job.id, jobs.Job.args).where(
        jobs.Job.kind == RECEIPT_JOB, jobs.Job.run_at <= present, jobs.Job.state == "queued"
    )
    later = [
        number
        for number, args in db.session.execute(waiting).all()
        if _applicant(args["submission_id"]) not in shown
    ]
    if not later:
        return
    with transaction():
        for number in later:
            at = present + RECEIPT_PAUSE * number
            db.session.execute(sa.update(jobs.Job).where(jobs.Job.id == number).values(run_at=at))


def _applicant(submission_id: int) -> int | None:
    submission = applications.submission_of(submission_id)
    return submission.application.organization_id if submission else None
