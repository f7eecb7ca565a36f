"""What happens to editions by themselves: reviewers are reminded, withdrawn applications leave."""

from charity_portal.competitions.queries import editions
from charity_portal.competitions.services import reminders, stages
from charity_portal.kernel import clock, jobs
from charity_portal.kernel.i18n import say
from charity_portal.kernel.jobs import Effect, Run
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.projects.queries import applications


@jobs.daily("competitions.remind_reviews", hour=9)
def remind(_run: Run) -> Effect | None:
    """Write to those who owe reviews, three days and one day before a stage is due."""
    due = reminders.due_soon(clock.today())
    if not due:
        return None
    return lambda: {"letters": sum(reminders.remind(SYSTEM, stage_id) for stage_id in due)}


@jobs.subscribe("projects.application_withdrawn", kind="competitions.withdrawn")
def withdrawn(run: Run) -> Effect | None:
    """An application that was withdrawn takes part in nothing any more."""
    application = applications.application(run.args["id"])
    edition = editions.edition_of_call(application.call_id) if application is not None else None
    if application is None or edition is None or edition.state not in ("judging", "scored"):
        return None
    key, edition_id = application.id, edition.id
    reason = say("申请机构撤回申请").in_source()
    return lambda: {"left": stages.leave(SYSTEM, edition_id, key, reason)}
