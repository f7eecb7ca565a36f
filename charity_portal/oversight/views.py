"""The audit trail for auditors: read it, narrow it, prove it whole."""

from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from charity_portal.accounts import queries as accounts
from charity_portal.kernel import audit, jobs
from charity_portal.kernel.database import db, transaction
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import say
from charity_portal.kernel.navigation import add
from charity_portal.kernel.permissions import current_actor, requires
from charity_portal.oversight import queries
from charity_portal.oversight.queries import TrailFilter

blueprint = Blueprint("oversight_audit", __name__, url_prefix="/office/audit")

add(
    "office",
    "oversight_audit.index",
    say("审计记录"),
    "oversight:audit:read",
    90,
    home_of=("auditor",),
)


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdigit() and len(text) < 16 else None


@blueprint.get("")
@requires("oversight:audit:read")
def index() -> Any:
    """The trail, newest first."""
    wanted = TrailFilter(
        actor_id=_number("actor"),
        action=request.args.get("action", "").strip()[:80],
        subject_kind=request.args.get("kind", "")[:80],
        subject_id=_number("record"),
    )
    page = queries.trail(wanted, request.args.get("after"))
    people = accounts.people({e.actor_id for e in page.items if e.actor_id is not None})
    return render_template(
        "oversight/audit.html",
        page=page,
        wanted=wanted,
        people=people,
        kinds=queries.subject_kinds(),
        head=audit.head(),
    )


@blueprint.post("/verify")
@requires("oversight:audit:read")
def verify() -> Any:
    """Have the worker walk the chain."""
    with transaction():
        job = jobs.enqueue(current_actor(), "oversight.verify_trail", {})
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@blueprint.get("/verdict/<int:job_id>")
@requires("oversight:audit:read")
def verdict(job_id: int) -> Any:
    """What the walk showed."""
    job = db.session.get(jobs.Job, job_id)
    if job is None or job.kind != "oversight.verify_trail" or not job.result:
        raise NotFound
    return render_template(
        "oversight/verdict.html", result=job.result, at=datetime.fromisoformat(job.result["at"])
    )
