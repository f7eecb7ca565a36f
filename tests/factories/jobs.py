"""Jobs to look at."""

from typing import Any

from charity_portal.kernel import jobs
from charity_portal.kernel.database import transaction
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.permissions import SYSTEM, Actor


def make_job(actor: Actor = SYSTEM, kind: str = "tests.nothing", **args: Any) -> Job:
    """A job that waits for the worker."""
    with transaction():
        return jobs.enqueue(actor, kind, args)


EXAMPLES = {
    "job_id": lambda world: make_job(Actor(world.people["org_owner"], "org_owner")).id,
}
