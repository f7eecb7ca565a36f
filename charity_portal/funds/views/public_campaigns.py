"""Campaigns for everybody: the list, one campaign, and its gifts as a file."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request

from charity_portal.funds.forms.campaigns import PublicFilter
from charity_portal.funds.models.campaigns import Campaign
from charity_portal.funds.queries import (
    campaign_duties,
    campaign_money,
    donations,
    funds,
    naming,
)
from charity_portal.funds.queries import campaigns as queries
from charity_portal.funds.rules import campaigning as rules
from charity_portal.funds.rules.accounts import INCOME_SOURCES, USES
from charity_portal.funds.rules.giving import FORMS
from charity_portal.funds.views.campaign_pages import (
    TONES,
    income_rows,
    issues,
    ratio_words,
    share_of_target,
)
from charity_portal.kernel import clock, navigation
from charity_portal.kernel.downloads import table_file
from charity_portal.kernel.errors import NotFound
from charity_portal.kernel.i18n import _, say
from charity_portal.kernel.permissions import requires
from charity_portal.kernel.tables import Column
from charity_portal.kernel.web import public_page
from charity_portal.organizations import queries as organizations

blueprint = Blueprint("funds_campaigns_public", __name__, url_prefix="/campaigns")
navigation.add("public", "funds_campaigns_public.index", say("筹款活动"), "public", order=26)

EACH = 10
GIFTS = 20
IN_FILE = 500
GIFT_COLUMNS = (
    Column("day", say("日期"), kind="date"),
    Column("name", say("捐赠人"), width=28),
    Column("form", say("捐赠形式"), width=14),
    Column("source", say("收入来源"), width=14),
    Column("goods", say("物资"), width=28),
    Column("quantity", say("数量"), width=12),
    Column("amount", say("金额（元）"), kind="money"),
    Column("number", say("捐赠编号"), width=18),
)


@blueprint.get("")
@requires("public")
@public_page
def index() -> str:
    """Running campaigns first, then those that are over."""
    form = PublicFilter(request.args)
    wanted = queries.Filter(kind=form.kind.data or "", text=form.text.data or "")
    only = request.args.get("group", "")
    if only not in ("", *queries.GROUPS):
        raise NotFound
    after = request.args.get("after") if only else None
    groups = {
        group: queries.public_page(group, wanted, after, 20 if only else EACH)
        for group in queries.GROUPS
        if only in ("", group)
    }
    shown = [campaign for found in groups.values() for campaign in found.items]
    return render_template(
        "funds/campaigns/index.html",
        groups=groups,
        only=only,
        form=form,
        kept={name: value for name, value in vars(wanted).items() if value},
        sums=campaign_money.sums(campaign.id for campaign in shown),
        hosts=organizations.names(campaign.fund.host_id for campaign in shown),
        today=clock.today(),
        machine=Campaign.MACHINE,
        tones=TONES,
        kind_words=rules.CAMPAIGN_KINDS,
    )


@blueprint.get("/<number>")
@requires("funds:campaign:read", load=queries.by_number)
@public_page
def show(campaign: Campaign) -> str:
    """What it is for, what came in, what it cost, what was published of it."""
    money = campaign_money.of_campaign(campaign.id)
    published = queries.bulletins(campaign.id)
    matching = campaign_money.matching(campaign, money)
    due = campaign_duties.next_bulletin(campaign, published)
    host_id = campaign.fund.host_id
    takes = campaign.state == "running" and campaign.reach == "public"
    return render_template(
        "funds/campaigns/show.html",
        campaign=campaign,
        money=money,
        income=income_rows(money),
        share=share_of_target(campaign, money),
        matching=matching,
        matcher=_matcher(campaign),
        ratio=ratio_words(campaign.match_bp),
        costs=campaign_money.costs(campaign.id),
        use_words=USES,
        uses=[(USES[use], fen) for use, fen in money.by_use.items()],
        gifts=donations.public_page(
            campaign.fund_id, request.args.get("after"), campaign_id=campaign.id, size=GIFTS
        ),
        issues=issues(published),
        next_bulletin=due,
        bulletin_late=rules.days_late(due, clock.today()) if due else 0,
        bulletin_days=campaign_duties.bulletin_days(),
        settling_due=rules.settling_due(campaign.ended_on) if campaign.ended_on else None,
        today=clock.today(),
        takes_gifts=takes,
        channels=funds.public_channels(host_id) if takes else [],
        host_name=organizations.names([host_id])[host_id],
        tone=TONES[campaign.state],
        state_word=Campaign.MACHINE.public_word(campaign.state),
        kind_word=rules.CAMPAIGN_KINDS[campaign.kind],
        reach_word=rules.REACHES[campaign.reach],
        form_words=FORMS,
    )


@blueprint.get("/<number>/donations.csv")
@requires("funds:campaign:read", load=queries.by_number)
def gifts(campaign: Campaign) -> Response:
    """All gifts of a campaign, exactly as its page shows them."""
    return table_file(
        _("%(number)s 捐赠明细", number=campaign.number), GIFT_COLUMNS, _rows(campaign), "csv"
    )


def _matcher(campaign: Campaign) -> str | None:
    if campaign.matcher_id is None:
        return None
    return naming.matcher_name(campaign.id, campaign.matcher_id)


def _rows(campaign: Campaign) -> Iterator[dict[str, Any]]:
    after: str | None = None
    while True:
        found = donations.public_page(
            campaign.fund_id, after, campaign_id=campaign.id, size=IN_FILE
        )
        for gift in found.items:
            yield {
                "day": gift.received_on,
                "name": gift.name,
                "form": FORMS[gift.form],
                "source": INCOME_SOURCES[gift.income_source],
                "goods": gift.goods or "",
                "quantity": gift.quantity or "",
                "amount": gift.amount_fen,
                "number": gift.number,
            }
        after = found.next_cursor
        if after is None:
            return
