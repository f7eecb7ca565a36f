"""What campaigns do by themselves each morning: end after their last day, and call duties to mind."""

from collections import defaultdict

from charity_portal.accounts import queries as accounts
from charity_portal.funds.queries import campaign_duties
from charity_portal.funds.queries.campaign_duties import Duty
from charity_portal.funds.rules.campaigning import DUTIES
from charity_portal.funds.services import campaigns
from charity_portal.kernel import jobs, mail
from charity_portal.kernel.i18n import Text, date_text, say
from charity_portal.kernel.jobs import Effect, Run
from charity_portal.kernel.permissions import SYSTEM

KIND = "funds.campaign_duties"


@jobs.daily("funds.end_campaigns", hour=1)
def end_campaigns(_run: Run) -> Effect:
    """End the campaigns whose last day is over."""
    return lambda: {"ended": campaigns.end_due(SYSTEM)}


@jobs.daily(KIND, hour=8)
def remind(_run: Run) -> Effect | None:
    """Write to who planned a campaign (all officers where that is not known) of what is due today or
    tomorrow; of what is late to the approvers too. Numbers only.
    """
    pressing = campaign_duties.pressing(campaign_duties.everything())
    if not pressing:
        return None
    letters = _letters(pressing)

    def effect() -> dict[str, int]:
        for address in sorted(letters):
            duties = letters[address]
            title = say("筹款活动有 %(n)s 项事务到期", n=len(duties))
            body = "\n".join(str(_line(duty)) for duty in duties)
            mail.post(SYSTEM, address, title, body, KIND, duties[0].campaign.id)
        return {"due": len(pressing), "late": sum(1 for duty in pressing if duty.late)}

    return effect


def _letters(duties: list[Duty]) -> dict[str, list[Duty]]:
    """Who is to be told of which duties, by address."""
    officers = {person.id: person.email for person in accounts.staff_with_role("officer")}
    approvers = [person.email for person in accounts.staff_with_role("approver")]
    letters: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties:
        planner = officers.get(duty.campaign.created_by or 0)
        told = [planner] if planner else list(officers.values())
        for address in {*told, *(approvers if duty.late else ())}:
            letters[address].append(duty)
    return letters


def _line(duty: Duty) -> Text:
    facts = {
        "number": duty.campaign.number,
        "what": DUTIES[duty.kind],
        "day": date_text(duty.due_on),
    }
    if duty.late:
        return say(
            "%(number)s：%(what)s，应于 %(day)s 前办理，已逾期 %(n)s 天", n=duty.late, **facts
        )
    return say("%(number)s：%(what)s，应于 %(day)s 前办理", **facts)
