"""What the ledger takes back, the tranches and demands follow."""

from charity_portal.kernel import jobs
from charity_portal.kernel.jobs import Effect, Run
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.projects.services import tranches


@jobs.subscribe("funds.reversal_posted", kind="projects.follow_reversal")
def follow_reversal(run: Run) -> Effect:
    """Find what the entry that was taken back had paid, and move it back one step."""
    entry_id = int(run.args["id"])
    return lambda: {"moved": tranches.follow_reversal(SYSTEM, entry_id)}
