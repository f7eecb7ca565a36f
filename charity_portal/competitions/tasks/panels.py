"""What happens to invitations by itself: reminded a day before, lapsed when the time is over."""

from charity_portal.competitions.services import conflicts, panel_letters, panels
from charity_portal.kernel import jobs
from charity_portal.kernel.jobs import Effect, Run
from charity_portal.kernel.permissions import SYSTEM


@jobs.every("competitions.lapse_invitations", minutes=30)
def lapse(_run: Run) -> Effect:
    """Let the seats go that nobody answered for, and call up the next stand-bys."""
    return lambda: {"lapsed": panels.lapse_due(SYSTEM)}


@jobs.daily("competitions.remind_invitations", hour=8)
def remind(_run: Run) -> Effect:
    """Write to those who have to answer within a day."""

    def effect() -> dict[str, int]:
        late = panels.to_remind()
        for panelist in late:
            panel_letters.reminded(SYSTEM, panelist)
        return {"reminded": len(late)}

    return effect


@jobs.subscribe("competitions.edition_judging", kind="competitions.detect_conflicts")
def detect(run: Run) -> Effect:
    """Compare once more when the rules are fixed and the field of the first stage is known."""
    return lambda: {"found": conflicts.detect(SYSTEM, run.args["id"])}
