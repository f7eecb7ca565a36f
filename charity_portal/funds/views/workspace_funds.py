"""The desk of people with a seat, and of the hosting charities' own people."""

from flask import Blueprint, render_template

from charity_portal.funds.queries import funds as queries
from charity_portal.funds.queries.own_funds import own_funds
from charity_portal.funds.rules.establishing import KINDS, SEATS
from charity_portal.funds.views.fund_pages import TONES, link
from charity_portal.kernel import navigation
from charity_portal.kernel.i18n import say
from charity_portal.kernel.permissions import current_actor, requires

blueprint = Blueprint("funds_workspace", __name__, url_prefix="/workspace/funds")
navigation.add("workspace", "funds_workspace.index", say("我的基金"), "funds:fund:own", order=45)


@blueprint.get("")
@requires("funds:fund:own")
def index() -> str:
    """The funds that concern the reader, with what they have."""
    actor = current_actor()
    assert actor.user_id is not None
    found = own_funds(actor.user_id, set(actor.memberships))
    return render_template(
        "funds/workspace_funds/index.html",
        found=found,
        hosts=queries.hosts(),
        kinds=KINDS,
        seats=SEATS,
        tones=TONES,
        link=link,
        spending_url=link("funds_own_spending.index"),
    )
