"""The worker of the past: every evening the day's jobs are done."""

from datetime import timedelta

import sqlalchemy as sa

from charity_portal.demo.city import City
from charity_portal.demo.timeline import Story
from charity_portal.kernel import jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.projects.queries import applications
from charity_portal.projects.queries.applications import RECEIPT_JOB

FIRST_DAY = -111
EVENING = 18
SHOWN = ("nuanxin", "xingqiao")
"""Organizations that visitors are led to: their receipts are there from the start."""
RECEIPT_PAUSE = timedelta(seconds=15)
"""All other receipts are typeset after the start, one at a time, so that nobody's own document waits
for them."""


def story(city: City) -> Story:
    """Each working day's evening, and the present."""
    day = FIRST_DAY
    while (moment := city.at(day, EVENING)) < city.present:
        yield moment
        catch_up(city)
        day += 1
    yield city.present
    catch_up(city)


def catch_up(city: City) -> None:
    """Do what is due, but put receipts off."""
    shown = {city.organizations[key] for key in SHOWN}
    waiting = sa.select(jobs.Job.id, jobs.Job.args).where(
        jobs.Job.kind == RECEIPT_JOB, jobs.Job.run_at <= city.present, jobs.Job.state == "queued"
    )
    later = [
        number
        for number, args in db.session.execute(waiting).all()
        if _applicant(args["submission_id"]) not in shown
    ]
    if later:
        with transaction():
            for number in later:
                at = city.present + RECEIPT_PAUSE * number
                mine = sa.update(jobs.Job).where(jobs.Job.id == number)
                db.session.execute(mine.values(run_at=at))
    jobs.run_due()


def _applicant(submission_id: int) -> int | None:
    submission = applications.submission_of(submission_id)
    return submission.application.organization_id if submission else None
