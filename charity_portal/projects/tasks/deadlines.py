"""What happens by itself: deadlines lapse, notices end, late answers are called to mind."""

from charity_portal.accounts import queries as accounts
from charity_portal.kernel import clock, jobs, mail
from charity_portal.kernel.i18n import date_text, say
from charity_portal.kernel.jobs import Effect, Run
from charity_portal.kernel.permissions import SYSTEM
from charity_portal.projects.queries import objections
from charity_portal.projects.services import deadlines


@jobs.every("projects.lapse", minutes=5)
def lapse(_run: Run) -> Effect:
    """Void what was not mended or completed in time."""
    return lambda: {"lapsed": deadlines.lapse_due(SYSTEM)}


@jobs.every("projects.end_notices", minutes=5)
def end_notices(_run: Run) -> Effect:
    """End the notices whose last day is over."""
    return lambda: {"ended": deadlines.end_notices(SYSTEM)}


@jobs.daily("projects.late_objections", hour=8)
def remind(_run: Run) -> Effect | None:
    """Write to officers and approvers when an objection should have been answered; numbers only."""
    late = objections.late_objections()
    if not late:
        return None
    people = {
        person.email
        for role in ("officer", "approver")
        for person in accounts.staff_with_role(role)
    }
    lines = [
        str(say("%(number)s，应于 %(day)s 前答复", number=o.number, day=date_text(o.due_on)))
        for o in late
    ]
    title = say("有 %(n)s 件异议逾期未答复", n=len(late))

    def effect() -> dict[str, int]:
        for address in sorted(people):
            mail.post(
                SYSTEM, address, title, "\n".join(lines), "projects.late_objections", late[0].id
            )
        return {"late": len(late), "on": clock.today().toordinal()}

    return effect
