"""What happened to a campaign: every recorded step with its actor, for staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from charity_portal.accounts import queries as accounts
from charity_portal.funds.models.campaigns import Campaign
from charity_portal.kernel import audit
from charity_portal.kernel.i18n import Text, say

ACTIONS: Mapping[str, Text] = {
    "funds.campaign.create": say("建立活动计划"),
    "funds.campaign.save": say("修改活动计划"),
    "funds.campaign.start": say("批准开始"),
    "funds.campaign.reword": say("更正或延期"),
    "funds.campaign.publish_bulletin": say("发布款物通报"),
    "funds.campaign.end": say("结束活动"),
    "funds.campaign.settle": say("结算并公布"),
    "funds.campaign.cancel": say("取消活动"),
}


@dataclass(frozen=True)
class Event:
    """One line of a campaign's history; `who` is empty for the portal itself."""

    at: datetime
    what: Text
    who: str
    note: str | None


def history(campaign: Campaign) -> list[Event]:
    """Every recorded step, newest first."""
    entries = audit.history(campaign)
    people = accounts.people({e.actor_id for e in entries if e.actor_id is not None})
    return [
        Event(
            at=entry.at,
            what=ACTIONS.get(entry.action, Text(entry.action)),
            who=people[entry.actor_id].name if entry.actor_id in people else "",
            note=entry.reason,
        )
        for entry in entries
    ]
