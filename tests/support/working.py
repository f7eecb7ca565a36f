"""The worker as tests use it: everything that is due, now, and a failed job fails the test."""

import sqlalchemy as sa

from charity_portal.kernel import jobs
from charity_portal.kernel.database import db


class JobFailed(AssertionError):
    """A job of the test went wrong; the portal would only have told the person waiting."""


class Worker:
    """`worker()` does all due jobs; `worker(recurring=True)` first writes the recurring ones."""

    def __call__(self, recurring: bool = False, failing: bool = False) -> int:
        """How many jobs ran. With `failing` a job may go wrong: the test looks at it itself."""
        db.session.rollback()
        before = self._troubles()
        if recurring:
            jobs.schedule_due()
        done = jobs.run_due()
        db.session.rollback()
        db.session.expire_all()
        if fresh := self._troubles() - before:
            if not failing:
                raise JobFailed("; ".join(sorted(fresh)))
        elif failing:
            raise JobFailed("a job was expected to fail, and none did")
        return done

    def _troubles(self) -> set[str]:
        wrong = sa.select(jobs.Job).where(jobs.Job.error.is_not(None))
        return {
            f"{job.kind} #{job.id} {job.state} after {job.attempts}: {job.error}"
            for job in db.session.scalars(wrong)
        }
