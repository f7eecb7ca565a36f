"""What a matcher owes, written down as a pledge that follows what others gave."""

from datetime import date

from charity_portal.funds.models.campaigns import Campaign
from charity_portal.funds.models.donations import Pledge
from charity_portal.funds.queries import campaign_money, donations
from charity_portal.funds.rules.giving import Promise
from charity_portal.funds.services import pledges
from charity_portal.kernel import clock
from charity_portal.kernel.database import locked
from charity_portal.kernel.errors import Invalid, WrongState
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import Actor, require


def call_in(
    actor: Actor,
    campaign_id: int,
    due_on: date,
    naming: str = "unnamed",
    public_name: str = "",
) -> Pledge:
    """Write down what a matcher still owes, as a new pledge or by changing the one that is open.

    `naming` and `public_name` are what the matcher agreed to; an open pledge keeps what it says.
    Raises WrongState before the start and after the account, Invalid when nothing is outstanding.
    """
    campaign = locked(Campaign, campaign_id)
    require(actor, "funds:pledge:edit", campaign)
    found = campaign_money.matching(campaign, campaign_money.of_campaign(campaign_id))
    if found is None or campaign.state not in ("running", "ended"):
        raise WrongState
    if due_on < clock.today():
        raise Invalid(fields={"due_on": [say("到账期限不能早于今天。")]})
    if not found.outstanding_fen:
        raise Invalid(fields={"due_on": [say("配捐已全部到账，或尚无可配捐的捐赠。")]})
    if found.pledge is not None and found.pledge.state == "open":
        amount_fen = donations.received(found.pledge.id) + found.outstanding_fen
        return pledges.amend(actor, found.pledge.id, amount_fen, due_on)
    assert campaign.matcher_id is not None
    promise = Promise(
        donor_id=campaign.matcher_id,
        fund_id=campaign.fund_id,
        purpose_id=campaign.purpose_id,
        amount_fen=found.outstanding_fen,
        due_on=due_on,
        income_source=campaign_money.MATCHING,
        campaign_id=campaign_id,
        naming=naming,
        public_name=public_name,
    )
    return pledges.pledge(actor, promise)
