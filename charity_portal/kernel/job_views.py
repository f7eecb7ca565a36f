"""The page on which people watch long work: it polls by itself, and reloads without JavaScript."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, url_for

from charity_portal.kernel.database import db
from charity_portal.kernel.jobs import Job
from charity_portal.kernel.permissions import Actor, requires

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")

RULES = {"jobs:job:see": lambda actor, job: _may_see(actor, job)}


def _may_see(actor: Actor, job: Job | None) -> bool:
    """Whoever started it, and administrators and auditors."""
    if job is None:
        return False
    mine = actor.user_id is not None and job.created_by == actor.user_id
    return mine or actor.has_role("administrator", "auditor")


def _load(job_id: int) -> Job | None:
    return db.session.get(Job, job_id)


@blueprint.get("/<int:job_id>")
@requires("jobs:job:see", load=_load)
def show(job: Job) -> Any:
    """The progress page."""
    return render_template("layout/job.html", job=job, poll_url=url_for("jobs.poll", job_id=job.id))


@blueprint.get("/<int:job_id>/state")
@requires("jobs:job:see", load=_load)
def poll(job: Job) -> Response:
    """What the page asks for while it waits."""
    note = job.error_text if job.state == "failed" else job.note_text
    return jsonify(
        state=job.state,
        done=job.done,
        total=job.total,
        note=str(note) if note else "",
        url=(job.result or {}).get("url"),
    )
